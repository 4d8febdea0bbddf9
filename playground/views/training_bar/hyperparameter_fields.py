"""The hyperparameter fields of the training bar; they edit the document."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.experiment.adapt import with_optimizer
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.io.sentence import in_sentence
from core.optim import Optimizer
from core.spec import Spec
from core.train.class_weights import Balanced, ByHand, class_weights
from core.train.training_config import TrainingConfig
from playground.model.document import Document
from playground.views.theme.colors import GRID_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.training_bar import field_choices as fields
from playground.views.training_bar.settings_popup import SettingsPopup
from playground.views.widgets import Captioned, ChoiceCombo, Segments, ValueCombo
from playground.views.widgets.boxes import hbox, restyle, set_up
from playground.views.widgets.number_format import class_labels
from playground.views.widgets.settings_form import SettingsForm

# More would not fit below the field.
_MAX_NAMED = 12


@dataclass(frozen=True)
class ClassCounts:
    """`names` in class order, and each class's `balanced` weight; both empty for regression."""

    names: tuple[str, ...] = ()
    balanced: tuple[float, ...] = ()

    @classmethod
    def of(cls, prepared: PreparedData) -> ClassCounts:
        """From the training samples."""
        classes = prepared.encoding.classes
        if not classes or prepared.encoding.tokens:
            return cls()
        weights = class_weights("balanced", np.asarray(prepared.train.labels), classes)
        names = class_labels(prepared.data)
        return cls(names, tuple(float(f"{weight:.3g}") for weight in weights))

    def described(self) -> str:
        """A sentence with each class's balanced weight; empty without classes."""
        if not self.names:
            return ""
        pairs = zip(self.names, self.balanced, strict=False)
        parts = [f"{name} {weight:g}" for name, weight in pairs]
        left = len(parts) - _MAX_NAMED
        more = f", and {left} more" if left > 0 else ""
        return (
            f"The classes in their order, with their balanced weights: {', '.join(parts[:_MAX_NAMED])}{more}."
        )

    def first_weights(self, *, balanced: bool) -> tuple[float, ...]:
        """Initial weights of `ByHand`: the balanced ones, else 1 for each class."""
        return self.balanced if balanced and self.balanced else (1.0,) * max(1, len(self.names))


_LEARNING_RATE: Final = Optimizer.setting("learning_rate")
_BATCH_SIZE: Final = TrainingConfig.setting("batch_size")
# (name, minimum, maximum width in pixels): fields shrink before the bar outgrows a small screen.
_FIELDS: Final = (
    ("learning_rate", 72, 104),
    ("optimizer", 72, 112),
    ("batch_size", 58, 80),
    ("loss", 64, 202),
    ("regularizer", 92, 104),
)
_WITH_MORE: Final = ("learning_rate", "optimizer", "loss", "regularizer")
# Settings in the popup beside the learning rate.
_PACES: Final = {"third": 1 / 3, "usual": 1.0, "triple": 3.0}
"""Learning rates of the simple view, in usual ones."""
_OF_RATE: Final = ("schedule", "clipping", "engine")
_WEIGHTS: Final = TrainingConfig.setting("class_weights")
_NOT_WEIGHTS: Final = tuple(item.name for item in TrainingConfig.settings() if item.name != _WEIGHTS.name)
_NOT_OF_RATE: Final = tuple(item.name for item in TrainingConfig.settings() if item.name not in _OF_RATE)
_MORE_PX: Final = QSize(26, 26)


