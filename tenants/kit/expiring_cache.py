"""A small cache in the process for what seldom changes and may be a little old."""

from __future__ import annotations

import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, cast

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_caches: weakref.WeakSet[ExpiringCache[Hashable, object]] = weakref.WeakSet()


class ExpiringCache(Generic[Key, Value]):
    """Keeps values for some seconds and at most `size` of them, dropping the oldest.

    That something does not exist (None) may be remembered for a shorter time. Such keys have
    `size` places of their own: whoever asks for many things that do not exist pushes nothing out
    that does.

    Keys name the commune where the value belongs to one: the cache does not know it.
    """

    def __init__(self, *, seconds: float, size: int, seconds_if_none: float | None = None) -> None:
        self._seconds = seconds
        self._seconds_if_none = seconds if seconds_if_none is None else seconds_if_none
        self._size = size
        self._values: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._missing: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()
        _caches.add(cast("ExpiringCache[Hashable, object]", self))

    def get(self, key: Key, load: Callable[[], Value]) -> Value:
        """Return the value of a key, loading it when it is missing or too old."""
        now = time.monotonic()
        with self._lock:
            found = self._values.get(key) or self._missing.get(key)
            if found is not None and found[0] > now:
                return found[1]
        value = load()  # outside the lock: it may ask the database
        lifetime = self._seconds_if_none if value is None else self._seconds
        with self._lock:
            self._drop(key)
            kept = self._missing if value is None else self._values
            kept[key] = (now + lifetime, value)
            if len(kept) > self._size:
                kept.popitem(last=False)
        return value

    def forget(self, key: Key) -> None:
        """Forget one key, known or not."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._missing.clear()

    def _drop(self, key: Key) -> None:
        self._values.pop(key, None)
        self._missing.pop(key, None)


def clear_all_caches() -> None:
    """Forget what every cache holds, as after a change that must be seen at once."""
    for cache in list(_caches):
        cache.clear()
