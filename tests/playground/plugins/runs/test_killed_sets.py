"""A window that is killed while a race, seeds and a sweep train at once: all that was kept is there, and goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import Final

import pytest

from core.runs.store import Store

_PATIENCE_SECONDS: Final = 120.0
PROGRAM = Path(__file__).with_name("training_sets_program.py")


def told_before_a_kill(folder: Path, lines: int) -> dict[tuple[int, int], float]:
    """What a window says that it has kept, until it is killed in the midst of `lines` news of its training."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.playground.plugins.runs.training_sets_program", str(folder)],
        cwd=PROGRAM.parents[2], env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    # Where nothing goes on, nothing is told.
    watch = Timer(_PATIENCE_SECONDS, process.kill)
    watch.start()
    told: dict[tuple[int, int], float] = {}
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            number, member, epochs = line.split()
            told[int(number), int(member)] = float(epochs)
            lines -= 1
            if lines <= 0:
                break
    watch.cancel()
    process.kill()
    process.wait()
    return told


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kills by a signal")
def test_a_kill_while_sets_train_loses_no_run_that_was_kept(tmp_path: Path) -> None:
    trials: list[int] = []
    kept: dict[tuple[int, int], float] = {}
    for turn in range(3):
        told = told_before_a_kill(tmp_path, len(kept) + 30 + 5 * turn)
        assert told, "the window has ended by itself"
        with closing(Store(tmp_path / "runs.sqlite")) as store:
            sets = {each.kind: each for each in store.sets()}
            kept = {
                (each.id, run.trial.number): run.epochs
                for each in sets.values() for run in store.members(each.id)
            }  # fmt: skip
            assert store.damage == ""
            assert not any(each.is_held for each in sets.values()), "the dead hold nothing"
            assert all(kept[key] >= epochs for key, epochs in told.items())
            trials.append(len(store.results(sets["sweep"].id)))
            assert len(store.sets()) == len(sets), "what was left goes on, and nothing is begun anew"
    assert sets.keys() == {"race", "seeds", "sweep"}
    assert trials == sorted(set(trials)), "the sweep goes on"
