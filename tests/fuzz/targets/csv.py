"""Delimited text in several dialects and encodings."""

from __future__ import annotations

from functools import cache

from core.data.tables.table import TableError
from tests.fuzz.mutations import mutate_text
from tests.fuzz.tables import read_and_use
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    rows = [f"{n},{n / 3:.3f},{'ab'[n % 2]},2024-01-{n % 28 + 1:02d}" for n in range(40)]
    plain = "\n".join(["size,weight,kind,day", *rows]) + "\n"
    german = "Größe;Gewicht;Art\n" + "".join(f"{n};{n},5;{'ja' if n % 2 else 'nein'}\n" for n in range(20))
    written = "# shop\nday;price;share\n" + "".join(
        f"{n % 28 + 1}.1.2024;€ {n}.{100 + n},50;{n} %\n" for n in range(1, 20)
    )
    blanks = "# size weight\n" + "".join(f" {n}   {n},5\n" for n in range(20))
    quoted = 'a,b\n"1, 2","x ""y"""\n3,"lines\nin it"\n'
    return [
        plain.encode(),
        german.encode("cp1252"),
        quoted.encode(),
        written.encode(),
        blanks.encode(),
        plain.replace(",", "\t").encode("utf-16"),
    ]


TARGET = Target("csv", ".csv", _seeds, mutate_text, read_and_use, (TableError,))
