"""A job ends with exactly one signal, or none if abandoned; deletion stops its thread."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from core.io.budget import OnProgress
from playground.model.background_job import BackgroundJob, JobCancelledError


class Repeating:
    """Work that reports until it is canceled."""

    def __init__(self) -> None:
        self.began, self.stopped = threading.Event(), threading.Event()

    def __call__(self, report: OnProgress) -> str:
        self.began.set()
        try:
            while True:
                report(0.5)
        except JobCancelledError:
            self.stopped.set()
            raise


@pytest.fixture
def job(qtbot: QtBot) -> Iterator[BackgroundJob]:
    parent = QObject()
    made = BackgroundJob("test", parent, daemon=True)
    yield made
    made.abandon()
    parent.deleteLater()


def endings_of(job: BackgroundJob) -> list[tuple[str, object]]:
    endings: list[tuple[str, object]] = []
    job.finished.connect(lambda result: endings.append(("finished", result)))
    job.failed.connect(lambda error: endings.append(("failed", error)))
    job.cancelled.connect(lambda: endings.append(("cancelled", None)))
    return endings


def test_work_runs_on_another_thread_and_brings_its_progress_and_result(
    job: BackgroundJob, qtbot: QtBot
) -> None:
    endings, shares, threads = endings_of(job), [], []

    def work(report: OnProgress) -> str:
        threads.append(threading.current_thread())
        report(0.25)
        return "done"

    job.progressed.connect(shares.append)
    job.start(work)
    qtbot.waitUntil(lambda: not job.busy)
    assert endings == [("finished", "done")]
    assert shares[-1] == 0.25
    assert threads[0] is not threading.main_thread()


def test_who_begins_to_listen_later_is_told_the_progress(job: BackgroundJob, qtbot: QtBot) -> None:
    """A dialog opens only where work takes long."""
    first, later, held = list[object](), list[object](), threading.Event()

    def work(report: OnProgress) -> None:
        report(0.5)
        held.wait(60)

    job.progressed.connect(first.append)
    job.start(work)
    qtbot.waitUntil(lambda: bool(first))
    job.progressed.connect(later.append)
    qtbot.waitUntil(lambda: bool(later))
    held.set()
    qtbot.waitUntil(lambda: not job.busy)
    assert set(first) == set(later) == {0.5}


def test_an_error_is_handed_over(job: BackgroundJob, qtbot: QtBot) -> None:
    endings, error = endings_of(job), OSError("no disk")

    def work(report: OnProgress) -> None:
        raise error

    job.start(work)
    qtbot.waitUntil(lambda: bool(endings))
    assert endings == [("failed", error)]


def test_cancelled_work_is_busy_until_it_has_stopped(job: BackgroundJob, qtbot: QtBot) -> None:
    endings, work, told = endings_of(job), Repeating(), []
    job.start(work, on_cancel=lambda: told.append(True))
    assert work.began.wait(60)
    job.cancel()
    assert job.busy
    with pytest.raises(RuntimeError, match="the job 'test' must end before it starts again"):
        job.start(work)
    qtbot.waitUntil(lambda: not job.busy)
    assert endings == [("cancelled", None)]
    assert told == [True]


def test_abandoned_work_says_nothing_and_the_next_runs_after_it(job: BackgroundJob, qtbot: QtBot) -> None:
    endings, go, ended = endings_of(job), threading.Event(), []

    def stubborn(report: OnProgress) -> None:
        go.wait(60)
        ended.append("first")

    def skipped(report: OnProgress) -> None:
        ended.append("skipped")

    def last(report: OnProgress) -> None:
        ended.append("last")

    job.start(stubborn)
    job.abandon()
    assert not job.busy
    job.start(skipped)
    job.abandon()
    job.start(last)
    go.set()
    qtbot.waitUntil(lambda: not job.busy)
    assert ended == ["first", "last"]
    assert endings == [("finished", None)]


def test_a_slot_that_abandons_the_job_hears_no_end(job: BackgroundJob, qtbot: QtBot) -> None:
    endings = endings_of(job)
    job.progressed.connect(job.abandon)
    job.start(lambda report: report(1.0))
    qtbot.waitUntil(lambda: not job.busy)
    assert endings == []


@pytest.mark.usefixtures("qapp")
def test_a_job_that_is_gone_stops_its_work() -> None:
    work, job = Repeating(), BackgroundJob("test", daemon=True)
    job.start(work)
    thread = job._thread
    assert thread is not None
    assert work.began.wait(60)
    alive = weakref.ref(job)
    del job
    gc.collect()
    assert alive() is None
    assert work.stopped.wait(60)
    thread.join(60)
    assert not thread.is_alive()


def test_a_job_without_work_has_nothing_to_tell_or_to_cancel(job: BackgroundJob) -> None:
    endings = endings_of(job)
    job.progressed.connect(lambda share: endings.append(("progressed", share)))
    job.cancel()
    job.abandon()
    job._poll()  # of a timer that was about to fire
    assert not job.busy
    assert endings == []


def test_an_error_of_python_has_a_reason_in_words(job: BackgroundJob, qtbot: QtBot) -> None:
    endings = endings_of(job)

    def work(report: OnProgress) -> None:
        raise KeyError("loss")

    job.start(work)
    qtbot.waitUntil(lambda: bool(endings))
    assert [(name, str(error)) for name, error in endings] == [("failed", "KeyError: 'loss'")]
