"""Call the library `numpynet` in a wheel, as another `core` may be in the way; `core` is a second name for it there."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NumpynetPackage(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling's hook of a wheel; those who work on the library have it as it lies in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the packages `numpynet` and `core`."""
        if version != "editable":
            build_data["force_include"] |= {
                f"{self.root}/core": "numpynet",
                f"{self.root}/.ci/core_in_wheel.py": "core/__init__.py",
                f"{self.root}/core/py.typed": "core/py.typed",
            }
