"""Interface texts: what the sources say in Vietnamese, and what a catalogue makes of them.

The Vietnamese texts are the message ids. Each other language has one file,
``locale/<language>/LC_MESSAGES/django.po``; ``manage.py update_catalogue`` keeps it in step with
the sources, and the tests refuse one that is incomplete.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.env import BASE_DIR

Key: TypeAlias = tuple[str | None, str]

FOLDERS = ("templates", "citizens", "services", "documents", "tenants", "config")
TEMPLATES = (".html", ".txt")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# What a translation must keep: %(name)s, {name} and the tags of links and emphasis.
_KEPT = re.compile(
    r"%\(\w+\)[#0 +-]*[\d.]*[a-z]|%[sd]|\{\w*\}|</?(?:a|b|br|em|i|span|strong)\b[^>]*>"
)


def catalogue_path(language: str) -> Path:
    """The file with the texts of a language."""
    return BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po"


def source_texts(root: Path = BASE_DIR) -> Catalog:
    """Every text of the interface in the templates and the Python code under ``root``."""
    texts = Catalog()
    for path in _sources(root):
        code = path.read_text(encoding="utf-8")
        if path.suffix in TEMPLATES:
            # Not quite Python: the template's own indentation would stop the reader.
            code = "\n".join(map(str.strip, templatize(code, origin=str(path)).split("\n")))
        file = io.BytesIO(code.encode())
        for _line, text, _comments, context in extract("python", file, KEYWORDS):
            texts.add(text, context=context)
    return texts


def read_catalogue(path: Path, language: str) -> Catalog:
    """A catalogue as it is on disk; an empty one when there is none yet."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(catalogue: Catalog, texts: Catalog) -> Catalog:
    """The texts with the translations that the catalogue has for them; other texts are dropped."""
    updated = Catalog(locale=catalogue.locale)
    for message in entries(texts):
        known = catalogue.get(_id(message), message.context)
        same_shape = known is not None and isinstance(known.id, str) == isinstance(message.id, str)
        updated.add(
            message.id,
            known.string if known is not None and same_shape else None,
            context=message.context,
        )
    return updated


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue sorted by text, without places and dates: an edit shows as that edit."""
    body = io.BytesIO()
    write_po(body, catalogue, width=96, no_location=True, omit_header=True, sort_output=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_header(catalogue).encode() + body.getvalue().rstrip(b"\n") + b"\n")


def faults(catalogue: Catalog, texts: Catalog) -> Iterator[str]:
    """What a catalogue lacks or has too much of, one sentence each; none when it is complete."""
    wanted = {_key(message) for message in entries(texts)}
    for message in entries(texts):
        known = catalogue.get(_id(message), message.context)
        if known is None:
            yield f"missing: {_id(message)!r}"
        elif known.fuzzy:
            yield f"fuzzy: {_id(message)!r}"
        elif not all(_forms(known)):
            yield f"empty: {_id(message)!r}"
        elif known.pluralizable != message.pluralizable:
            yield f"with other plurals than its source: {_id(message)!r}"
        else:
            yield from _changed_placeholders(known)
    for message in entries(catalogue):
        if _key(message) not in wanted:
            yield f"no longer in the sources: {_id(message)!r}"
    for old in catalogue.obsolete.values():
        yield f"obsolete: {_id(old)!r}"


def entries(catalogue: Catalog) -> list[Message]:
    """The messages of a catalogue without its header."""
    return [message for message in catalogue if message.id]


def _changed_placeholders(message: Message) -> Iterator[str]:
    source = message.id if isinstance(message.id, str) else message.id[-1]
    for form in _forms(message):
        if Counter(_KEPT.findall(form)) != Counter(_KEPT.findall(source)):
            yield f"with other placeholders than its source: {form!r}"


def _sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix == ".py" or (path.suffix in TEMPLATES and folder == "templates"):
                yield path


def _forms(message: Message) -> list[str]:
    """The translation, or one for each plural form; an absent one is empty."""
    given = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return [form if isinstance(form, str) else "" for form in given]


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _key(message: Message) -> Key:
    return message.context, _id(message)


def _header(catalogue: Catalog) -> str:
    language = catalogue.locale_identifier or ""
    plural = get_plural(language)
    return (
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: nplurals={plural.num_plurals}; plural={plural.plural_expr};\\n"\n\n'
    )
