"""Workbooks written by openpyxl and patched byte by byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.chart

from core.data.tables.table import Table

Rows = list[list[Any]]


PLAIN: Rows = [["size", "kind"], [1, "a"], [2.5, "b"], [3, "a"]]


def book(rows: Rows = PLAIN) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    return made


def saved(path: Path, made: openpyxl.Workbook) -> Path:
    made.save(path)
    return path


PARTS = {
    "sheet": "xl/worksheets/sheet1.xml",
    "styles": "xl/styles.xml",
    "book": "xl/workbook.xml",
    "strings": "xl/sharedStrings.xml",
    "relations": "xl/_rels/workbook.xml.rels",
}


SHARED = b'<Relationship Id="rId9" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'


def changed(path: Path, made: openpyxl.Workbook, **parts: bytes | Callable[[bytes], bytes]) -> Path:
    """A workbook with some `PARTS` replaced. openpyxl writes inline strings, so the part "strings" is new."""
    buffer = io.BytesIO()
    made.save(buffer)
    if "strings" in parts:
        parts["relations"] = lambda xml: xml.replace(b"</Relationships>", SHARED)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        contents = {info.filename: source.read(info) for info in source.infolist()}
        for key, change in parts.items():
            name = PARTS[key]
            contents[name] = change(contents[name]) if callable(change) else change
        for name, content in contents.items():
            target.writestr(name, content)
    return path


def without(path: Path, *names: str) -> Path:
    """The same workbook without these entries."""
    with zipfile.ZipFile(path) as source:
        contents = {info.filename: source.read(info) for info in source.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in contents.keys() - set(names):
            target.writestr(name, contents[name])
    return path


def preview(table: Table) -> list[list[str]]:
    return [list(row) for row in table.preview]
