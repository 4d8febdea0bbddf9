"""The language of lessons, and the texts around them in it."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from core.io.resources import resource
from core.lessons.language import chosen_language, said
from core.lessons.measuring import MEASURES
from tests.sources import trees


def test_a_text_that_a_language_does_not_have_is_english() -> None:
    assert said("de", "Hint {number} of {count}", number=1, count=2) == "Tipp 1 von 2"
    assert said("fr", "Hint {number}", number=1) == "Hint 1"
    assert said("de", "{braces} of others") == "{braces} of others"


def test_the_environment_chooses_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, wanted in {"de": "de", "de_AT.UTF-8": "de", "zh-Hans": "zh", "": "en", "german": "en"}.items():
        monkeypatch.setenv("NUMPYNET_LANGUAGE", value)
        assert chosen_language() == wanted
    assert chosen_language("zh") == "zh"
    monkeypatch.setenv("NUMPYNET_LANGUAGE", "de")
    assert chosen_language("zh") == "de"


def _texts_around() -> set[str]:
    """The texts in the code that are said in the language of a lesson, and those that only tables have."""
    found = {measure.label for name, measure in MEASURES.items() if " N " not in name}
    for _, tree in trees(r"\b(_?say|said)\(", ".lessons."):
        for call in ast.walk(tree):
            name = (
                getattr(call.func, "attr", getattr(call.func, "id", "")) if isinstance(call, ast.Call) else ""
            )
            if name in ("say", "_say", "said") and isinstance(call, ast.Call):
                found |= {
                    each.value for argument in call.args for each in ast.walk(argument)
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    and each.value[:1].isupper()
                }  # fmt: skip
    return found


@pytest.mark.parametrize(
    "file", sorted((resource("lessons") / "words").glob("*.toml")), ids=lambda path: path.stem
)
def test_texts_around_a_lesson_are_all_there_with_their_slots(file: Path) -> None:
    texts = tomllib.loads(file.read_text(encoding="utf-8"))
    assert {each for each in _texts_around() - texts.keys() if not each.endswith(" ")} == set()
    for english, other in texts.items():
        slots = [set(re.findall(r"\{\w+\}", text)) for text in (english, other)]
        assert slots[0] == slots[1], english
