"""A real Dask scheduler and two workers on this computer: the workers die, the client goes, versions differ."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.io.command_lines import install_line
from core.sweep import cluster as module
from core.sweep.cluster import Cluster, TlsFiles, _Flight
from core.sweep.journal import Journal
from core.sweep.processes import ExecutorError, InTurn
from core.sweep.run_trial import Task
from core.sweep.sweep_run import SweepRun
from tests.core.sweep.dask_machines import Machines
from tests.core.sweep.small_sweeps import numbers, small_sweep
from tests.optional_packages import needs

SWEEP = small_sweep(rates=100, epochs=1)
needs_dask = needs("distributed")


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    made = Machines()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_WAIT_SECONDS", 60.0)
        yield made
    made.close()


@pytest.fixture(scope="module")
def local() -> dict[object, object]:
    """The numbers of this process."""
    with Journal() as journal:
        return {result.key: numbers(result) for result in SweepRun(SWEEP, InTurn(), journal).run()}


@needs_dask
@pytest.mark.foreign
def test_all_results_arrive_bit_for_bit_though_all_workers_die_and_the_client_goes(
    machines: Machines, local: dict[object, object], tmp_path: Path
) -> None:
    found: dict[object, object] = {}
    with Journal(tmp_path / "a.trials") as journal:
        cluster = Cluster(machines.address, "a")
        run = SweepRun(SWEEP, cluster, journal)
        for result in run.run():
            found[result.key] = numbers(result)
            if len(found) == 60:
                machines.replace_workers()  # and with them the data that they hold
            if len(found) == 120:
                run.detach()
        assert run.progress().state == "detached"
        assert 120 <= len(found) < 200
        cluster.close()
    with Journal(tmp_path / "a.trials") as journal:
        cluster = Cluster(machines.address, "a")
        again = SweepRun(SWEEP, cluster, journal)
        later = {result.key: numbers(result) for result in again.run()}
        left = cluster._client.list_datasets()
        cluster.close()
    assert not found.keys() & later.keys()
    assert found | later == local
    assert len(local) == 200
    assert left == ()


@needs_dask
@pytest.mark.foreign
def test_data_that_no_worker_takes_are_given_again_and_then_a_sentence(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster(machines.address, "d")
    take, failures = cluster._client.scatter, [OSError("a worker ends"), TimeoutError()]

    def scatter(*args: object, **settings: object) -> object:
        if failures:
            raise failures.pop()
        return take(*args, **settings)

    monkeypatch.setattr(cluster._client, "scatter", scatter)
    with Journal() as journal:
        assert len(list(SweepRun(small_sweep(rates=1), cluster, journal).run())) == 2
    cluster._data.clear()
    failures += [OSError("a worker ends"), OSError(), TimeoutError()]
    sentence = rf"No worker of {machines.address} takes the data; the sweep can be resumed: a worker ends"
    with Journal() as journal, pytest.raises(ExecutorError, match=sentence):
        list(SweepRun(small_sweep(rates=2), cluster, journal).run())
    cluster.close()


@needs_dask
@pytest.mark.foreign
def test_trials_that_are_given_while_it_is_cancelled_do_not_stay(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster(machines.address, "e")
    submit = cluster._client.submit

    with Journal() as journal:
        run = SweepRun(SWEEP, cluster, journal)

        def cancelled(*args: object, **settings: object) -> object:
            run.cancel()
            return submit(*args, **settings)

        monkeypatch.setattr(cluster._client, "submit", cancelled)
        assert list(run.run()) == []
    assert cluster._client.list_datasets() == ()
    cluster.close()


@needs_dask
@pytest.mark.foreign
def test_other_versions_are_a_sentence(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.platform, "python_version_tuple", lambda: ("3", "9", "1"))
    with pytest.raises(
        ExecutorError, match=r"The worker tcp://\S+ has Python 3\.\d+, and this computer 3\.9"
    ):
        Cluster(machines.address, "b")


@needs_dask
@pytest.mark.foreign
def test_an_address_that_nobody_hears_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_WAIT_SECONDS", 0.2)
    for address, sentence in (
        ("tcp://127.0.0.1:1", "There is no scheduler to reach at tcp://127.0.0.1:1"),
        ("here", "The scheduler's address must be such as tcp://127.0.0.1:8786, got 'here'"),
        ("tls://127.0.0.1:1", "An address with tls:// needs the files of the connection"),
    ):
        with pytest.raises(ExecutorError, match=re.escape(sentence)):
            Cluster(address, "c")
    files = TlsFiles(*(tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem")))
    with pytest.raises(ExecutorError, match="No such file"):
        Cluster("tls://127.0.0.1:1", "c", files)


class _Future:
    """A future of `_Client`, which has ended."""

    def __init__(self, key: str, error: Exception, status: str) -> None:
        self.key, self._error, self.status = key, error, status

    def result(self) -> object:
        raise self._error

    def cancelled(self) -> bool:
        return self.status == "cancelled"

    def add_done_callback(self, call: Callable[[object], None]) -> None:
        call(self)


class _Client:
    """A client of distributed's whose connection breaks where a test wants it."""

    status = "running"
    error: Exception = OSError("cut")
    future_status = "finished"

    def __init__(self) -> None:
        self.calls: list[str] = []

    def nthreads(self) -> dict[str, int]:
        return {"tcp://worker": 1}

    def wait_for_workers(self, count: int, timeout: float) -> None:
        pass

    def run(self, function: Callable[..., object], *values: object) -> dict[str, object]:
        return {"tcp://worker": function(*values)}

    def scatter(self, data: object, **settings: object) -> object:
        return data

    def submit(self, *values: object, key: str) -> _Future:
        self.calls.append("submit")
        return _Future(key, self.error, self.future_status)

    def publish_dataset(self, futures: object, *, override: bool) -> None:
        self.calls.append("publish")

    def unpublish_dataset(self, key: str) -> None:
        self.calls.append("unpublish")

    def cancel(self, futures: list[object], *, force: bool) -> None:
        self.calls.append("cancel")

    def close(self, timeout: float) -> None:
        self.calls.append("close")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> _Client:
    made = _Client()
    monkeypatch.setattr(module, "find_spec", lambda name: name)
    monkeypatch.setattr(module, "_connected", lambda address, tls: made)
    return made


