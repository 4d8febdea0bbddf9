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


def test_other_words_for_a_command_come_before_its_hint_and_after_its_name() -> None:
    rows = [
        Command("Preferences…", "What holds at the start", "", print),
        Command("Play", "Train the network", "", print, also="train, start again"),
        Command("Start page", "", "", print),
    ]
    found = best_matches("start", rows)
    assert [pair[0].text for pair in found] == ["Start page", "Play", "Preferences…"]
    assert [found[1][1].also, found[2][1].also] == [(7, 8, 9, 10, 11), ()]
    assert [pair[0].text for pair in best_matches("again play", rows)] == ["Play"], "words of both"
    assert best_matches("again stop", rows) == []


def test_scattered_letters_are_found_where_no_word_is() -> None:
    commands = rows("Move layer left", "Mute")
    assert [pair[0].text for pair in best_matches("mute", commands)] == ["Mute"]
    assert [pair[0].text for pair in best_matches("moeleft", commands)] == ["Move layer left"]
