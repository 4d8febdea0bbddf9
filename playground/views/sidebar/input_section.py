"""Inputs: the features of points as chips, or the scaling of other data and of the values to predict."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from core.data.datasets import SCALINGS, Scaling
from core.data.features import FEATURES
from core.experiment.experiment import Experiment
from core.nn import Sampling
from core.train.tasks import TASKS, Task, usual_task
from playground.model.document import Document
from playground.views.theme.colors import GRID_PX
from playground.views.widgets import ChipGroup, LabeledSlider, SectionTitle, Toast
from playground.views.widgets.boxes import vbox

_START_CHOICES = [
    ("normal", "Normal", "The noise is normal, with a deviation of 1."),
    ("uniform", "Uniform", "The noise is uniform in a square, with a deviation of 1."),
    ("ring", "Ring", "The noise lies around a ring, and of more than two numbers around a sphere."),
]
_BY_CLASS = [
    ("conditional", "By class", "Also learn which class a sample is of, to make samples of a class.")
]
_SPOILERS = {
    "noise": ("Noise", 1.0, "Noise of this deviation on the inputs: the network learns to take it away."),
    "masked": ("Masked", 0.95, "The share of inputs that are set to 0: the network learns to fill them in."),
}
"""Settings of reconstruction: label, the highest, tooltip."""
_MIN_BETA = 1e-5
"""The left end of the slider, which stands for 0."""
_LAST_STAYS = "The network needs at least one input: the last feature stays on."


class InputSection(QWidget):
    """Features of points (at least one), or the scaling of tables and images, with `below` (augmentation) under it.

    Tables of values have the scaling of their target, too.
    """

    def __init__(
        self, document: Document, parent: QWidget | None = None, *, below: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self.toast: Toast | None = None
        """The toast about the last feature, while it is shown."""
        self.tasks = ChipGroup(name="Task", narrow=True, parent=self)
        self.tasks.toggled.connect(self._choose_task)
        self._start_title = SectionTitle("Start from", self)
        self.starts = ChipGroup(_START_CHOICES, name="Start from", narrow=True, parent=self)
        self.starts.toggled.connect(self._choose_start)
        self.by_class = ChipGroup(_BY_CLASS, name="By class", narrow=True, parent=self)
        self.by_class.toggled.connect(self._choose_by_class)
        self.spoilers = {name: self._make_spoiler(name, *row) for name, row in _SPOILERS.items()}
        self.beta = LabeledSlider(
            "Beta",
            _MIN_BETA,
            1.0,
            0.001,
            log=True,
            formatter=lambda value: f"{value:.3g}" if value > _MIN_BETA else "0",
            tooltip="Weight of the spread in the loss: to the left sharper samples, to the right a smoother plane.",
            parent=self,
        )
        self.beta.value_changed.connect(self._choose_beta)
        self._features_title = SectionTitle("Input features", self)
        self.features = ChipGroup(_feature_choices(), name="Input features", parent=self)
        self.features.toggled.connect(self._toggle_feature)
        self._scaling_title = SectionTitle("Preprocess", self)
        self.scalings = ChipGroup(_scaling_choices(), name="Preprocess", parent=self)
        self.scalings.toggled.connect(self._toggle_scaling)
        self._target_title = SectionTitle("Target", self)
        self._target_title.setContentsMargins(0, GRID_PX, 0, 0)
        self.target_scalings = ChipGroup(_target_choices(), name="Target", parent=self)
        self.target_scalings.toggled.connect(self._toggle_target_scaling)
        column = vbox(parent=self, margins=0, spacing=6)
        for widget in (
            self.tasks,
            self._start_title,
            self.starts,
            self.by_class,
            *self.spoilers.values(),
            self.beta,
            self._features_title,
            self.features,
            self._scaling_title,
            self.scalings,
            self._target_title,
            self.target_scalings,
        ):
            column.addWidget(widget)
        if below is not None:
            column.addWidget(below)
        document.experiment_changed.connect(self._show_experiment)
        self._show_experiment(document.experiment)

    def _show_experiment(self, experiment: Experiment) -> None:
        points = experiment.dataset.family == "points"
        self._show_task(experiment)
        has_features = points and experiment.task.takes_features
        self._features_title.setVisible(has_features)
        self.features.setVisible(has_features)
        # Tokens are no numbers that could be scaled.
        scales = not points and not experiment.dataset.info().vocabulary
        self._scaling_title.setVisible(scales)
        self.scalings.setVisible(scales)
        self.features.set_on(experiment.features)
        _offer(self.scalings, _scaling_choices(experiment.scaling))
        self.scalings.set_on([experiment.scaling.kind])
        values = not points and experiment.task.labels == "values"
        self._target_title.setVisible(values)
        self.target_scalings.setVisible(values)
        _offer(self.target_scalings, _target_choices(experiment.target_scaling))
        self.target_scalings.set_on([experiment.target_scaling.kind])

    def _show_task(self, experiment: Experiment) -> None:
        offered = _offered_tasks(experiment)
        _offer(self.tasks, [(task.kind, task.title, f"{task.summary}.") for task in offered])
        self.tasks.set_on([experiment.task.kind])
        self.tasks.setVisible(len(offered) > 1)
        start = getattr(experiment.task, "start", None)
        self._start_title.setVisible(start is not None)
        self.starts.setVisible(start is not None)
        self.starts.set_on([start] if start else [])
        self.by_class.setVisible(start is not None and experiment.dataset.info().classes > 0)
        self.by_class.set_on(["conditional"] if getattr(experiment.task, "conditional", False) else [])
        for name, slider in self.spoilers.items():
            value = experiment.task.to_json().get(name)
            slider.setVisible(value is not None)
            slider.set_value(value or 0.0)
        betas = [layer.beta for layer in experiment.layers if isinstance(layer, Sampling)]
        self.beta.setVisible(bool(betas))
        self.beta.set_value(betas[0] if betas else 0.001)

    def _choose_task(self, kind: str, on: bool) -> None:
        # Exclusive: the checked one cannot be unchecked.
        self.tasks.set_on([kind])
        if on:
            self._document.use_task(TASKS.make(kind))

    def _choose_start(self, start: str, on: bool) -> None:
        experiment = self._document.experiment
        self.starts.set_on([start])
        if on:
            task = experiment.task.replace(start=start)
            self._document.change(f"Start from {start} noise", experiment.replace(task=task))

    def _make_spoiler(self, name: str, label: str, high: float, tooltip: str) -> LabeledSlider:
        slider = LabeledSlider(
            label, 0.0, high, 0.0, step=0.05, formatter="{:.2f}".format, tooltip=tooltip, parent=self
        )
        slider.value_changed.connect(lambda value: self._spoil(name, label, value))
        return slider

    def _spoil(self, name: str, label: str, value: float) -> None:
        experiment = self._document.experiment
        task = experiment.task.replace(**{name: round(value, 2)})
        self._document.change(f"{label} of inputs", experiment.replace(task=task), merge_key=f"task.{name}")

    def _choose_beta(self, value: float) -> None:
        experiment, beta = self._document.experiment, value if value > _MIN_BETA else 0.0
        layers = tuple(
            layer.replace(beta=beta) if isinstance(layer, Sampling) else layer for layer in experiment.layers
        )
        self._document.change("Beta", experiment.replace(layers=layers), merge_key="beta")

    def _choose_by_class(self, name: str, on: bool) -> None:
        experiment = self._document.experiment
        text = "Generate by class" if on else "Generate without classes"
        self._document.change(text, experiment.replace(task=experiment.task.replace(**{name: on})))

    def _toggle_feature(self, name: str, on: bool) -> None:
        experiment = self._document.experiment
        wanted = tuple(self.features.on())
        if not wanted:
            self.features.set_on(experiment.features)
            self._warn_last_input()
            return
        label = FEATURES[name].label
        text = f"Add {label} to the inputs" if on else f"Remove {label} from the inputs"
        self._document.change(text, experiment.replace(features=wanted))

    def _toggle_scaling(self, name: str, on: bool) -> None:
        experiment = self._document.experiment
        scaling = _chosen(name, experiment.scaling)
        # Exclusive: the checked one cannot be unchecked.
        self.scalings.set_on([name])
        if on:
            self._document.change(f"Preprocess: {scaling.title}", experiment.replace(scaling=scaling))

    def _toggle_target_scaling(self, name: str, on: bool) -> None:
        experiment = self._document.experiment
        scaling = _chosen(name, experiment.target_scaling)
        # Exclusive, as above.
        self.target_scalings.set_on([name])
        if on:
            self._document.change(
                f"Target: {_target_title(scaling)}", experiment.replace(target_scaling=scaling)
            )

    def _warn_last_input(self) -> None:
        if self.toast is None:
            self.toast = Toast(_LAST_STAYS, self.window())
            self.toast.dismissed.connect(self._drop_toast)

    def _drop_toast(self) -> None:
        self.toast = None


def _offered_tasks(experiment: Experiment) -> list[type[Task]]:
    """The usual task of the data, and those that have to be chosen."""
    info = experiment.dataset.info()
    usual = usual_task(info.labels)
    return [
        kind for kind in TASKS if type(usual) is kind or (kind.labels is None and not kind().why_not(info))
    ]


def _feature_choices() -> list[tuple[str, str, str]]:
    return [
        (feature.name, feature.label, f"Give the network {feature.label} of every point as an input.")
        for feature in FEATURES.values()
    ]


def _offer(chips: ChipGroup, choices: list[tuple[str, str, str]]) -> None:
    """Show these choices; the chips stay where nothing is new."""
    if [name for name, *_ in choices] != chips.names():
        chips.set_choices(choices)


def _chosen(name: str, current: Scaling) -> Scaling:
    return current if name == current.kind else SCALINGS.make(name)


def _offered(current: Scaling | None) -> list[type[Scaling]]:
    """The scalings for any data, and the current one, which may have come with a file."""
    return [kind for kind in SCALINGS if kind.offered or isinstance(current, kind)]


def _scaling_choices(current: Scaling | None = None) -> list[tuple[str, str, str]]:
    return [
        (kind.kind, kind.title, f"{kind.summary}. Inputs of one size are learned faster.")
        for kind in _offered(current)
    ]


def _target_choices(current: Scaling | None = None) -> list[tuple[str, str, str]]:
    return [
        (kind.kind, _target_title(kind), f"{_summary(kind)}. What is shown stays in the target's own units.")
        for kind in _offered(current)
    ]


def _target_title(kind: Scaling | type[Scaling]) -> str:
    return "As it is" if kind.kind == "none" else kind.title


def _summary(kind: type[Scaling]) -> str:
    return "Values as they are" if kind.kind == "none" else kind.summary
