"""XML of a sheet: dates, texts, rows and limits."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import pytest
from openpyxl.styles import Font

from core.data.tables import sheet_xml
from core.data.tables.read_table import read_table
from core.data.tables.table import TableError
from tests.core.data.tables.workbooks import book, changed, preview, saved

HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


SST = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


TAIL = b"</sheetData></worksheet>"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def test_dates_times_and_durations(file: Path) -> None:
    made = book([["day", "moment", "time", "length"]])
    made.active.append(
        [
            datetime.date(2024, 5, 1),
            datetime.datetime(1999, 12, 31, 23, 59, 59),
            datetime.time(12, 30),
            datetime.timedelta(hours=36),
        ]
    )
    table = read_table(saved(file, made), header=True)
    assert preview(table) == [["2024-05-01", "1999-12-31T23:59:59", "12:30:00", "1.5"]]


@pytest.mark.parametrize(
    ("code", "dated"),
    [
        ("yyyy-mm-dd", True),
        ('0.00" days"', False),
        ("[Red]0.0", False),
        ("[h]:mm", False),
        ("General", False),
        ("0.00E+00", False),
        ('d" of "mmm', True),
        ("\\d0", False),
        ("0;yyyy", False),
    ],
)
def test_which_formats_are_dates(file: Path, code: str, dated: bool) -> None:
    made = book([["n", "m"], [45413, 1]])
    made.active["A2"].number_format = code
    assert preview(read_table(saved(file, made), header=True)) == [["2024-05-01" if dated else "45413", "1"]]


def test_texts_in_cells_in_runs_and_with_their_pronunciation(file: Path) -> None:
    strings = SST + (
        b"<si><t>size</t></si><si><r><t>ki</t></r><r><t>nd</t></r><rPh><t>spoken</t></rPh></si><si><t>a</t></si></sst>"
    )
    sheet = (
        HEAD + b'<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>\n'
        b'<row><c><v>1E3</v></c><c t="inlineStr"><is><r><t>b</t></r><r><t>c</t></r></is></c></row>\n'
        b'<row><c t="str"><v>7</v></c><c t="e"><v>#N/A</v></c></row>\n' + TAIL
    )
    table = read_table(changed(file, book(), sheet=sheet, strings=strings), header=True)
    assert [column.name for column in table.columns] == ["size", "kind"]
    assert preview(table) == [["1000.0", "bc"], ["7", ""]]


def test_a_row_that_is_too_long_is_named(file: Path) -> None:
    with pytest.raises(TableError, match=r"book.xlsx row 3: expected 2 columns, got 3"):
        read_table(saved(file, book([["a", "b"], [1, 2], [1, 2, 3]])))


def test_a_format_on_the_last_cell_costs_nothing(file: Path) -> None:
    made = book()
    made.active["XFD1048576"].font = Font(bold=True)
    start = time.process_time()
    assert read_table(saved(file, made)).rows == 3
    assert time.process_time() - start < 1


def test_a_value_in_the_last_cell_is_refused(file: Path) -> None:
    made = book()
    made.active["XFD1048576"] = 1
    with pytest.raises(TableError, match="the sheet must have at most 2,000 columns, got 16,384"):
        read_table(saved(file, made))


def test_a_row_number_of_a_million_millions_is_no_row_more(file: Path) -> None:
    path = changed(file, book(), sheet=lambda xml: xml.replace(b'<row r="3"', b'<row r="1000000000000"'))
    assert read_table(path).rows == 3


def test_more_styles_than_excel_has_are_refused_at_once(file: Path) -> None:
    head = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
    path = changed(
        file, book(), styles=head + b'<xf numFmtId="14"/>' * 1_600_000 + b"</cellXfs></styleSheet>"
    )
    start = time.process_time()
    with pytest.raises(TableError, match="it must have at most 65,490 formats, got more"):
        read_table(path)
    assert time.process_time() - start < 2


def test_more_texts_than_can_be_learned_from_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_xml, "_MAX_STRINGS", 2)
    with pytest.raises(TableError, match="it must hold at most 2 different texts, got more"):
        read_table(changed(file, book(), strings=SST + b"<si><t>a</t></si>" * 3 + b"</sst>"))


def test_more_formats_of_dates_than_excel_has_are_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_xml, "_MAX_FORMATS", 100)
    head = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>'
    formats = b"".join(b'<numFmt numFmtId="%d" formatCode="yyyy"/>' % n for n in range(200, 300))
    with pytest.raises(TableError, match="it must have at most 100 formats, got more"):
        read_table(changed(file, book(), styles=head + formats + b"</numFmts></styleSheet>"))


def test_the_pronunciation_of_a_text_in_its_cell_is_passed_over(file: Path) -> None:
    cell = b'<c t="inlineStr"><is><r><t>b</t></r><rPh><t>spoken</t></rPh></is></c>'
    sheet = HEAD + b"<row><c><v>1</v></c>" + cell + b"</row>" + TAIL
    assert preview(read_table(changed(file, book(), sheet=sheet), header=False)) == [["1", "b"]]


def test_the_last_of_two_values_for_a_cell_counts(file: Path) -> None:
    twice = b'<row><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="A1"><v>3</v></c></row>'
    assert preview(read_table(changed(file, book(), sheet=HEAD + twice + TAIL))) == [["3", "2"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(b"9999999", "9999999"), (b"1e300", "1e300"), (b"-700000", "-700000")],
)
def test_a_number_in_a_column_of_dates_that_is_no_day_stays_a_number(
    file: Path, value: bytes, shown: str
) -> None:
    made = book([["n", "m"], [45413, 1]])
    made.active["A2"].number_format = "yyyy-mm-dd"
    path = changed(file, made, sheet=lambda xml: xml.replace(b"<v>45413</v>", b"<v>" + value + b"</v>"))
    assert preview(read_table(path, header=True)) == [[shown, "1"]]


def test_a_text_in_a_column_of_dates_is_an_error_that_names_its_row(file: Path) -> None:
    made = book([["n", "m"], [45413, 1]])
    made.active["A2"].number_format = "yyyy-mm-dd"
    path = changed(file, made, sheet=lambda xml: xml.replace(b"<v>45413</v>", b"<v>soon</v>"))
    with pytest.raises(TableError, match="row 2 must hold a number, got 'soon'"):
        read_table(path, header=True)
