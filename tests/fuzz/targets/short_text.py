"""Experiments as lines of text: letters that change, and JSON that is packed again."""

from __future__ import annotations

import base64
import random
import zlib
from functools import cache
from pathlib import Path

from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.experiment.short_text import DICTIONARY, experiment_from_text, experiment_to_text
from tests.fuzz.mutations import mutate_json, mutate_text
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    return [experiment_to_text(load_experiment(path)).encode() for path in preset_files()]


def _mutate(rng: random.Random, content: bytes) -> bytes:
    if rng.random() < 0.3:
        return mutate_text(rng, content)
    head, letters, _ = content.split(b".")
    unpacked = zlib.decompressobj(-15, zdict=DICTIONARY).decompress(
        base64.urlsafe_b64decode(letters + b"=" * (-len(letters) % 4))
    )
    changed = mutate_json(rng, unpacked)
    compressor = zlib.compressobj(1, zlib.DEFLATED, -15, zdict=DICTIONARY)
    packed = base64.urlsafe_b64encode(compressor.compress(changed) + compressor.flush()).rstrip(b"=")
    return b"%b.%b.%08x" % (head, packed, zlib.crc32(changed))


def _read(path: Path) -> Experiment:
    return experiment_from_text(path.read_text("utf-8", errors="replace"))


TARGET = Target("short_text", ".txt", _seeds, _mutate, _read, (ValueError,), share=0.25)
