"""The files that a command writes, checked before its work begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.headless.failure import HeadlessError, sentences
from playground.headless.reports import print_line

if TYPE_CHECKING:
    from core.experiment.experiment import Experiment
    from core.experiment.project_file import TrainerState
    from core.formats import Exporter, ModelDescription, TrainedModel
    from playground.headless.proving import ProofSamples


@dataclass(frozen=True)
class Destination:
    """A file to write: a project, or a model in the format of an exporter."""

    path: Path
    exporter: Exporter | None

    def write(self, experiment: Experiment, state: TrainerState, samples: ProofSamples, **extra: Any) -> str:
        """Write the project with `extra` entries, or the model proven on `samples`; returns a remark on it.

        Raises `HeadlessError`.
        """
        from core.experiment.embedded_data import embed_data
        from core.experiment.project_file import save_project
        from core.formats.trained_experiment import trained_model

        if self.exporter is not None:
            return self.write_model(trained_model(experiment, state), samples)
        with sentences(f"{self.path} cannot be written"):
            # Data that came in the project stay in it.
            embedded = getattr(experiment.dataset, "embedded", None) is not None
            data = embed_data(experiment.dataset) if embedded else None
            save_project(self.path, experiment, state, data=data, extra=extra)
        return ""

    def write_model(self, model: TrainedModel, samples: ProofSamples) -> str:
        """Write a model that is no project's, proven on `samples`. Raises `HeadlessError`."""
        from playground.headless.proving import proven

        if self.exporter is None:
            raise HeadlessError(f"{self.path} cannot be written: only a project becomes a project")
        try:
            with sentences(f"{self.path} cannot be written"):
                proven_model, remark = proven(self.exporter, model, samples)
        except HeadlessError as error:
            raise HeadlessError(f"{self.path} is not written: {error}") from None
        with sentences(f"{self.path} cannot be written"):
            self.exporter.write(proven_model, self.path)
        return remark


def write_each(destinations: Sequence[Destination], write: Callable[[Destination], str]) -> None:
    """Write all that can be written, with a line for each. Raises `HeadlessError` with the sentences of the others."""
    faults = []
    for destination in destinations:
        try:
            remark = write(destination)
        except HeadlessError as error:
            faults.append(str(error))
        else:
            print_line(f"wrote {destination.path}" + (f", {remark}" if remark else ""))
    if faults:
        raise HeadlessError("; ".join(faults))


def write_file(path: Path, content: str | bytes, what: str = "") -> None:
    """Write a file and a line about it: `what` is in it. Raises `HeadlessError`."""
    from core.io.atomic_write import atomic_write

    with sentences(f"{path} cannot be written"), atomic_write(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    print_line(f"wrote {path}{what}")


def check_destinations(
    paths: Sequence[Path], model: ModelDescription, sources: Sequence[Path]
) -> list[Destination]:
    """The destinations, if all of them could be written with this model, and replace none of `sources`, which are read.

    Raises `HeadlessError`.
    """
    from core.experiment.project_file import SUFFIX
    from core.formats import exporter_for

    found: list[Destination] = []
    named: set[Path] = set()
    for path in paths:
        with sentences():
            exporter = None if path.name.lower().endswith(SUFFIX) else exporter_for(path, SUFFIX)
            if exporter is not None:
                exporter.check(model)
        for file in (path,) if exporter is None else exporter.files(path):
            if file.absolute() in named:
                raise HeadlessError(f"{file} is named twice; each output needs a file of its own")
            named.add(file.absolute())
            check_destination(file, sources)
        found.append(Destination(path, exporter))
    return found


def check_destination(
    path: Path, sources: Iterable[Path], *, mark: str | None = None, force: bool = False
) -> None:
    """Raise `HeadlessError` unless a file may be written there; see `core.io.gate.check`. `force` passes over marks."""
    from core.io.gate import check

    with sentences(f"{path} cannot be written"):
        check(path, reads=sources, mark=None if force else mark)
