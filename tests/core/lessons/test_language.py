"""The language of lessons, and the texts around them in it."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from core.io.resources import resource
from core.lessons.language import ENGLISH, LANGUAGES, chosen_language, said, words_file
from core.lessons.measuring import MEASURES
from core.lessons.shipped import shipped_lessons
from playground.translation import read_catalogue
from tests.sources import ROOT, trees


def test_a_text_that_a_language_does_not_have_is_english() -> None:
    assert said("de", "Hint {number} of {count}", number=1, count=2) == "Hinweis 1 von 2"
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


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != ENGLISH])
def test_lessons_and_the_window_have_one_word_for_one_thing(language: str) -> None:
    """What the panel says has one catalogue alone, the words of lessons; other texts of both are the same."""
    catalogue = (ROOT / "resources" / "languages" / f"{language}.po").read_text(encoding="utf-8")
    window: dict[str, set[str]] = {}
    for message, other in read_catalogue(catalogue):
        window.setdefault(message.text, set()).add(other)
        assert not message.place.startswith(_PANEL), message
    words = tomllib.loads((resource("lessons") / "words" / f"{language}.toml").read_text(encoding="utf-8"))
    both = window.keys() & words.keys() - _OF_OTHER_THINGS
    assert {text: words[text] for text in both if words[text] not in window[text]} == {}
    # A button that a lesson names has the name that is on it.
    shown = {text.replace("&", ""): {each.replace("&", "") for each in window[text]} for text in window}
    for lesson in shipped_lessons():
        for name in re.findall(
            "„([^“]+)“|“([^”]+)”", words_file(lesson, language).read_text(encoding="utf-8")
        ):
            text = " ".join("".join(name).split())
            is_column = text.islower()
            assert is_column or text not in shown or text in shown[text], (lesson.name, text)


_PANEL = tuple(f"playground.plugins.lessons.views.{name}:" for name in ("panel", "step_card"))
_OF_OTHER_THINGS = {
    "open", "Step", "Steps", "Name", "Class", "Epoch", "epochs", "Seeds", "Draw", "Predict",
}  # fmt: skip
"""In the window these are a verb, or heads of tables; of lessons a state, a pupil, or a count."""
