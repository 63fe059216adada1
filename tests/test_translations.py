"""Every text of the interface in every language.

When the first test fails, run ``python manage.py update_catalogue`` and fill in what it lists.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from django.template.base import Lexer, TokenType

from config.catalogue import (
    KEYWORDS,
    catalogue_path,
    entries,
    faults,
    read_catalogue,
    source_texts,
    update,
    write_catalogue,
)
from config.management.commands import update_catalogue

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
VIETNAMESE = re.compile("[À-ÖØ-öø-ỹ]")
FOLDER = settings.BASE_DIR / "templates"
TEMPLATES = [
    path.relative_to(FOLDER)
    for path in sorted(FOLDER.rglob("*.*"))
    # Printed documents are Vietnamese for everyone; the page that checks them is not one.
    if "documents" not in path.parts or "registers" in path.parts
]


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return source_texts()


# ── The catalogues ───────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_interface_is_translated(language: str, texts: Catalog) -> None:
    found = list(faults(read_catalogue(catalogue_path(language), language), texts))
    assert not found, "\n".join(["manage.py update_catalogue; then fill in:", *found])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_is_as_the_command_writes_it(
    language: str, texts: Catalog, tmp_path: Path
) -> None:
    path = catalogue_path(language)
    write_catalogue(tmp_path / "django.po", update(read_catalogue(path, language), texts))
    assert path.read_text() == (tmp_path / "django.po").read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_names_no_place_no_site_and_no_person(language: str) -> None:
    content = catalogue_path(language).read_text()
    assert "#:" not in content, "places in the sources change with every edit"
    assert not re.search(r"\w+://|(?<![\w<.])/(?:\w[\w.-]*/)+", content)
    header = content.split("\n\n")[0]
    assert "@" not in header
    assert "Translator" not in header


def test_printed_documents_have_nothing_to_translate() -> None:
    # A certificate is Vietnamese whatever language the official reads the desk in.
    printed = (settings.BASE_DIR / "templates" / "documents").rglob("*.html")
    assert not [
        path for path in printed if path.parent.name != "registers" and "i18n" in path.read_text()
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_a_template_says_nothing_past_gettext(path: Path) -> None:
    inside = ""
    for token in Lexer((FOLDER / path).read_text()).tokenize():
        command = token.contents.split(" ")[0]
        if inside:
            inside = "" if command == inside else inside
        elif token.token_type == TokenType.BLOCK and command in ("blocktranslate", "comment"):
            inside = f"end{command}"
        elif token.token_type != TokenType.COMMENT and command != "translate":
            said = re.sub(r"""_\((["']).*?\1\)|Xã Số|Tiếng Việt""", "", token.contents)
            assert not VIETNAMESE.search(said), f"line {token.lineno}: {said.strip()}"


@pytest.mark.parametrize("folder", ["citizens", "services/desk", "tenants/console"])
def test_views_and_forms_say_nothing_past_gettext(folder: str) -> None:
    for path in sorted((settings.BASE_DIR / folder).rglob("*.py")):
        tree = ast.parse(path.read_text())
        translated = {
            id(argument)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            if call.func.id in KEYWORDS
            for argument in call.args
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) or id(node) in translated:
                translated |= {id(child) for child in ast.iter_child_nodes(node)}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not VIETNAMESE.search(node.value), f"{path}:{node.lineno}: {node.value}"


# ── What the check of a catalogue sees ───────────────────────────────────


def write_sources(folder: Path) -> Catalog:
    (folder / "templates").mkdir()
    (folder / "templates" / "page.html").write_text(
        '{% load i18n %}<p title="{% translate "Tìm" %}">{{ name|default:_("Tôi") }}</p>'
        "{% blocktranslate trimmed with n=name %}\n  Chào {{ n }}\n{% endblocktranslate %}"
        "{% blocktranslate count n=n %}{{ n }} tệp{% plural %}{{ n }} tệp{% endblocktranslate %}"
    )
    (folder / "citizens").mkdir()
    (folder / "citizens" / "views.py").write_text(
        'A = _("Một " "hai")\nB = pgettext("tháng", "Năm")\nC = "không qua gettext"\n'
    )
    return source_texts(folder)


def written(text: str) -> Catalog:
    return read_po(text.splitlines(), locale="en")


COMPLETE = """
msgid "Tìm"
msgstr "Search"

msgid "Tôi"
msgstr "Me"

msgid "Chào %(n)s"
msgstr "Hello, %(n)s"

msgid "%(n)s tệp"
msgid_plural "%(n)s tệp"
msgstr[0] "%(n)s file"
msgstr[1] "%(n)s files"

msgid "Một hai"
msgstr "One two"

msgctxt "tháng"
msgid "Năm"
msgstr "May"
"""


def test_texts_are_found_in_templates_and_in_python(tmp_path: Path) -> None:
    found = {(entry.context, entry.id) for entry in entries(write_sources(tmp_path))}
    assert found == {
        (None, "Tìm"),
        (None, "Tôi"),
        (None, "Chào %(n)s"),
        (None, ("%(n)s tệp", "%(n)s tệp")),
        (None, "Một hai"),
        ("tháng", "Năm"),
    }


def test_a_complete_catalogue_has_no_faults(tmp_path: Path) -> None:
    assert list(faults(written(COMPLETE), write_sources(tmp_path))) == []


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ('msgid "Tôi"\nmsgstr "Me"\n', "", "missing: 'Tôi'"),
        ('msgstr "Me"', 'msgstr ""', "empty: 'Tôi'"),
        ('msgstr[1] "%(n)s files"', 'msgstr[1] ""', "empty: '%(n)s tệp'"),
        ('msgid "Tôi"', '#, fuzzy\nmsgid "Tôi"', "fuzzy: 'Tôi'"),
        ('msgctxt "tháng"\n', "", "missing: 'Năm'"),
        ("Hello, %(n)s", "Hello, %(m)s", "with other placeholders"),
        ("Hello, %(n)s", "Hello", "with other placeholders"),
        ("%(n)s files", "%(n)d files", "with other placeholders"),
        ("Hello, %(n)s", "Hello, <b>%(n)s</b>", "with other placeholders"),
        ('msgid "Tôi"', 'msgid "Ta"\nmsgstr "We"\n\nmsgid "Tôi"', "no longer in the sources: 'Ta'"),
        (
            'msgid "Tôi"',
            '#~ msgid "Ta"\n#~ msgstr "We"\n\nmsgid "Tôi"',
            "obsolete: 'Ta'",
        ),
    ],
)
def test_a_fault_of_a_catalogue_is_named(
    was: str, becomes: str, fault: str, tmp_path: Path
) -> None:
    assert was in COMPLETE
    found = list(faults(written(COMPLETE.replace(was, becomes)), write_sources(tmp_path)))
    assert any(sentence.startswith(fault) for sentence in found), found


def test_updating_keeps_translations_and_drops_what_the_sources_no_longer_say(
    tmp_path: Path,
) -> None:
    old = written(COMPLETE.replace('msgid "Tôi"', 'msgid "Ta"'))
    write_catalogue(tmp_path / "django.po", update(old, write_sources(tmp_path)))
    again = read_catalogue(tmp_path / "django.po", "en")
    given = {entry.id: entry.string for entry in entries(again)}
    assert given["Tìm"] == "Search"
    assert given["%(n)s tệp", "%(n)s tệp"] == ("%(n)s file", "%(n)s files")
    assert given["Tôi"] == ""
    assert "Ta" not in given
    assert not again.obsolete


def test_the_command_writes_a_new_catalogue_and_lists_what_to_fill_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "km" / "django.po"
    monkeypatch.setattr(update_catalogue, "catalogue_path", lambda language: path)
    monkeypatch.setattr(update_catalogue, "source_texts", lambda: write_sources(tmp_path))
    call_command("update_catalogue", "km")
    assert "km: 6 câu, 6 câu cần xem lại." in capsys.readouterr().out
    assert '"Language: km\\n"' in path.read_text()
    assert "Plural-Forms: nplurals=1;" in path.read_text()
