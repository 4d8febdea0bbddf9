"""The notes of autosaves."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from core.experiment.presets import first_preset
from core.io.archive import ArchiveReader
from playground.model.autosave_store import AutosaveNote, write_autosave
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.target import Target, made


@cache
def _seeds() -> list[bytes]:
    note = AutosaveNote("Spirals", "Two spirals", "7", 1.7e9, Path("/home/ü.nnplay"), "1 2", b"\x89PNG")
    return [made(lambda path: write_autosave(path, first_preset(), None, note), ".nnplay")]


def _read(path: Path) -> None:
    with ArchiveReader(path) as archive:
        note = AutosaveNote.from_json(archive.text("autosave.json"))
    json.dumps(note.to_json())


TARGET = Target("autosave", ".nnplay", _seeds, mutate_zip, _read, (ValueError,))