@pytest.mark.parametrize(
    ("call", "error", "status"),
    [
        ("nthreads", OSError("cut"), "connecting"), ("nthreads", Exception("closed"), "closed"),
        ("submit", OSError("cut"), "running"), ("submit", Exception("closed"), "closed"),
        ("publish_dataset", OSError("cut"), "running"), ("publish_dataset", OSError("cut"), "connecting"),
    ],
)  # fmt: skip
def test_a_connection_that_is_lost_at_any_call_is_a_sentence(
    call: str, error: Exception, status: str, client: _Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*values: object, **settings: object) -> object:
        client.status = status
        raise error

    monkeypatch.setattr(client, call, lost)
    with Journal() as journal, pytest.raises(ExecutorError, match="The connection to tcp://x is lost"):
        list(SweepRun(SWEEP, Cluster("tcp://x", "a"), journal).run())


@pytest.mark.parametrize(
    ("error", "future_status", "status"),
    [(OSError("cut"), "finished", "running"), (ValueError("cancelled"), "cancelled", "connecting")],
)
def test_a_lost_connection_fails_no_trial(
    error: Exception, future_status: str, status: str, client: _Client
) -> None:
    client.error, client.future_status, client.status = error, future_status, status
    with Journal() as journal:
        with pytest.raises(ExecutorError, match="The connection to tcp://x is lost"):
            list(SweepRun(SWEEP, Cluster("tcp://x", "a"), journal).run())
        assert journal.results() == {}


def test_to_close_waits_until_a_cancelled_cluster_has_no_trial(
    client: _Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_closed, close, unpublish = threading.Event(), client.close, client.unpublish_dataset

    def slow(key: str) -> None:
        is_closed.wait(0.1)  # without an end where it waits for this
        unpublish(key)

    def closing(timeout: float) -> None:
        close(timeout)
        is_closed.set()

    monkeypatch.setattr(client, "unpublish_dataset", slow)
    monkeypatch.setattr(client, "close", closing)
    cluster = Cluster("tcp://x", "a")
    cluster._submit({"a": _Flight(Task(next(SWEEP.rounds())[0], SWEEP.experiment))})
    cluster.cancel()
    cluster.close()
    assert client.calls == ["submit", "publish", "unpublish", "cancel", "close"]


def test_no_trial_follows_when_it_is_cancelled_while_all_are_given(
    client: _Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, submit = Cluster("tcp://x", "a"), client.submit

    def cancelled(*values: object, key: str) -> _Future:
        cluster.cancel()
        return submit(*values, key=key)

    monkeypatch.setattr(client, "submit", cancelled)
    with Journal() as journal:
        run = SweepRun(SWEEP, cluster, journal)
        run.detach()
        assert list(run.run()) == []
    cluster.close()
    assert client.calls.count("submit") == 1


def test_what_a_worker_raises_fails_its_trial(client: _Client) -> None:
    client.error, client.future_status = OSError("no file"), "error"
    with Journal() as journal:
        results = list(SweepRun(small_sweep(rates=1), Cluster("tcp://x", "a"), journal).run())
    assert [(result.status, result.sentence) for result in results] == [("failed", "no file")] * 2


def test_a_missing_package_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ExecutorError, match=re.escape(install_line("numpynet-playground[cluster]"))):
        Cluster("tcp://127.0.0.1:1", "d")
