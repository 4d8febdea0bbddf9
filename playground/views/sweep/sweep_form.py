"""The form of a sweep: a card for each setting that varies, method, budget, and where it runs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.spec import SettingError
from core.sweep.axes import Axis
from core.sweep.methods import Grid
from core.sweep.proposals import proposed_axis
from core.sweep.setting_paths import SettingPath
from core.sweep.sweep import Sweep
from playground.model.sweep_draft import SweepDraft
from playground.views.sweep.axis_card import AxisCard, sweep_choices
from playground.views.sweep.place_card import PlaceCard
from playground.views.theme.icons import BESIDE_TEXT, icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.settings_form.form import SettingsForm

_BUTTON_PX: Final = 28
_OFTEN: Final = (
    "optimizer.learning_rate", "layers.dense.units", "depth", "layers.dense.activation", "batch_size", "optimizer",
    "regularizer", "train_share",
)  # fmt: skip
"""What "Add a setting" proposes, in this order."""


class SweepForm(QWidget):
    """Shows a `SweepDraft` and changes it. `sweep` is what is typed, with its faults."""

    open_requested = Signal()
    save_requested = Signal()

    def __init__(self, themes: ThemeSource, draft: SweepDraft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._draft = themes, draft
        self.cards: list[AxisCard] = []
        self.trials = QLabel(self)
        self.trials.setProperty("role", "caption")
        self.open = self._icon_button("Open a sweep", "Open the sweep of a .json file, with its experiment")
        self.save = self._icon_button(
            "Save the sweep", "Save the sweep and its experiment as .json, for `numpynet sweep` and others"
        )
        self.add = QPushButton("Add a setting", self)
        self.add.setToolTip("Vary another setting as well")
        self.add.setAutoDefault(False)
        self.add.setIconSize(BESIDE_TEXT)
        # The experiment is the document's, and has a form of its own.
        self.settings = SettingsForm(
            themes, self, exclude=("axes",), first=("method", "seeds", "epochs", "objective")
        )
        self.place = PlaceCard(themes, self)
        self._axes = QVBoxLayout()
        self._lay_out()
        self.open.clicked.connect(self.open_requested)
        self.save.clicked.connect(self.save_requested)
        self.add.clicked.connect(self._add)
        self.settings.spec_changed.connect(self._on_setting)
        draft.changed.connect(self.show_draft)
        themes.theme_changed.connect(self._restyle)
        self._restyle()
        self.show_draft()

    def sweep(self) -> Sweep:
        """What is chosen. Raises `SettingError` for what is typed and not valid, or cannot be run."""
        for card in self.cards:
            card.axis()
        found = self._typed()
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
        self._count_trials()

    def _typed(self) -> Sweep:
        return self._draft.sweep.replace(axes=tuple(card.axis() for card in self.cards))

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
        known = {item.path: item for item in sweep_choices(sweep.experiment) if item.path not in taken}
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
        items: dict[str, SettingPath] = {
            item.path: item for item in sweep_choices(self._draft.sweep.experiment)
        }
        return items[axis.path].title if axis.path in items else axis.path

    def _count_trials(self) -> None:
        try:
            text, fault = _count_text(self.sweep()), ""
        except SettingError as error:
            text, fault = "", str(error)
        self.trials.setText(text)
        self.trials.setToolTip(fault)

    def _icon_button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("flat", "true")
        button.setFixedSize(_BUTTON_PX, _BUTTON_PX)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        return button

    def _lay_out(self) -> None:
        heading = QLabel("Sweep", self)
        heading.setProperty("role", "heading")
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(self.open)
        head.addWidget(self.save)
        self._axes.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addLayout(head)
        swept = QHBoxLayout()
        swept.addWidget(SectionTitle("What is swept", self))
        swept.addStretch(1)
        swept.addWidget(self.trials)
        column.addLayout(swept)
        column.addLayout(self._axes)
        column.addWidget(self.add)
        column.addWidget(SectionTitle("Method and budget", self))
        column.addWidget(self.settings)
        column.addWidget(SectionTitle("Where it runs", self))
        column.addWidget(self.place)
        column.addStretch(1)

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
    return f"{product}{count:,} trial{'s' if count != 1 else ''}"
