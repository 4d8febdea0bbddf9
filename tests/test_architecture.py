"""The plan of the house, kept by a machine: which part may import which, read from the source, not from what runs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Each part may import itself and those it names; the longest prefix that fits a module is its part.
MAY_IMPORT = {
    "core": set(),
    "playground.model": {"core"},
    "playground.training": {"core", "playground.model"},
    "playground.views": {"core", "playground.model"},
    "playground": {"core", "playground.model", "playground.training", "playground.views"},
}
QT_MODULES = {
    "core": set(),
    "playground.model": {"PySide6.QtCore", "PySide6.QtGui"},
    "playground.training": {"PySide6.QtCore"},
}
# Modules at the top of playground/, from the innermost outwards; each may import those before it. Others are "window".
TOP_ORDER = ("commands", "window", "app", "cli", "__main__")
# What every view may use. All else in playground/views is a panel, and panels do not know each other.
SHARED_VIEWS = {"theme", "widgets"}
VAGUE_NAMES = {"utils", "helpers", "common", "base", "manager"}


class Import(NamedTuple):
    module: str
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.module} line {self.line} imports {self.target}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_name(path): path for folder in ("core", "playground") for path in (ROOT / folder).rglob("*.py")
}


def imports_of(module: str) -> list[Import]:
    """All that a module imports, also inside functions; `from a import b` is a.b where that is a module of ours."""
    path = SOURCES[module]
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [Import(module, alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*above, *([source] if source else [])])
            for alias in node.names:
                full = f"{source}.{alias.name}"
                is_module = full in SOURCES or source == "PySide6"
                found.append(Import(module, full if is_module else source, node.lineno))
    return found


IMPORTS = [item for module in SOURCES for item in imports_of(module)]


def part_of(module: str) -> str | None:
    fitting = [part for part in MAY_IMPORT if module == part or module.startswith(f"{part}.")]
    return max(fitting, key=len, default=None)


def test_the_sources_were_found() -> None:
    assert "core.spec.spec" in SOURCES
    assert Import("core.spec.spec", "dataclasses", 10) in IMPORTS


def test_no_two_test_files_have_the_same_name() -> None:
    """Pytest could not tell them apart, and would run neither."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_imports_go_one_way() -> None:
    wrong = [
        str(item)
        for item in IMPORTS
        if (target := part_of(item.target)) is not None
        and target != (own := part_of(item.module))
        and own is not None
        and target not in MAY_IMPORT[own]
        # `import playground` alone is the package's name and version, nothing of its parts.
        and item.target != "playground"
    ]
    assert wrong == []


def test_each_part_uses_only_its_share_of_qt() -> None:
    wrong = [
        str(item)
        for item in IMPORTS
        if item.target.split(".")[0] in {"PySide6", "shiboken6", "pyqtgraph"}
        and (own := part_of(item.module)) in QT_MODULES
        and item.target not in QT_MODULES[own]
    ]
    assert wrong == []


def test_the_top_of_the_application_has_an_order() -> None:
    def place(module: str) -> int:
        name = module.split(".")[1]
        return TOP_ORDER.index(name if name in TOP_ORDER else "window")

    top = {module for module in SOURCES if part_of(module) == "playground" and module != "playground"}
    wrong = [
        str(item)
        for item in IMPORTS
        if item.module in top and item.target in top and place(item.target) > place(item.module)
    ]
    assert wrong == []


def test_panels_do_not_know_each_other() -> None:
    def panel(module: str) -> str | None:
        parts = module.split(".")
        return parts[2] if parts[:2] == ["playground", "views"] and len(parts) > 2 else None

    wrong = []
    for item in IMPORTS:
        own, target = panel(item.module), panel(item.target)
        if own is None or target is None or own == target:
            continue
        if target not in SHARED_VIEWS:
            wrong.append(str(item))
    assert wrong == []


def test_nothing_has_a_vague_name() -> None:
    assert [name for name in SOURCES if set(name.split(".")) & VAGUE_NAMES] == []


def test_only_sequence_prints_in_the_engine() -> None:
    printing = [
        f"{module} line {node.lineno}"
        for module, path in SOURCES.items()
        if module.startswith("core") and module != "core.model.sequence"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


ENGINE = sorted(name for name in SOURCES if name.startswith("core") and not name.endswith("__main__"))


def test_importing_the_engine_does_not_wait_for_what_few_need() -> None:
    code = "import sys, core; print([name for name in ('PIL', 'sklearn', 'openpyxl', 'ssl') if name in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")


@pytest.mark.parametrize("modules", [["core"], ENGINE], ids=["import core", "all of core"])
def test_the_engine_leaves_qt_unloaded(modules: list[str]) -> None:
    code = (
        f"import sys, {', '.join(modules)}\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'PySide6', 'shiboken6', 'pyqtgraph', 'playground'}))"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")
