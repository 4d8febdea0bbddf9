"""What a run says of packages that are missing."""

from __future__ import annotations

import platform
import subprocess
import sys

from tests.optional_packages import OPTIONAL, needs, skipped_for
from tests.sources import ROOT


def test_skips_are_counted_by_the_package_that_is_missing() -> None:
    absent = needs("json", "no_such_package", "neither_this").kwargs
    reasons = [
        "Skipped: could not import 'torch': No module named 'torch'",
        "could not import 'sklearn.metrics'",
        f"Skipped: {absent['reason']}",
        "needs the package torch",
        "needs pipes, modes and links",
    ]
    assert skipped_for(reasons) == (
        "Skipped for want of a package: neither_this 1, no_such_package 1, sklearn 1, torch 2; "
        "`make foreign` installs them"
    )
    assert skipped_for(["needs pipes, modes and links"]) == ""


def test_make_test_says_first_what_it_runs_with() -> None:
    assert {"keras", "optuna", "pandas", "torch"} <= set(OPTIONAL)
    command = [sys.executable, "-m", "tests.optional_packages"]
    line = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300).stdout
    assert line.startswith(f"Python {platform.python_version()}, numpy ")
    absent = line.rstrip().split("; not installed: ")[1].split(", ")
    assert absent == ["none"] or set(absent) <= set(OPTIONAL)
