"""The style sheet of one layout: its paper, margins and widths."""

from __future__ import annotations

from documents.rendering.layouts.schema import Fields, Layout, Paper, Picture, Signatures, Table

# The running foot of a page needs this much under the text on a screen as well.
FOOT_ROOM = 6
FACE = '"Times New Roman", "Liberation Serif", Spectral, serif'


def layout_css(layout: Layout) -> str:
    """The rules for printing and for the screen; ``paper.css`` has what all papers share."""
    paper = layout.paper
    width, height = paper.sides
    top, right, bottom, left = paper.margins
    rules = [
        page_rule(layout),
        f".sheet.laid {{ page: laid; font-size: {layout.text_size:g}pt; }}",
        f"@media screen {{ .sheet.laid {{ width: {width}mm; min-height: {height}mm; padding: "
        f"{top:g}mm {right:g}mm {bottom + FOOT_ROOM:g}mm {left:g}mm; }} }}",
        *_zoom(paper),
    ]
    for number, block in enumerate(layout.blocks):
        rules.extend(_block_rules(number, block))
    return "\n".join(rules)


def page_rule(layout: Layout) -> str:
    """How the sheet is cut, with its page number and running foot."""
    width, height = layout.paper.sides
    margins = " ".join(f"{side:g}mm" for side in layout.paper.margins)
    number = 13 if layout.paper.size == "A4" else 10
    # The parts of a book are set one by one, so its rows are numbered and not its pages.
    counted = "none" if layout.style == "book" else "counter(page)"
    return (
        f"@page laid {{ size: {width}mm {height}mm; margin: {margins};"
        f" @top-center {{ content: {counted}; font: {number}pt {FACE};"
        " vertical-align: middle; }"
        " @bottom-center { content: element(page-foot); vertical-align: top;"
        " padding-top: 2.5mm; width: 100%; } }\n"
        "@page laid:first { @top-center { content: none; } }"
    )


def _zoom(paper: Paper) -> list[str]:
    """On a narrow screen the whole width of the sheet is seen."""
    pixels = paper.sides[0] * 96 / 25.4
    return [
        f"@media screen and (max-width: {limit}px) {{ .sheet.laid {{ zoom: "
        f"{(at - 16) / pixels:.2f}; }} }}"
        for limit, at in ((1180, 760), (830, 500), (500, 345))
        if pixels > at
    ]


def _block_rules(number: int, block: object) -> list[str]:
    if isinstance(block, Fields):
        return [f".b{number} th {{ width: {block.label_width:g}mm; }}"]
    if isinstance(block, Signatures):
        return [f".b{number} .room {{ height: {block.room:g}mm; }}"]
    if isinstance(block, Picture):
        return [f".b{number} .qr {{ width: {block.side:g}mm; height: {block.side:g}mm; }}"]
    if isinstance(block, Table):
        rules = [
            f".b{number} .k{at} {{ width: {column.width:g}mm; }}"
            for at, column in enumerate(block.columns)
            if column.width
        ]
        if block.size:
            rules.append(f".b{number} td, .b{number} th {{ font-size: {block.size:g}pt; }}")
        return rules
    return []
