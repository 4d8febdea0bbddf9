"""Exports of a window: project, network, documents about the training, pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar, Final

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from core.data.pipeline import Pipeline
from core.experiment.embedded_data import can_embed, embed_data, embedded_fault
from core.experiment.experiment import Experiment
from core.experiment.project_file import SUFFIX, TrainerState, save_project
from core.formats import (
    EXPORTERS,
    Exporter,
    ModelDescription,
    Npz,
    TrainedModel,
    WeightsCsv,
    load_model,
    loading_code,
)
from core.formats.external_reader import ReaderPredictions
from core.formats.programs.program import MAX_LITERALS
from core.formats.proof import Proof, prove
from core.formats.trained_experiment import describe_model, trained_model
from core.formats.trained_model import has_halves, model_part, part_samples
from core.io.atomic_write import atomic_write
from core.io.command_lines import numpynet_line
from core.io.number_text import count_text, held_text
from core.nn import Layer
from core.nn.autoencoder import Half
from core.reports import REPORTS, Report, TrainingRecord
from core.spec import SettingError, Spec, setting
from core.spec.arrays import Array
from playground.commands.model_content import pipeline_facts
from playground.plugin import PLUGINS, Added, Fact, FormatContent, ThemeSource
from playground.views.dialogs.export import CodeSample, ModelGraph
from playground.views.pictures import PICTURES, Picture, picture_bytes, picture_image, picture_size

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


class ProjectFormat(Spec):
    """A project of the dialog's moment; the document stays where it is saved."""

    kind = "project"
    title = f"Playground ({SUFFIX})"
    summary = "Network, training and curves: opens here, and trains on"
    suffix: ClassVar[str] = SUFFIX
    group: ClassVar[str] = "Models"
    needs_suffix: ClassVar[bool] = True

    holds_data: bool = setting(
        False,
        "Data inside",
        help="Your table or images are in the file too, so that it opens on any computer.",
    )


@dataclass(frozen=True, eq=False)
class ProjectContent(FormatContent[ProjectFormat]):
    """The network of a moment with its experiment."""

    network: NetworkContent

    def check(self, spec: ProjectFormat) -> None:
        """Raise a `ValueError` without a network, and for data that are too large."""
        self.network.check(_AS_WEIGHTS)
        if spec.holds_data and (fault := embedded_fault(self.network.experiment.dataset)):
            raise SettingError(fault)

    def idle(self, spec: ProjectFormat) -> frozenset[str]:
        """Data that come with the program are in no file."""
        return frozenset() if can_embed(self.network.experiment.dataset) else frozenset({"holds_data"})

    def graph(self, spec: ProjectFormat) -> ModelGraph | None:
        """The network."""
        return self.network.graph(_AS_WEIGHTS)

    def code(self, spec: ProjectFormat, path: Path) -> Sequence[CodeSample]:
        """Action of the command line on the file."""
        name = str(path)
        lines = (
            "# opens the window",
            numpynet_line(name),
            "# predicts new rows, points or images",
            numpynet_line("predict", name, "data.csv", "-o", "predictions.csv"),
            "# how well it does, on its own test samples",
            numpynet_line("evaluate", name),
            "# other formats, by their suffixes",
            numpynet_line("export", name, str(path.with_suffix(".onnx"))),
        )
        return (CodeSample("Command line", "\n".join(lines) + "\n"),)

    def facts(self, spec: ProjectFormat) -> Sequence[Fact]:
        """Contents of the file."""
        checkpoint = self.network.checkpoint
        found = list(self.network.facts(_AS_WEIGHTS))
        if checkpoint is not None:
            found.append(Fact("Curves", count_text(len(checkpoint.arrays["history"]), "row")))
        found.append(Fact("Trains on", "with the optimizer's state"))
        if spec.holds_data:
            found.append(Fact("Samples", "all of your data"))
        return found

    def prover(self, spec: ProjectFormat) -> Callable[[], Proof] | None:
        """Write it, read it back and compare on the test samples."""
        raw = self.network.raw
        if self.network.prover(_AS_WEIGHTS) is None or raw is None:
            return None
        return lambda: prove(_AsExporter(partial(self.write, spec)), self.network.model, raw)

    def write(self, spec: ProjectFormat, path: Path) -> None:
        """Write the file. Raises `OSError` and `ValueError`."""
        experiment = self.network.experiment
        data = embed_data(experiment.dataset) if spec.holds_data else None
        save_project(path, experiment, self.network.checkpoint, data=data)


_AS_WEIGHTS = Npz()
"""A format that holds every network."""


class _AsExporter(Exporter):
    """A project, for the proof."""

    kind = title = "project for the proof"
    suffix = SUFFIX
    _write: Callable[[Path], None]

    def __init__(self, write: Callable[[Path], None]) -> None:
        # The class is frozen, as specs are.
        object.__setattr__(self, "_write", write)

    def write(self, model: TrainedModel, path: Path) -> None:
        self._write(path)

    def run(self, path: Path, model: ModelDescription, raw: Any) -> ReaderPredictions:
        read = load_model(path)
        found = read.predictions(raw)
        labels = () if found.labels is None else [str(label) for label in found.labels]
        return ReaderPredictions(read.program, labels, found.probabilities, found.values)


_MAX_SAMPLES = 2_000
"""More take too long to predict while the window waits: 4 s for 10,000 images and a CNN."""
_MAX_SHOWN = 20_000


