"""The report of `make coverage` is about files that exist, and runs tests that reach them."""

from __future__ import annotations

from tests.covering import covered_modules, covering_tests
from tests.test_architecture import ROOT
from tests.test_mirror import TESTS, reached

PROMISING = (
    "core/io/archive.py",
    "core/experiment/project_file.py",
    "core/data/tables/excel_reader.py",
    "core/data/images/read_image.py",
    "core/data/downloads/archives.py",
    "core/model/saving.py",
    "playground/model/preferences_file.py",
    "playground/model/autosave_store.py",
    "playground/commands/autosave_commands.py",
    "playground/commands/project_saver.py",
    "playground/commands/project_opener.py",
)


def test_the_files_that_hold_promises_are_in_the_report() -> None:
    assert [module for module in PROMISING if module not in covered_modules()] == []
    assert all((ROOT / module).is_file() for module in covered_modules())


def test_every_module_of_the_report_is_reached_by_its_tests() -> None:
    files = [path.relative_to(TESTS).with_suffix("").as_posix() for path in covering_tests()]
    seen = set().union(*map(reached, files))
    names = [module.removesuffix(".py").replace("/", ".") for module in covered_modules()]
    assert [name for name in names if name not in seen and not name.endswith(".__init__")] == []
