"""The small language of conditions, rules and amounts in a procedure file.

An expression is a line of text such as ``age(groom_birth_date) >= 20``. It is read with Python's
own parser, checked against a short list of permitted forms, and evaluated by walking the tree:
nothing in it can call, import or reach anything else. What a citizen has not answered is ``None``;
a comparison with ``None`` is false in a condition, and *unknown* in a rule's check, so that a rule
whose inputs are missing does not fire.
"""

from __future__ import annotations

import ast
import datetime as dt
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from tenants.kit.text import fold

CONTEXT_NAMES = frozenset({"filed_on", "today", "channel", "this_commune"})
CHANNELS = ("online", "counter", "post")
MAX_LENGTH = 600
MAX_NODES = 200
# Amounts of money fit in 15 digits; a product beyond that is a mistake, not a fee.
MAX_NUMBER = 10**15


class ExpressionError(ValueError):
    """The text is not an expression of this language; the message says what is wrong."""


class Unknown:
    """The outcome of a comparison one side of which nobody has answered yet."""

    def __bool__(self) -> bool:
        return False


UNKNOWN = Unknown()


class EarliestDay(dt.date):
    """The first day of a year or month of which no more is known."""


class Names(Protocol):
    """Where an expression finds its values."""

    def value(self, name: str) -> Any:
        """The value of a name in terms of this language; ``None`` when missing."""


@dataclass(frozen=True)
class Expression:
    """A checked expression: its text, its tree and the names it reads."""

    text: str
    tree: ast.expr
    names: frozenset[str]
    comparisons: tuple[tuple[str, tuple[Any, ...]], ...] = field(default=())

    def value(self, names: Names) -> Any:
        """Evaluate; ``None`` when an input is missing or the types do not fit."""
        result = _Evaluation(names, unknown=False).visit(self.tree)
        return None if isinstance(result, Unknown) else result

    def holds(self, names: Names) -> bool:
        """Whether the condition is met; a comparison with a missing answer is false."""
        return bool(self.value(names))

    def check(self, names: Names) -> bool | None:
        """Whether a rule is kept; ``None`` when its inputs are missing."""
        result = _Evaluation(names, unknown=UNKNOWN).visit(self.tree)
        return None if isinstance(result, Unknown) else bool(result)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression, or raise ExpressionError with a sentence for the file's author."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"biểu thức dài quá {MAX_LENGTH} ký tự")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"không đọc được biểu thức {text!r}: {error}") from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ExpressionError("biểu thức quá phức tạp; hãy tách bằng define")
    _check_form(tree)
    names = frozenset(_names(tree))
    return Expression(text, tree, names, tuple(_comparisons(tree)))


def _check_form(node: ast.AST) -> None:
    """Refuse every form that is not on the short list."""
    match node:
        case ast.BoolOp() | ast.Compare() | ast.List() | ast.Tuple() | ast.Name():
            pass
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            pass
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv()):
            pass
        case ast.Constant(value=bool() | int() | str() | None):
            pass
        case ast.Call(func=ast.Name(id=name), keywords=[], args=args):
            _check_call(name, args)
            for argument in args:
                _check_form(argument)
            return
        case ast.boolop() | ast.cmpop() | ast.unaryop() | ast.operator() | ast.expr_context():
            if isinstance(node, ast.Is | ast.IsNot):
                raise ExpressionError("dùng == hoặc not, không dùng is")
            return
        case _:
            raise ExpressionError(
                f"không dùng được dạng {type(node).__name__}; chỉ có and, or, not, so sánh, in, "
                "+ - *, chuỗi, số và các hàm: " + ", ".join(sorted(FUNCTIONS))
            )
    for child in ast.iter_child_nodes(node):
        _check_form(child)


def _check_call(name: str, args: list[ast.expr]) -> None:
    if name not in FUNCTIONS:
        raise ExpressionError(
            f"không có hàm {name}(); các hàm dùng được: " + ", ".join(sorted(FUNCTIONS))
        )
    least, most = FUNCTIONS[name].arity
    if not least <= len(args) <= most:
        raise ExpressionError(f"hàm {name}() nhận {least} đến {most} giá trị, đang có {len(args)}")
    if name == "date":
        literal = args[0].value if isinstance(args[0], ast.Constant) else None
        if not isinstance(literal, str) or _iso(literal) is None:
            raise ExpressionError("date() nhận một ngày viết như date('2016-01-01')")


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Call):
        for argument in node.args:
            yield from _names(argument)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _names(child)


def _comparisons(tree: ast.AST) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Names compared with literals, so that a misspelt option is found while loading."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        sides: list[ast.expr] = [node.left, node.comparators[0]]
        for name, literal in (sides, sides[::-1]):
            if isinstance(name, ast.Name):
                if isinstance(literal, ast.Constant):
                    yield name.id, (literal.value,)
                elif isinstance(literal, ast.List | ast.Tuple):
                    yield (
                        name.id,
                        tuple(e.value for e in literal.elts if isinstance(e, ast.Constant)),
                    )


# ── Evaluation ───────────────────────────────────────────────────────────

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


