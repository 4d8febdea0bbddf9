"""The page "Runs": what was kept, and races, seeds and sweeps beside the open network; and their command lines."""

from typing import Final

from playground.plugin import PLUGINS, ActionRow, PageRow, Plugin, late
from playground.plugins.runs.command_line import COMMANDS

_SETS: Final = (
    ("race", 3, "Train two to four configurations side by side."),
    ("seeds", 4, "Train the experiment from many seeds, to see what is luck."),
    ("sweep", 5, "Try combinations of settings, and see what each of them learns."),
)
_NEWEST: Final = tuple(
    ActionRow(
        f"newest_{kind}", f"Newest {kind}", "", f"Ctrl+{digit}", "view", tip, run="runs.show_newest",
        arguments=(kind,), starts_group=kind == "race", also=f"{kind} page",
    )
    for kind, digit, tip in _SETS
)  # fmt: skip
_PAGE = PageRow(
    "runs", "Runs", "Train many networks, and compare what was kept.", 20, 2,
    late(__name__, "make_page"), commands=_NEWEST,
)  # fmt: skip
_SEEDS = ActionRow(
    "train_seeds", "Train many seeds…", "seed", "", "", "Train the experiment from 2 to 64 seeds, to see what is luck.",
    run="runs.show_set", arguments=("seeds",), also="luck, variance, random, repeat the training, ensemble",
    after="hold_neuron",
)  # fmt: skip
PLUGINS.register(
    Plugin(
        "runs", "Runs", pages=(_PAGE,), commands=(_SEEDS,), command_line=COMMANDS,
        controller=late(__name__, "RunsController"),
        gives={
            name: late(__name__, name) for name in ("run_library", "note_lesson", "train_seeds", "mention_unfinished")
        },
    )
)  # fmt: skip
