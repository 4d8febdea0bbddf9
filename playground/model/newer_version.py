"""Whether a newer version of this program was published; asks one address, and only when it is told to."""

from __future__ import annotations

import re
import urllib.request
from typing import Final

from core.io import strict_json
from core.io.version import __version__

ADDRESS: Final = "https://pypi.org/pypi/numpynet-playground/json"
_SECONDS: Final = 10
_MAX_BYTES: Final = 8_000_000
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){1,3}", re.ASCII)


def newer_version(address: str = "", current: str = __version__) -> str:
    """The version that `address` (PyPI's JSON, usually `ADDRESS`) names, if it is newer than `current`; else "".

    `ValueError` for an answer that names none, `OSError` where there is no answer.
    """
    request = urllib.request.Request(address or ADDRESS, headers={"User-Agent": "NumpyNet-Playground"})
    with urllib.request.urlopen(request, timeout=_SECONDS) as response:
        text = response.read(_MAX_BYTES)
    found = strict_json.load(text)
    info = found.get("info") if isinstance(found, dict) else None
    version = info.get("version") if isinstance(info, dict) else None
    if not isinstance(version, str) or _VERSION.fullmatch(version) is None:
        raise ValueError(f"{address or ADDRESS} names no version")
    return version if _numbers(version) > _numbers(current) else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
