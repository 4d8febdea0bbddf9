"""Base of a page of the probes. Each module of this folder that registers one is found by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.experiment.experiment import Experiment
from core.io.budget import OnProgress
from core.probes.baselines import BaselineResult
from core.probes.subject import Subject
from core.spec.arrays import Array
from playground.plugin import GRID_PX, Theme, ThemeSource, ValueCombo, hbox, set_up

_FIELD_PX = 96


@dataclass(frozen=True)
class Outcome:
    """A sentence on a result, and whether it is good; None where that is no question."""

    sentence: str
    passed: bool | None = None


@dataclass(frozen=True, eq=False)
class Material:
    """Context of a probe on its own thread: the network at this moment, and how it came there.

    `path` reads the parameter vectors of earlier moments. `score` is the network's present test score, NaN without one.
    """

    subject: Subject
    path: Callable[[], list[Array]]
    score: float


Work = Callable[[Material, OnProgress], Any]
"""Called on a thread with the report; its result goes to `show_result`."""


class ProbePage(QWidget):
    """The controls and the picture of one probe. The dialog around it has the button that runs it, and the outcome."""

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    group: ClassVar[str] = ""
    verb: ClassVar[str] = "Run"
    """The text of the button."""

    change_requested = Signal(str, object, str)
    """Carries the text of the undo step, a function from experiment to changed experiment, and a merge key."""
    marks_changed = Signal(object)
    """Importance 0 … 1 by (layer, unit), to be marked in the network; an empty one removes the marks."""
    message_requested = Signal(str)

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.paint_boundary: Callable[[Array, Theme, int, bool], QPixmap] | None = None
        """Draws a boundary (rows, columns, outputs) of so many pixels a side, of classes or of values."""

    def epochs_field(self, tip: str) -> ValueCombo:
        """How long networks are trained anew."""
        return ValueCombo(
            (20, 50, 100, 200, 500, 1000), 100, low=1, high=100_000, integer=True, name="Epochs", tooltip=tip,
            parent=self,
        )  # fmt: skip

    def captioned(self, *fields: QWidget) -> QHBoxLayout:
        """A row of fields of one width, each behind its name."""
        row = hbox(spacing=GRID_PX)
        for field in fields:
            caption = set_up(QLabel(field.accessibleName(), self), role="muted")
            caption.setBuddy(field)
            field.setFixedWidth(_FIELD_PX)
            row.addWidget(caption)
            row.addWidget(field)
            row.addSpacing(GRID_PX)
        row.addStretch(1)
        return row

    def why_not(self, experiment: Experiment) -> str:
        """A sentence that says why it cannot run; "" if it can."""
        return ""

    def work(self) -> Work:
        """The sweep to run, with the controls as they are now."""
        raise NotImplementedError

    def show_experiment(self, experiment: Experiment) -> None:
        """Follow the document."""

    def show_progress(self, progress: Any) -> None:
        """Show a partial result."""

    def show_result(self, result: Any) -> Outcome:
        """Show the result, and judge it by its `sentence` and, where it can fail, `passed`."""
        self.show_progress(result)
        return Outcome(result.sentence, getattr(result, "passed", None))

    @property
    def baselines(self) -> tuple[BaselineResult, ...]:
        """Models of the result that belong among the kept runs."""
        return ()

    def clear(self) -> None:
        """Forget the result: the network or the data are others."""


PROBE_PAGES: Final[list[type[ProbePage]]] = []
"""In the order of the list."""


def register(page: type[ProbePage]) -> type[ProbePage]:
    """Class decorator: list the page."""
    PROBE_PAGES.append(page)
    return page
