"""All layouts, read once: which is in force on a day, and the one that a document was issued with.

A layout is the file ``<folder>/<template>/<first day of its force>.yaml``. The product's own lie
under ``data``; an installation may add folders (``LAYOUT_FOLDERS``), where a file of the same
template and day takes the place of ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings
from pydantic import ValidationError

from documents.rendering.layouts.schema import Layout

OWN_FOLDER = Path(__file__).parent / "data"
MAX_FILE_BYTES = 200_000


class LayoutFileError(Exception):
    """Layout files were refused; each line names the file, the place in it and the reason."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(self.problems))


class LayoutMissing(LookupError):
    """A document was issued with a layout whose file is gone."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Không còn mẫu in {name}: hãy trả tệp {name}.yaml về thư mục mẫu in, văn bản đã ban "
            "hành in theo mẫu này."
        )


@dataclass(frozen=True)
class Layouts:
    """The layouts of some folders, by template and day."""

    by_template: dict[str, dict[dt.date, Layout]]

    def in_force(self, template: str, day: dt.date) -> Layout:
        """The layout of a template on that day; the first one for a day before all of them."""
        dated = self.by_template[template]
        begun = [valid_from for valid_from in dated if valid_from <= day]
        return dated[max(begun) if begun else min(dated)]

    def get(self, name: str) -> Layout:
        """The layout that a document names. Raises LayoutMissing."""
        template, _slash, day = name.partition("/")
        try:
            return self.by_template[template][dt.date.fromisoformat(day)]
        except (KeyError, ValueError):
            raise LayoutMissing(name) from None


def layouts() -> Layouts:
    """The layouts of this installation. Raises LayoutFileError."""
    return read_folders((str(OWN_FOLDER), *map(str, settings.LAYOUT_FOLDERS)))


@lru_cache(maxsize=4)
def read_folders(folders: tuple[str, ...]) -> Layouts:
    """Every layout of these folders, later folders first. Raises LayoutFileError."""
    by_template: dict[str, dict[dt.date, Layout]] = {}
    problems: list[str] = []
    for folder in folders:
        for path in sorted(Path(folder).glob("*/*.yaml")):
            try:
                layout = read_layout(path)
            except LayoutFileError as error:
                problems.extend(error.problems)
            else:
                by_template.setdefault(layout.template, {})[layout.valid_from] = layout
    if problems:
        raise LayoutFileError(problems)
    return Layouts(by_template)


def read_layout(path: Path) -> Layout:
    """The layout in one file. Raises LayoutFileError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise LayoutFileError([f"{path}: tệp lớn hơn {MAX_FILE_BYTES} byte"])
        tree = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise LayoutFileError([f"{path}: không đọc được: {error}"]) from None
    if not isinstance(tree, dict):
        raise LayoutFileError([f"{path}: tệp phải là một bảng khoá: giá trị"])
    tree = {"template": path.parent.name, "valid_from": path.stem, **tree}
    try:
        layout = Layout.model_validate(tree)
    except ValidationError as error:
        raise LayoutFileError(
            f"{path}: {_place(item['loc'])}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        ) from None
    if (layout.template, layout.valid_from.isoformat()) != (path.parent.name, path.stem):
        raise LayoutFileError([f"{path}: template và valid_from phải theo tên thư mục và tên tệp"])
    return layout


def _place(location: tuple[int | str, ...]) -> str:
    """``blocks[2].rows[0].label`` from its parts."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "(cả tệp)"
