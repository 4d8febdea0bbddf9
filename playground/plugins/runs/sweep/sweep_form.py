"""The form of a sweep: a card for each setting that varies, method, budget, and where it runs."""

from __future__ import annotations

from dataclasses import astuple, fields
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.io.number_text import count_text, held_text
from core.nn.blas_threads import available_cores
from core.runs.setting_paths import sweepable_settings
from core.spec import SettingError
from core.sweep.axes import Axis
from core.sweep.cluster import TlsFiles
from core.sweep.compute_target import ComputeTarget
from core.sweep.methods import Grid
from core.sweep.processes import jobs_beside_window
from core.sweep.proposals import proposed_axis
from core.sweep.sweep import Sweep
from playground.plugin import BESIDE_TEXT, SectionTitle, SettingsForm, Stepper, ThemeSource, icon
from playground.plugins.runs.sweep.axis_card import AxisCard
from playground.plugins.runs.sweep_draft import SweepDraft
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.controls import push_button, tool_button
from playground.views.widgets.descendants import descendants

_EXAMPLE: Final = "tcp://127.0.0.1:8786"
_TRUST: Final = "Use only a scheduler you trust: it can run any program on this computer."
_STEPPER_PX: Final = 84
_FILES: Final = (
    "For tls:// addresses: the certificate of the authority, this computer's certificate and its key, three files with "
    "commas between them"
)


