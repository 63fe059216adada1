from itertools import count

from tenants.kit.expiring_cache import ExpiringCache, clear_all_caches


def test_a_value_is_loaded_once_until_it_is_too_old(monkeypatch):
    now = 100.0
    monkeypatch.setattr("tenants.kit.expiring_cache.time.monotonic", lambda: now)
    cache: ExpiringCache[str, int] = ExpiringCache(seconds=60, size=10)
    numbers = count()
    assert [cache.get("a", lambda: next(numbers)) for _ in range(3)] == [0, 0, 0]
    now = 160.0
    assert cache.get("a", lambda: next(numbers)) == 1


def test_that_nothing_is_there_is_forgotten_sooner(monkeypatch):
    now = 100.0
    monkeypatch.setattr("tenants.kit.expiring_cache.time.monotonic", lambda: now)
    cache: ExpiringCache[str, int | None] = ExpiringCache(seconds=60, seconds_if_none=5, size=10)
    assert cache.get("a", lambda: None) is None
    now = 105.0
    assert cache.get("a", lambda: 1) == 1


def test_no_more_than_its_size_is_kept():
    cache: ExpiringCache[int, int] = ExpiringCache(seconds=60, size=2)
    for key in range(3):
        cache.get(key, lambda key=key: key)
    assert cache.get(2, lambda: -1) == 2
    assert cache.get(0, lambda: -1) == -1


def test_all_caches_can_be_emptied_at_once():
    cache: ExpiringCache[str, int] = ExpiringCache(seconds=60, size=2)
    cache.get("a", lambda: 1)
    clear_all_caches()
    assert cache.get("a", lambda: 2) == 2
