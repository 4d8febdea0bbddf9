"""What the palette offers, it does, with plug-ins."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.formats import EXPORTERS
from playground.commands.action_table import FOUND_ROWS, TABLE, all_rows
from playground.views.dialogs.command_palette.matching import Command, best_matches
from playground.window.main_window import MainWindow
from playground.window.pages import page_rows

STRANGERS = {
    "new": ("start over", "examples", "begin", "recent files"),
    "open": ("load file", "open project"),
    "import_data": ("my csv", "spreadsheet", "excel"),
    "import_images": ("photos", "my pictures"),
    "restore": ("crash", "lost work"),
    "save": ("store", "keep"),
    "save_as": ("another name",),
    "embed_data": ("include table",),
    "export": ("download", "share file", "send to a friend"),
    "film": ("video", "gif", "animation", "screencast"),
    "quit": ("exit", "close"),
    "undo": ("back", "take back"),
    "redo": ("again",),
    "copy_experiment": ("share link", "send settings"),
    "copy_python": ("code", "script"),
    "paste_experiment": ("receive",),
    "paint": ("draw points", "own points", "brush"),
    "preferences": ("settings", "font size", "options"),
    "delete_layer": ("remove layer", "drop layer"),
    "duplicate_layer": ("copy layer",),
    "zoom_in": ("bigger", "magnify"),
    "zoom_out": ("smaller",),
    "zoom_fit": ("whole network",),
    "play": ("train", "start", "learn", "stop", "pause"),
    "step_batch": ("one update",),
    "step_epoch": ("one pass", "one round"),
    "slow_step": ("slow motion", "backpropagation", "chain rule"),
    "full_speed": ("faster", "max speed"),
    "run_until": ("early stopping", "stop at"),
    "probes": ("diagnose",),
    "prune": ("sparse", "compress", "cut links"),
    "train_seeds": ("luck", "random", "repeat training"),
    "look_back": ("history", "past"),
    "play_back": ("replay",),
    "branch_here": ("fork",),
    "back_to_live": ("present",),
    "reset": ("restart", "forget"),
    "reset_new_seed": ("random weights", "reinitialize"),
    "microscope": ("inside a neuron", "formula"),
    "mistakes": ("errors", "misclassified", "which digit is confused", "wrong"),
    "draw": ("handwriting", "sketch", "draw a digit"),
    "predict": ("new rows",),
    "doctor": ("help me", "why not learning", "advice"),
    "theme": ("dark mode", "night"),
    "simple_view": ("beginner", "all settings"),
    "fog": ("doubt", "uncertainty", "how sure"),
    "move_panels": ("rearrange",),
    "restore_panels": ("default layout",),
    "full_screen": ("presentation", "maximize"),
    "lesson_open": ("exercise", "course"),
    "lesson_sheet": ("print", "worksheet"),
    "lesson_key": ("solution",),
    "lesson_new": ("author",),
    "lesson_codes": ("grade", "pupils"),
    "commands": ("search",),
    "shortcuts": ("hotkeys", "keys"),
    "newer_version": ("update", "upgrade"),
    "about": ("licence",),
    "probe_landscape": ("error surface",),
    "probe_rate_range": ("find learning rate",),
    "probe_gradients": ("numerical gradient",),
    "hold_neuron": ("mute", "switch off neuron"),
}
"""What somebody types who does not know the names, by the command that is meant."""


def test_few_commands_are_found_by_the_words_of_a_stranger() -> None:
    assert len(TABLE) + len(page_rows()) + len(FOUND_ROWS) <= 95
    rows = [row for row in all_rows(page_rows(), EXPORTERS) if not row.submenu]
    commands = [
        Command(row.text.replace("&", ""), row.tip, "", lambda: None, also=row.also, key=row.name)
        for row in rows
    ]
    asked = [(name, words) for name, each in STRANGERS.items() for words in each]
    assert len(asked) >= 80
    missed = [
        (name, words)
        for name, words in asked
        if name not in [command.key for command, _ in best_matches(words, commands)[:3]]
    ]
    assert not missed


def test_a_neuron_is_muted_on_the_page_that_shows_it_alone(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_name["page_runs"].trigger()
    with qtbot.waitSignal(window.inspection.message_requested):
        window.actions_by_name["hold_neuron"].trigger()
