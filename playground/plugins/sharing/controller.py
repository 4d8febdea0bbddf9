"""Share an experiment as a line of text, by the clipboard."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QGuiApplication

from core.experiment.experiment import Experiment
from core.experiment.short_text import ShortTextError, data_file, experiment_from_text, experiment_to_text
from core.formats.programs.experiment_code import experiment_code
from core.io.number_text import count_text
from playground.plugin import PluginWindow, WindowController

_EPOCHS: Final = 100
"""Of the program of an experiment that has not learned yet."""


class ShareController(WindowController):
    """Copies the experiment as text, and pastes one as a step of undo. Weights do not travel."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)

    def copy(self) -> None:
        """Put the experiment's text on the clipboard."""
        experiment = self._document.experiment
        try:
            text = experiment_to_text(experiment)
        except ShortTextError as error:
            self.message_requested.emit(str(error))
            return
        QGuiApplication.clipboard().setText(text)
        name = data_file(experiment)
        left_out = f"{name} and weights" if name else "weights"
        size = f"{len(text):,} characters"
        self.message_requested.emit(f"The experiment is on the clipboard: {size}; {left_out} not included")

    def copy_python(self) -> None:
        """Put a program on the clipboard that trains the experiment to where it is now, by the library alone."""
        experiment = self._document.experiment
        taken = self._session.checkpoint()
        trained = 0 if taken is None else taken[1].epoch
        epochs = trained or _EPOCHS
        QGuiApplication.clipboard().setText(experiment_code(experiment, epochs))
        count = count_text(epochs, "epoch")
        said = f"A Python program that trains this for {count} is on the clipboard"
        self.message_requested.emit(said)

    def paste(self) -> None:
        """Replace the experiment by the one on the clipboard; undo brings the old one and its training back."""
        try:
            experiment = experiment_from_text(QGuiApplication.clipboard().text())
        except ShortTextError as error:
            self.message_requested.emit(str(error))
            return
        experiment = self._with_known_data(experiment)
        self._document.change(f"Paste {experiment.name}", experiment, fresh=True)
        name = data_file(experiment)
        if name and experiment.dataset.unavailable_reason():
            said = f"Pasted {experiment.name}; its data, {name}, are not included: choose them again"
        else:
            said = f"Pasted {experiment.name}; Ctrl+Z takes it back"
        self.message_requested.emit(said)

    def _with_known_data(self, experiment: Experiment) -> Experiment:
        """The user's own path, if the text is about the file that is open here."""
        here = self._document.experiment.dataset
        if data_file(experiment) and experiment.dataset.same_samples(here):
            return experiment.replace(dataset=experiment.dataset.replace(path=getattr(here, "path", "")))
        return experiment
