"""Projects saved with their data, in the window: another computer, data that are gone, and the file chosen again."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from core.experiment.embedded_data import embed_data
from core.experiment.experiment import Experiment
from core.experiment.project_file import save_project
from playground.plugins.imports.table_dialog import TableDialog
from playground.training.state import TrainingState
from tests.playground.driving import click
from tests.playground.test_data_in_projects import (  # noqa: F401
    PATIENCE_MS,
    Make,
    _nothing_remembered,
    embedded,
    made,
    project,
    reach,
)


def test_the_file_on_disk_is_used_again_once_it_is_chosen(
    make: Make, qtbot: QtBot, project: Path, made: Experiment
) -> None:
    save_project(project, made, None, data=embed_data(made.dataset))
    window = make()
    window.files.open_file(project)
    reach(window, qtbot, TrainingState.IDLE)
    assert embedded(window.document.experiment) is not None
    window.plugins["imports"].choose_again()
    (dialog,) = window.findChildren(TableDialog)
    qtbot.waitUntil(dialog.use_button.isEnabled, timeout=PATIENCE_MS)
    click(dialog.use_button)
    assert embedded(window.document.experiment) is None
    # As a step of undo, with the choice to save them kept.
    window.document.undo_stack.undo()
    assert embedded(window.document.experiment) is not None
    assert window.document.embeds_data
