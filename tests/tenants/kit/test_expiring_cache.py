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


def test_what_does_not_exist_pushes_nothing_out_that_does():
    cache: ExpiringCache[int, int | None] = ExpiringCache(seconds=60, size=2)
    assert cache.get(0, lambda: 0) == 0
    for key in range(1, 9):
        assert cache.get(key, lambda: None) is None
    assert cache.get(0, lambda: -1) == 0
    assert cache.get(8, lambda: -1) is None, "the latest ones are remembered too"
    assert cache.get(1, lambda: -1) == -1, "but not all of them"


def test_one_key_can_be_forgotten():
    cache: ExpiringCache[str, int | None] = ExpiringCache(seconds=60, size=2)
    assert [cache.get("a", lambda: 1), cache.get("b", lambda: None)] == [1, None]
    cache.forget("b")
    assert [cache.get("a", lambda: 2), cache.get("b", lambda: 2)] == [1, 2]
    cache.forget("a")
    cache.forget("never there")
    assert cache.get("a", lambda: 3) == 3


def test_all_caches_can_be_emptied_at_once():
    cache: ExpiringCache[str, int] = ExpiringCache(seconds=60, size=2)
    cache.get("a", lambda: 1)
    clear_all_caches()
    assert cache.get("a", lambda: 2) == 2
