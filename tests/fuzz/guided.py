"""A reader under atheris, which keeps mutations with new coverage; the mutations are ours."""

from __future__ import annotations

import gc
import importlib
import random
import sys
from pathlib import Path
from types import FunctionType

from tests.fuzz.cases import run_case
from tests.fuzz.target import Target

_MAX_MUTATED_BYTES = 100_000
_OURS = ("core.", "playground.", "zipfile", "PIL.", "csv", "json.")


def fuzz(target: Target, seconds: int, folder: Path) -> int:
    """Run for `seconds`; ends the process at the first fault."""
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        print("atheris is not installed: run uv pip install atheris", file=sys.stderr)
        return 2
    corpus = folder / "corpus"
    corpus.mkdir()
    seeds = target.seeds()
    for place, content in enumerate(seeds):
        (corpus / str(place)).write_bytes(content)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        # Mutations repeat words up to 5,000 times: of larger files they would take gigabytes.
        small = data if len(data) <= _MAX_MUTATED_BYTES else seeds[seed % len(seeds)]
        return target.mutate(random.Random(seed), bytes(small))[:most]

    def try_one(data: bytes) -> None:
        case = run_case(target, data, folder)
        if case.fault:
            raise RuntimeError(f"{target.name}: {case.fault}; the file is in {folder}")

    # instrument_all() takes a minute, for 13,000 functions that are not ours.
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and (function.__module__ or "").startswith(_OURS):
            atheris.instrument_func(function)
    arguments = [sys.argv[0], str(corpus), f"-max_total_time={seconds}", "-max_len=2000000"]
    atheris.Setup(arguments, try_one, custom_mutator=mutate)
    atheris.Fuzz()
    return 0
