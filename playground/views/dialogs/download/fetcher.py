"""Background job that downloads an archive or verifies the user's files."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from core.data.downloads.archive_cache import ArchiveError, ImageStore
from core.data.downloads.archives import Archive
from core.data.downloads.download import DownloadError, DownloadProgress, download
from core.data.downloads.http_transfer import CancelToken, DownloadCancelledError
from playground.model.background_job import BackgroundJob, JobCancelledError, Report

log = logging.getLogger(__name__)


class Fetcher(BackgroundJob):
    """`progressed` carries the DownloadProgress; at `finished` all files are complete and verified."""

    def __init__(
        self, archive: Archive, parent: QObject | None = None, *, mirrors: Sequence[str] | None = None
    ) -> None:
        # A daemon thread: an unresponsive mirror must not block the exit.
        super().__init__("download", parent, daemon=True)
        self.store = ImageStore(archive)
        self.mirrors = archive.mirrors if mirrors is None else tuple(mirrors)

    def download(self) -> None:
        """Download missing files and verify all."""
        cancel_token = CancelToken()
        self.start(partial(_download, self.store, self.mirrors, cancel_token), on_cancel=cancel_token.cancel)

    def take(self, paths: Sequence[Path]) -> None:
        """Verify and use the user's files."""
        self.start(partial(_take, self.store, tuple(paths)))


def failure_sentence(error: Exception) -> str:
    """The error as a sentence; unexpected errors are logged too."""
    if isinstance(error, (DownloadError, ArchiveError)):
        return str(error)
    log.error("A download failed", exc_info=error)
    return f"The download failed: {error}"


def _download(store: ImageStore, mirrors: Sequence[str], cancel_token: CancelToken, report: Report) -> None:
    def tell(progress: DownloadProgress) -> None:
        try:
            report(progress)
        except JobCancelledError:
            # The download removes its parts for an error of its own.
            raise DownloadCancelledError from None

    download(store.archive, folder=store.folder, mirrors=mirrors, report=tell, cancel_token=cancel_token)
    # Files placed there by hand are verified here first.
    store.load()


def _take(store: ImageStore, paths: tuple[Path, ...], report: Report) -> None:
    missing = store.take(paths)
    if missing:
        names = ", ".join(file.name for file in missing)
        raise ArchiveError(f"These files are good; still missing are {names}")
