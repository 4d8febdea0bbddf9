"""Spec of a sweep: an experiment, axes of settings, a method, seeds and a budget, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from ..experiment.experiment import Experiment
from ..experiment.presets import preset_named
from ..experiment.project_file import SUFFIX
from ..io import strict_json
from ..io.budget import check_ordinary
from ..io.number_text import held_text, loss_text
from ..io.sentence import short_sentence
from ..runs.setting_paths import sweepable_settings
from ..spec import SettingError, Spec, setting
from ..train.stop_condition import StopCondition
from .axes import AXES, Axis
from .methods import MAX_TRIALS, METHODS, Grid, Method, Rounds, SweepAxes

FORMAT_VERSION = 1
"""Incremented when older programs would misread the JSON of a sweep."""
_MAX_AXES = 20
_MAX_BYTES = 5_000_000


class Sweep(Spec):
    """All settings of a sweep, validated on construction; use `replace` for changed copies.

    `experiment` is what every trial starts from.
    """

    kind = "sweep"
    title = "Sweep"

    axes: tuple[Axis, ...] = setting((), "What is swept", registry=AXES)
    method: Method = setting(Grid(), "Method", registry=METHODS, help="Which combinations are tried.")
    seeds: int = setting(
        1,
        "Seeds",
        low=1,
        high=1000,
        help="How many times each combination is trained, from other weights, so that luck shows.",
    )
    epochs: int = setting(100, "Epochs", low=1, high=10_000_000, help="How long a trial trains.")
    seconds: float = setting(
        0.0, "Seconds", low=0.0, help="A trial ends after so many seconds; 0 for no limit."
    )
    goal: float = setting(
        0.0,
        "Goal",
        low=0.0,
        high=1.0,
        help="A trial ends at this accuracy (R² for values) of the test samples; 0 for none.",
    )
    patience: int = setting(
        0, "Patience", low=0, help="A trial ends after so many epochs without a lower test loss; 0 for never."
    )
    objective: str = setting(
        "test_accuracy",
        "Goal of the sweep",
        choices=("test_accuracy", "test_loss", "train_loss", "distance"),
        help="What makes a trial better than another one.",
    )
    experiment: Experiment = Experiment()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.experiment, Experiment):
            raise SettingError(f"Sweep: experiment must be an experiment, got {self.experiment!r}")
        if len(self.axes) > _MAX_AXES:
            raise SettingError(f"Sweep: axes must be at most {_MAX_AXES}, got {len(self.axes)}")
        paths = [axis.path for axis in self.axes]
        for path in paths:
            if paths.count(path) > 1:
                raise SettingError(f"Sweep: {path} is swept twice")

    @property
    def seed_numbers(self) -> tuple[int, ...]:
        """The seeds of every point: the experiment's and those that follow."""
        return tuple((self.experiment.seed + place) % 2**31 for place in range(self.seeds))

    @property
    def objective_name(self) -> str:
        """The goal of the sweep in words: "test R²", "train loss"."""
        score = self.experiment.task.score.name
        names = {
            "test_accuracy": f"test {score}", "test_loss": "test loss", "train_loss": "train loss",
            "distance": "distance",
        }  # fmt: skip
        return held_text(names[self.objective], self.experiment.held_name)

    def score_text(self, score: float) -> str:
        """A score, of which more is better, as the goal is measured: 95.1 %, or a loss as 0.0857; else a dash."""
        return (
            self.experiment.task.score.text(score) if self.objective == "test_accuracy" else loss_text(-score)
        )

    @property
    def short_titles(self) -> tuple[str, ...]:
        """The varied settings, by name, without their cards."""
        titles = {item.path: item.setting.label for item in sweepable_settings(self.experiment)}
        return tuple(titles.get(axis.path, axis.path) for axis in self.axes)

    @property
    def heading(self) -> str:
        """ "Spirals: Learning rate × Units"."""
        return f"{self.experiment.dataset.label}: {' × '.join(self.short_titles)}"

    @property
    def stop(self) -> StopCondition | None:
        """Early end of a trial; None for none."""
        if not self.goal and not self.patience:
            return None
        return StopCondition(accuracy=self.goal or None, patience=self.patience or None)

    def plan(self) -> SweepAxes:
        """The axes of this experiment. Raises `SettingError` for a path that it does not have."""
        axes = tuple(axis.bind(self.experiment) for axis in self.axes)
        return SweepAxes(axes, self.seed_numbers, self.epochs)

    def check(self) -> None:
        """Raise `SettingError` if there is nothing to sweep, a value that no trial can have, or a package missing."""
        plan = self.plan()
        task = self.experiment.task
        if self.objective == "distance" and not task.has_time:
            raise SettingError(
                f'Sweep: the distance is that of samples made of noise; the task is "{task.title}"'
            )
        if not plan.axes:
            raise SettingError("Sweep: axes must name at least one setting, got none")
        self.method.check()
        count = self.method.count(plan)
        if count > MAX_TRIALS:
            raise SettingError(f"Sweep: there must be at most {MAX_TRIALS:,} trials, got {count:,}")
        for bound in plan.axes:
            bound.check(self.experiment)

    def count(self) -> int:
        """Number of trainings."""
        return self.method.count(self.plan())

    def rounds(self) -> Rounds:
        """The trials, in rounds that wait for the scores of the last one."""
        return self.method.rounds(self.plan())

    def to_json(self) -> dict[str, Any]:
        """A description for JSON, with all of the experiment."""
        data = super().to_json()
        return {"kind": self.kind, "version": FORMAT_VERSION, **data, "experiment": self.experiment.to_json()}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """The inverse of `to_json`; the experiment may be the name of a preset. Raises `SettingError`."""
        if not isinstance(data, Mapping) or data.get("kind") != cls.kind:
            raise SettingError('This is not a sweep: it lacks "kind": "sweep"')
        version = data.get("version")
        if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
            raise SettingError(
                f"Sweep: version must be at most {FORMAT_VERSION}, got {version!r}; a newer program made it"
            )
        given = {key: value for key, value in data.items() if key not in ("kind", "version")}
        unknown = sorted(given.keys() - {item.name for item in cls.settings()} - {"experiment"})
        if unknown:
            raise SettingError(f"Sweep has no setting called {unknown[0]!r}")
        if "experiment" not in given:
            raise SettingError("Sweep: experiment must be an experiment or the name of a preset, got none")
        named = given["experiment"]
        given["experiment"] = preset_named(named) if isinstance(named, str) else Experiment.from_json(named)
        return cls(**given)


def load_sweep(path: Path) -> Sweep:
    """Read a sweep's JSON file. Raises `ValueError` for invalid files and `OSError`."""
    size = check_ordinary(path)
    if size > _MAX_BYTES:
        raise ValueError(short_sentence(f"{path.name} must be at most {_MAX_BYTES:,} bytes, got {size:,}"))
    if path.suffix.lower() == SUFFIX:
        raise ValueError(
            short_sentence(f"{path.name} is a project; `numpynet sweep --example` makes a sweep")
        )
    try:
        given = strict_json.load(path.read_bytes())
    except ValueError:
        raise ValueError(short_sentence(f"{path.name} is no sweep, which is a file of JSON")) from None
    try:
        return Sweep.from_json(given)
    except (ValueError, TypeError) as error:
        raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None
