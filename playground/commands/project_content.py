"""A copy of the project as the export dialog shows it: what opens here again, and trains on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from core.experiment.embedded_data import can_embed, embed_data, embedded_fault
from core.experiment.project_file import SUFFIX, save_project
from core.formats import Exporter, ModelDescription, Npz, TrainedModel, load_model
from core.formats.external_reader import ReaderPredictions
from core.formats.proof import Proof, prove
from core.io.command_lines import numpynet_line
from core.io.number_text import count_text
from core.spec import SettingError, Spec, setting
from playground.commands.export_content import NetworkContent
from playground.views.dialogs.export import CodeSample, Fact, FormatContent, ModelGraph


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
        """What the command line does with the file."""
        name = str(path)
        lines = (
            "# opens the window",
            numpynet_line(name),
            "# predicts new rows, points or images",
            numpynet_line("predict", name, "data.csv", "-o", "answers.csv"),
            "# how well it does, on its own test samples",
            numpynet_line("evaluate", name),
            "# other formats, by their suffixes",
            numpynet_line("export", name, str(path.with_suffix(".onnx"))),
        )
        return (CodeSample("Command line", "\n".join(lines) + "\n"),)

    def facts(self, spec: ProjectFormat) -> Sequence[Fact]:
        """What the file contains."""
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
        found = read.answers(raw)
        labels = () if found.labels is None else [str(label) for label in found.labels]
        return ReaderPredictions(read.program, labels, found.probabilities, found.values)
