"""Command lines for users: they work as they stand, in any shell, for the environment in which this program runs."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def command_line(*words: str) -> str:
    """Words quoted for the shell where they need it."""
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def numpynet_line(*words: str) -> str:
    """A call of this program: `make run` makes an environment whose programs are not on the PATH."""
    if getattr(sys, "frozen", False):
        return command_line(sys.executable, *words)
    name = "numpynet.exe" if os.name == "nt" else "numpynet"
    script = Path(sysconfig.get_path("scripts"), name)
    if not script.is_file():
        return command_line(sys.executable, "-m", "playground", *words)
    found = shutil.which("numpynet")
    is_found = found is not None and Path(found).resolve() == script.resolve()
    return command_line("numpynet" if is_found else str(script), *words)


def install_line(*packages: str) -> str:
    """Installer of packages in this environment: that of `make run` has no pip, and uv in its folder."""
    if find_spec("pip") is not None:
        return command_line(sys.executable, "-m", "pip", "install", *packages)
    own = _ROOT / ".tools" / "bin" / "uv"
    uv = str(own) if shutil.which("uv") is None and own.is_file() else "uv"
    return command_line(uv, "pip", "install", "--python", sys.executable, *packages)
