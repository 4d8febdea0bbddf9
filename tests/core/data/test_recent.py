from __future__ import annotations

from core.data.recent import Recent


def test_the_oldest_makes_room() -> None:
    recent: Recent[str, int] = Recent(2)
    for number, key in enumerate("abc"):
        recent.put(key, number)
    assert [recent.get(key) for key in "abc"] == [None, 1, 2]


def test_what_is_put_in_again_is_the_newest() -> None:
    recent: Recent[str, int] = Recent(2)
    for number, key in enumerate("abac"):
        recent.put(key, number)
    assert [recent.get(key) for key in "abc"] == [2, None, 3]


def test_reading_makes_nothing_newer_and_clear_forgets_all() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 0)
    recent.put("b", 1)
    assert recent.get("a") == 0
    recent.put("c", 2)
    assert recent.get("a") is None
    recent.clear()
    assert [recent.get(key) for key in "bc"] == [None, None]
