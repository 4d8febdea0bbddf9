"""The stylesheet has no gap."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playground.views.theme.stylesheet import stylesheet
from playground.views.theme.theme import (
    DARK,
    LIGHT,
    Theme,
)

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


@BOTH
def test_stylesheet_has_no_gap_and_every_picture_exists(theme: Theme) -> None:
    text = stylesheet(theme)
    assert "$" not in text
    assert text.count("{") == text.count("}")
    pictures = re.findall(r"url\((.+?)\)", text)
    assert len(pictures) >= 6
    for picture in pictures:
        assert Path(picture).is_file()
