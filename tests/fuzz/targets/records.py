"""JSON as tables: an array of records, and a record per line."""

from __future__ import annotations

import json
from functools import cache

from core.data.tables.table import TableError
from tests.fuzz.mutations import mutate_text
from tests.fuzz.tables import read_and_use
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    rows = [
        {"size": n / 3, "kind": "ab"[n % 2], "gap": None, "in": {"x": n, "day": f"2024-01-{n % 28 + 1}"}}
        for n in range(30)
    ]
    return [json.dumps(rows).encode(), "\n".join(map(json.dumps, rows)).encode()]


TARGET = Target("records", ".jsonl", _seeds, mutate_text, read_and_use, (TableError,))
