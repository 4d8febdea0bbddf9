"""What the export dialog offers of a window: network, documents about the training, pictures of panels, films."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage

from core.formats.proof import Proof
from core.reports import Report
from playground.commands.export_content import NetworkContent
from playground.commands.film_content import FilmContent
from playground.commands.picture_content import PictureContent
from playground.commands.project_content import ProjectContent, ProjectFormat
from playground.commands.record_content import RecordContent
from playground.film.film_format import FilmFormat
from playground.views.dialogs.export import CodeSample, Fact, ModelGraph
from playground.views.pictures import Picture


@dataclass(frozen=True)
class WindowContent:
    """The `ExportContent` of a window; each format is answered by what it is about."""

    network: NetworkContent
    records: RecordContent
    pictures: PictureContent
    film: FilmContent
    project: ProjectContent

    @property
    def title(self) -> str:
        return self.network.title

    def check(self, spec: Any) -> None:
        self._of(spec).check(spec)

    def idle(self, spec: Any) -> frozenset[str]:
        return self._of(spec).idle(spec)

    def graph(self, spec: Any) -> ModelGraph | None:
        return self._of(spec).graph(spec)

    def code(self, spec: Any, path: Path) -> Sequence[CodeSample]:
        return self._of(spec).code(spec, path)

    def facts(self, spec: Any) -> Sequence[Fact]:
        return self._of(spec).facts(spec)

    def preview(self, spec: Any) -> QImage | None:
        return self._of(spec).preview(spec)

    def prover(self, spec: Any) -> Callable[[], Proof] | None:
        return self._of(spec).prover(spec)

    def maker(self, spec: Any) -> Callable[[], object] | None:
        return self._of(spec).maker(spec)

    def write(self, spec: Any, path: Path) -> None:
        """Write the file. Raises `OSError` and `ValueError`."""
        self._of(spec).write(spec, path)

    def _of(
        self, spec: Any
    ) -> NetworkContent | RecordContent | PictureContent | FilmContent | ProjectContent:
        if isinstance(spec, ProjectFormat):
            return self.project
        if isinstance(spec, Report):
            return self.records
        if isinstance(spec, FilmFormat):
            return self.film
        return self.pictures if isinstance(spec, Picture) else self.network
