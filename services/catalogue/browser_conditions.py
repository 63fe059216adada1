"""Conditions as trees of JSON, so that a page's script can show and hide its questions."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from services.catalogue.expressions import Expression, Names

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}


class _NotForBrowsers(Exception):
    pass


def expression_json(
    expression: Expression,
    *,
    on_page: frozenset[str],
    names: Names,
    defined: Mapping[str, Expression],
) -> Any:
    """The condition as a tree that the page's script can evaluate, or ``None``.

    Names that are not on the page are replaced by their present values, and defined names by
    their expressions. ``None`` means that only the server can tell: the field stays shown.
    """

    def tree(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name) if name in on_page:
                return ["name", name]
            case ast.Name(id=name) if name in defined:
                return tree(defined[name].tree)
            case ast.Name(id=name):
                value = names.value(name)
                if value is not None and not isinstance(value, bool | int | str):
                    raise _NotForBrowsers
                return value
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ["not", tree(operand)]
            case ast.BoolOp(op=op, values=values):
                return ["and" if isinstance(op, ast.And) else "or", *map(tree, values)]
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return [_SIGNS[type(op)], tree(left), tree(right)]
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return [tree(element) for element in elements]
        raise _NotForBrowsers

    try:
        return tree(expression.tree)
    except _NotForBrowsers:
        return None
