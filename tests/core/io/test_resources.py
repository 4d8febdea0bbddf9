"""Shipped files are found in a source tree, beside an installed package, and in a bundle."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.io import resources
from core.io.resources import resource


def test_a_source_tree_has_them() -> None:
    assert resource("presets", "01_spirals.json").is_file()
    assert resource("icons").is_dir()


@pytest.mark.parametrize("where", ["numpynet_resources", "resources"])
def test_an_installed_package_has_them_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (tmp_path / where / "presets").mkdir(parents=True)
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "core" / "io" / "resources.py"))
    assert resource("presets") == tmp_path / where / "presets"


def test_a_bundle_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources" / "presets").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource("presets") == tmp_path / "resources" / "presets"


def test_where_there_are_none_the_sentence_names_the_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "core" / "io" / "resources.py"))
    with pytest.raises(FileNotFoundError, match=r"resources are missing; looked in .*numpynet_resources"):
        resource("presets")