class _Evaluation:
    def __init__(self, names: Names, *, unknown: Unknown | bool) -> None:
        self.names = names
        self.unknown = unknown

    def visit(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self.names.value(name)
            case ast.BoolOp(op=op, values=values):
                return self._bool(isinstance(op, ast.And), values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                value = self.visit(operand)
                return value if isinstance(value, Unknown) else not value
            case ast.UnaryOp(operand=operand):
                value = self.visit(operand)
                return -value if _is_number(value) else None
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._compare(left, ops, comparators)
            case ast.BinOp(left=left, op=op, right=right):
                return _arithmetic(op, self.visit(left), self.visit(right))
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return [self.visit(element) for element in elements]
            case ast.Call(func=ast.Name(id=name), args=args):
                return FUNCTIONS[name].call(self.names, [self.visit(a) for a in args])
        raise ExpressionError(f"dạng lạ: {type(node).__name__}")

    def _bool(self, is_and: bool, values: list[ast.expr]) -> Any:
        outcome: Any = is_and
        for node in values:
            value = self.visit(node)
            if isinstance(value, Unknown):
                outcome = value
            elif bool(value) != is_and:
                return not is_and
        return outcome

    def _compare(self, left: ast.expr, ops: list[ast.cmpop], rights: list[ast.expr]) -> Any:
        a = self.visit(left)
        outcome: bool | Unknown = True
        for op, right in zip(ops, rights, strict=True):
            b = self.visit(right)
            one = self._one(op, a, b)
            if isinstance(one, Unknown):
                outcome = one
            elif not one:
                return False
            a = b
        return outcome

    def _one(self, op: ast.cmpop, a: Any, b: Any) -> bool | Unknown:
        if isinstance(a, Unknown) or isinstance(b, Unknown) or a is None or b is None:
            return self.unknown
        if isinstance(op, ast.In | ast.NotIn) and isinstance(b, list):
            known = [item for item in b if item is not None]
            # "One of the parents' names" cannot be denied while one of them is missing.
            if len(known) < len(b) and a not in known:
                return self.unknown
            b = known
        try:
            return bool(_COMPARE[type(op)](a, b))
        except TypeError:
            return self.unknown


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _arithmetic(op: ast.operator, a: Any, b: Any) -> int | None:
    if not (_is_number(a) and _is_number(b)):
        return None
    if isinstance(op, ast.FloorDiv):
        return int(a // b) if b else None
    result = _ARITHMETIC[type(op)](a, b)
    return result if abs(result) <= MAX_NUMBER else None


# ── Functions ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Function:
    """A permitted function and how many values it takes."""

    arity: tuple[int, int]
    call: Callable[[Names, list[Any]], Any]


def full_years(birth: Any, on: Any) -> int | None:
    """Full years between two days; a birthday on 29 February is kept on 1 March."""
    if not isinstance(birth, dt.date) or not isinstance(on, dt.date):
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _iso(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _age(names: Names, args: list[Any]) -> int | None:
    return full_years(args[0], args[1] if len(args) > 1 else names.value("filed_on"))


def _is_full(_: Names, args: list[Any]) -> bool | None:
    day = args[0]
    return not isinstance(day, EarliestDay) if isinstance(day, dt.date) else None


def _days(_: Names, args: list[Any]) -> int | None:
    a, b = args
    return (b - a).days if isinstance(a, dt.date) and isinstance(b, dt.date) else None


def _word(position: int) -> Callable[[Names, list[Any]], str | None]:
    def pick(_: Names, args: list[Any]) -> str | None:
        words = args[0].split() if isinstance(args[0], str) else []
        return words[position] if words else None

    return pick


def _length(_: Names, args: list[Any]) -> int:
    return len(args[0]) if isinstance(args[0], str | list) else 0


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [r for r in value if isinstance(r, Mapping)] if isinstance(value, list) else []


def _count(_: Names, args: list[Any]) -> int:
    return sum(1 for row in _rows(args[0]) if row.get(args[1]) == args[2])


def _sum_of(_: Names, args: list[Any]) -> int:
    numbers = (row.get(args[1]) for row in _rows(args[0]))
    return sum(int(n) for n in numbers if n is not None and _is_number(n))


def _extreme(pick: Callable[[list[Any]], Any]) -> Callable[[Names, list[Any]], Any]:
    def call(_: Names, args: list[Any]) -> Any:
        try:
            return None if any(a is None for a in args) else pick(args)
        except TypeError:
            return None

    return call


def _is_filled(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value is not UNKNOWN


FUNCTIONS: dict[str, Function] = {
    "age": Function((1, 2), _age),
    "years_between": Function((2, 2), lambda _, args: full_years(args[0], args[1])),
    "days_between": Function((2, 2), _days),
    "date": Function((1, 1), lambda _, args: _iso(args[0])),
    "is_full": Function((1, 1), _is_full),
    "first_word": Function((1, 1), _word(0)),
    "last_word": Function((1, 1), _word(-1)),
    "fold": Function((1, 1), lambda _, args: fold(args[0]) if isinstance(args[0], str) else None),
    "len": Function((1, 1), _length),
    "count": Function((3, 3), _count),
    "sum_of": Function((2, 2), _sum_of),
    "all_filled": Function((1, 30), lambda _, args: all(map(_is_filled, args))),
    "any_filled": Function((1, 30), lambda _, args: any(map(_is_filled, args))),
    "min": Function((2, 10), _extreme(min)),
    "max": Function((2, 10), _extreme(max)),
}