class HyperparameterFields(QWidget):
    """Learning rate, optimizer, batch size, loss and regularizer of the document's experiment."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._themes = document, themes
        self._more: dict[str, QToolButton] = {}
        self._captions: dict[str, Captioned] = {}
        self._used: frozenset[str] = frozenset()
        self._classes = ClassCounts()
        self._make_numbers(document.experiment)
        self._make_choices()
        row = self.row = hbox(parent=self, margins=0, spacing=GRID_PX)
        for name, least, most in _FIELDS:
            combo: ChoiceCombo | ValueCombo = set_up(getattr(self, name), objectName=name)
            more = self._make_more(name) if name in _WITH_MORE else None
            self._captions[name] = add_field(row, combo, least, most, more)
        tip = "How large the steps are that the network learns by. Fast can be too fast: then it jumps about."
        paces = [("third", "slow", tip), ("usual", "normal", tip), ("triple", "fast", tip)]
        self.pace = Segments(paces, name=_LEARNING_RATE.label, parent=self)
        self.pace.chosen.connect(self._choose_pace)
        rate = self._captions["learning_rate"]
        rate.plain = "How fast it learns"
        rate.layout().addWidget(self.pace)  # type: ignore[union-attr]
        self._widest_px = rate.maximumWidth()
        self.pace.hide()
        document.experiment_changed.connect(self._show_experiment)
        themes.theme_changed.connect(self._follow_theme)
        self._follow_theme(themes.theme)
        self._show_experiment(document.experiment)

    @property
    def combos(self) -> list[ChoiceCombo | ValueCombo]:
        """All fields, from left to right."""
        return [getattr(self, name) for name, *_ in _FIELDS]

    def show_data(self, prepared: PreparedData) -> None:
        """Set the classes that can be weighted."""
        self._classes = ClassCounts.of(prepared)

    def clear(self) -> None:
        """Drop the classes."""
        self._classes = ClassCounts()

    def show_past(self, past: Experiment | None) -> None:
        """Show the settings of an earlier moment; those that differ are dashed, with the current one above."""
        now = self._document.experiment
        self._show_experiment(past or now)
        for name in self._captions:
            combo: ChoiceCombo | ValueCombo = getattr(self, name)
            value = _setting_text(now, name)
            differs = past is not None and _setting_text(past, name) != value
            restyle(combo, past="true" if differs else "false")
            self._captions[name].set_note(f"now {value}" if differs else "")

    def show_lanes(self, lanes: Sequence[Experiment]) -> None:
        """Show what the lanes of a race have in common, and "varies" where they differ; without lanes the document."""
        self._show_experiment(lanes[0] if lanes else self._document.experiment)
        for name in self._captions:
            combo: ChoiceCombo | ValueCombo = getattr(self, name)
            if len({_setting_text(lane, name) for lane in lanes}) > 1:
                combo.show_varying()

    def more(self, name: str) -> QToolButton:
        """The button for more settings of "learning_rate", "optimizer", "loss" or "regularizer"."""
        return self._more[name]

    def _make_numbers(self, experiment: Experiment) -> None:
        rate, size = _LEARNING_RATE, _BATCH_SIZE
        self.learning_rate = ValueCombo(
            rate.suggestions,
            experiment.training.optimizer.learning_rate,
            low=rate.limits[0],
            high=rate.limits[1],
            formatter=fields.written_rate,
            name=rate.label,
            tooltip=rate.help,
            parent=self,
        )
        self.batch_size = ValueCombo(
            size.suggestions,
            experiment.training.batch_size,
            low=size.limits[0],
            high=size.limits[1],
            integer=True,
            name=size.label,
            tooltip=size.help,
            parent=self,
        )
        self.learning_rate.value_chosen.connect(self._choose_learning_rate)
        self.batch_size.value_chosen.connect(self._choose_batch_size)

    def _make_choices(self) -> None:
        self.optimizer = ChoiceCombo(
            fields.optimizer_choices(),
            name="Optimizer",
            tooltip="How gradients become steps. Adam is a good first choice; SGD is the plainest.",
            parent=self,
        )
        self.loss = ChoiceCombo(
            name="Loss", tooltip="What training makes small. Only what fits the data is listed.", parent=self
        )
        self.regularizer = ChoiceCombo(
            name="Regularization",
            tooltip="A penalty on large weights against overfitting: L1 thins the links out, L2 keeps them small.",
            parent=self,
        )
        self.optimizer.chosen.connect(self._choose_optimizer)
        self.loss.chosen.connect(self._choose_loss)
        self.regularizer.chosen.connect(self._choose_regularizer)

    def _make_more(self, name: str) -> QToolButton:
        """A button that opens the popup with the other settings."""
        more = set_up(QToolButton(self), objectName=f"{name}_more", flat="true")
        more.setFixedSize(_MORE_PX)
        more.setIconSize(QSize(14, 14))
        more.clicked.connect(getattr(self, f"_open_{name}"))
        self._more[name] = more
        return more

    def show_plain(self, plain: bool) -> None:
        """Choose the learning rate in words, or as a number."""
        rate = self._captions["learning_rate"]
        self.pace.setVisible(plain)
        rate.widget.setVisible(not plain)
        rate.setMaximumWidth(self.pace.sizeHint().width() if plain else self._widest_px)

    def _choose_pace(self, key: str) -> None:
        self._choose_learning_rate(_usual_rate(self._document.experiment) * _PACES[key])

    # --- what is shown --------------------------------------------------------------------------------------------

    def _show_experiment(self, experiment: Experiment) -> None:
        self.learning_rate.set_value(experiment.training.optimizer.learning_rate)
        ratio = experiment.training.optimizer.learning_rate / _usual_rate(experiment)
        self.pace.set_current(min(_PACES, key=lambda key: abs(math.log(ratio / _PACES[key]))))
        self.optimizer.set_current(experiment.training.optimizer.kind)
        self.batch_size.set_value(experiment.training.batch_size)
        self.loss.set_choices(fields.loss_choices(experiment), experiment.training.loss.kind)
        penalty = experiment.training.regularizer
        self.regularizer.set_choices(fields.regularizer_choices(penalty), fields.regularizer_key(penalty))
        self._show_schedule(experiment)
        for name, more in self._more.items():
            if name == "learning_rate":
                continue
            spec: Spec = getattr(experiment.training, name)
            labels = [item.label for item in spec.settings() if item.name != _LEARNING_RATE.name]
            if name == "loss" and _has_classes(experiment):
                labels.append(_WEIGHTS.label)
            more.setVisible(bool(labels))
            more.setToolTip(f"More settings of {spec.title}: {', '.join(map(in_sentence, labels))}.")
            more.setAccessibleName(f"More settings of {spec.title}")

    def _show_schedule(self, experiment: Experiment) -> None:
        """Color the buttons if a schedule, clipping or class weights are in use."""
        schedule, clipping = experiment.training.schedule, experiment.training.clipping
        more = self._more["learning_rate"]
        more.setToolTip(
            f"Schedule: {in_sentence(schedule.title)} · gradient clipping: {in_sentence(clipping.title)}.\n"
            "Let the learning rate change while the network learns, limit gradients, and choose the engine."
        )
        more.setAccessibleName("Schedule, clipping and engine")
        more.setAccessibleDescription(more.toolTip())
        used = set()
        training = experiment.training
        if not schedule.constant or any(
            getattr(training, name) != TrainingConfig.setting(name).default for name in ("clipping", "engine")
        ):
            used.add("learning_rate")
        if experiment.training.class_weights != _WEIGHTS.default and _has_classes(experiment):
            used.add("loss")
        if used != self._used:
            self._used = frozenset(used)
            self._follow_theme(self._themes.theme)

    def _follow_theme(self, theme: Theme) -> None:
        for name, more in self._more.items():
            more.setIcon(icon("more", theme, "accent" if name in self._used else "muted"))

    # --- what is chosen -------------------------------------------------------------------------------------------

    def _choose_learning_rate(self, value: float) -> None:
        experiment = self._document.experiment
        changed = experiment.with_training(
            optimizer=experiment.training.optimizer.replace(learning_rate=value)
        )
        self._document.change(f"Learning rate {fields.written_rate(value)}", changed, "learning_rate")

    def _choose_batch_size(self, value: float) -> None:
        changed = self._document.experiment.with_training(batch_size=int(value))
        self._document.change(f"Batch size {int(value)}", changed, "batch_size")

    def _choose_optimizer(self, kind: str) -> None:
        changed = with_optimizer(self._document.experiment, kind)
        self._document.change(f"Optimizer {changed.training.optimizer.title}", changed)

    def _choose_loss(self, kind: str) -> None:
        changed = fields.with_loss(self._document.experiment, kind)
        self._document.change(f"Loss {changed.training.loss.title}", changed)

    def _choose_regularizer(self, key: str) -> None:
        changed = self._document.experiment.with_training(regularizer=fields.regularizer_from_key(key))
        self._document.change(f"Regularization {self.regularizer.currentText()}", changed, "regularizer")

    # --- further settings -----------------------------------------------------------------------------------------

    def _open_learning_rate(self) -> None:
        popup = SettingsPopup(
            self._document.experiment.training,
            self._themes,
            self,
            _NOT_OF_RATE,
            title="Training",
            summary="How the learning rate changes, how large gradients may be, and what computes the steps.",
        )
        self._follow(popup, self._change_rules)
        popup.show_under(self._more["learning_rate"])

    def _change_rules(self, spec: Spec, name: str) -> None:
        # The spec in the form is outdated: apply the changed setting to the current one.
        before, chosen = getattr(self._document.experiment.training, name), getattr(spec, name)
        changed = self._document.experiment.with_training(**{name: chosen})
        # Merge edits of numbers into one undo step, not changes of kind.
        key = name if type(before) is type(chosen) else ""
        title = chosen.title if isinstance(chosen, Spec) else chosen
        self._document.change(f"{TrainingConfig.setting(name).label}: {title}", changed, key)

    def _open_optimizer(self) -> None:
        self._follow(self._open("optimizer"), self._change_optimizer)

    def _open_loss(self) -> None:
        experiment, info = self._document.experiment, self._classes
        popup = SettingsPopup(experiment.training.loss, self._themes, self)
        self._follow(popup, partial(self._change, "loss"))
        if _has_classes(experiment):
            form = popup.add_form(experiment.training, _NOT_WEIGHTS, info.described())
            form.spec_changed.connect(partial(self._change_weights, form))
        popup.show_under(self._more["loss"])

    def _change_weights(self, form: SettingsForm, spec: Spec, name: str) -> None:
        before, chosen = self._document.experiment.training.class_weights, getattr(spec, name)
        if isinstance(chosen, ByHand) and not isinstance(before, ByHand):
            # Balanced weights are the initial values of weights by hand.
            chosen = ByHand(self._classes.first_weights(balanced=isinstance(before, Balanced)))
            spec = spec.replace(**{name: chosen})
            form.show_spec(spec)
        self._change_rules(spec, name)

    def _open_regularizer(self) -> None:
        self._follow(self._open("regularizer"), partial(self._change, "regularizer"))

    def _follow(self, popup: SettingsPopup, change: Callable[[Spec, str], None]) -> None:
        popup.spec_changed.connect(change)
        popup.duplicate_requested.connect(self._document.as_duplicate(change))

    def _open(self, name: str) -> SettingsPopup:
        spec: Spec = getattr(self._document.experiment.training, name)
        popup = SettingsPopup(spec, self._themes, self, (_LEARNING_RATE.name,))
        popup.show_under(self._more[name])
        return popup

    def _change_optimizer(self, spec: Spec, setting: str) -> None:
        # The learning rate may have changed since the form opened.
        rate = self._document.experiment.training.optimizer.learning_rate
        self._change("optimizer", spec.replace(learning_rate=rate), setting)

    def _change(self, name: str, spec: Spec, setting: str) -> None:
        changed = self._document.experiment.with_training(**{name: spec})
        self._document.change(f"{spec.title}: {spec.setting(setting).label}", changed, f"{name}.{setting}")


def _setting_text(experiment: Experiment, name: str) -> str:
    """The value of a field as text."""
    training = experiment.training
    match name:
        case "learning_rate":
            return fields.written_rate(training.optimizer.learning_rate)
        case "batch_size":
            return str(training.batch_size)
        case "regularizer":
            penalty = training.regularizer
            return dict(fields.regularizer_choices(penalty))[fields.regularizer_key(penalty)]
    return str(getattr(training, name).title)


def _usual_rate(experiment: Experiment) -> float:
    """What the simple view calls normal: plain gradients take larger steps."""
    return 0.1 if experiment.training.optimizer.kind == "sgd" else 0.01


def _has_classes(experiment: Experiment) -> bool:
    return experiment.task.classifies


def add_field(
    row: QHBoxLayout,
    combo: ChoiceCombo | ValueCombo,
    min_px: int,
    max_px: int,
    more: QToolButton | None = None,
) -> Captioned:
    """Add a captioned field to `row`, and return it, with minimum and maximum width and an optional button."""
    combo.least_px = min_px
    combo.setMaxVisibleItems(24)
    # The bar sets the width, not the longest entry; the popup fits its entries.
    combo.setSizeAdjustPolicy(combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(30)
    field: QWidget = combo
    if more is not None:
        field = QWidget()
        hbox((combo, 1), more, parent=field, margins=0, spacing=0)
        field.setToolTip(combo.toolTip())
        field.setAccessibleName(combo.accessibleName())
        field.setFocusProxy(combo)
        max_px += more.width()
    captioned = Captioned(combo.accessibleName(), field)
    captioned.setMaximumWidth(max_px)
    row.addWidget(captioned)
    return captioned
