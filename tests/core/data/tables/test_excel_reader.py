"""Excel sheets are read with their displayed values, and no workbook can exhaust memory or time."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import openpyxl
import openpyxl.chart
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.tables import sheet_xml
from core.data.tables.excel_reader import read_sheet
from core.data.tables.read_table import read_table
from core.data.tables.table import TableError
from core.io.sentence import MAX_LETTERS
from tests.core.data.tables.workbooks import Rows, book, changed, preview, saved, without

HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


TAIL = b"</sheetData></worksheet>"


class InterruptedReadingError(Exception):
    """Raised by a progress callback."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


# Displayed values


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6) + 0.0),
    # Text that begins with = is a formula, whose value only Excel computes.
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=12).filter(
        lambda t: t[:1] != "="
    ),
    st.booleans(),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_cells_are_read_as_openpyxl_reads_them(file: Path, rows: Rows) -> None:
    rows = [["a", "b", "c"], *rows]
    saved(file, book(rows))
    sheet = openpyxl.load_workbook(file).active
    wanted = [
        ["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)
    ]
    wanted = [row for row in ([*row, "", ""][:3] for row in wanted) if any(row)]
    if len(wanted) == 1:
        return
    assert preview(read_table(file, header=True)) == wanted[1:]


def test_days_are_counted_from_1904_where_the_workbook_says_so(file: Path) -> None:
    made = book([["n", "m"], [datetime.date(2024, 5, 1), 1]])
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert preview(read_table(saved(file, made), header=True))[0][0] == "2024-05-01"


def test_the_sheet_in_front_is_read(file: Path) -> None:
    made = book()
    made.create_sheet("front").append(["only", "this"])
    made["front"].append([1, 2])
    made.active = 1
    assert [column.name for column in read_table(saved(file, made), header=True).columns] == ["only", "this"]


def test_a_chart_in_front_is_passed_over(file: Path) -> None:
    made = book()
    chart = openpyxl.chart.BarChart()
    made.create_chartsheet("chart").add_chart(chart)
    made.active = 1
    table = read_table(saved(file, made))
    assert (table.sheets, table.sheet, table.rows) == (("Sheet",), "Sheet", 3)


def test_a_sheet_is_chosen_by_its_name(file: Path) -> None:
    made = book()
    made.create_sheet("Grün & co").append(["only", "this"])
    made["Grün & co"].append([1, 2])
    made.create_sheet("empty")
    assert read_table(saved(file, made)).sheet == "Sheet"
    table = read_table(file, header=True, sheet="Grün & co")
    assert (table.sheets, table.sheet) == (("Sheet", "Grün & co", "empty"), "Grün & co")
    assert [column.name for column in table.columns] == ["only", "this"]
    for wanted, sentence in (("empty", "is empty"), ("sheet", "it has no sheet called 'sheet'")):
        with pytest.raises(TableError, match=sentence) as caught:
            read_table(file, sheet=wanted)
        assert (caught.value.sheets, caught.value.sheet) == (table.sheets, wanted)


def test_sheets_without_a_name_are_numbered(file: Path) -> None:
    made = book()
    made.create_sheet("two").append([1, 2])

    def nameless(xml: bytes) -> bytes:
        return xml.replace(b' name="Sheet"', b"").replace(b'name="two"', b'name=""')

    assert read_table(changed(file, made, book=nameless)).sheets == ("sheet 1", "sheet 2")


def test_rows_that_are_nearly_empty_are_refused_before_they_fill_the_memory(file: Path) -> None:
    row = b'<row><c r="BXX1"><v>1</v></c></row>'
    start = time.process_time()
    with pytest.raises(TableError, match="the sheet must have a value in one of 50 places, got fewer"):
        read_table(changed(file, book(), sheet=HEAD + row * 20_000 + TAIL))
    assert time.process_time() - start < 2


def test_columns_that_are_nearly_empty_are_read_where_the_sheet_is_small(file: Path) -> None:
    rows = [["size", *(f"rare {n}" for n in range(99))], *([n, *[None] * 98, n] for n in range(50))]
    assert read_table(saved(file, book(rows))).rows == 50


def test_more_rows_than_excel_has_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sheet_xml._MAX_ROWS == 1_048_576
    monkeypatch.setattr(sheet_xml, "_MAX_ROWS", 1_000)
    with pytest.raises(TableError, match="the sheet must have at most 1,000 rows, got more"):
        read_table(changed(file, book(), sheet=HEAD + b"<row/>" * 1_001 + TAIL))


def test_a_sheet_that_unpacks_to_more_than_is_allowed_is_not_read(file: Path) -> None:
    saved(file, book([["a", "b"], *([n, n / 7] for n in range(50_000))]))
    with pytest.raises(TableError, match=r"book.xlsx: it must unpack to at most 2 MB, got [3-9] MB"):
        read_sheet(file, lambda share: None, None, None, "", 2_000_000)


@pytest.mark.parametrize("missing", ["xl/styles.xml", "_rels/.rels"])
def test_a_workbook_without_formats_or_without_its_outer_relations_is_read(file: Path, missing: str) -> None:
    assert preview(read_table(without(saved(file, book()), missing))) == [
        ["1", "a"],
        ["2.5", "b"],
        ["3", "a"],
    ]


def test_a_workbook_without_the_relations_of_its_sheets_is_a_sentence(file: Path) -> None:
    with pytest.raises(TableError, match=r"book.xlsx: it has no sheet with cells"):
        read_table(without(saved(file, book()), "xl/_rels/workbook.xml.rels"))


def test_blank_rows_can_be_cancelled(file: Path) -> None:
    path = changed(file, book(), sheet=HEAD + b"<row/>\n" * 1_000_000 + TAIL)
    calls = 0

    def cancel(share: float) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise InterruptedReadingError

    with pytest.raises(InterruptedReadingError):
        read_table(path, cancel)
    assert calls == 5


def test_progress_rises_to_the_end(file: Path) -> None:
    shares: list[float] = []
    read_table(saved(file, book([["a", "b"], *([n, n / 7] for n in range(5_000))])), shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 4
    assert shares[-1] == 1


def test_cells_are_counted_as_they_are_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_xml, "MAX_CELLS", 100)
    path = changed(file, book(), sheet=HEAD + b"<row>" + b"<c/>" * 101 + b"</row>" + TAIL)
    with pytest.raises(TableError, match="the sheet must have at most 100 cells, got more"):
        read_table(path)


NAMED = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"sheet": NAMED + HEAD + TAIL}, "has a document type"),
        ({"book": NAMED + b"<workbook/>"}, "has a document type"),
        ({"book": b"<workbook"}, "its XML is damaged"),
        ({"book": b"<workbook/>"}, "no sheet with cells"),
        ({"relations": b"<Relationships/>"}, "no sheet with cells"),
        ({"sheet": HEAD + TAIL}, "is empty; a table needs rows"),
        ({"sheet": HEAD + b"<row><c>"}, "its XML is damaged"),
        ({"sheet": b'<?xml version="1.0" encoding="rot13"?>' + HEAD + TAIL}, "its XML is damaged"),
        ({"sheet": HEAD + b"<row><c><v>one</v></c></row>" + TAIL}, "row 1 must hold a number, got 'one'"),
        ({"sheet": HEAD + b'<row><c t="s"><v>99</v></c></row>' + TAIL}, "row 1 points to a text that is not"),
        (
            {"sheet": HEAD + b'<row><c t="str"><v>' + b"x" * 40_000 + b"</v></c></row>" + TAIL},
            "a cell must hold at most 32,767 characters",
        ),
        ({"sheet": b"\0" * 1000}, "its XML is damaged"),
        ({"styles": b"<?xml"}, "its XML is damaged"),
    ],
)
def test_what_is_wrong_is_a_sentence(file: Path, parts: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(TableError, match=sentence) as caught:
        read_table(changed(file, book(), **parts))
    assert str(caught.value).startswith("book.xlsx")
    assert len(str(caught.value)) <= MAX_LETTERS


def test_a_workbook_with_a_password_says_so(file: Path) -> None:
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))
    with pytest.raises(TableError, match="is protected by a password, or in Excel's old format"):
        read_table(file)
