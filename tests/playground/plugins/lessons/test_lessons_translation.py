"""Catalogues are complete and fit; in another language the window has no English and no cut word, files are equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.playground.test_translation import (
    LANGUAGES,
    _printed,
    cache,  # noqa: F401
)

IN_A_LANGUAGE = (
    "import playground, pytest, sys; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', *sys.argv[1:]]))"
)


@pytest.mark.slow(reason="15 s each")
@pytest.mark.parametrize("language", LANGUAGES)
def test_lessons_are_solved_in_each_language(language: str, cache: Path) -> None:
    """By mouse and keys, and all by their keys: what a pupil does is known in any language."""
    lessons = "tests/playground/plugins/lessons/test_run.py", "tests/core/lessons/test_solve.py"
    ways = "solved_by_mouse or shown_by_the_key and 13 or solved_by_its_key"
    assert "22 passed" in _printed(["-c", IN_A_LANGUAGE, *lessons, "-k", ways], language, cache)
