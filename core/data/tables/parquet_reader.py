"""Read Parquet files with fastparquet, an optional package that is a third of pyarrow's size.

It is not safe with damaged files, and runs in another process: see `parquet_process`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import IO, Any, Final

from ...io import strict_json
from ...io.budget import OnProgress
from ...io.command_lines import install_line
from . import parquet_process
from .table import ColumnFormats, Table, TableError
from .table_builder import TableBuilder

PARQUET_SUFFIXES = (".parquet",)

_MISSING_PACKAGE = "{} is a Parquet file, which needs the package fastparquet: {}"
_ROOT = Path(__file__).resolve().parents[3]
_MAX_WAIT_SECONDS: Final = 20.0
"""For a block of rows, which takes far less; of 700 damaged files one kept the library busy without end."""


def read_parquet(path: Path, report: OnProgress, formats: ColumnFormats | None, most_bytes: int) -> Table:
    """The file as a table. `report` receives the fraction done. Raises `TableError`."""
    if find_spec("fastparquet") is None:
        raise TableError(_MISSING_PACKAGE.format(path.name, install_line("numpynet-playground[parquet]")))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    report(0.0)
    builder = TableBuilder(path, formats, typed=True)
    with _unpacking(path, most_bytes) as lines:
        promised = next(_checked(path, lines))
        for name in promised["columns"]:
            builder.add_column(name)
        for block in _checked(path, lines):
            builder.add([tuple(row) for row in block])
            report(min(1.0, builder.rows / max(1, promised["rows"])))
    return builder.build(sha256, header=True)


@contextmanager
def _unpacking(path: Path, most_bytes: int) -> Iterator[Iterator[str]]:
    """The lines of a process that unpacks the file, which ends with the block."""
    arguments = (str(path.absolute()), str(most_bytes), str(os.getpid()))
    process = subprocess.Popen(
        # -P: no module of the folder in which the program was started.
        [sys.executable, "-P", "-m", parquet_process.__name__, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        encoding="utf-8",
    )
    try:
        yield _lines_in_time(process)
    finally:
        process.kill()
        process.communicate()


def _lines_in_time(process: subprocess.Popen[str]) -> Iterator[str]:
    """The lines of a process, which is killed if one takes too long."""
    output: IO[str] | None = process.stdout
    assert output is not None
    while True:
        watch = Timer(_MAX_WAIT_SECONDS, process.kill)
        watch.daemon = True
        watch.start()
        try:
            line = output.readline()
        finally:
            watch.cancel()
        if not line:
            return
        yield line


def _checked(path: Path, lines: Iterator[str]) -> Iterator[Any]:
    """The values of the lines up to the empty list; `TableError` for an error, or if the process ended before."""
    for line in lines:
        try:
            value = strict_json.load(line)
        except ValueError:
            break
        if value == []:
            return
        if "refused" in value:
            raise TableError(value["refused"])
        if "memory" in value:
            raise MemoryError
        if "damaged" in value:
            raise TableError(f"{path.name} is damaged, or cannot be read: {value['damaged']}")
        yield value
    raise TableError(f"{path.name} is damaged, or cannot be read: its reader crashed or did not end")
