"""A real Dask scheduler and workers on this computer, each a process."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

from core.sweep.cluster import TlsFiles

ROOT = Path(__file__).resolve().parents[3]


class Machines:
    """A scheduler, and workers by number; with `tls`, their connections are encrypted."""

    def __init__(self, workers: int = 2, tls: TlsFiles | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        scheme = "tcp" if tls is None else "tls"
        self._files: tuple[str, ...] = ()
        if tls is not None:
            self._files = (
                "--tls-ca-file", str(tls.authority), "--tls-cert", str(tls.certificate), "--tls-key", str(tls.key)
            )  # fmt: skip
        self.address = f"{scheme}://127.0.0.1:{port}"
        where = ("--host", "127.0.0.1") if tls is None else ("--host", f"{scheme}://127.0.0.1")
        self._scheduler = _start("scheduler", *where, "--port", str(port), "--no-dashboard", *self._files)
        self.workers = [self.worker() for _ in range(workers)]

    def worker(self) -> subprocess.Popen[bytes]:
        return _start("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", *self._files)

    def replace_workers(self) -> None:
        """Kill all workers, and start as many others."""
        _end(self.workers)
        self.workers = [self.worker() for _ in self.workers]

    def close(self) -> None:
        _end([*self.workers, self._scheduler])


def certificate(folder: Path) -> TlsFiles | None:
    """A certificate that is its own authority, and its key, by openssl; None where that is missing."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    found = TlsFiles(folder / "cert.pem", folder / "cert.pem", folder / "key.pem")
    command = [
        openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
        "-keyout", str(found.key), "-out", str(found.certificate),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return found


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
        process.wait()


def _start(*words: str) -> subprocess.Popen[bytes]:
    code = f"import sys; from distributed.cli.dask_{words[0]} import main; main(sys.argv[2:])"
    command = [sys.executable, "-c", code, *words]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
