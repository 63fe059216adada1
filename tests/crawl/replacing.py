"""Putting other things in the place of the product's, for as long as a context lasts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

PRODUCT = ("config", "citizens", "services", "documents", "tenants")


@contextmanager
def swapped(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Put another value in the place of an attribute."""
    had = name in vars(owner)
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if had:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


@contextmanager
def everywhere(original: Callable[..., Any], other: Callable[..., Any]) -> Iterator[None]:
    """Put another function in the place of one wherever the product imported it."""
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] not in PRODUCT:
                continue
            for attribute, value in list(vars(module).items()):
                if value is original:
                    stack.enter_context(swapped(module, attribute, other))
        yield
