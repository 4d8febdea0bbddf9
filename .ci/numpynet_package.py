"""Add the library to the wheel a second time, as `numpynet`, for environments where another `core` is in the way.

It is a copy with its own imports renamed, and not a module that imports `core`: beside a `core` of the user's own, in
the folder of a program or among its packages, that name leads elsewhere.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Not within another name: numba has a `numba.core` of its own.
_NAMES = re.compile(r"(?<![\w.])core\.(?=[a-z_])")
_IMPORTS = re.compile(r"^(\s*(?:from|import) )core(?= import\b|\s*$)", re.MULTILINE)


class NumpynetPackage(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling's hook of a wheel."""

    _folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the package, but not to the environment of those who work on `core`."""
        if version == "editable":
            return
        self._folder = Path(tempfile.mkdtemp())
        package = self._folder / "numpynet"
        _copy(Path(self.root) / "core", package)
        build_data["force_include"][str(package)] = "numpynet"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    for path in target.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(_IMPORTS.sub(r"\1numpynet", _NAMES.sub("numpynet.", text)), encoding="utf-8")
