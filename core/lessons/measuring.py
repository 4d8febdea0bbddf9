"""Measures of lessons: all that a condition can compare beside settings, one row each, as a moment tells them.

A window and `Solver` measure alike, of a snapshot; in one that `sight` makes are only the parts that are asked for.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, Final, Literal

import numpy as np

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData
from ..explain.counterfactual import Goal
from ..inspect.attention import AttentionPart
from ..inspect.explanations import WhatIfPart
from ..inspect.flow_field import FlowPart, FlowPathsPart, FlowWish
from ..inspect.latent import LatentFrame, LatentPart, ReconstructionsPart
from ..inspect.snapshot import Shown, Snapshot, SnapshotPart, SnapshotRequest
from ..inspect.snapshot_taker import PartProbe
from ..inspect.texts import SHOWN_TEXTS, Texts, TextsPart, TextWish
from ..nn import Dense
from ..seeds.results import spread_of
from ..spec.arrays import Array
from ..train.figures import Split
from ..train.metrics import nearest_accuracy
from ..train.trainer import Trainer

Value = float | str | None
SeedScores = Mapping[int, float]
"""Of a set of many seeds: by seed the score on the samples for validation."""
ASKS: Final[dict[str, tuple[type[SnapshotPart[Any, Any]], Any]]] = {
    "texts": (TextsPart, TextWish(count=SHOWN_TEXTS)),
    "what_if": (WhatIfPart, Goal()),
    "samples": (FlowPathsPart, FlowWish()),
    "time": (FlowPart, 1.0),
    "plane": (LatentPart, (None, False)),
    "reconstructions": (ReconstructionsPart, (18, True)),
}
"""What a key can ask for in `looks`, by its part, and what is asked where it says nothing more."""
_NUMBER: Final = re.compile(r"\b\d{1,4}\b")


@dataclass(frozen=True)
class Measure:
    """One that conditions can compare.

    - `label`: its name where a goal shows it. `told`: what it is, for those who write lessons.
    - `source`: what `of` gets: the snapshot, its experiment, sets of seeds, or a part, what was asked of it, and the
      number in its name. "count": it is counted elsewhere.
    - `flags`: "%": compared as a share. "text": compared by = and !=. "trains": training alone changes it.
    """

    label: str
    told: str
    source: type[SnapshotPart[Any, Any]] | Literal["snapshot", "experiment", "sets", "count"] = "count"
    of: Callable[..., Value] = lambda *_: None
    flags: str = ""

    @property
    def is_share(self) -> bool:
        return "%" in self.flags

    @property
    def is_text(self) -> bool:
        return "text" in self.flags

    @property
    def trains(self) -> bool:
        return "trains" in self.flags

    @property
    def part(self) -> type[SnapshotPart[Any, Any]] | None:
        return None if isinstance(self.source, str) else self.source


def _figure(split: Split, name: str) -> Callable[[Snapshot], Value]:
    return lambda at: None if at.figures.is_old else float(getattr(at.figures.of(split), name))


def _of_test(name: str) -> Callable[[Snapshot], Value]:
    """Of the sealed test only what it told when it was opened; without one, of what is not trained on."""
    held = _figure("test", name)
    return lambda at: getattr(at.opened, name, None) if at.experiment.sealed_share else held(at)


def _share(mark: str) -> Callable[[Texts, TextWish], Value]:
    return lambda texts, _: sum(each.mark == mark for each in texts.written) / max(1, len(texts.written))


def _most(looks: Iterable[Array]) -> Value:
    """Of heads that look by so much (heads, places) the largest mean."""
    return max((float(each.mean(axis=1).max()) for each in looks if each.size), default=None)


def _told_apart(at: LatentFrame, _: object) -> Value:
    labels = np.asarray(at.prepared.test.labels)
    return nearest_accuracy(at.places, labels[at.rows]) if at.prepared.data.labels == "classes" else None


def _better(sets: Sequence[SeedScores]) -> Value:
    before, now = sets[-2:] if len(sets) > 1 else ({}, {})
    return sum(score > before[seed] for seed, score in now.items() if seed in before) if now else None


_HELD: Final = "of the samples that are not trained on"
_OPENED: Final = "; where a test is sealed, of that, once it is opened"
_SEEN: Final = "Of the sample in the network, the head that looks there most: the mean of its looks"
MEASURES: Final[dict[str, Measure]] = {
    "epoch": Measure("Epoch", "Finished epochs.", "snapshot", lambda at: at.epoch, "trains"),
    "training loss": Measure("Training loss", "Of its samples.", "snapshot", _figure("train", "loss"), "trains"),
    "validation loss": Measure(
        "Validation loss", f"The loss {_HELD}.", "snapshot", _figure("test", "loss"), "trains"),
    "test loss": Measure("Test loss", f"The loss {_HELD}{_OPENED}.", "snapshot", _of_test("loss"), "trains"),
    "training accuracy": Measure(
        "Training accuracy", "A share; of values R².", "snapshot", _figure("train", "score"), "% trains"),
    "validation accuracy": Measure(
        "Validation accuracy", f"The share {_HELD}.", "snapshot", _figure("test", "score"), "% trains"),
    "test accuracy": Measure(
        "Test accuracy", f"The share {_HELD}{_OPENED}.", "snapshot", _of_test("score"), "% trains"),
    "accuracy gap": Measure(
        "Training minus validation accuracy", "How much better it is on what it trains on.", "snapshot",
        lambda at: None if at.figures.is_old else at.figures.train.score - at.figures.test.score, "% trains"),
    "test openings": Measure(
        "Tests opened", "How often the sealed test was.", "snapshot", lambda at: len(at.openings)),
    "hidden layers": Measure(
        "Hidden layers", "Dense layers of the stack.", "experiment",
        lambda now: sum(isinstance(layer, Dense) for layer in now.layers)),
    "hidden units": Measure(
        "Hidden units", "Their units together.", "experiment",
        lambda now: sum(layer.units for layer in now.layers if isinstance(layer, Dense))),
    "muted heads": Measure(
        "Muted heads", "Heads of attention that are switched off.", "experiment",
        lambda now: sum(each.kind == "mute_head" for each in now.interventions)),
    "typed weights": Measure("Weights typed", "Since the step began."),
    "wrong labels": Measure("Wrong labels left", "Of those that the lesson's start has changed."),
    "sample": Measure(
        "Sample", "The number of the one in the network, from 1; of training samples below 0.", "snapshot",
        lambda at: at.request.sample + (at.request.sample >= 0)),
    "place": Measure(
        "Place", "The place of a text that is looked at, from 1.", "snapshot",
        lambda at: None if at.request.position is None else at.request.position + 1),
    "prompt": Measure(
        "Prompt", "How written texts begin.", TextsPart, lambda _, wish: wish.prompt.strip().lower(), "text"),
    "temperature": Measure(
        "Temperature", "At which texts are written.", TextsPart, lambda _, wish: wish.temperature),
    "written texts": Measure(
        "Texts written", "How many are shown.", TextsPart, lambda texts, _: len(texts.written)),
    "different texts": Measure(
        "Different texts", "Of the written texts, each counted once.", TextsPart,
        lambda texts, _: len(set(texts.lines)) / max(1, len(texts.lines)), "% trains"),
    "new texts": Measure(
        "Texts not in what it has seen", "Of the written texts.", TextsPart, _share("new"), "% trains"),
    "right texts": Measure(
        "Right answers", "Of the written texts, where questions are asked.", TextsPart, _share("right"), "% trains"),
    "attention N back": Measure(
        "Attention N back", f"{_SEEN}, over all places that have one so far back. 0 is the place itself.",
        AttentionPart,
        # The first place has no choice but itself.
        lambda at, _, back: _most(np.diagonal(each, -back, 1, 2)[:, int(not back) :] for each in at.looks.values()),
        "% trains"),
    "attention on the first": Measure(
        "Attention on the first", f"{_SEEN}, from the third place on.", AttentionPart,
        lambda at, _: _most(each[:, 2:, 0] for each in at.looks.values()), "% trains"),
    "distance to the data": Measure(
        "Distance to the data", "Mean distance from samples made of noise to the nearest of the data.",
        FlowPathsPart, lambda made, _: made.to_data, "trains"),
    "distance to the samples": Measure(
        "Distance to the samples", "And from the data to the nearest of those made.",
        FlowPathsPart, lambda made, _: made.to_samples, "trains"),
    "distance from the data": Measure(
        # One way alone is smallest where all samples lie at one place: untrained 0.18 there and 0.67 back.
        "Distance from the data", "The larger of both.",
        FlowPathsPart, lambda made, _: max(made.to_data, made.to_samples), "trains"),
    "steps": Measure("Steps", "From noise to a sample.", FlowPathsPart, lambda _, wish: wish.steps),
    "guidance": Measure("Guidance", "Towards the class.", FlowPathsPart, lambda _, wish: wish.guidance),
    "of their class": Measure(
        "Samples of their class", "Made samples to which the nearest of the data is of the class asked for.",
        FlowPathsPart, lambda made, _: made.alike, "% trains"),
    "time": Measure("Time t", "At which samples and arrows are drawn, from 0 to 1.", FlowPart, lambda at, _: at.time),
    "told apart": Measure(
        "Told apart on the plane", "Samples whose nearest on the plane of codes is of the same class.",
        LatentPart, _told_apart, "% trains"),
    "mean error": Measure(
        "Mean error", "Of what is given back, while it is shown.", ReconstructionsPart,
        lambda found, _: found.mean, "trains"),
    "turned": Measure(
        "The prediction turns", "true where the change of What if turns it.", WhatIfPart,
        lambda found, _: str(found.change.turned).lower(), "text"),
    "change": Measure(
        "Size of the change", "That turns the prediction, in standard deviations; of images a share of black to white.",
        WhatIfPart, lambda found, _: found.change.size if found.change.turned else None),
    "changed columns": Measure(
        "Columns changed", "By What if.", WhatIfPart, lambda found, _: len(found.columns)),
    "changed": Measure(
        "Changed", "The names of these columns.", WhatIfPart,
        lambda found, _: ", ".join(found.columns).lower(), "text"),
    "fixed columns": Measure(
        "Columns that may not change", "In What if.", WhatIfPart, lambda _, goal: len(goal.fixed)),
    "seeds": Measure(
        "Seeds", "Trained in the last set of seeds.", "sets", lambda sets: spread_of([*sets[-1].values()]).count),
    "median accuracy": Measure(
        "Median accuracy", f"Of the last set, {_HELD}.", "sets",
        lambda sets: spread_of([*sets[-1].values()]).median, "%"),
    "spread": Measure(
        "From the worst to the best seed", "Of the last set.", "sets",
        lambda sets: (found := spread_of([*sets[-1].values()])).highest - found.lowest, "%"),
    "better seeds": Measure(
        "Seeds that became better", "Those of the last set that are better than in the set before.", "sets", _better),
}  # fmt: skip
"""By their names in conditions; N stands for a number. Accuracies are shares; of values they are R²."""
CHEAP: Final = tuple(name for name, each in MEASURES.items() if each.source == "snapshot")
"""Those that need no part."""


def measure_of(name: str) -> Measure | None:
    """The measure with a name such as "attention 7 back"."""
    found, number = MEASURES.get(_NUMBER.sub("N", name)), _NUMBER.search(name)
    if found is None or number is None:
        return found
    return dataclasses.replace(found, label=found.label.replace("N", number[0]))


def label_of(name: str) -> str:
    """How a goal calls a measure; the name of another one."""
    found = measure_of(name)
    return name if found is None else found.label


def usual_measure(experiment: Experiment) -> str:
    """What comes of a training where a step asks for nothing else."""
    return f"{experiment.held_name} accuracy"


def measured(at: Snapshot, names: Iterable[str], sets: Sequence[SeedScores] = ()) -> dict[str, float | str]:
    """The values of measures that are known at a moment, and of the sets of seeds of the step, the last one last."""
    found: dict[str, float | str] = {}
    for name in names:
        measure, given = measure_of(name), list[Any]()
        if measure is None:
            continue
        if measure.source == "snapshot":
            given = [at]
        elif measure.source == "sets":
            given = [sets] if sets else []
        elif (part := measure.part) is not None:
            seen, asked = at.part(part), part.asked(at.request)
            given = [] if seen is None or asked is None else [seen, asked, *map(int, _NUMBER.findall(name))]
        value = measure.of(*given) if given else None
        if value is not None and value == value:
            found[name] = value
    return found


def sight(
    trainer: Trainer,
    prepared: PreparedData,
    experiment: Experiment,
    request: SnapshotRequest,
    names: Iterable[str],
) -> Snapshot:
    """The moment of a trainer as a window would show it, with the parts that the measures of these names read."""
    kinds = {found.part for found in map(measure_of, names) if found is not None and found.part is not None}
    asked = {TextsPart.kind: ASKS["texts"][1], AttentionPart.kind: True, **request.parts}
    request = dataclasses.replace(request, parts=asked)
    samples, row, _ = prepared.find(request.sample)
    shown = Shown(experiment, request, None if prepared.features else samples.inputs[row], None)
    parts = PartProbe(trainer, prepared, examines=False).take(shown, running=False, which=kinds.__contains__)
    return Snapshot(
        run=0, experiment=experiment, request=request, epoch=trainer.epoch, step=trainer.step_in_epoch,
        steps_per_epoch=trainer.steps_per_epoch, history=trainer.log.view(), figures=trainer.figures, layers=(),
        parts={kind: part for kind, part in parts.items() if part is not None},
        opened=trainer.opened, openings=trainer.openings,
    )  # fmt: skip


def request_of(given: Mapping[str, Any]) -> SnapshotRequest:
    """What a key looks at: `sample` and `place` from 1, and wishes of `ASKS`. Raises `ValueError`."""
    numbers, parts = {"sample": 1, "place": 0}, {}
    for name, value in given.items():
        if name in numbers:
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} must be a whole number from 1 on, got {value!r}")
            numbers[name] = value
        elif name in ASKS:
            part, usual = ASKS[name]
            parts[part.kind] = _wish(name, usual, value)
        else:
            raise ValueError(f"looks must name {', '.join((*numbers, *ASKS))}, got {name!r}")
    return SnapshotRequest(
        sample=numbers["sample"] - 1, position=numbers["place"] - 1 if numbers["place"] else None, parts=parts
    )


def _wish(name: str, usual: Any, given: Any) -> Any:
    if isinstance(usual, float | tuple):
        if given is not True and (type(usual) is not float or type(given) not in (int, float)):
            raise ValueError(
                f"{name} must be true{', or a number' if type(usual) is float else ''}, got {given!r}"
            )
        return usual if given is True else float(given)
    kinds = {field.name: type(getattr(usual, field.name)) for field in dataclasses.fields(usual)}
    if not isinstance(given, dict) or not given.keys() <= kinds.keys():
        raise ValueError(f"{name} must be a table with {', '.join(kinds)}, got {given!r}")
    made = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    for key, value in made.items():
        fits = (
            (int, float, tuple)
            if kinds[key] is NoneType
            else (int, float)
            if kinds[key] is float
            else kinds[key]
        )
        if not isinstance(value, fits) or isinstance(value, bool) != (kinds[key] is bool):
            raise ValueError(f"{name}: {key} must be as {getattr(usual, key)!r}, got {value!r}")
    return dataclasses.replace(usual, **made)
