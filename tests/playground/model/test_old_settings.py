"""Preferences of earlier versions are taken over from QSettings' file without QSettings."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.model.old_settings import read_old_settings

TEXT = r"""[view]
theme_mode=dark
reduced_motion=true
discretize=false
title="two\nlines, a \"quote\" and \\"
empty=

[files]
recent=@Variant(\0\0\0\x7f)
last_folder=@@home/ada
a line without a value
=b
"""


def test_texts_and_booleans_are_taken_over_and_typed_values_are_only_named(tmp_path: Path) -> None:
    file = tmp_path / "Playground.conf"
    file.write_text(TEXT)
    values, foreign = read_old_settings(file)
    assert values == {
        "view/theme_mode": "dark",
        "view/reduced_motion": True,
        "view/discretize": False,
        "view/title": 'two\nlines, a "quote" and \\',
        "view/empty": "",
        "files/last_folder": "@home/ada",
        "files/": "b",
    }
    assert foreign == ("files/recent",)


@pytest.mark.parametrize("raw", [None, b"", b"[a]\nb=\xff\n", b"[a]\n" + b"b=c\n" * 300_000], ids=str)
def test_what_cannot_be_read_is_empty(tmp_path: Path, raw: bytes | None) -> None:
    file = tmp_path / "Playground.conf"
    if raw is not None:
        file.write_bytes(raw)
    assert read_old_settings(file) == ({}, ())
    assert read_old_settings(tmp_path) == ({}, ())
