"""A command is found by its letters in their order."""

from __future__ import annotations

import pytest

from playground.views.dialogs.command_palette import Command, best_matches, match


def rows(*texts: str) -> list[Command]:
    return [Command(text, "", "", lambda: None) for text in texts]


def test_letters_are_found_in_their_order_only() -> None:
    found = match("adn", "Add Dense")
    assert found is not None
    assert found.places == (0, 4, 6)
    assert match("nda", "Add Dense") is None
    assert match("denses", "Add Dense") is None
    everything = match("", "Add Dense")
    assert everything is not None
    assert everything.places == ()


def test_the_best_of_several_ways_is_taken() -> None:
    # Initials rank before adjacent letters, these before scattered ones.
    initials, word = match("ad", "Add Dense"), match("ens", "Seen Dense")
    assert initials is not None
    assert initials.places == (0, 4)
    assert word is not None
    assert word.places == (6, 7, 8)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("add de", "Add Dense"),
        ("moons", "Use Moons"),
        ("adam", "Optimizer Adam"),
        ("sb", "Step one batch"),
        ("loss", "Loss…"),
    ],
)
def test_the_likeliest_comes_first(query: str, first: str) -> None:
    commands = rows(
        "Add Dropout",
        "Use Moons",
        "Optimizer Nadam",
        "Optimizer Adam",
        "Step one batch",
        "Add Dense",
        "Subtle",
        "Use loss Mean squared error",
        "Loss…",
    )
    assert best_matches(query, commands)[0][0].text == first


def test_a_hint_is_searched_by_words_and_comes_after_names() -> None:
    named, hinted = (
        Command("Sheet", "", "", print),
        Command("Shortcuts", "See every sheet of keys", "", print),
    )
    assert [pair[0] for pair in best_matches("sheet", [hinted, named])] == [named, hinted]
    assert best_matches("heet", [hinted]) == []
