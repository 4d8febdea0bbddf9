"""Texts in CSV, as a spreadsheet reads them."""

from __future__ import annotations

import csv
import io

from core.io.csv_rows import write_rows


def test_no_text_is_a_formula_and_every_number_is_one() -> None:
    out = io.StringIO()
    formulas = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1"]
    others = ["a=1", "", "-2.5", "+3e4", "-inf", "'=1", "two\nlines", " =1"]
    ends = ["\n", "a\r\nb", "\r", "=\n"]
    write_rows(out, [["=name", "b"], formulas, others, [-1, 2.5, None], ends])
    assert len(out.getvalue().splitlines()) == 5, "a line for each row"
    found = list(csv.reader(io.StringIO(out.getvalue())))
    assert found[0] == ["'=name", "b"]
    assert found[1] == [f"'{text}" for text in formulas]
    assert found[2] == [text.replace("\n", "⏎") for text in others]
    assert found[4] == ["⏎", "a⏎b", "⏎", "'=⏎"]
    assert found[3] == ["-1", "2.5", ""]
