"""Resumable, cancellable HTTP transfer of one file into a .part file."""

from __future__ import annotations

import http.client
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock

from ...io.sentence import one_line, short_sentence

_CHUNK_BYTES = 1 << 16
_AGENT = "NumpyNet-Playground"


class DownloadCancelledError(Exception):
    """The user cancelled the download."""


class MirrorError(Exception):
    """The reason why a mirror failed, in a few words, of which the mirror may have said any."""

    def __init__(self, words: str) -> None:
        super().__init__(short_sentence(one_line(words)))


class UnreachableError(MirrorError):
    """The mirror did not respond."""


class _CutError(Exception):
    """The connection ended before the file."""


class CancelToken:
    """Cancels a download from another thread, even while it waits for the network."""

    def __init__(self) -> None:
        self._cancelled = Event()
        self._lock = Lock()
        self._response: http.client.HTTPResponse | None = None

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Cancel as soon as possible."""
        self._cancelled.set()
        with self._lock:
            if self._response is not None:
                _hang_up(self._response)

    def check(self) -> None:
        """Raise `DownloadCancelledError` if cancelled."""
        if self.cancelled:
            raise DownloadCancelledError

    @contextmanager
    def reading(self, response: http.client.HTTPResponse) -> Iterator[None]:
        """Within the block, a cancel closes the connection."""
        with self._lock:
            self._response = response
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._response = None


class HttpTransfer:
    """Calls `on_progress(received_bytes, expected_bytes)` per chunk; 0 bytes are expected while unknown."""

    def __init__(
        self, cancel_token: CancelToken, timeout_seconds: float, on_progress: Callable[[int, int], None]
    ) -> None:
        self._cancel_token, self._timeout_seconds, self._on_progress = (
            cancel_token,
            timeout_seconds,
            on_progress,
        )

    def receive(self, url: str, part: Path, max_bytes: int) -> None:
        """Download a file of at most `max_bytes` bytes into `part`, resuming it if it exists.

        After a lost connection it retries as long as every try brings data. Raises `MirrorError`,
        `DownloadCancelledError`, and `OSError` when `part` cannot be written.
        """
        while True:
            before = _size(part)
            try:
                self._receive(url, part, max_bytes)
                return
            except _CutError as error:
                if _size(part) <= before:
                    raise MirrorError(str(error)) from None

    def _receive(self, url: str, part: Path, max_bytes: int) -> None:
        start = _size(part)
        with self._open(url, part, start) as response, self._cancel_token.reading(response):
            if response.status != http.client.PARTIAL_CONTENT:
                start = 0  # the server ignores Range and sends the whole file
            elif not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                part.unlink(missing_ok=True)
                raise MirrorError("sent another piece of the file than it was asked for")
            length = response.headers.get("Content-Length", "")
            expected = start + int(length) if length.isdecimal() else 0
            if expected > max_bytes:
                raise MirrorError(f"offers {expected:,} bytes, where at most {max_bytes:,} were expected")
            self._write_pieces(response, part, start, expected, max_bytes)
        if _size(part) < expected:
            raise _CutError(f"broke off after {_size(part):,} of {expected:,} bytes")

    def _open(self, url: str, part: Path, start: int) -> http.client.HTTPResponse:
        self._cancel_token.check()
        self._on_progress(start, 0)
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
            raise MirrorError(f"answered {error.code} {error.reason}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._cancel_token.check()
            raise UnreachableError(f"cannot be reached ({_reason(error)})") from None
        return response

    def _write_pieces(
        self, response: http.client.HTTPResponse, part: Path, received: int, expected: int, max_bytes: int
    ) -> None:
        try:
            with part.open("ab" if received else "wb") as file:
                while piece := self._read(response):
                    file.write(piece)
                    received += len(piece)
                    if received > max_bytes:
                        raise MirrorError(f"sends more than the {max_bytes:,} bytes that were expected")
                    self._on_progress(received, expected)
        except (MirrorError, OSError):
            part.unlink(missing_ok=True)
            raise

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        try:
            piece = response.read1(_CHUNK_BYTES)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._cancel_token.check()
            raise _CutError(f"broke off ({_reason(error)})") from None
        # A closed connection is indistinguishable from the end of the file.
        self._cancel_token.check()
        return piece


def _hang_up(response: http.client.HTTPResponse) -> None:
    # A copy of the socket: closing it does not disturb the reading thread. A response read to its end has none.
    with (
        suppress(OSError, ValueError, AttributeError),
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
