"""Project files (`.nnplay`): a zip of the experiment as readable JSON, the weights and the training state.

- `experiment.json`: all settings; enough to start the experiment anew.
- `training.json`: epoch, position in the epoch, states of the random generators.
- `pipeline.json`: the fitted preprocessing of the weights, from raw samples to inputs and from outputs to predictions.
- `trained.json`: the experiment of the weights, if an edit that cannot run has changed the network.
- `asides.json`: the experiments whose network waits until their data or task come back; see `change.py`.
- `data.json`: the path of the user's table or image folder, relative to the project's folder, so that both can be moved
  together.
- `embedded.json` and its arrays: the user's data themselves, if they were saved with the project.
- `weights/NAME.npy`, `optimizer/NAME.npy`, `history.npy`: arrays.
- `padding`: zeros, where the arrays pack so well that a reader would take the file for a zip bomb.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.pipeline import Pipeline
from ..io import strict_json
from ..io.archive import MAX_TEXT_BYTES, ArchiveReader, archive_bytes, write_archive
from ..io.bounded_number import finite, whole
from ..io.budget import check_ordinary
from ..io.number_text import place_text
from ..io.sentence import opening, short_sentence
from ..nn import LayerError
from ..nn.dropout_stream import dropout_stream
from ..nn.network import describe, state_shapes
from ..train.evaluation import Reference
from ..train.figures import Figure, Figures, Place
from ..train.history import HISTORY_WIDTHS, History, Mark, whole_rows
from ..train.opening import Opening
from ..train.trainer import Trainer
from .embedded_data import EmbeddedData, with_embedded_data
from .experiment import Experiment
from .prepare import PreparedData, make_trainer

SUFFIX = ".nnplay"
_VERSION = 1
_MAX_EXPERIMENT = 4_000_000
"""Bytes. The largest experiment that the window can make, with a hundred layers, has 100,000."""


@dataclass(frozen=True, eq=False)
class TrainerState:
    """The state of a training, complete enough for `restore` to continue as if never interrupted.

    `pipeline` is the preprocessing of the weights, for exports while the data are missing; older files have none.
    """

    numbers: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    trained: Experiment | None = None
    """The experiment of the weights, if it differs from the one saved with them."""
    pipeline: Pipeline | None = None

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return int(self.numbers["epoch"])

    @property
    def has_trained(self) -> bool:
        """Whether the weights have been updated since initialization, or set by hand."""
        return self.epoch > 0 or int(self.numbers["position"]) > 0 or self.has_own_weights

    @property
    def has_own_weights(self) -> bool:
        """Whether a weight was set by hand; older files do not say so."""
        return self.numbers.get("own_weights") is True

    @property
    def figures(self) -> Figures:
        """The latest figures. Raises an error where they are none."""
        if (found := self.numbers.get("figures")) is not None:
            return Figures.from_json(found)
        # Older files say neither where they are of nor of how many samples, and mostly have the mean of the batches.
        train, test = (Figure(*_floats(pair)) for pair in self.numbers["evaluations"])
        place = Place(self.epoch, updates=int(self.numbers["updates"]), position=float(self.epoch))
        return Figures(place, train, test)

    @property
    def openings(self) -> tuple[Opening, ...]:
        """See `Training`. Raises an error where they are none."""
        return tuple(map(Opening.from_json, self.numbers.get("openings", ())))

    @property
    def opened(self) -> Opening | None:
        """See `Training`. Raises an error where it is none."""
        own = self.numbers.get("opened")
        return None if own is None else self.openings[int(own)]

    @property
    def place_text(self) -> str:
        """Where the training is, as people read it; the finished epochs alone where older files say no more."""
        step, steps = int(self.numbers["step"]), self.figures.place.steps
        return place_text(self.epoch, step if step < steps else 0, steps)

    @property
    def history(self) -> History:
        """The rows of the history."""
        return History(*whole_rows(self.arrays["history"]).T)

    @property
    def is_finite(self) -> bool:
        """Whether weights and optimizer state are finite; others cannot be trained further or saved."""
        arrays = (array for name, array in self.arrays.items() if name != "history")
        # NaN if any number is NaN; unlike isfinite, min and max need no array of the same length.
        ends = ((array.min(initial=0.0), array.max(initial=0.0)) for array in arrays)
        return all(np.isfinite(low) and np.isfinite(high) for low, high in ends)

    def fits(self, experiment: Experiment) -> bool:
        """Whether the weights fit this experiment's network, as far as known."""
        trained = self.trained
        return trained is None or (
            trained.stack() == experiment.stack() and trained.input_shape == experiment.input_shape
        )

    @property
    def weights(self) -> dict[str, NDArray[Any]]:
        """The network's weights by name, for `Network.load_state_dict`."""
        return {
            name.removeprefix("weights/"): array
            for name, array in self.arrays.items()
            if name.startswith("weights/")
        }

    def with_weights(self, weights: Mapping[str, NDArray[Any]]) -> TrainerState:
        """The same training with some other weights, by name; its figures are of those before."""
        numbers = {**self.numbers, "own_weights": True, "edits": int(self.numbers.get("edits", 0)) + 1}
        arrays = {f"weights/{name}": array for name, array in weights.items()}
        return replace(self, numbers=numbers, arrays={**self.arrays, **arrays})

    @classmethod
    def of(cls, trainer: Trainer, pipeline: Pipeline | None = None) -> TrainerState:
        """Copy a trainer's state, after completing any pending evaluation."""
        trainer.finish_evaluation()
        numbers = training_numbers(trainer)
        arrays = {f"weights/{name}": array for name, array in trainer.network.state_dict().items()}
        arrays |= {f"optimizer/{name}": slot.copy() for name, slot in trainer.optimizer_state.slots.items()}
        arrays["history"] = trainer.log.to_array()
        return cls(numbers, arrays, pipeline=pipeline)

    def restore(self, trainer: Trainer) -> None:
        """Load the state into a trainer of the same experiment. Raises `ValueError` if it does not fit."""
        numbers = self.numbers
        try:
            trainer.network.load_state_dict(self.weights)
            slots = {
                name.partition("/")[2]: each
                for name, each in self.arrays.items()
                if name.startswith("optimizer/")
            }
            trainer.resume(numbers, slots)
            trainer.has_own_weights = self.has_own_weights
            trainer.epoch_sum = _sum(numbers["epoch_sum"])
            trainer.recorded_sum = _sum(numbers.get("recorded_sum", (0.0, 0)))  # older files have none
            trainer.log.restore(self.arrays["history"], max(1, int(numbers["history_stride"])))
            trainer.log.marks = tuple(
                Mark(finite(epoch), str(text)) for epoch, text in numbers.get("marks", ())
            )
            trainer.edits = int(numbers.get("edits", 0))
            trainer.openings, trainer.opened = self.openings, self.opened
            trainer.evaluator.restore(self.figures)
            trainer.evaluator.references = tuple(
                Reference(*(Figure(*_floats(pair)) for pair in pairs))
                for pairs in numbers.get("references", ())  # older files have none
            )
            # Older files were trained by numpy.
            trainer.engines = set(map(str, numbers.get("engines", ["numpy"] if self.has_trained else [])))
            trainer.renew_engine()
        except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
            raise ValueError(f"the training state is incomplete: {error}") from None


