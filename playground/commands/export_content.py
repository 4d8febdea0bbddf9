"""The network as the export dialog shows it: graph, facts and code of one moment of the training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

from core.data.features import FEATURES
from core.data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    PointInputs,
    TableInputs,
    ValueOutputs,
)
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.formats import Exporter, ModelDescription, TrainedModel, WeightsCsv, loading_code
from core.formats.programs.program import MAX_LITERALS
from core.formats.proof import Proof, prove
from core.formats.trained_experiment import describe_model, trained_model
from core.formats.trained_model import has_halves, model_part, part_samples
from core.io.number_text import count_text, held_text
from core.nn import Layer
from core.nn.autoencoder import Half
from core.spec import SettingError, Spec
from core.spec.arrays import Array
from playground.views.dialogs.export import CodeSample, Fact, FormatContent, ModelGraph

_MAX_ROWS = 500
"""Of a table that is shown; all are copied."""


@dataclass(frozen=True)
class NetworkContent(FormatContent[Exporter]):
    """`checkpoint` is None where no network can be exported; `message` then says why."""

    experiment: Experiment
    checkpoint: TrainerState | None
    parameters: int = 0
    message: str = ""
    raw: Any = None
    """Test samples as the pipeline takes them; None if there are none."""
    samples: int = 0
    """Samples to learn from and to test; 0 if they are not there."""
    film: tuple[tuple[float, tuple[Array, ...]], ...] = ()
    """Earlier moments of the network; see `TrainedModel.film`."""
    is_past: bool = False
    half: Half | None = None
    """The part of an autoencoder that is shown; None for the whole network."""
    proofs: dict[Spec, Proof] = field(default_factory=dict, compare=False)
    """Proofs, by format and settings."""

    @property
    def title(self) -> str:
        """Name, epoch, parameters and accuracy on the test samples, which all files have, too."""
        parts = [self.experiment.name]
        if self.checkpoint is not None:
            parts.append(f"epoch {self.checkpoint.place_text}")
            parts.append(count_text(self.parameters, "parameter"))
            figure, score = self.checkpoint.figures.test, self.experiment.task.score
            if figure.score == figure.score:
                told = f"test {score.name} {score.text(figure.score)} {figure.part}".rstrip()
                parts.append(held_text(told, self.experiment.held_name))
            parts += ["an earlier moment"] if self.is_past else []
        return " · ".join(parts)

    def check(self, spec: Exporter) -> None:
        """Raise a `ValueError` where `spec` cannot hold the network."""
        spec.check(self._description())
        if self.checkpoint is None:
            raise ValueError(f"There is no network to export. {self.message}".rstrip())

    def idle(self, spec: Exporter) -> frozenset[str]:
        """Settings of tables do nothing for points and images."""
        found: frozenset[str] = spec.idle(self._description())
        # The samples of built-in data travel anyhow.
        return found if getattr(self.experiment.dataset, "sha256", "") else found | {"with_samples"}

    def graph(self, spec: Exporter) -> ModelGraph | None:
        """Inputs, preprocessing, layers and outputs."""
        pipeline = self.pipeline
        model = self._description()
        steps = [_step(layer) for layer in model.layers]
        if pipeline is None or spec.left_out:
            shape = " × ".join(map(str, model.input_shape))
            return ModelGraph((shape,), tuple(steps), spec.prediction_names(model))
        given, first = _given(pipeline)
        return ModelGraph(given, (first, *steps), spec.prediction_names(model))

    def code(self, spec: Exporter, path: Path) -> Sequence[CodeSample]:
        """Programs that read the file at `path`; of a program or a table, the file itself."""
        model = self._description()
        if isinstance(spec, WeightsCsv):
            return [_table(spec, self.model)]
        if spec.stands_alone:
            whole = partial(spec.source, self.model, path)
            if self.parameters <= MAX_LITERALS:
                return [CodeSample("Python", whole())]
            return [CodeSample("Python", loading_code(spec, path, model), made=whole)]
        return [CodeSample(each, loading_code(spec, path, model, each)) for each in spec.languages]

    def facts(self, spec: Exporter) -> Sequence[Fact]:
        """Contents of the file."""
        count = self.parameters if self.half is None else self.model.network.parameter_count
        weights = Fact("Weights", f"{count:,} numbers, float32")
        if spec.left_out:
            return [weights, Fact("Left out", spec.left_out)]
        notes = spec.notes(self.experiment, self.samples)
        remarks = {**spec.remarks(self._description()), **notes}.items()
        facts = [*(Fact(*remark) for remark in remarks), *pipeline_facts(self.pipeline), weights]
        epoch = self.checkpoint.place_text if self.checkpoint is not None else "none"
        facts.append(Fact("Seed, epoch", f"{self.experiment.seed}, {epoch}"))
        if sha256 := str(getattr(self.experiment.dataset, "sha256", "")):
            facts.append(Fact("Data", _hash_text(sha256)))
        if self.checkpoint is not None:
            facts.append(Fact("This model", _hash_text(self._weights_sha256)))
        config = self.experiment.training
        facts.append(Fact("Program", f"NumpyNet Playground, {config.optimizer.title}"))
        return facts

    @property
    def pipeline(self) -> Pipeline | None:
        """The preprocessing; None where no network can be exported."""
        if self.half is not None:
            return self.model.pipeline
        return None if self.checkpoint is None else self.checkpoint.pipeline

    @property
    def has_halves(self) -> bool:
        """Whether there is an encoder and a decoder to choose."""
        checkpoint = self.checkpoint
        if checkpoint is None:
            return False
        return has_halves(describe_model(self.experiment, checkpoint.pipeline))

    def of_half(self, half: Half | None) -> NetworkContent:
        """The same moment of a part of the network."""
        return replace(self, half=half, proofs={})

    def _description(self) -> ModelDescription:
        if self.half is not None:
            return self.model.description
        return describe_model(self.experiment, self.pipeline)

    def prover(self, spec: Exporter) -> Callable[[], Proof] | None:
        """Write, read back and compare on the test samples; kept for `write`."""
        if self.checkpoint is None or self.pipeline is None:
            return None
        if self.raw is None:
            return lambda: Proof(sentence="There are no samples here to compare on")
        return partial(self._prove, spec)

    def write(self, spec: Exporter, path: Path) -> None:
        """Write the file, with its proof if it has one. Raises `OSError` and `SettingError`."""
        proof = self.proofs.get(spec)
        if proof is not None and proof.fault:
            raise SettingError(proof.fault)
        noted = None if proof is None or not proof.holds else proof.to_json()
        spec.write(replace(self.model, proof=noted), path)

    @property
    def model(self) -> TrainedModel:
        """The network of the moment. Raises `SettingError` without one."""
        if self.checkpoint is None:
            raise SettingError(f"There is no network to export. {self.message}".rstrip())
        whole = replace(trained_model(self.experiment, self.checkpoint), film=self.film)
        return whole if self.half is None else model_part(whole, self.half)

    @cached_property
    def _weights_sha256(self) -> str:
        return self.model.weights_sha256

    def _prove(self, spec: Exporter) -> Proof:
        raw = self.raw
        if self.half is not None and self.checkpoint is not None:
            raw = part_samples(trained_model(self.experiment, self.checkpoint), self.half, raw)
        found = self.proofs[spec] = prove(spec, self.model, raw)
        return found


def pipeline_facts(pipeline: Pipeline | None) -> list[Fact]:
    """Columns, preprocessing and classes as lines."""
    if pipeline is None:
        return []
    inputs, outputs, facts = pipeline.inputs, pipeline.outputs, []
    if isinstance(inputs, TableInputs):
        facts.append(Fact("Columns", _columns_text(inputs)))
        filled = sum(getattr(column, "fill", None) is not None for column in inputs.columns)
        if filled:
            facts.append(Fact("Gaps", f"filled in {count_text(filled, 'column')}"))
        facts.append(Fact("Scaling", "shift and scale of each column"))
    elif isinstance(inputs, PointInputs):
        facts.append(Fact("Features", ", ".join(FEATURES[name].label for name in inputs.features)))
    elif isinstance(inputs, ImageInputs):
        height, width, channels = inputs.shape
        facts.append(Fact("Images", f"{height} × {width} × {channels}, from 0 to {inputs.high:g}"))
    if isinstance(outputs, ClassOutputs):
        facts.append(Fact("Classes", "", outputs.names))
    elif isinstance(outputs, ValueOutputs):
        facts.append(Fact("Value", ", ".join(outputs.names)))
    return facts


def _columns_text(inputs: TableInputs) -> str:
    units = dict.fromkeys(column.unit for column in inputs.columns if isinstance(column, NumberColumn))
    texts = sum(isinstance(column, CategoryColumn) for column in inputs.columns)
    parts = [f"{len(inputs.columns)}, with names"]
    if texts:
        parts.append(f"{texts} of texts")
    if len(units) == 1 and "" not in units:
        parts.append(f"numbers in {next(iter(units))}")
    return ", ".join(parts)


def _hash_text(sha256: str) -> str:
    return f"SHA-256 {sha256[:4]}…{sha256[-4:]}"


def _table(spec: WeightsCsv, model: TrainedModel) -> CodeSample:
    """The beginning of a table of weights, which may have millions of rows."""
    whole = partial(spec.table, model)
    text = whole(rows=_MAX_ROWS)
    more = sum(array.size for array in model.network.state_dict().values()) > _MAX_ROWS
    return CodeSample("CSV", f"{text}…" if more else text, made=whole, noun="table")


_GIVEN: Final = {
    "points": (("x1", "x2"), "Features"), "images": (("image",), "Pixels"), "tokens": (("text",), "Tokens"),
}  # fmt: skip


def _given(pipeline: Pipeline) -> tuple[tuple[str, ...], str]:
    """What goes into the model, and what is done with it first."""
    columns = getattr(pipeline.inputs, "columns", ())
    return _GIVEN.get(pipeline.inputs.kind) or (tuple(column.name for column in columns), "Scale")


def _step(layer: Layer) -> str:
    units = getattr(layer, "units", None)
    return f"{layer.title} {units}" if units else layer.title
