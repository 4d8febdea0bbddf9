"""Download an image archive from several mirrors, with resume and verification.

Partial data is a .part file, never used as data. Cancelling removes it; after a lost connection the next try resumes
it, from any mirror.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from .archive_cache import ArchiveError, ImageStore
from .archives import Archive, ArchiveFile
from .http_transfer import CancelToken, DownloadCancelledError, HttpTransfer, MirrorError, UnreachableError

TIMEOUT_SECONDS = 15.0
_WAIT_SECONDS = 0.1
_SPARE_BYTES = 4096


class DownloadError(Exception):
    """The reason why no mirror could provide the archive, as a sentence."""


@dataclass(frozen=True)
class DownloadProgress:
    """`received` of about `total` bytes from `mirror`; `note` is the last failure."""

    received: int
    total: int
    mirror: str
    note: str = ""


def download(
    archive: Archive,
    *,
    folder: Path | None = None,
    mirrors: Iterable[str] | None = None,
    report: Callable[[DownloadProgress], None] = lambda progress: None,
    cancel_token: CancelToken | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> None:
    """Download missing files of `archive` into `folder`; see `ImageStore` and `Archive` for the defaults.

    `report` is called for every chunk. Raises `DownloadError` when no mirror has all files, and
    `DownloadCancelledError`, with the folder restored.
    """
    store = ImageStore(archive, folder)
    cancel_token = cancel_token or CancelToken()
    with _alone(store.folder, cancel_token):
        run = _Download(store, report, cancel_token, timeout_seconds)
        run.fetch(archive.mirrors if mirrors is None else tuple(mirrors))
        store.tidy()


class _Download:
    def __init__(
        self,
        store: ImageStore,
        report: Callable[[DownloadProgress], None],
        cancel_token: CancelToken,
        timeout_seconds: float,
    ) -> None:
        self._store, self._archive = store, store.archive
        self._report, self._cancel_token = report, cancel_token
        self._transfer = HttpTransfer(cancel_token, timeout_seconds, self._tell)
        self._kept: list[Path] = []
        self._complaints: list[str] = []
        self._answered = False
        self._finished_bytes = 0
        self._file_bytes = 0
        """Size of the current file: expected, until the mirror reports it."""
        self._rest_bytes = 0
        """Expected size of all further files."""
        self._mirror = ""

    def fetch(self, mirrors: tuple[str, ...]) -> None:
        if self._store.complete:
            return
        made = self._make_folder()
        try:
            for mirror in mirrors:
                if self._fetch_from(mirror):
                    return
        except DownloadCancelledError:
            self._leave_nothing(made)
            raise
        raise DownloadError(self._failure())

    def _make_folder(self) -> list[Path]:
        """Create the folder; return it and its new parents, innermost first."""
        folder = self._store.folder
        new = [path for path in (folder, *folder.parents) if not path.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DownloadError(self._store.unwritable(error)) from None
        return new

    def _leave_nothing(self, made: list[Path]) -> None:
        for path in self._kept:
            path.unlink(missing_ok=True)
        self._store.drop_parts()
        for folder in made:
            with suppress(OSError):
                folder.rmdir()

    def _fetch_from(self, mirror: str) -> bool:
        """Whether the mirror had all missing files."""
        self._mirror = urlsplit(mirror).hostname or mirror
        missing = self._store.missing
        self._rest_bytes = sum(file.packed_bytes for file in missing)
        try:
            if mirror.endswith(".npz"):
                self._fetch_all_in_one(mirror, missing)
            else:
                for file in missing:
                    self._fetch_file(f"{mirror}{file.name}.gz", file)
        except MirrorError as error:
            self._complaints.append(f"{self._mirror} {error}")
            self._answered = self._answered or not isinstance(error, UnreachableError)
            return False
        return True

    def _fetch_file(self, url: str, file: ArchiveFile) -> None:
        self._rest_bytes -= file.packed_bytes
        self._file_bytes = file.packed_bytes
        part = self._store.folder / f"{file.name}.gz.part"
        self._fetch_checked(url, part, file.content_bytes + _SPARE_BYTES, (file,))
        self._finished_bytes += self._file_bytes

    def _fetch_all_in_one(self, url: str, missing: tuple[ArchiveFile, ...]) -> None:
        self._file_bytes, self._rest_bytes = self._archive.packed_bytes, 0
        part = self._store.folder / f"{self._archive.npz}.part"
        most = sum(file.content_bytes for file in self._archive.files) + _SPARE_BYTES
        self._fetch_checked(url, part, most, missing)

    def _fetch_checked(self, url: str, part: Path, most: int, files: tuple[ArchiveFile, ...]) -> None:
        """Download into `part` and store its content. An invalid resumed file is downloaded once more from here."""
        resumed = part.exists()
        try:
            self._transfer.receive(url, part, most)
            self._keep(part, files)
        except ArchiveError as error:
            part.unlink(missing_ok=True)
            if not resumed:
                raise MirrorError(f"sent a file that was rejected: {error}") from None
            self._fetch_checked(url, part, most, files)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise DownloadError(self._store.unwritable(error)) from None

    def _keep(self, part: Path, files: tuple[ArchiveFile, ...]) -> None:
        self._cancel_token.check()
        for file in files:
            self._kept.append(self._store.keep(file, part))
        part.unlink(missing_ok=True)

    def _tell(self, received: int, expected: int) -> None:
        self._file_bytes = expected or self._file_bytes
        note = self._complaints[-1] if self._complaints else ""
        total = self._finished_bytes + max(self._file_bytes, received) + self._rest_bytes
        self._report(DownloadProgress(self._finished_bytes + received, total, self._mirror, note))

    def _failure(self) -> str:
        names = ", ".join(f"{file.name}.gz" for file in self._store.missing)
        reasons = "; ".join(dict.fromkeys(self._complaints)) or "no mirror is known"
        if self._complaints and not self._answered:
            reasons = f"none of its mirrors can be reached; is there a network? ({self._complaints[0]})"
        return (
            f"{self._archive.title} could not be downloaded: {reasons}. "
            f"Files from elsewhere can be put into {self._store.folder}: {names}"
        )


@contextmanager
def _alone(folder: Path, cancel_token: CancelToken) -> Iterator[None]:
    """Serialize downloads into one folder, which would overwrite each other's files."""
    with _locks_lock:
        lock = _locks.setdefault(folder, Lock())
    while not lock.acquire(timeout=_WAIT_SECONDS):
        cancel_token.check()
    try:
        yield
    finally:
        lock.release()


_locks: dict[Path, Lock] = {}
_locks_lock = Lock()
