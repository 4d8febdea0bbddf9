"""Find shipped files in a source tree, an installed wheel or a bundle."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["resource"]


def _root() -> Path:
    above = Path(__file__).resolve().parents[2]
    bundled = getattr(sys, "_MEIPASS", None)
    places = [above / "numpynet_resources", above / "resources"]
    if bundled is not None:
        places.insert(0, Path(bundled) / "resources")
    for place in places:
        if (place / "presets").is_dir():
            return place
    raise FileNotFoundError(f"The project's resources are missing; looked in {', '.join(map(str, places))}")


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, such as `resource("presets", "spirals.json")`."""
    return _root().joinpath(*parts)