class PlaceCard(QWidget):
    """`place` reads what is chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.local = set_up(QRadioButton("This computer", self), checked=True)
        self.local.setToolTip("Trials run in processes; the window keeps a core")
        self.jobs = Stepper(
            jobs_beside_window(), 1, max(1, available_cores()),
            default=jobs_beside_window(), name="Processes", tooltip="How many trials run at once", parent=self,
        )  # fmt: skip
        self.jobs.setFixedWidth(_STEPPER_PX)
        self.cluster = QRadioButton("Dask cluster", self)
        self.cluster.setToolTip(
            "Trials run on the workers of a scheduler, which go on when the window is closed"
        )
        self.scheduler = set_up(
            QLineEdit(self),
            accessibleName="Scheduler",
            toolTip=f"The scheduler's address, such as {_EXAMPLE} or tls://…",
        )
        self.scheduler.setPlaceholderText(_EXAMPLE)
        self.trust = set_up(QLabel(_TRUST, self), role="caption", wordWrap=True)
        self.files = set_up(QLineEdit(self), accessibleName="Certificates and key", toolTip=_FILES)
        self.files.setPlaceholderText("ca.pem, cert.pem, key.pem")
        self._lay_out()
        for button in (self.local, self.cluster):
            button.toggled.connect(self._show_choice)
        for field in (self.scheduler, self.files):
            field.setMinimumWidth(40)
            field.textChanged.connect(self._show_choice)
        self._show_choice()

    def place(self) -> ComputeTarget:
        """The chosen options. Raises `SettingError` where the address or a file is missing."""
        if self.local.isChecked():
            return ComputeTarget(self.jobs.value())
        address = self.scheduler.text().strip()
        if not address:
            raise SettingError(f"Scheduler: the address must be such as {_EXAMPLE}, got none")
        if not address.startswith("tls://"):
            return ComputeTarget(scheduler=address)
        paths = [Path(name.strip()) for name in self.files.text().split(",")]
        if len(paths) != len(fields(TlsFiles)) or not all(path.is_file() for path in paths):
            name, found = self.files.accessibleName(), self.files.text()
            raise SettingError(f"{name}: must be three files with commas, got {found!r}")
        return ComputeTarget(scheduler=address, tls=TlsFiles(*paths))

    def show_place(self, place: ComputeTarget) -> None:
        """Show where an earlier sweep runs."""
        (self.cluster if place.scheduler else self.local).setChecked(True)
        self.scheduler.setText(place.scheduler)
        if place.jobs is not None:
            self.jobs.set_value(place.jobs)
        if place.tls is not None:
            self.files.setText(", ".join(map(str, astuple(place.tls))))

    def _show_choice(self) -> None:
        is_cluster = self.cluster.isChecked()
        self.jobs.setEnabled(not is_cluster)
        for widget in (self.scheduler, self.trust):
            widget.setVisible(is_cluster)
        self.files.setVisible(is_cluster and self.scheduler.text().strip().startswith("tls://"))
        self.changed.emit()

    def _lay_out(self) -> None:
        first = hbox((self.local, 1), self.jobs)
        vbox(first, self.cluster, self.scheduler, self.files, self.trust, parent=self, margins=0, spacing=6)


_BUTTON_PX: Final = 28
_OFTEN: Final = (
    "optimizer.learning_rate", "layers.dense.units", "depth", "layers.dense.activation", "batch_size", "optimizer",
    "regularizer", "train_share",
)  # fmt: skip
"""Proposals of "Add a setting", in this order."""


class SweepForm(QWidget):
    """Shows a `SweepDraft` and changes it. `sweep` is what is typed, with its faults."""

    open_requested = Signal()
    save_requested = Signal()

    def __init__(self, themes: ThemeSource, draft: SweepDraft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._draft = themes, draft
        self.cards: list[AxisCard] = []
        self.trials = set_up(QLabel(self), role="caption")
        self.open = self._icon_button("Open a sweep", "Open the sweep of a .json file, with its experiment")
        self.save = self._icon_button(
            "Save the sweep", "Save the sweep and its experiment as .json, for `numpynet sweep` and others"
        )
        self.add = push_button("Add a setting", "Vary another setting as well", self, clicked=self._add)
        self.add.setIconSize(BESIDE_TEXT)
        # The experiment is the document's, and has a form of its own.
        self.settings = SettingsForm(
            themes, self, exclude=("axes",), first=("method", "seeds", "epochs", "objective")
        )
        self.place = PlaceCard(self)
        self._axes = QVBoxLayout()
        self._lay_out()
        self.open.clicked.connect(self.open_requested)
        self.save.clicked.connect(self.save_requested)
        self.settings.spec_changed.connect(self._on_setting)
        draft.changed.connect(self.show_draft)
        themes.theme_changed.connect(self._restyle)
        self._restyle()
        self.show_draft()

    def sweep(self) -> Sweep:
        """The chosen options. Raises `SettingError` for what is typed and not valid, or cannot be run."""
        found = self._draft.sweep.replace(axes=tuple(card.axis() for card in self.cards))
        found.check()
        return found

    def show_draft(self) -> None:
        """Show what the draft has."""
        sweep = self._draft.sweep
        while len(self.cards) > len(sweep.axes):
            card = self.cards.pop()
            self._axes.removeWidget(card)
            card.hide()
            card.deleteLater()
        while len(self.cards) < len(sweep.axes):
            self._add_card()
        for card, axis in zip(self.cards, sweep.axes, strict=True):
            card.show_experiment(sweep.experiment, axis)
            card.remove.setVisible(len(sweep.axes) > 1)
        self.settings.show_spec(sweep)
        (goal,) = descendants(self.settings.row("objective"), QComboBox)
        score = held_text(f"Test {sweep.experiment.task.score.name}", sweep.experiment.held_name)
        goal.setItemText(goal.findData("test_accuracy"), score)
        # Only samples that are made of noise have one.
        of_samples = goal.model().item(goal.findData("distance"))  # type: ignore[attr-defined]
        of_samples.setEnabled(sweep.experiment.task.has_time)
        self._count_trials()

    def _add_card(self) -> None:
        card = AxisCard(f"Setting {len(self.cards) + 1}", self._themes, self)
        card.changed.connect(lambda: self._on_card(card))
        card.remove_requested.connect(lambda: self._remove(card))
        self.cards.append(card)
        self._axes.addWidget(card)

    def _on_card(self, card: AxisCard) -> None:
        place = self.cards.index(card)
        axes = self._draft.sweep.axes
        try:
            axis = card.axis()
            sweep = self._draft.sweep.replace(axes=(*axes[:place], axis, *axes[place + 1 :]))
        except SettingError as error:
            card.show_fault(str(error))
            self._count_trials()
            return
        same = axis.path == axes[place].path
        title = self._title(axis)
        self._draft.change(
            f"Values of {title}" if same else f"Sweep {title}", sweep, f"axis {place}" if same else ""
        )

    def _add(self) -> None:
        """Another card, with a setting that is often swept."""
        sweep = self._draft.sweep
        taken = {axis.path for axis in sweep.axes}
        known = {item.path: item for item in sweepable_settings(sweep.experiment) if item.path not in taken}
        if not known:
            return
        path = next((path for path in _OFTEN if path in known), next(iter(known)))
        axis = proposed_axis(known[path], sweep.experiment)
        try:
            changed = sweep.replace(axes=(*sweep.axes, axis))
        except SettingError as error:
            self.cards[-1].show_fault(str(error))
            return
        self._draft.change(f"Sweep {self._title(axis)}", changed)
        self.cards[-1].setting.setFocus()

    def _remove(self, card: AxisCard) -> None:
        place, sweep = self.cards.index(card), self._draft.sweep
        text = f"Sweep {self._title(sweep.axes[place])} no longer"
        # The cards below move up, with the values of their axes.
        self._draft.change(text, sweep.replace(axes=sweep.axes[:place] + sweep.axes[place + 1 :]))

    def _on_setting(self, sweep: Sweep, name: str) -> None:
        label = next(item.label for item in Sweep.settings() if item.name == name)
        # The form may be a step behind in what it does not show.
        changed = self._draft.sweep.replace(**{name: getattr(sweep, name)})
        self._draft.change(label, changed, f"sweep {name}")

    def _title(self, axis: Axis) -> str:
        titles = {item.path: item.title for item in sweepable_settings(self._draft.sweep.experiment)}
        return titles.get(axis.path, axis.path)

    def _count_trials(self) -> None:
        try:
            text, fault = _count_text(self.sweep()), ""
        except SettingError as error:
            text, fault = "", str(error)
        self.trials.setText(text)
        self.trials.setToolTip(fault)

    def _icon_button(self, name: str, tip: str) -> QToolButton:
        return tool_button(name, tip, self, side_px=_BUTTON_PX, flat="true")

    def _lay_out(self) -> None:
        heading = set_up(QLabel("Sweep", self), role="heading")
        head = hbox(heading, STRETCH, self.open, self.save, spacing=2)
        self._axes.setSpacing(8)
        swept = hbox(SectionTitle("What is swept", self), STRETCH, self.trials)
        method, where = SectionTitle("Method and budget", self), SectionTitle("Where it runs", self)
        rows = head, swept, self._axes, self.add, method, self.settings, where, self.place, STRETCH
        vbox(*rows, parent=self, margins=(14, 10, 14, 12), spacing=8)

    def _restyle(self) -> None:
        theme = self._themes.theme
        self.open.setIcon(icon("open", theme))
        self.save.setIcon(icon("save", theme))
        self.add.setIcon(icon("add", theme))


def _count_text(sweep: Sweep) -> str:
    """The numbers that are multiplied: "5 × 3 × 2 = 30 trials"."""
    count = sweep.count()
    if isinstance(sweep.method, Grid):
        factors = [len(axis.points()) for axis in sweep.plan().axes]
    else:
        factors = [sweep.method.points(sweep.plan())]
    if sweep.seeds > 1:
        factors.append(sweep.seeds)
    product = f"{' × '.join(map(str, factors))} = " if 1 < len(factors) <= 4 else ""
    return f"{product}{count_text(count, 'trial')}"
