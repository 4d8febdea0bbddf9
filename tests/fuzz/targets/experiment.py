"""Experiments as JSON files."""

from __future__ import annotations

import json
from functools import cache

from core.experiment.presets import first_preset, preset_files
from core.experiment.project_file import load_project
from core.nn import LAYERS
from tests.fuzz.mutations import mutate_json
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    block = LAYERS.parse("residual")[0]
    many = first_preset().replace(
        layers=(block, *LAYERS.parse("dense 4 relu, dropout 0.1, batch_normalization"))
    )
    return [*(path.read_bytes() for path in preset_files()), json.dumps(many.to_json()).encode()]


TARGET = Target("experiment", ".json", _seeds, mutate_json, load_project, (ValueError,))
