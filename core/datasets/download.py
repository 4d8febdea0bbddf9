"""Fetches an image archive: one mirror after the other, resumed where a connection was cut, checked before it is kept.

What has come so far lies beside its place as a .part file, which is never used as data. A cancel removes it; a cut
connection leaves it, and the next try goes on from there, at whichever mirror.
"""

from __future__ import annotations

import http.client
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from urllib.parse import urlsplit

from core.datasets.image_archive import Archive, ArchiveFile
from core.datasets.image_store import ArchiveError, ImageStore

__all__ = ["Cancellation", "DownloadCancelledError", "DownloadError", "DownloadProgress", "download"]

TIMEOUT_SECONDS = 15.0
_CHUNK_BYTES = 1 << 16
_WAIT_SECONDS = 0.1
_SPARE_BYTES = 4096
_AGENT = "NumpyNet-Playground"


class DownloadError(Exception):
    """A sentence on why the archive could not be had from anywhere."""


class DownloadCancelledError(Exception):
    """The user did not want to wait."""


class _MirrorError(Exception):
    """Why one mirror was of no use, as a few words."""


class _UnreachableError(_MirrorError):
    """The mirror did not even answer."""


class _CutError(Exception):
    """The connection ended before the file did."""


@dataclass(frozen=True)
class DownloadProgress:
    """`received` of about `total` bytes; `mirror` is where they come from, `note` what went wrong before."""

    received: int
    total: int
    mirror: str
    note: str = ""


class Cancellation:
    """Ends a download from another thread, also while it waits for the network."""

    def __init__(self) -> None:
        self._wanted = Event()
        self._lock = Lock()
        self._response: http.client.HTTPResponse | None = None

    @property
    def wanted(self) -> bool:
        return self._wanted.is_set()

    def cancel(self) -> None:
        """Let the download end as soon as it can."""
        self._wanted.set()
        with self._lock:
            if self._response is not None:
                _hang_up(self._response)

    def check(self) -> None:
        """Raises `DownloadCancelledError` once it is wanted."""
        if self.wanted:
            raise DownloadCancelledError

    @contextmanager
    def reading(self, response: http.client.HTTPResponse) -> Iterator[None]:
        """While the block runs, a cancel ends the connection."""
        with self._lock:
            self._response = response
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._response = None


