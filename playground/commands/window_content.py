"""What the export dialog offers of a window: network, documents about the training, pictures of panels, films."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.nn.autoencoder import Half
from core.reports import Report
from playground.commands.export_content import NetworkContent
from playground.commands.film_content import FilmContent
from playground.commands.picture_content import PictureContent
from playground.commands.project_content import ProjectContent, ProjectFormat
from playground.commands.record_content import RecordContent
from playground.film.film_format import FilmFormat
from playground.views.dialogs.export import FormatContent
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
        if isinstance(spec, FilmFormat):
            return self.film
        return self.pictures if isinstance(spec, Picture) else self.network
