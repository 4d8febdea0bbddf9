"""Downloads in the background. The thread knows nothing of Qt; a timer looks how far it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Thread

from PySide6.QtCore import QObject, QTimer, Signal

from core.data.downloads.archive_cache import ArchiveError, ImageStore
from core.data.downloads.archives import Archive
from core.data.downloads.download import (
    CancelToken,
    DownloadCancelledError,
    DownloadError,
    DownloadProgress,
    download,
)

__all__ = ["Fetcher"]

_POLL_MS = 30

log = logging.getLogger(__name__)


class _Fetching:
    """One download, or one look at files of the user's: how far it is, and how it ended."""

    def __init__(self, work: Callable[[_Fetching], None]) -> None:
        self._work = work
        self.cancel_token = CancelToken()
        self.progress: DownloadProgress | None = None
        self.sentence = ""
        # A daemon: the program must not wait for a mirror that does not answer when it ends.
        self.thread = Thread(target=self._run, name="download", daemon=True)

    def report(self, progress: DownloadProgress) -> None:
        self.progress = progress

    def _run(self) -> None:
        try:
            self._work(self)
        except DownloadCancelledError:
            self.sentence = "The download was cancelled"
        except (DownloadError, ArchiveError) as error:
            self.sentence = str(error)
        except Exception as error:
            log.exception("A download failed")
            self.sentence = f"The download failed: {error}"


class Fetcher(QObject):
    """Fetches one thing at a time. What was cancelled tells nothing more."""

    progressed = Signal(object)
    """The DownloadProgress."""
    fetched = Signal()
    """Everything is there, checked."""
    failed = Signal(str)
    """A sentence that says why it is not."""

    def __init__(
        self, archive: Archive, parent: QObject | None = None, *, mirrors: Sequence[str] | None = None
    ) -> None:
        super().__init__(parent)
        self.store = ImageStore(archive)
        self.mirrors = archive.mirrors if mirrors is None else tuple(mirrors)
        self._fetching: _Fetching | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        return self._fetching is not None

    def download(self) -> None:
        """Fetch what is missing, and check all that is there."""
        self._start(partial(_download, self.store, self.mirrors))

    def take(self, paths: Sequence[Path]) -> None:
        """Use files that the user has."""
        self._start(partial(_take, self.store, tuple(paths)))

    def cancel(self) -> None:
        """Give up at once; the thread ends by itself and leaves nothing behind."""
        self._timer.stop()
        if self._fetching is not None:
            self._fetching.cancel_token.cancel()
        self._fetching = None

    def _start(self, work: Callable[[_Fetching], None]) -> None:
        self.cancel()
        self._fetching = _Fetching(work)
        # Bound to the cancellation, not to this object, which is gone by then.
        self.destroyed.connect(_Cancelling(self._fetching.cancel_token))
        self._fetching.thread.start()
        self._timer.start()

    def _poll(self) -> None:
        fetching = self._fetching
        if fetching is None:
            return
        if fetching.progress is not None:
            self.progressed.emit(fetching.progress)
        if fetching.thread.is_alive():
            return
        self._timer.stop()
        self._fetching = None
        if fetching.sentence:
            self.failed.emit(fetching.sentence)
        else:
            self.fetched.emit()


def _download(store: ImageStore, mirrors: Sequence[str], fetching: _Fetching) -> None:
    download(
        store.archive,
        folder=store.folder,
        mirrors=mirrors,
        report=fetching.report,
        cancel_token=fetching.cancel_token,
    )
    # Files that were put there by hand are seen for the first time here.
    store.load()


def _take(store: ImageStore, paths: tuple[Path, ...], fetching: _Fetching) -> None:
    missing = store.take(paths)
    if missing:
        names = ", ".join(file.name for file in missing)
        raise ArchiveError(f"These files are good; still missing are {names}")


class _Cancelling:
    """Ends a download whose dialog is gone."""

    def __init__(self, cancel_token: CancelToken) -> None:
        self._cancellation = cancel_token

    def __call__(self, *_: object) -> None:
        self._cancellation.cancel()
