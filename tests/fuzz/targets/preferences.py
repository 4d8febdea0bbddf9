"""The file of preferences."""

from __future__ import annotations

import json
from pathlib import Path

from playground.model.preferences_file import DamagedPreferencesError, PreferencesFile
from tests.fuzz.mutations import mutate_json
from tests.fuzz.target import Target


def _seeds() -> list[bytes]:
    return [json.dumps({"theme": "dark", "recent_files": ["/a", "/b"], "speed": 3, "motion": True}).encode()]


def _read(path: Path) -> None:
    PreferencesFile(path).read()


TARGET = Target("preferences", ".json", _seeds, mutate_json, _read, (DamagedPreferencesError,))