def measured(experiment: Experiment, state: TrainerState, data: PreparedData) -> Trainer:
    """A trainer at the state of an experiment, with the figures of all samples: those that the state knows of these
    data, else measured now. Raises `ValueError` if the state does not fit.
    """
    trainer = make_trainer(experiment, data, record_initial=False)
    state.restore(trainer)
    if state.pipeline is not None and state.pipeline != data.pipeline:
        # They were measured on other data.
        trainer.edits += 1
    trainer.start_history()
    trainer.measure()
    return trainer


def training_numbers(trainer: Trainer) -> dict[str, Any]:
    """All of a trainer's state that is no array, JSON-ready; no evaluation must be pending."""
    return {
        "version": _VERSION,
        **trainer.numbers,
        "history_stride": trainer.log.stride,
        "marks": [[mark.epoch, mark.text] for mark in trainer.log.marks],
        "epoch_sum": list(trainer.epoch_sum),
        "recorded_sum": list(trainer.recorded_sum),
        "edits": trainer.edits,
        "figures": trainer.figures.to_json(),
        "references": [
            [_json_numbers(each.loss, each.score) for each in (reference.all, reference.part)]
            for reference in trainer.evaluator.references
        ],
        "own_weights": trainer.has_own_weights,
        "engine": trainer.engine,
        "engines": sorted(trainer.engines),
    } | _openings_of(trainer)


def _openings_of(trainer: Trainer) -> dict[str, Any]:
    """The openings of sealed tests, and which is the own one, JSON-ready; nothing without any."""
    if not trainer.openings:
        return {}
    own = None if trainer.opened is None else trainer.openings.index(trainer.opened)
    return {"openings": [each.to_json() for each in trainer.openings], "opened": own}


def save_project(
    path: Path,
    experiment: Experiment,
    state: TrainerState | None,
    report: Callable[[float], None] | None = None,
    *,
    extra: Mapping[str, Any] | None = None,
    data: EmbeddedData | None = None,
) -> None:
    """Write a project atomically, without `state` only the experiment. Raises `OSError`.

    Raises `ValueError` for what could not be opened: a state that is not finite, and texts too long. `report`: see
    `write_archive`. `extra` are further JSON values by the names of their entries, which `load_project` passes over.
    `data`, made by `embed_data`, let the project open without the user's file or folder.
    """
    texts, arrays = _contents(experiment, state)
    texts |= extra or {}
    if data is not None:
        texts |= data.texts
        arrays |= data.arrays
    if relative := _relative_path(path, experiment):
        texts["data.json"] = {"path": relative}
    write_archive(path, texts, arrays, report)


