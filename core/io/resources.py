"""Find shipped files in a source tree, an installed wheel or a bundle."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _found(module: str, bundled: str | None) -> Path:
    """The folder beside a module's package, or that of a bundle."""
    above = Path(module).resolve().parents[2]
    places = [above / "numpynet_resources", above / "resources"]
    if bundled is not None:
        places.insert(0, Path(bundled) / "resources")
    for place in places:
        if (place / "presets").is_dir():
            return place
    raise FileNotFoundError(f"The project's resources are missing; looked in {', '.join(map(str, places))}")


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, such as `resource("presets", "spirals.json")`."""
    return _found(__file__, getattr(sys, "_MEIPASS", None)).joinpath(*parts)


def texts_of(folder: str) -> dict[str, str]:
    """Texts of a folder's files in the language that is spoken, by the English ones: none of English itself."""
    return speaks(folder)


def speaks(folder: str) -> dict[str, str]:
    """What `texts_of` asks: a program in another language, such as the window, puts its own in this one's place."""
    return {}
