"""The documentation: its Python runs, its menu names every page, and the pages of kinds have every kind."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.data.datasets import DATASETS
from core.formats import EXPORTERS
from core.nn import LAYERS
from core.optim import OPTIMIZERS
from playground.commands.action_table import TABLE
from tests.test_architecture import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
WITH_CODE = [page for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_the_blocks_of_a_page_run_one_after_the_other(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    for number, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1):
        exec(compile(block, f"{page.name}, block {number}", "exec"), names)


def test_the_menu_names_every_page() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [page for page in PAGES if page.relative_to(DOCS).as_posix() not in menu] == []


@pytest.fixture
def hooks() -> ModuleType:
    pytest.importorskip("mkdocs")
    import importlib.util

    spec = importlib.util.spec_from_file_location("docs_hooks", DOCS / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.foreign
def test_the_pages_of_kinds_have_every_kind_and_setting(hooks: ModuleType) -> None:
    for name, registry in (
        ("layers", LAYERS),
        ("optimizers", OPTIMIZERS),
        ("datasets", DATASETS),
        ("formats", EXPORTERS),
    ):
        page = hooks.kinds_page(*hooks.KINDS[name])
        for kind in registry:
            section = page.split(f"\n## {kind.title}\n")[1].split("\n## ")[0]
            assert all(f"| `{item.name}` |" in section for item in kind.settings())


@pytest.mark.foreign
def test_the_page_of_commands_has_every_command(hooks: ModuleType) -> None:
    page = hooks.commands_page()
    assert all(f"| {row.text.replace('&', '').rstrip('…')} |" in page for row in TABLE)
