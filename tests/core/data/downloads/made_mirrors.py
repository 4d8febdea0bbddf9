"""A generated archive and its mirrors on localhost."""

from __future__ import annotations

from pathlib import Path

from core.data.downloads.download import (
    DownloadProgress,
    download,
)
from tests.loopback_mirror import Mirror
from tests.made_images import MadeArchive


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def fetch(archive: MadeArchive, folder: Path, *served: Mirror, **more: object) -> list[DownloadProgress]:
    told: list[DownloadProgress] = []
    download(
        archive.archive,
        folder=folder,
        mirrors=[mirror.url for mirror in served],
        report=told.append,
        timeout_seconds=10.0,
        **more,  # type: ignore[arg-type]
    )
    return told
