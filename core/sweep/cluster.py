"""An executor that runs trials on the workers of a Dask cluster."""

from __future__ import annotations

import hashlib
import json
import math
import platform
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, Final

from ..data.dataset import Data
from ..data.datasets import DataError, DownloadedImages
from ..experiment.embedded_data import without_embedded_data
from ..experiment.experiment import Experiment
from ..io.command_lines import install_line
from ..io.sentence import short_sentence
from ..nn.blas_threads import limit_blas_threads
from ..runs.trial import TrialResult
from ..spec import SettingError
from .processes import ExecutorError
from .run_trial import Task, run_trial

_WAIT_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.1
_ATTEMPTS: Final = 3
_JOBS_SECONDS: Final = 1.0
"""Time for which the number of workers is taken for the same; to ask takes milliseconds."""


@dataclass(frozen=True)
class TlsFiles:
    """Files of an encrypted connection: the authority's certificate, and the client's own with its key."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, eq=False)
class _Flight:
    task: Task
    attempt: int = 1
    future: Any = None
    data: Any = None
    """The result of `Cluster._placed`, which the workers hold."""


class Cluster:
    """The workers of a scheduler, each of which has to have the same versions as this computer.

    `name` tells sweeps apart. What is given to the cluster is published there under it: when this program ends, or
    after `detach`, the cluster goes on, and the same tasks given again later bring those results.
    """

    def __init__(
        self, address: str, name: str, tls: TlsFiles | None = None, *, compiled: bool = False
    ) -> None:
        """Connect; `compiled` if the compiled engine is to train. Raises `ExecutorError`."""
        if find_spec("distributed") is None:
            raise ExecutorError(
                f"A cluster needs the package distributed: {install_line('numpynet-playground[cluster]')}"
            )
        self.address, self._name = address, name
        self._packages = ("numpy", "numpynet-playground", *(("numba",) if compiled else ()))
        self._jobs, self._asked_at = 1, -math.inf
        self._client = _connected(address, tls)
        self._flights: dict[str, _Flight] = {}
        self._finished: SimpleQueue[str] = SimpleQueue()
        self._data: dict[str, Any] = {}
        self._cancelled = self._detached = False
        self._withdrawal: threading.Thread | None = None
        try:
            self._check_workers()
        except BaseException:
            self.close()
            raise

    @property
    def jobs(self) -> int:
        """Threads of all workers now."""
        if perf_counter() - self._asked_at > _JOBS_SECONDS:
            self._asked_at = perf_counter()
            with suppress(Exception):  # of a lost connection, which `run` says
                self._jobs = max(1, sum(map(int, self._client.nthreads().values())))
        return self._jobs

    def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        """See `Executor`. The trials of a worker that has gone are run again."""
        try:
            yield from self._run(tasks)
        except Exception as error:
            # Distributed's CommClosedError is an OSError too; its ClosedClientError is none.
            if isinstance(error, OSError) or self._client.status == "closed":
                raise self._lost() from None
            raise

    def _lost(self) -> ExecutorError:
        return ExecutorError(
            f"The connection to {self.address} is lost; what is finished is kept, and the sweep can be resumed"
        )

    def _run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        waiting = iter(tasks)
        while not self._cancelled:
            # What comes next is there before a worker asks; after `detach`, all of it.
            room = None if self._detached else max(0, 2 * self.jobs + 2 - len(self._flights))
            self._submit({self._key(task): _Flight(task) for task in islice(waiting, room)})
            if self._detached or not self._flights:
                return
            with suppress(Empty):
                key = self._finished.get(timeout=_POLL_SECONDS)
                if (result := self._landed(key)) is not None:
                    yield result
            if self._client.status not in ("running", "newly-created"):
                raise self._lost()

    def detach(self) -> None:
        """Give the cluster all that is left, and end `run`; the cluster goes on. From any thread."""
        self._detached = True

    def cancel(self) -> None:
        self._cancelled = True
        # A signal handler must not wait for the network.
        withdrawal = threading.Thread(target=self._withdraw, daemon=True)
        withdrawal.start()
        self._withdrawal = withdrawal

    def close(self) -> None:
        """Disconnect; what was detached goes on, and what was cancelled has ended."""
        if self._withdrawal is not None:
            self._withdrawal.join(_WAIT_SECONDS)
        self._flights.clear()
        self._client.close(timeout=_WAIT_SECONDS)

    def _withdraw(self) -> None:
        flights = dict(self._flights)
        with suppress(Exception):  # of a connection that may be gone as well
            for key in flights:
                self._client.unpublish_dataset(key)
            self._client.cancel([flight.future for flight in flights.values()], force=True)

    def _submit(self, flights: Mapping[str, _Flight]) -> None:
        if not flights:
            return
        futures = {}
        for key, flight in flights.items():
            if self._cancelled:  # `detach` gives thousands at once
                break
            task, data = self._placed(flight.task)
            name = key if flight.attempt == 1 else f"{key}-{flight.attempt}"
            future = futures[key] = self._client.submit(_run_there, task, data, key=name)
            self._flights[key] = replace(flight, future=future, data=data)
            future.add_done_callback(lambda _, key=key: self._finished.put(key))
        # Kept by the scheduler until the result is here, whether this program is or not.
        self._client.publish_dataset(futures, override=True)
        if self._cancelled:  # meanwhile, by another thread, which did not know of these
            self._withdraw()

    def _landed(self, key: str) -> TrialResult | None:
        """The result of a flight that has ended; None if its trial was begun again."""
        flight = self._flights.pop(key, None)
        if flight is None or self._cancelled:
            return None
        future, trial = flight.future, flight.task.trial
        try:
            result: TrialResult = future.result()
        except Exception as error:
            # Not what the trial has raised: the result cannot be fetched, or the client has given all futures up.
            if future.status != "error" and (isinstance(error, OSError) or self._client.status != "running"):
                raise self._lost() from None
            if future.cancelled() and flight.attempt < _ATTEMPTS:
                # Its data were lost with the workers that had them. Those that another flight has placed anew stay.
                self._data = {key: data for key, data in self._data.items() if data is not flight.data}
                self._submit({key: replace(flight, attempt=flight.attempt + 1)})
                return None
            killed = type(error).__name__ == "KilledWorker"
            why = "Every worker that trained it has ended; maybe there was too little memory"
            result = TrialResult(trial, "failed", why if killed else short_sentence(str(error)))
        with suppress(Exception):  # somebody else may have removed it
            self._client.unpublish_dataset(key)
        # A trial that this journal knows under another number is the same training.
        return replace(result, trial=trial)

    def _key(self, task: Task) -> str:
        """The same for the same trial of the same sweep, today and later."""
        given = (repr(task.trial), repr(task.budget), task.experiment.to_json(), _versions(self._packages))
        digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16]
        return f"numpynet-{self._name}-{task.trial.number}-{task.trial.rung}-{digest}"

    def _placed(self, task: Task) -> tuple[Task, Any]:
        """The task as it travels, and its data as they lie on the workers, or None where the workers make them."""
        experiment = task.experiment
        try:
            wanted = task.trial.experiment(experiment)
        except SettingError:
            return task, None
        same = wanted.dataset == experiment.dataset and wanted.data_seed == experiment.data_seed
        if not same and not _has_files(wanted):
            return task, None
        key = json.dumps([wanted.dataset.to_json(), wanted.data_seed], sort_keys=True)
        if key not in self._data:
            self._data[key] = self._scattered(wanted)
        return replace(
            task, experiment=without_embedded_data(experiment), token=f"{self._name} {key}"
        ), self._data[key]

    def _scattered(self, experiment: Experiment) -> Any:
        try:
            data = experiment.dataset.load(experiment.data_seed)
        except (DataError, OSError):
            return None  # a worker says why, or has the file
        # Named by chance, not by a hash: the scheduler may hear of the end of lost data after their second coming,
        # and would forget that too. By hash, a dead worker cost up to 139 of 200 trials.
        reason = ""
        for _ in range(_ATTEMPTS):
            if self._cancelled:
                return None
            try:
                return self._client.scatter(data, broadcast=True, hash=False)
            except OSError as error:
                # A worker ends at this moment, or there were none for as long as the client waits.
                reason = str(error) or type(error).__name__
        raise ExecutorError(
            short_sentence(f"No worker of {self.address} takes the data; the sweep can be resumed: {reason}")
        )

    def _check_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_WAIT_SECONDS)
        except TimeoutError:
            raise ExecutorError(
                f"The scheduler at {self.address} has no workers; start some by `dask worker`"
            ) from None
        here = _versions(self._packages)
        try:
            found: dict[str, dict[str, str]] = self._client.run(_versions, self._packages)
        except Exception as error:
            raise ExecutorError(
                short_sentence(f"A worker cannot load NumpyNet Playground; install {_own()} there: {error}")
            ) from None
        for worker, there in found.items():
            for name, own in here.items():
                if there.get(name) != own:
                    raise ExecutorError(
                        f"The worker {worker} has {name} {there.get(name) or '(none)'}, and this computer "
                        f"{own or '(none)'}; a sweep needs the same on all"
                    )


def _connected(address: str, tls: TlsFiles | None) -> Any:
    from distributed import Client, Security

    if address.partition("://")[0] not in ("tcp", "tls"):
        raise ExecutorError(
            f"The scheduler's address must be such as tcp://127.0.0.1:8786, got {short_sentence(address)!r}"
        )
    if address.startswith("tls://") and tls is None:
        raise ExecutorError(
            "An address with tls:// needs the files of the connection: authority, certificate and key"
        )
    try:
        security = None
        if tls is not None:
            security = Security(  # type: ignore[no-untyped-call, unused-ignore]
                tls_ca_file=str(tls.authority),
                tls_client_cert=str(tls.certificate),
                tls_client_key=str(tls.key),
                require_encryption=True,
            )
        connect: Any = Client
        return connect(address, timeout=_WAIT_SECONDS, security=security, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ExecutorError(
            short_sentence(f"There is no scheduler to reach at {address}: {reason}")
        ) from None


def _run_there(task: Task, data: Data | None) -> TrialResult:
    """Task of a worker."""
    # For good: two trials of one process must not give each other's threads back.
    limit_blas_threads()
    return run_trial(replace(task, data=data))


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    """Inputs that decide the numbers of a trial, and whether it can travel."""
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _own() -> str:
    return f"numpynet-playground {version('numpynet-playground')}"


def _has_files(experiment: Experiment) -> bool:
    dataset = experiment.dataset
    return hasattr(dataset, "path") or (isinstance(dataset, DownloadedImages) and dataset.has_archive)
