"""Downloads an archive in the background, or checks files of the user's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from core.data.downloads.archive_cache import ArchiveError, ImageStore
from core.data.downloads.archives import Archive
from core.data.downloads.download import CancelToken, DownloadError, download
from playground.model.background_job import BackgroundJob, Report

__all__ = ["Fetcher", "failure_sentence"]

log = logging.getLogger(__name__)


class Fetcher(BackgroundJob):
    """A job whose `progressed` brings the DownloadProgress; at `finished` everything is there, checked."""

    def __init__(
        self, archive: Archive, parent: QObject | None = None, *, mirrors: Sequence[str] | None = None
    ) -> None:
        # A daemon: the program must not wait for a mirror that does not answer when it ends.
        super().__init__("download", parent, daemon=True)
        self.store = ImageStore(archive)
        self.mirrors = archive.mirrors if mirrors is None else tuple(mirrors)

    def download(self) -> None:
        """Fetch what is missing, and check all that is there."""
        cancel_token = CancelToken()
        self.start(partial(_download, self.store, self.mirrors, cancel_token), on_cancel=cancel_token.cancel)

    def take(self, paths: Sequence[Path]) -> None:
        """Use files that the user has."""
        self.start(partial(_take, self.store, tuple(paths)))


def failure_sentence(error: Exception) -> str:
    """Why there is nothing; an error that nobody expected is logged too."""
    if isinstance(error, (DownloadError, ArchiveError)):
        return str(error)
    log.error("A download failed", exc_info=error)
    return f"The download failed: {error}"


def _download(store: ImageStore, mirrors: Sequence[str], cancel_token: CancelToken, report: Report) -> None:
    download(store.archive, folder=store.folder, mirrors=mirrors, report=report, cancel_token=cancel_token)
    # Files that were put there by hand are seen for the first time here.
    store.load()


def _take(store: ImageStore, paths: tuple[Path, ...], report: Report) -> None:
    missing = store.take(paths)
    if missing:
        names = ", ".join(file.name for file in missing)
        raise ArchiveError(f"These files are good; still missing are {names}")
