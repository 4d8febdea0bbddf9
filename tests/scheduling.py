"""How the tests are shared by processes: whole files, long ones first; each test once; none for ever.

A process that crashes costs its file, which is run once more. pytest-xdist's own schedule gives a new process files in
which nothing is left to do, and waits for them for ever.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
from xdist.scheduler import LoadFileScheduling

MAX_SLOW_SECONDS: Final = 600
"""For a test that is marked slow. pyproject.toml has the limit of the others."""

MAX_UNMARKED_SECONDS: Final = 10
"""A test that takes longer is to be marked slow, or to be made quicker."""


class WholeFiles(LoadFileScheduling):  # type: ignore[misc]
    """What a process that crashed has not finished goes to a new one, as the last file; after a second crash without
    the test that ended both, which fails.
    """

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        self.crashed: dict[str, str] = {}
        """The files that were run once more, and the first test that ended a process."""

    def remove_node(self, node: Any) -> str | None:
        """Take a process away: one that has ended, or that has crashed."""
        left = {
            file: {test: False for test, is_done in tests.items() if not is_done}
            for file, tests in self.assigned_work[node].items()
            if not all(tests.values())
        }
        self.assigned_work[node] = {}
        super().remove_node(node)
        if not left:
            return None
        file, test = next((file, next(iter(tests))) for file, tests in left.items())
        is_second = file in self.crashed
        if is_second:
            del left[file][test]
        self.crashed.setdefault(file, test)
        last = left.pop(file)
        self.workqueue.update(left)
        if last:
            self.workqueue[file] = last
        for other in self.assigned_work:
            self._reschedule(other)
        return test if is_second else None

    def _reschedule(self, node: Any) -> None:
        """Give a process more to do, or let it end."""
        # One that is new has not said yet which tests it knows. A single test would wait for what comes after it.
        for _ in range(2):
            if node in self.registered_collections:
                super()._reschedule(node)


class SharedRun:
    """The plug-in of pytest in each of the processes, and in the one that tells the others what to run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._schedule: WholeFiles | None = None
        self._passed: list[str] = []
        self._too_long: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> WholeFiles:
        self._schedule = WholeFiles(config, log)
        return self._schedule

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put long files first and what needs machine code last, and leave out what has passed elsewhere.

        A long test at the end leaves the other processes idle; `.ci/tests` compiles the engine in the meantime.
        """
        if (file := self._config.getoption("--passed-in")) is not None:
            passed = frozenset(file.read_text("utf-8").splitlines())
            again = [
                item for item in items if item.nodeid in passed and not item.get_closest_marker("environment")
            ]
            self._config.hook.pytest_deselected(items=again)
            left = set(items).difference(again)
            items[:] = [item for item in items if item in left]
        late = {item.path for item in items if "compiled_engine" in getattr(item, "fixturenames", ())}
        seconds = Counter[Path]()
        for item in items:
            if (marker := item.get_closest_marker("slow")) is not None:
                item.add_marker(pytest.mark.timeout(MAX_SLOW_SECONDS))
                seconds[item.path] += _seconds(marker)
        here = Path(__file__).parent
        items.sort(key=lambda item: (item.path in late, -seconds[item.path], item.path.parent != here))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._passed.append(report.nodeid)
        if report.duration > MAX_UNMARKED_SECONDS and "slow" not in report.keywords:
            self._too_long.append(f"{report.nodeid} ({report.when}, {report.duration:.0f} s)")

    def pytest_sessionfinish(self) -> None:
        file = self._config.getoption("--passed-to")
        if file is not None and not hasattr(self._config, "workerinput"):
            with file.open("a", encoding="utf-8") as lines:
                lines.writelines(f"{name}\n" for name in self._passed)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for test in self._too_long:
            terminalreporter.write_line(f"Over {MAX_UNMARKED_SECONDS} s and not marked slow: {test}")
        for file, test in () if self._schedule is None else self._schedule.crashed.items():
            terminalreporter.write_line(f"Run once more, since a process crashed in {test}: {file}")


def _seconds(slow: pytest.Mark) -> int:
    """What the reason of a marker `slow` says that a test takes; a minute where it says no number."""
    found = re.search(r"\d+", " ".join((*slow.args, *slow.kwargs.values())))
    return int(found[0]) if found else 60
