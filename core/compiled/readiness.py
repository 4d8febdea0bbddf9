"""Load the kernel, which is compiled once per machine and version and then kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import importlib
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_file_location
from pathlib import Path
from threading import Lock
from typing import Any, Final

from platformdirs import user_cache_path

from ..io.program_lock import program_lock

_COMPILED = (
    "codes", "jit", "elementwise", "images", "lanes", "layers", "products", "recurrent", "updates", "kernel",
)  # fmt: skip
_CODE_FOLLOWS: Final = {
    "NUMBA_OPT", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_LOOP_VECTORIZE", "NUMBA_SLP_VECTORIZE",
}  # fmt: skip
_TIME: Final = 1_000_000_000
PROGRESS: Final = "progress"
"""A file beside the machine code with a byte for each function that is compiled."""
FUNCTIONS: Final = 218
"""About how many there are."""
PATIENCE_SECONDS = 2.0
"""Seconds of fits in a program before the engine is compiled beside them: short programs do without."""
_lock = Lock()
_kernel: Any = None


class EngineError(RuntimeError):
    """The compiled engine cannot be loaded; the message is a sentence."""


@cache
def is_installed() -> bool:
    """Whether numba is there, without importing it."""
    return find_spec("numba") is not None


def cache_root() -> Path:
    """The folder of all machine code. It may be removed: a program that has loaded its own no longer reads it."""
    return user_cache_path("numpynet-playground", appauthor=False) / "compiled"


@cache
def cache_folder() -> Path:
    """The folder of the machine code; another version, Python or processor has another one."""
    # Machine code knows types by the modules that they are of.
    digest = hashlib.sha256(__package__.encode())
    for name in _COMPILED:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    # Here, since they take 2 % of the start to import.
    from importlib.metadata import PackageNotFoundError, version

    try:
        packages = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    except PackageNotFoundError:
        packages = []
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    processor = platform.machine(), get_host_cpu_name(), get_host_cpu_features().flatten()
    # What numba reads of the environment, in whose absence its code is another.
    chosen = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name in _CODE_FOLLOWS]
    for part in (*packages, platform.python_version(), *processor, *chosen):
        digest.update(part.encode())
    return cache_root() / digest.hexdigest()[:16]


def is_compiled() -> bool:
    """Whether `load` will find machine code on the disk: then it takes half a second, else half a minute."""
    if not is_installed():
        return False
    folder = cache_folder()
    try:
        place, *files = _mark().read_text("utf-8").splitlines()
        # numba finds its files by the path of the sources, which are beside them.
        return place == str(folder) and all(
            (folder / name).stat().st_size == int(size)
            for size, name in (line.split(" ", 1) for line in files)
        )
    except (OSError, ValueError):
        return False


def compiled_share() -> float:
    """Share of the machine code that is made, from 0 to 1, by whichever program."""
    if is_compiled():
        return 1.0
    try:
        return min(0.99, (cache_folder() / PROGRESS).stat().st_size / FUNCTIONS)
    except OSError:
        return 0.0


def start_compiling(niceness: int = 10) -> subprocess.Popen[bytes]:
    """Make the machine code in a process of its own, at a low priority by default; it ends with this one."""
    return subprocess.Popen(
        [sys.executable, "-m", __package__, str(os.getpid()), str(niceness)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def loaded() -> Any:
    """The kernel's module; None before `load`."""
    return _kernel


def load() -> Any:
    """The kernel's module, compiled first if needed. Raises `EngineError` where that is impossible."""
    global _kernel
    with _lock:
        if _kernel is None:
            _kernel = _load()
        return _kernel


def load_for(engine: str, say: Callable[[str], object] | None = None) -> None:
    """Load the kernel for "compiled", for "auto" only where it is compiled. `EngineError` for "compiled" alone.

    `say` is told when that takes long.
    """
    if say is not None and engine == "compiled" and is_installed() and _kernel is None and not is_compiled():
        say("Making the compiled engine for this machine, once, which takes about half a minute ...")
    if engine == "compiled" or (engine == "auto" and is_compiled()):
        try:
            load()
        except EngineError:
            if engine == "compiled":
                raise


def _mark() -> Path:
    return cache_folder() / "complete"


def _load() -> Any:
    if not is_installed():
        raise EngineError("The compiled engine needs numba: install numpynet-playground[fast].")
    folder = cache_folder()
    try:
        # numba unpickles what it finds there, so nobody else may write into it, whoever made it.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        # Of programs that begin together one compiles, and the others load what it has made.
        with nullcontext() if is_compiled() else program_lock(folder / "lock", wait=True):
            import numba

            # Not the environment variable: it would reach every program that is started from here.
            numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined,unused-ignore]
            if not is_compiled():
                # Nor does numba take what is cut off for missing.
                for old in (folder / PROGRESS, *folder.rglob("*.nb[ci]")):
                    old.unlink(missing_ok=True)
            # numba calls scipy's BLAS; loaded here, it gets the limit of threads that the caller sets next.
            importlib.import_module("scipy.linalg.cython_blas")
            kernel = _imported(folder)
            if not is_compiled():
                made = [path for path in sorted(folder.rglob("*.nb[ci]")) if path.is_file()]
                lines = [f"{path.stat().st_size} {path.relative_to(folder).as_posix()}" for path in made]
                if made:
                    _mark().write_text("\n".join([str(folder), *lines]), "utf-8")
    except Exception as error:
        raise EngineError(f"The compiled engine cannot be loaded: {error}") from error
    return kernel


def _imported(folder: Path) -> Any:
    """The kernel, of sources that lie beside the machine code.

    numba keeps it by the path of its sources and their time: those of another environment, or of one that was moved,
    would be compiled again.
    """
    for name in _COMPILED:
        source, place = Path(__file__).with_name(f"{name}.py").read_bytes(), folder / f"{name}.py"
        if not place.is_file() or place.read_bytes() != source:
            place.write_bytes(source)
        if place.stat().st_mtime != _TIME:
            os.utime(place, (_TIME, _TIME))
    finder = _Beside(folder)
    sys.meta_path.insert(0, finder)
    try:
        return importlib.import_module(f"{__package__}.kernel")
    finally:
        sys.meta_path.remove(finder)


class _Beside(MetaPathFinder):
    """Finds the modules that are compiled in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """That of a module of the kernel; None for others."""
        package, _, last = name.rpartition(".")
        if package != __package__ or last not in _COMPILED:
            return None
        return spec_from_file_location(name, self._folder / f"{last}.py")
