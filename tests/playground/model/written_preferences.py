"""The file of preferences, and what was told of it."""

from __future__ import annotations

import json
from pathlib import Path

from playground.model.preferences import (
    Preferences,
)


def told(preferences: Preferences) -> list[str]:
    """The list of messages so far, extended by later ones."""
    sentences: list[str] = []
    preferences.message_requested.connect(sentences.append)
    preferences.flush_messages()
    return sentences


def written(path: Path, values: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
    return path


def content(path: Path) -> dict[str, object]:
    values = json.loads(path.read_text(encoding="ascii"))
    assert isinstance(values, dict)
    return values


VALUES = [
    ("theme_mode", "dark"),
    ("scale_percent", 150),
    ("reduced_motion", True),
    ("show_test_points", False),
    ("simple", True),
    ("discretize", True),
    ("speed", "epoch_10"),
    ("hidden_controls", ("optimizer", "results")),
    ("window_geometry", b"\x00\x01\xff raw"),
    ("window_state", b"\x00"),
    ("moved_dividers", ("height", "width")),
    ("recent_files", ()),
    ("recent_files", ("/a b/one, two.nnp",)),
    ("recent_files", ("/a.nnp", "/b.nnp")),
    ("recent_files", ("/no utf-8: \udcff.nnp",)),
    ("recent_commands", ("play", "landscape")),
    ("language", "zh"),
    ("language", "de"),
    ("painted", b"\x00points"),
    ("open_last", True),
    ("looks_for_newer", True),
    ("last_folder", "/home/ada/ä"),
    ("run_until", '{"epoch": 3}'),
    ("engine", "numpy"),
]