def download(
    archive: Archive,
    *,
    folder: Path | None = None,
    mirrors: Iterable[str] | None = None,
    report: Callable[[DownloadProgress], None] = lambda progress: None,
    cancellation: Cancellation | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> None:
    """Fetch what is missing of `archive` into `folder`; see `ImageStore` and `Archive` for the defaults.

    `report` is called for every piece that comes. Raises `DownloadError` when no mirror could give all, and
    `DownloadCancelledError`, after which the folder is as it was before.
    """
    store = ImageStore(archive, folder)
    cancellation = cancellation or Cancellation()
    with _alone(store.folder, cancellation):
        run = _Download(store, report, cancellation, timeout_seconds)
        run.fetch(archive.mirrors if mirrors is None else tuple(mirrors))
        store.tidy()


class _Download:
    def __init__(
        self,
        store: ImageStore,
        report: Callable[[DownloadProgress], None],
        cancellation: Cancellation,
        timeout_seconds: float,
    ) -> None:
        self._store, self._archive = store, store.archive
        self._report, self._cancellation, self._timeout_seconds = report, cancellation, timeout_seconds
        self._kept: list[Path] = []
        self._complaints: list[str] = []
        self._answered = False
        self._finished_bytes = 0
        self._file_bytes = 0
        """The length of the file that comes now: forecast, until the mirror tells it."""
        self._rest_bytes = 0
        """A forecast of all that comes after it."""
        self._mirror = ""

    def fetch(self, mirrors: tuple[str, ...]) -> None:
        if self._store.complete:
            return
        made = self._make_folder()
        try:
            for mirror in mirrors:
                if self._fetch_from(mirror):
                    return
        except BaseException as error:
            if isinstance(error, DownloadCancelledError):
                self._leave_nothing(made)
            raise
        raise DownloadError(self._failure())

    def _make_folder(self) -> list[Path]:
        """Make the folder; returns it and those above it that were not there before, the innermost first."""
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
        """Whether the mirror had all that was missing."""
        self._mirror = urlsplit(mirror).hostname or mirror
        missing = self._store.missing
        self._rest_bytes = sum(file.packed_bytes for file in missing)
        try:
            if mirror.endswith(".npz"):
                self._fetch_all_in_one(mirror, missing)
            else:
                for file in missing:
                    self._fetch_file(f"{mirror}{file.name}.gz", file)
        except _MirrorError as error:
            self._complaints.append(f"{self._mirror} {error}")
            self._answered = self._answered or not isinstance(error, _UnreachableError)
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
        """Fetch into `part` and keep what is in it. What began elsewhere and proves wrong is fetched once from here."""
        resumed = part.exists()
        self._receive_all(url, part, most)
        try:
            self._keep(part, files)
        except ArchiveError as error:
            part.unlink(missing_ok=True)
            if not resumed:
                raise _MirrorError(f"sent a file that was rejected: {error}") from None
            self._fetch_checked(url, part, most, files)

    def _keep(self, part: Path, files: tuple[ArchiveFile, ...]) -> None:
        self._cancellation.check()
        try:
            for file in files:
                self._kept.append(self._store.keep(file, part))
            part.unlink(missing_ok=True)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise DownloadError(self._store.unwritable(error)) from None

    def _receive_all(self, url: str, part: Path, most: int) -> None:
        """Fetch the whole file, and go on after a cut as long as every try brings more of it."""
        while True:
            before = _size(part)
            try:
                self._receive(url, part, most)
                return
            except _CutError as error:
                if _size(part) <= before:
                    raise _MirrorError(str(error)) from None

    def _receive(self, url: str, part: Path, most: int) -> None:
        start = _size(part)
        with self._open(url, part, start) as response, self._cancellation.reading(response):
            if response.status != http.client.PARTIAL_CONTENT:
                start = 0  # the server sends the whole file, whatever it was asked for
            elif not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                part.unlink(missing_ok=True)
                raise _MirrorError("sent another piece of the file than it was asked for")
            length = response.headers.get("Content-Length", "")
            expected = start + int(length) if length.isdecimal() else 0
            self._file_bytes = expected or self._file_bytes
            if expected > most:
                raise _MirrorError(f"offers {expected:,} bytes, where at most {most:,} were expected")
            self._write_pieces(response, part, start, most)
        if _size(part) < expected:
            raise _CutError(f"broke off after {_size(part):,} of {expected:,} bytes")

    def _open(self, url: str, part: Path, start: int) -> http.client.HTTPResponse:
        self._cancellation.check()
        self._tell(start)
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        request = urllib.request.Request(url, headers=headers)
        try:
            response: http.client.HTTPResponse = urllib.request.urlopen(
                request, timeout=self._timeout_seconds
            )
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and start:
                part.unlink(missing_ok=True)
                return self._open(url, part, 0)
            raise _MirrorError(f"answered {error.code} {error.reason}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._cancellation.check()
            raise _UnreachableError(f"cannot be reached ({_reason(error)})") from None
        return response

    def _write_pieces(self, response: http.client.HTTPResponse, part: Path, received: int, most: int) -> None:
        try:
            with part.open("ab" if received else "wb") as file:
                while piece := self._read(response):
                    file.write(piece)
                    received += len(piece)
                    if received > most:
                        raise _MirrorError(f"sends more than the {most:,} bytes that were expected")
                    self._tell(received)
        except _MirrorError:
            part.unlink(missing_ok=True)
            raise
        except OSError as error:
            part.unlink(missing_ok=True)
            raise DownloadError(self._store.unwritable(error)) from None

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        try:
            piece = response.read1(_CHUNK_BYTES)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._cancellation.check()
            raise _CutError(f"broke off ({_reason(error)})") from None
        # A connection that was hung up on looks like one that has ended.
        self._cancellation.check()
        return piece

    def _tell(self, received: int) -> None:
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
def _alone(folder: Path, cancellation: Cancellation) -> Iterator[None]:
    """Two downloads into one folder would write into each other's files; the second waits."""
    with _locks_lock:
        lock = _locks.setdefault(folder, Lock())
    while not lock.acquire(timeout=_WAIT_SECONDS):
        cancellation.check()
    try:
        yield
    finally:
        lock.release()


_locks: dict[Path, Lock] = {}
_locks_lock = Lock()


def _hang_up(response: http.client.HTTPResponse) -> None:
    # A copy of the socket, so that closing it here does not disturb the thread that reads from the other.
    with (
        suppress(OSError, ValueError),
        socket.fromfd(response.fileno(), socket.AF_INET, socket.SOCK_STREAM) as copy,
    ):
        copy.shutdown(socket.SHUT_RDWR)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    text = inner.strerror if isinstance(inner, OSError) else None
    return text or str(inner) or type(inner).__name__
