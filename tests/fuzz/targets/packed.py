"""Gzip'd text, read as delimited text and as JSON records."""

from __future__ import annotations

import gzip
import json
import shutil
from functools import cache
from pathlib import Path

from core.data.tables.table import TableError
from tests.fuzz.mutations import mutate_gzip
from tests.fuzz.tables import read_and_use
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    rows = [f"{n},{n / 3:.3f},{'ab'[n % 2]}" for n in range(40)]
    text = "\n".join(["size,weight,kind", *rows]).encode()
    two = gzip.compress(text[:90], mtime=0) + gzip.compress(text[90:], mtime=0)
    records = "\n".join(json.dumps({"size": n, "kind": "ab"[n % 2]}) for n in range(40))
    return [gzip.compress(text, mtime=0), two, gzip.compress(records.encode(), mtime=0)]


def _read(path: Path) -> None:
    """Each file in both ways."""
    faults = []
    for place in (path, path.with_name("records.jsonl.gz")):
        if place != path:
            shutil.copyfile(path, place)
        try:
            read_and_use(place)
        except TableError as error:
            faults.append(error)
    if len(faults) > 1:
        raise faults[0]


TARGET = Target("packed", ".csv.gz", _seeds, mutate_gzip, _read, (TableError,))
