"""A mirror on localhost that serves files from memory and simulates faults."""

from __future__ import annotations

import http.server
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

_PIECE_BYTES = 4096
NO_NEWER = "data:application/json,%7B%22info%22:%7B%22version%22:%220.0%22%7D%7D"
"""In place of the address that knows the newest version: answers 0.0."""


class Mirror(http.server.ThreadingHTTPServer):
    """Serves `files` by name, and records requests in `asked`: (name, first byte).

    - `cuts`: bytes after which the connection closes, one per response; None sends all.
    - `stalls_after`: bytes after which it sets `stalled` and waits for `go_on`.
    - `ignores_range`: always sends the whole file. `wrong_range`: sends another range than requested.
    - `longer_by`: error of the Content-Length in bytes; None omits the header.
    - `status`: HTTP error to respond with, in the words `says` if given.
    """

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.asked: list[tuple[str, int]] = []
        self.cuts: list[int | None] = []
        self.stalls_after: int | None = None
        self.stalled, self.go_on = Event(), Event()
        self.ignores_range = self.wrong_range = False
        self.longer_by: int | None = 0
        self.status, self.says = 0, ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        mirror, name = self.server, self.path.lstrip("/")
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        mirror.asked.append((name, start))
        body = mirror.files.get(name)
        if mirror.status or body is None:
            self.send_error(mirror.status or 404, mirror.says or None)
            return
        if start >= len(body) > 0 and start and not mirror.ignores_range:
            self.send_error(416)
            return
        partial = start > 0 and not mirror.ignores_range
        piece = body[start:] if partial else body
        self.send_response(206 if partial else 200)
        if partial:
            first = start - 1 if mirror.wrong_range else start
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        if mirror.longer_by is not None:
            self.send_header("Content-Length", str(len(piece) + mirror.longer_by))
        self.end_headers()
        self._send(piece)

    def _send(self, piece: bytes) -> None:
        mirror = self.server
        cut = mirror.cuts.pop(0) if mirror.cuts else None
        end = len(piece) if cut is None else min(cut, len(piece))
        for at in range(0, end, _PIECE_BYTES):
            if mirror.stalls_after is not None and at >= mirror.stalls_after:
                self.wfile.flush()
                mirror.stalled.set()
                mirror.go_on.wait(60)
            self.wfile.write(piece[at : min(at + _PIECE_BYTES, end)])

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Mirror]:
    """Context manager: a running mirror."""
    mirror = Mirror(files)
    thread = Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield mirror
    finally:
        mirror.go_on.set()
        mirror.shutdown()
        mirror.server_close()
        thread.join()
