"""Row of a format in the export dialog, and who provides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from PySide6.QtGui import QImage

from core.formats.proof import Proof
from core.nn.autoencoder import Half
from core.spec import Spec


@dataclass(frozen=True)
class CodeSample:
    """A whole program that reads the file, in a programming language ("Python"), or a document.

    A `rendered` one is HTML, shown as its readers see it. `made` gives the whole of a text that is shown shortened.
    `noun` is what "Copy" copies.
    """

    language: str
    text: str
    rendered: bool = False
    made: Callable[[], str] | None = None
    noun: str = "code"

    @property
    def whole(self) -> str:
        """Text to copy: a program that runs."""
        return self.text if self.made is None else self.made()


@dataclass(frozen=True)
class Fact:
    """One line of what the file contains; `names` are classes, shown with their colors instead of `text`."""

    label: str
    text: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelGraph:
    """The exported model from left to right: its inputs, its steps, its outputs."""

    inputs: tuple[str, ...]
    steps: tuple[str, ...]
    outputs: tuple[str, ...]


S = TypeVar("S")


class FormatContent(Generic[S]):
    """What is known of formats, empty where a subclass gives none; `spec` is a format with its settings.

    All but `check` expect that `check` passes.
    """

    def check(self, spec: S) -> None:
        """Raise the `ValueError` that writing would raise."""

    def idle(self, spec: S) -> frozenset[str]:
        """Names of settings that change nothing here, and are not shown."""
        return frozenset()

    def graph(self, spec: S) -> ModelGraph | None:
        """The model in this format; None for pictures."""
        return None

    def code(self, spec: S, path: Path) -> Sequence[CodeSample]:
        """Programs that read the file at `path`; raises `ValueError` where there is none."""
        return ()

    def facts(self, spec: S) -> Sequence[Fact]:
        """Contents of the file."""
        return ()

    def preview(self, spec: S) -> QImage | None:
        """The picture; None for other formats."""
        return None

    def prover(self, spec: S) -> Callable[[], Proof] | None:
        """Writes a file, reads it back and compares, on any thread; None where there is nothing to compare."""
        return None

    def maker(self, spec: S) -> Callable[[], object] | None:
        """Makes what `code` then shows, on any thread, where it takes long; None where `code` has it already."""
        return None

    def write(self, spec: S, path: Path) -> None:
        """Write the file. Raises `OSError` and `ValueError`."""
        raise NotImplementedError


class Added(NamedTuple):
    """What a plug-in gives as "exports": formats, what is said of them, and what composes a file of one."""

    kinds: tuple[type[Spec], ...] = ()
    content: FormatContent[Any] | None = None
    compose: Callable[[Path], None] | None = None


class ExportContent(Protocol):
    """What is known at the moment at which the dialog was opened."""

    @property
    def title(self) -> str:
        """The network in a line: "Iris · epoch 412 · 47 parameters"."""
        ...

    @property
    def has_halves(self) -> bool:
        """Whether the network has an encoder and a decoder, of which one may be written alone."""
        ...

    def of_half(self, half: Half | None) -> ExportContent:
        """What is known of that part; None for the whole network."""
        ...

    def about(self, spec: Any) -> FormatContent[Any]:
        """What is known of a format."""
        ...


def group_of(kind: Any) -> str:
    """The group of a format in the list."""
    return str(getattr(kind, "group", "")) or "Other"