@dataclass(frozen=True)
class RecordContent(FormatContent[Report]):
    """`record` is None where no network can be exported; `message` then says why."""

    record: TrainingRecord | None
    message: str = ""
    texts: dict[Spec, str] = field(default_factory=dict, compare=False)
    """Pages that were made, by document and settings."""

    def check(self, spec: Report) -> None:
        """Raise a `SettingError` where there is nothing to write."""
        record = self._record
        if self._is_small and spec not in self.texts:
            self.texts[spec] = spec.text(record)

    def code(self, spec: Report, path: Path) -> Sequence[CodeSample]:
        """The beginning of the document, once it is made."""
        if spec not in self.texts:
            raise SettingError("It is being made: there are many samples to predict")
        text = self.texts[spec]
        shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}\n…"
        noun = "table" if spec.suffix == ".csv" else "text"
        source = CodeSample(spec.suffix.lstrip(".").upper(), shown, made=lambda: text, noun=noun)
        if spec.suffix != ".html":
            return (source,)
        return (CodeSample("Preview", text, rendered=True, noun=noun), source)

    def facts(self, spec: Report) -> Sequence[Fact]:
        """Samples and epochs."""
        record = self.record
        if record is None:
            return ()
        facts = [Fact("Epochs", record.state.place_text), Fact("Curves", f"{len(record.history):,} rows")]
        if record.data is not None:
            facts.append(Fact("Samples", record.data.split_text))
        return facts

    def maker(self, spec: Report) -> Callable[[], object] | None:
        """Makes a document that takes long."""
        return None if spec in self.texts else partial(self._make, spec)

    def write(self, spec: Report, path: Path) -> None:
        """Write the document. Raises `OSError` and `SettingError`."""
        text = self.texts.get(spec) or self._make(spec)
        with atomic_write(path) as file:
            file.write(text.encode())

    def _make(self, spec: Report) -> str:
        found: str = spec.text(self._record)
        self.texts[spec] = found
        return found

    @property
    def _record(self) -> TrainingRecord:
        if self.record is None:
            raise SettingError(f"There is no trained network. {self.message}".rstrip())
        return self.record

    @property
    def _is_small(self) -> bool:
        data = None if self.record is None else self.record.data
        return data is None or data.data.samples <= _MAX_SAMPLES


def not_shown(picture: Any) -> str:
    """The sentence for a picture, or kind of picture, whose panel is hidden."""
    return f"{picture.title} is not shown now; show its panel first"


@dataclass(frozen=True)
class PictureContent(FormatContent[Picture]):
    """Pictures of the panels of `window`, in the colors of `themes`."""

    window: QWidget
    themes: ThemeSource

    def check(self, spec: Picture) -> None:
        """Raise a `ValueError` where there is nothing to show, or too much."""
        self._image(spec)

    def idle(self, spec: Picture) -> frozenset[str]:
        """Lines have no scale."""
        return frozenset() if spec.format == "png" else frozenset({"scale"})

    def facts(self, spec: Picture) -> Sequence[Fact]:
        """Format and size."""
        size = picture_size(self._widgets(spec))
        shown = size * spec.factor if spec.format == "png" else size
        kind = "bitmap" if spec.format == "png" else "vector, sharp at any size"
        return (
            Fact("Format", spec.format.upper()),
            Fact("Size", f"{shown.width():,} × {shown.height():,}"),
            Fact("Type", kind),
            Fact("Colors", "dark" if self.themes.theme.is_dark else "light"),
        )

    def preview(self, spec: Picture) -> QImage:
        """The picture at its scale."""
        return self._image(spec)

    def write(self, spec: Picture, path: Path) -> None:
        """Write the file. Raises `OSError` and `ValueError`."""
        data = picture_bytes(self._widgets(spec), self.themes.theme.surface, spec.format, spec.factor)
        with atomic_write(path) as file:
            file.write(data)

    def _image(self, spec: Picture) -> QImage:
        factor = spec.factor if spec.format == "png" else 2.0
        return picture_image(self._widgets(spec), self.themes.theme.surface, factor)

    def _widgets(self, spec: Picture) -> list[QWidget]:
        found: list[QWidget] = spec.find(self.window)
        if not found:
            raise ValueError(not_shown(spec))
        return found


def added_formats(window: QWidget) -> dict[type[Any], Added]:
    """The formats that plug-ins add, and who answers for each; one of which there is another is told and left out."""
    found: dict[type[Any], Added] = {}
    taken = {ProjectFormat.kind, *EXPORTERS.names(), *PICTURES.names(), *REPORTS.names()}
    for title, give in PLUGINS.all_given("exports"):
        added = give(window)
        for kind in added.kinds:
            if kind.kind in taken:
                PLUGINS.leave_out(title, ValueError(f"it exports {kind.kind!r}, which is there"))
                continue
            taken.add(kind.kind)
            found[kind] = added
    return found


@dataclass(frozen=True)
class WindowContent:
    """The `ExportContent` of a window; each format is answered for by what it is about."""

    network: NetworkContent
    records: RecordContent
    pictures: PictureContent
    added: Mapping[type[Any], Added]
    project: ProjectContent

    @property
    def title(self) -> str:
        return self.network.title

    @property
    def has_halves(self) -> bool:
        """Whether the network has an encoder and a decoder."""
        return self.network.has_halves

    def of_half(self, half: Half | None) -> WindowContent:
        """The same with a part of the network in the formats of models."""
        return replace(self, network=self.network.of_half(half))

    def about(self, spec: Any) -> FormatContent[Any]:
        if isinstance(spec, ProjectFormat):
            return self.project
        if isinstance(spec, Report):
            return self.records
        added = self.added.get(type(spec))
        if added is not None and added.content is not None:
            return added.content
        return self.pictures if isinstance(spec, Picture) else self.network
