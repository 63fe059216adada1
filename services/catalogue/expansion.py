"""Unfolding a procedure file: shared blocks, option lists, and the short ways of writing.

After this a definition names nothing outside itself. Positions are kept, so that a mistake is
still reported at the line where it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from services.catalogue.positions import FileProblem, Map, Origin, ProcedureFileError, Seq

SHARED_KEYS = ("blocks", "options", "basis", "reasons", "declarations", "define")
USE_KEYS = {"use", "prefix", "label", "hint", "required", "when", "without", "change", "copy"}
COPY_KEYS = ("from_prefix", "when")
EXPRESSION_KEYS = ("when", "required_when", "prefill_when")


class Expander:
    """Expands procedure files against one ``_shared.yaml``."""

    def __init__(self, shared: Map | None) -> None:
        self.shared = shared if shared is not None else Map(Origin("_shared.yaml", 1, ""))
        for key in self.shared:
            if key not in SHARED_KEYS:
                raise _error(self.shared, key, _unknown(key, SHARED_KEYS))
        self._block_copies: list[tuple[Map, list[Map]]] = []

    def expand(self, tree: Map) -> Map:
        """The self-contained tree of one procedure file."""
        result = tree.copy()
        if isinstance(result.get("sections"), Seq):
            result["sections"] = self._sections(result["sections"])
            self._settle_copies(result["sections"])
        if isinstance(result.get("basis"), Seq):
            result["basis"] = self._splice(result["basis"], "basis")
        if isinstance(result.get("reasons"), Map):
            result["reasons"] = self._reasons(result["reasons"])
        if isinstance(result.get("declaration"), Map):
            result["declaration"] = self._take(result["declaration"], "use", "declarations")
        for fee in _maps(result.get("fees")):
            _numbers_to_text(fee, "amount", "times")
        if isinstance(result.get("define"), Map):
            _numbers_to_text(result["define"], *result["define"])
        if isinstance(result.get("result"), Map):
            self._result(result["result"])
        return result

    # ── Form ─────────────────────────────────────────────────────────────

    def _sections(self, sections: Seq) -> Seq:
        for section in _maps(sections):
            if "fields" in section and "pages" in section:
                raise _error(section, "fields", "một phần chỉ có pages hoặc fields")
            if "fields" in section:
                # The section's own condition already guards its only page.
                page = Map(section.origin, section.lines)
                for key in ("key", "title", "fields"):
                    if key in section:
                        page[key] = section[key]
                del section["fields"]
                section["pages"] = Seq(section.origin, [page], [section.origin.line])
                section.lines["pages"] = section.lines.get("fields", section.origin.line)
            for page in _maps(section.get("pages")):
                if isinstance(page.get("fields"), Seq):
                    page["fields"] = self.fields(page["fields"])
        return sections

    def fields(self, fields: Seq, depth: int = 0) -> Seq:
        """A list of fields with its ``use`` items replaced by the blocks they name."""
        items: list[Any] = []
        for item in fields:
            if isinstance(item, Map) and "use" in item:
                items.extend(self._use(item, depth))
            else:
                if isinstance(item, Map):
                    self._field(item, depth)
                items.append(item)
        return Seq(fields.origin, items, [_line(item, fields) for item in items])

    def _field(self, field: Map, depth: int) -> None:
        for key in ("fields", "columns"):
            if isinstance(field.get(key), Seq):
                field[key] = self.fields(field[key], depth + 1)
        if "options" in field:
            field["options"] = self._options(field)

    def _options(self, field: Map) -> Any:
        options = field["options"]
        if isinstance(options, str):
            options = self._lookup(field, "options", "options", options)
        if not isinstance(options, Seq):
            return options
        return Seq(options.origin, [_option(o, options) for o in options], options.lines)

    def _use(self, use: Map, depth: int) -> list[Any]:
        if depth > 8:
            raise _error(use, "use", "khối dùng chung gọi vòng quanh")
        for key in use:
            if key not in USE_KEYS:
                raise _error(use, key, _unknown(key, sorted(USE_KEYS)))
        block = self._lookup(use, "use", "blocks", use["use"])
        if not isinstance(block, Seq):
            raise _error(use, "use", f"khối {use['use']} phải là danh sách trường")
        items = [f for f in self.fields(block.copy(), depth + 1) if isinstance(f, Map)]
        items = self._adjust(use, items)
        if "copy" in use:
            self._copy(use, items)
        prefix = use.get("prefix")
        if prefix is not None and (
            not isinstance(prefix, str) or not re.fullmatch(r"[a-z][a-z0-9_]*_", prefix)
        ):
            raise _error(use, "prefix", "prefix là chữ thường không dấu, kết thúc bằng _")
        if prefix:
            keys = frozenset(_keys(items))
            for item in items:
                _prefix(item, prefix, keys)
        return self._dress(use, items, prefix or "")

    def _adjust(self, use: Map, items: list[Map]) -> list[Map]:
        """``without: [keys]`` drops fields of the block, ``change: {key: {…}}`` alters them."""
        without, change = use.get("without") or [], use.get("change") or {}
        if not isinstance(without, list) or not isinstance(change, dict):
            raise _error(use, "use", "without là danh sách khoá, change là bảng khoá")
        known = set(_keys(items)) | {str(i.get("key")) for i in items}
        for key in [*without, *change]:
            if key not in known:
                raise _error(use, "use", _unknown(str(key), sorted(known)))
        for key, changes in change.items():
            target = next(i for i in _all(items) if i.get("key") == key)
            if not isinstance(changes, Map):
                raise _error(use, "change", f"change.{key} phải là bảng khoá: giá trị")
            for name, value in changes.items():
                target[name] = value
                target.lines[name] = changes.lines[name]
            self._field(target, 0)
        return list(_without(items, set(map(str, without))))

    def _copy(self, use: Map, items: list[Map]) -> None:
        """``copy: {from_prefix: requester_, when: …}`` copies every field of the block."""
        copy = use["copy"]
        if not isinstance(copy, Map) or not isinstance(copy.get("from_prefix"), str):
            raise _error(use, "copy", "copy của một khối viết {from_prefix: tiền tố_, when: …}")
        for key in copy:
            if key not in COPY_KEYS:
                raise _error(copy, key, _unknown(key, COPY_KEYS))
        leaves = [i for i in _all(items) if "fields" not in i and "copy" not in i]
        for leaf in leaves:
            own = Map(copy.origin, {**copy.lines, "from": copy.lines["from_prefix"]})
            own["from"] = f"{copy['from_prefix']}{leaf.get('key')}"
            if "when" in copy:
                own["when"] = copy["when"]
            leaf["copy"] = own
            leaf.lines["copy"] = use.lines["copy"]
        self._block_copies.append((use, leaves))

    def _settle_copies(self, sections: Seq) -> None:
        """A block takes over what the other block also asks; its other fields start empty."""
        pages = [page for section in _maps(sections) for page in _maps(section.get("pages"))]
        asked = {key for page in pages for key in _keys(_maps(page.get("fields")))}
        for use, leaves in self._block_copies:
            sources = [leaf["copy"]["from"] for leaf in leaves]
            if not asked & set(sources):
                raise _error(use, "copy", f"không có trường nào để lấy: {', '.join(sources)}")
            for leaf, source in zip(leaves, sources, strict=True):
                if source not in asked:
                    del leaf["copy"]

    def _dress(self, use: Map, items: list[Map], prefix: str) -> list[Any]:
        """Apply what the ``use`` line says to the block: label, hint, condition, optional."""
        if use.get("required") is False:
            for leaf in _all(items):
                leaf["required"] = False
                leaf.pop("required_when", None)
        target = items
        if "label" in use and len(items) > 1:
            group = Map(use.origin, dict(use.lines))
            group["key"] = f"{prefix}{use['use']}"
            group["type"] = "group"
            group["fields"] = Seq(use.origin, items, [i.origin.line for i in items])
            target = [group]
        for key in ("label", "hint"):
            if key in use and target:
                target[0][key] = use[key]
        if "when" in use:
            for item in target:
                own = item.get("when")
                item["when"] = f"({use['when']}) and ({own})" if own else use["when"]
        return target

    # ── The rest ─────────────────────────────────────────────────────────

    def _lookup(self, at: Map, key: str, kind: str, name: Any) -> Any:
        known = self.shared.get(kind) or {}
        if not isinstance(name, str) or name not in known:
            raise _error(at, key, _unknown(str(name), sorted(known)))
        return known[name]

    def _take(self, at: Map, key: str, kind: str) -> Any:
        if list(at) != [key]:
            raise _error(at, next(iter(at), ""), f"ở đây chỉ viết được {{{key}: tên}}")
        value = self._lookup(at, key, kind, at[key])
        return value.copy() if isinstance(value, Map | Seq) else value

    def _splice(self, items: Seq, kind: str, part: str | None = None) -> Seq:
        result: list[Any] = []
        for item in items:
            if isinstance(item, Map) and "use" in item:
                taken = self._take(item, "use", kind)
                taken = taken.get(part) if part and isinstance(taken, Map) else taken
                result.extend(taken or [])
            elif kind == "basis" and isinstance(item, str):
                title = Map(items.origin)
                title["title"] = item
                result.append(title)
            else:
                result.append(item)
        return Seq(items.origin, result, [_line(item, items) for item in result])

    def _reasons(self, reasons: Map) -> Map:
        for part, items in list(reasons.items()):
            if isinstance(items, Seq):
                reasons[part] = self._splice(items, "reasons", part)
        if "use" in reasons:
            common = self._lookup(reasons, "use", "reasons", reasons.pop("use"))
            for part, items in common.items():
                reasons[part] = Seq(items.origin, [*(reasons.get(part) or []), *items])
        return reasons

    def _result(self, result: Map) -> None:
        if isinstance(result.get("entries"), Seq):
            result["entries"] = self.fields(result["entries"])
        for holder, key in ((result, "paragraphs"), (result, "after")):
            _wrap_texts(holder, key)
        if isinstance(result.get("rejection"), Map):
            _wrap_texts(result["rejection"], "paragraphs")
        if isinstance(result.get("rows"), Seq):
            rows = result["rows"]
            result["rows"] = Seq(rows.origin, [_row(row, rows) for row in rows], rows.lines)


def _row(row: Any, rows: Seq) -> Any:
    if isinstance(row, Seq):
        wrapped = Map(row.origin)
        wrapped["cells"] = row
        return wrapped
    if isinstance(row, Map) and "heading" not in row and "cells" not in row:
        wrapped = Map(row.origin, dict(row.lines))
        cell = row.copy()
        if "when" in cell:
            wrapped["when"] = cell.pop("when")
        wrapped["cells"] = Seq(row.origin, [cell], [row.origin.line])
        return wrapped
    return row


def _wrap_texts(holder: Map, key: str) -> None:
    texts = holder.get(key)
    if not isinstance(texts, Seq):
        return
    for i, text in enumerate(texts):
        if isinstance(text, str):
            wrapped = Map(Origin(texts.origin.file, texts.lines[i], texts.origin.path))
            wrapped["text"] = text
            texts[i] = wrapped


def _option(option: Any, options: Seq) -> Any:
    if isinstance(option, Map):
        if isinstance(option.get("value"), int):
            option["value"] = str(option["value"])
        return option
    if isinstance(option, str):
        wrapped = Map(options.origin)
        wrapped["value"] = wrapped["label"] = option
        return wrapped
    return option


def _numbers_to_text(holder: Map, *keys: str) -> None:
    for key in keys:
        if isinstance(holder.get(key), int):
            holder[key] = str(holder[key])


def _maps(items: Any) -> list[Map]:
    return [item for item in items if isinstance(item, Map)] if isinstance(items, list) else []


def _all(items: list[Map]) -> Iterator[Map]:
    for item in items:
        yield item
        yield from _all(_maps(item.get("fields")))


def _keys(items: list[Map]) -> Iterator[str]:
    return (str(item.get("key")) for item in _all(items))


def _without(items: list[Map], dropped: set[str]) -> Iterator[Map]:
    for item in items:
        if item.get("key") in dropped:
            continue
        if isinstance(item.get("fields"), Seq):
            inner = list(_without(_maps(item["fields"]), dropped))
            item["fields"] = Seq(item["fields"].origin, inner, [i.origin.line for i in inner])
        yield item


_STRINGS_OR_NAMES = re.compile(r"'[^']*'|\"[^\"]*\"|[A-Za-z_][A-Za-z0-9_]*")


def _prefix(field: Map, prefix: str, keys: frozenset[str]) -> None:
    """Prefix a field's key and, in its expressions, the names that are keys of the block."""

    def rename(match: re.Match[str]) -> str:
        return prefix + match[0] if match[0] in keys else match[0]

    if isinstance(field.get("key"), str):
        field["key"] = prefix + field["key"]
    if field.get("of") in keys:
        field["of"] = prefix + field["of"]
    for name in EXPRESSION_KEYS:
        if isinstance(field.get(name), str):
            field[name] = _STRINGS_OR_NAMES.sub(rename, field[name])
    for inner in _maps(field.get("fields")):
        _prefix(inner, prefix, keys)
    columns = _maps(field.get("columns"))
    own = frozenset(str(column.get("key")) for column in columns)
    for column in columns:
        key = column.get("key")
        _prefix(column, prefix, keys - own)
        column["key"] = key


def _line(item: Any, parent: Seq) -> int:
    return item.origin.line if isinstance(item, Map | Seq) else parent.origin.line


def _unknown(name: str, known: Any) -> str:
    return f"không có {name!r}; dùng được: {', '.join(known)}"


def _error(at: Map, key: str, message: str) -> ProcedureFileError:
    path = f"{at.origin.path}.{key}" if at.origin.path else key
    line = at.lines.get(key, at.origin.line)
    return ProcedureFileError([FileProblem(at.origin.file, line, path, message)])