def pack_project(experiment: Experiment, state: TrainerState) -> bytes:
    """The content of a project file, for databases and other processes. Raises `ValueError` as `save_project` does."""
    return archive_bytes(*_contents(experiment, state))


def _contents(
    experiment: Experiment, state: TrainerState | None
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """JSON values and arrays by name."""
    texts: dict[str, Any] = {"experiment.json": experiment.to_json()}
    if state is None:
        return texts, {}
    if not state.is_finite:
        raise ValueError("the weights are no longer numbers")
    texts["training.json"] = state.numbers
    if state.trained is not None and not state.fits(experiment):
        texts["trained.json"] = state.trained.to_json()
    pipeline = None if state.pipeline is None else state.pipeline.to_json()
    # Of ten thousand columns with long names, it would be refused when the project is opened.
    if pipeline is not None and len(strict_json.dump(pipeline).encode()) <= MAX_TEXT_BYTES:
        texts["pipeline.json"] = pipeline
    return texts, dict(state.arrays)


def load_project(
    path: Path, report: Callable[[float], None] | None = None
) -> tuple[Experiment, TrainerState | None]:
    """Read a project or an experiment (.json). Raises `ValueError` for invalid files and `OSError`.

    The data's path is the one relative to the project where that exists, else the absolute one that was saved.

    `report` gets the fraction read, 0 to 1; an exception that it raises cancels.
    """
    if path.suffix.lower() == ".json":
        return load_experiment(path), None
    with ArchiveReader(path, report) as archive, opening(path, (ValueError, TypeError)):
        experiment, state = _read(archive)
        found = _data_beside(path, archive)
        if state is not None and state.trained is not None:
            state = replace(state, trained=_with_data_path(state.trained, found))
        experiment = _with_data_path(experiment, found)
        return experiment.replace(dataset=with_embedded_data(archive, experiment.dataset)), state


def unpack_project(packed: bytes) -> tuple[Experiment, TrainerState | None]:
    """The inverse of `pack_project`. Raises `ValueError`."""
    path = Path(f"run{SUFFIX}")
    with ArchiveReader(path, content=packed) as archive, opening(path, (ValueError, TypeError)):
        return _read(archive)


def _read(archive: ArchiveReader) -> tuple[Experiment, TrainerState | None]:
    experiment = Experiment.from_json(archive.text("experiment.json"))
    return experiment, _read_trainer_state(archive, experiment) if "training.json" in archive else None


def load_experiment(path: Path) -> Experiment:
    """Read an experiment's JSON file, such as a preset, or that of a project without its weights and embedded data.

    What is written there of a classic is left out.
    """
    if path.suffix.lower() == SUFFIX:
        with ArchiveReader(path) as archive, opening(path, (ValueError, TypeError)):
            experiment = Experiment.from_json(archive.text("experiment.json"))
            return _with_data_path(experiment, _data_beside(path, archive))
    size = check_ordinary(path)
    if size > _MAX_EXPERIMENT:
        raise ValueError(
            short_sentence(f"{path.name} must be at most {_MAX_EXPERIMENT:,} bytes, got {size:,}")
        )
    with opening(path, (ValueError, TypeError)):
        read = strict_json.load(path.read_bytes())
        return Experiment.from_json(
            {k: v for k, v in read.items() if k != "classic"} if isinstance(read, dict) else read
        )


def _relative_path(project: Path, experiment: Experiment) -> str:
    """The data's path from the project's folder, with "/"; "" for built-in data and on another drive."""
    place = str(getattr(experiment.dataset, "path", ""))
    try:
        return Path(os.path.relpath(place, project.absolute().parent)).as_posix() if place else ""
    except ValueError:  # pragma: no cover - only Windows has drives
        return ""


def _data_beside(project: Path, archive: ArchiveReader) -> str:
    """The absolute path of the data that the project names relative to itself; "" if nothing is there."""
    if "data.json" not in archive:  # older files have none
        return ""
    entry = archive.text("data.json")
    relative = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(relative, str) or not relative or "\0" in relative or Path(relative).is_absolute():
        raise ValueError(f"data.json must have a relative path, got {relative!r}")
    # Not resolved, as when it was saved: ".." of a folder that is a link leads elsewhere.
    place = os.path.normpath(project.absolute().parent / relative)
    try:
        return place if Path(place).exists() else ""
    except OSError:  # a name that is too long, or a folder that must not be read
        return ""


def _with_data_path(experiment: Experiment, place: str) -> Experiment:
    if not place or not getattr(experiment.dataset, "path", ""):
        return experiment
    return experiment.replace(dataset=experiment.dataset.replace(path=place))


def _read_trainer_state(archive: ArchiveReader, experiment: Experiment) -> TrainerState | None:
    numbers = archive.text("training.json")
    if not isinstance(numbers, dict) or numbers.get("version") != _VERSION:
        raise ValueError(f"training.json must have version {_VERSION}")
    _check_numbers(numbers)
    trained = Experiment.from_json(archive.text("trained.json")) if "trained.json" in archive else None
    experiment = trained or experiment
    try:
        shapes = state_shapes(experiment.stack(), experiment.input_shape)
    except LayerError:
        # Older files have the weights of the network before an edit, but not its layers.
        return None
    arrays: dict[str, NDArray[Any]] = {
        f"weights/{name}": archive.array(f"weights/{name}", shape, np.float32)
        for name, shape in shapes.items()
    }
    _, described = describe(experiment.stack(), experiment.input_shape)
    count = sum(parameter.size for parameters in described for parameter in parameters if parameter.trainable)
    for slot, shape in experiment.training.optimizer.slot_shapes(count).items():
        # The state of another kind of optimizer is useless; this one's is required.
        if numbers.get("optimizer") == experiment.training.optimizer.kind:
            arrays[f"optimizer/{slot}"] = archive.array(f"optimizer/{slot}", shape, np.float32)
    arrays["history"] = _read_history(archive)
    return TrainerState(numbers, arrays, trained, _read_pipeline(archive, experiment))


def _read_pipeline(archive: ArchiveReader, experiment: Experiment) -> Pipeline | None:
    if "pipeline.json" not in archive:  # older files have none
        return None
    pipeline = Pipeline.from_json(archive.text("pipeline.json"))
    found = (pipeline.input_shape, pipeline.outputs.encoding.outputs)
    wanted = (experiment.input_shape, experiment.output_layer().units)
    if found != wanted:
        raise ValueError(f"pipeline.json must have inputs and outputs of {wanted}, got {found}")
    return pipeline


def _read_history(archive: ArchiveReader) -> NDArray[Any]:
    """The rows of the history, (rows, columns); older files have fewer columns."""
    errors: list[ValueError] = []
    for width in HISTORY_WIDTHS:
        try:
            return archive.array("history", (None, width), np.float64, most=40_000, finite=False)
        except ValueError as error:
            errors.append(error)
    raise errors[0]


def _check_numbers(numbers: dict[str, Any]) -> None:
    """Raise `ValueError` unless counts are valid and the generators accept their states."""
    for name in ("epoch", "step", "position", "updates", "history_stride", "edits"):
        value = numbers.get(name, 0 if name == "edits" else None)  # older files have no edits
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
            raise ValueError(f"training.json: {name} must be a whole number of at least 0, got {value!r}")
    states = (
        "order_state",
        "noise_state",
        *(("augmentation_state",) if "augmentation_state" in numbers else ()),
    )
    for name in states:
        try:
            np.random.default_rng(0).bit_generator.state = numbers[name]
        except (KeyError, TypeError, AttributeError, OverflowError, ValueError):
            raise ValueError(f"training.json: {name} is no state of a random generator") from None
    try:
        dropout_stream(numbers.get("dropout_state"), np.random.default_rng(0))
    except ValueError as error:
        raise ValueError(f"training.json: {error}") from None
    try:
        (_, seen), (_, recorded) = _sum(numbers["epoch_sum"]), _sum(numbers.get("recorded_sum", (0.0, 0)))
        whole = recorded <= seen
    except (KeyError, TypeError, ValueError, OverflowError):
        whole = False
    if not whole:
        raise ValueError("training.json: epoch_sum and recorded_sum must be pairs of numbers")
    state = TrainerState(numbers, {})
    try:
        _ = state.figures
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ValueError("training.json: figures must have a place, losses and numbers of samples") from None
    try:
        _ = state.openings, state.opened
    except (KeyError, TypeError, IndexError, ValueError, OverflowError):
        raise ValueError(
            "training.json: openings must say when a sealed test was opened, and what it said"
        ) from None


def _sum(pair: Any) -> tuple[float, int]:
    """A sum and the number of its terms. Raises an error for anything else."""
    total, count = pair
    if not 0 <= whole(count) < 2**53:
        raise ValueError("a sum must be a number and a count")
    return finite(total), whole(count)


def _json_numbers(*values: float) -> list[float | None]:
    # JSON has no NaN; null means "not measured".
    return [value if math.isfinite(value) else None for value in values]


def _floats(pair: list[float | None]) -> tuple[float, float]:
    first, second = (math.nan if value is None else finite(value) for value in pair)
    return first, second
