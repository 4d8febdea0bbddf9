"""Run Python programs in forks of a process that has imported NumPy, and PyTorch or pyqtgraph for those that name it.

A new process takes 0.2 s of processor time to import NumPy and 2.5 s for PyTorch. Else a fork is like a new process:
arguments, folder, environment, warnings, output, exit code. Some tests of each command start real ones.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from select import select
from threading import Lock
from typing import Any

_SERVER = """
import json, os, runpy, sys, traceback, warnings

__import__(sys.argv[1])
# Python warns of forks beside threads; those of BLAS wait.
warnings.filterwarnings("ignore", category=DeprecationWarning)
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    code = 1
    try:
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.chdir(asked["cwd"])
        os.environ.clear()
        os.environ.update(asked["env"])
        warnings.resetwarnings()
        for action in asked["warnings"]:
            warnings.simplefilter(action)
        sys.argv = asked["argv"]
        try:
            runpy.run_path(sys.argv[0], run_name="__main__")
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
            if code and not isinstance(end.code, int):
                print(end.code, file=sys.stderr)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
"""


class ForkedPrograms:
    """`run` is `subprocess.run` for `[sys.executable, "-I", "program.py", ...]`; other commands go there."""

    def __init__(self) -> None:
        self._servers: dict[str, subprocess.Popen[str]] = {}
        self._lock = Lock()

    def run(self, command: Sequence[str], **given: Any) -> Any:
        flags, argv = _split(command)
        if flags is None or not hasattr(os, "fork"):
            return subprocess.run(command, **given)
        texts = [Path(each).read_text("utf-8") for each in argv if each.endswith(".py")]
        named = (each for each in ("torch", "pyqtgraph") if any(f"import {each}" in text for text in texts))
        library = next(named, "numpy")
        with tempfile.TemporaryDirectory(prefix="forked-") as folder, self._lock:
            files = {name: str(Path(folder, name)) for name in ("stdout", "stderr")}
            asked = {
                "argv": argv,
                "cwd": str(given.get("cwd") or Path.cwd()),
                "env": dict(given.get("env") or os.environ),
                "warnings": flags,
            }
            code = self._ask(library, asked | files, command, given.get("timeout") or 300)
            out, err = (Path(file).read_text("utf-8") for file in files.values())
        if code and given.get("check"):
            raise subprocess.CalledProcessError(code, command, out, err)
        return subprocess.CompletedProcess(command, code, out, err)

    def _ask(self, library: str, asked: dict[str, Any], command: Sequence[str], timeout: float) -> int:
        server = self._servers.get(library)
        if server is None:
            server = self._servers[library] = subprocess.Popen(
                [sys.executable, "-I", "-c", _SERVER, library],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        if not select([server.stdout], [], [], timeout)[0]:
            # With its fork.
            os.killpg(server.pid, signal.SIGKILL)
            self._servers.pop(library).communicate()
            raise subprocess.TimeoutExpired(list(command), timeout)
        return int(server.stdout.readline())

    def close(self) -> None:
        for server in self._servers.values():
            server.communicate()


def _split(command: Sequence[str]) -> tuple[list[str] | None, list[str]]:
    """The actions of -W and what follows the flags; None and nothing for what is no isolated program."""
    words, actions = list(command[1:]), []
    if command[0] != sys.executable or "-I" not in words:
        return None, []
    while words and words[0].startswith("-"):
        flag = words.pop(0)
        if flag == "-W":
            actions.append(words.pop(0))
        elif flag != "-I":
            return None, []
    return actions, words
