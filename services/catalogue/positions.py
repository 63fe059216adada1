"""Reading YAML so that every value still knows its file, line and path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MAX_FILE_BYTES = 1_000_000
MAX_DEPTH = 40

Location = Sequence[str | int]
# Something wrong in a loaded definition: keys and indices as in the file, and a sentence.
Finding = tuple[tuple[str | int, ...], str]


@dataclass(frozen=True)
class FileProblem:
    """One thing wrong in a procedure file, and where."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class ProcedureFileError(Exception):
    """A procedure file was refused; ``problems`` say where and why."""

    def __init__(self, problems: Iterable[FileProblem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.file, p.line, p.path, p.message))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Origin:
    """Where a mapping or list stood before shared parts were expanded."""

    file: str
    line: int
    path: str


class Map(dict[str, Any]):
    """A mapping that knows its origin and the line of each key."""

    def __init__(self, origin: Origin, lines: dict[str, int] | None = None) -> None:
        super().__init__()
        self.origin = origin
        self.lines = lines or {}

    def copy(self) -> Map:
        """A deep copy that keeps the origin."""
        other = Map(self.origin, dict(self.lines))
        for key, value in self.items():
            other[key] = value.copy() if isinstance(value, Map | Seq) else value
        return other


class Seq(list[Any]):
    """A list that knows its origin and the line of each item."""

    def __init__(self, origin: Origin, items: Iterable[Any] = (), lines: Sequence[int] = ()):
        super().__init__(items)
        self.origin = origin
        self.lines = list(lines)

    def copy(self) -> Seq:
        """A deep copy that keeps the origin."""
        items = (item.copy() if isinstance(item, Map | Seq) else item for item in self)
        return Seq(self.origin, items, self.lines)


def problem_at(tree: Any, location: Location, message: str) -> FileProblem:
    """A problem at a place of the expanded tree, told in terms of the written file."""
    origin = Origin("?", 1, "")
    line, rest = 1, list(location)
    node, walked = tree, 0
    for step in location:
        if isinstance(node, Map):
            origin, line, rest = node.origin, node.origin.line, list(location[walked:])
            if step not in node:
                break
            line = node.lines.get(str(step), line)
            node = node[str(step)]
        elif isinstance(node, Seq):
            if not isinstance(step, int) or step >= len(node):
                break
            if not isinstance(node[step], Map | Seq):
                origin, rest = node.origin, list(location[walked:])
                line = node.lines[step] if step < len(node.lines) else node.origin.line
            node = node[step]
        else:
            break
        walked += 1
    if isinstance(node, Map | Seq) and walked == len(location):
        origin, rest = node.origin, []
        line = line if isinstance(node, Seq) and node.origin.line < line else node.origin.line
    return FileProblem(origin.file, line, join_path(origin.path, rest), message)


def join_path(base: str, steps: Location) -> str:
    """``sections[1].fields[3].type`` from its parts."""
    path = base
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def read_yaml(path: Path) -> Map:
    """The file's content with positions, or ProcedureFileError."""
    file = str(path)
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_FILE_BYTES:
            raise ProcedureFileError([FileProblem(file, 1, "", "tệp lớn hơn 1 MB")])
        text = raw.decode("utf-8")
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            # An alias can unfold into gigabytes, and a copied part is better shared by name.
            if isinstance(token, yaml.AliasToken):
                line = token.start_mark.line + 1
                raise ProcedureFileError(
                    [FileProblem(file, line, "", "không dùng * và &; dùng {use: …}")]
                )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise ProcedureFileError([FileProblem(file, 1, "", f"không đọc được: {error}")]) from None
    except UnicodeDecodeError:
        raise ProcedureFileError([FileProblem(file, 1, "", "tệp phải là UTF-8")]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = f"YAML sai cú pháp: {error.problem}"
        raise ProcedureFileError([FileProblem(file, line, "", what)]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ProcedureFileError([FileProblem(file, 1, "", f"YAML sai: {error}")]) from None
    tree = _Builder(file).build(node, "", 0) if node else None
    if not isinstance(tree, Map):
        raise ProcedureFileError([FileProblem(file, 1, "", "tệp phải là một bảng khoá: giá trị")])
    return tree


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.scalars = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, path: str, depth: int) -> Any:
        origin = Origin(self.file, node.start_mark.line + 1, path)
        if depth > MAX_DEPTH:
            raise self._problem(node, path, "lồng quá sâu")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, origin, depth)
        if isinstance(node, yaml.SequenceNode):
            items = [
                self.build(item, join_path(path, [i]), depth + 1)
                for i, item in enumerate(node.value)
            ]
            return Seq(origin, items, [item.start_mark.line + 1 for item in node.value])
        try:
            value = self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, TypeError) as error:
            raise self._problem(node, path, f"giá trị sai: {error}") from None
        return value.date() if isinstance(value, dt.datetime) else value

    def _mapping(self, node: yaml.MappingNode, origin: Origin, depth: int) -> Map:
        result = Map(origin)
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or not isinstance(key, str):
                raise self._problem(key_node, origin.path, "khoá phải là chữ")
            if key in result:
                raise self._problem(key_node, join_path(origin.path, [key]), "khoá bị viết hai lần")
            result.lines[key] = key_node.start_mark.line + 1
            result[key] = self.build(value_node, join_path(origin.path, [key]), depth + 1)
        return result

    def _problem(self, node: yaml.Node, path: str, message: str) -> ProcedureFileError:
        return ProcedureFileError([FileProblem(self.file, node.start_mark.line + 1, path, message)])
