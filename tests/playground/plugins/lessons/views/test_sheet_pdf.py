"""Worksheets as PDF: of pages with numbers, and the title of the lesson."""

from __future__ import annotations

import re

import pytest

from core.lessons.language import LANGUAGES
from core.lessons.lesson_file import read_lesson
from core.lessons.shipped import shipped_lessons
from core.lessons.translation import read_in
from core.lessons.worksheet import pupils_sheet
from playground.plugins.lessons.views.sheet_pdf import sheet_pdf


def _pages(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


def test_a_sheet_is_a_page_of_a4_and_a_long_one_more(qapp: object) -> None:
    page = pupils_sheet(read_lesson(shipped_lessons()[1]))
    data = sheet_pdf(page)
    assert data.startswith(b"%PDF-")
    assert _pages(data) == 1
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)", data)
    assert box is not None
    assert [round(float(each)) for each in box.groups()] == [595, 842]
    assert "Why hidden layers?".encode("utf-16-be") in data
    assert _pages(sheet_pdf(page.replace("</body>", "<p>one more</p>" * 80 + "</body>"))) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_of_each_lesson_fits_the_two_sides_of_a_page(qapp: object, language: str) -> None:
    lessons = [read_in(file, language) for file in shipped_lessons()]
    pages = {lesson.id: _pages(sheet_pdf(pupils_sheet(lesson))) for lesson in lessons}
    assert len(pages) == 18
    assert all(count <= 2 for count in pages.values()), pages
