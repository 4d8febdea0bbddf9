"""Compute targets of a sweep's trials: processes of this computer, or workers of a Dask scheduler."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from ..io.bounded_number import whole
from ..nn.blas_threads import available_cores
from ..spec import SettingError
from .cluster import Cluster, TlsFiles
from .processes import Executor, InTurn, Processes

MAX_JOBS: Final = 1024


@dataclass(frozen=True)
class ComputeTarget:
    """`jobs` processes of this computer, all cores if None, or the workers of a scheduler.

    `SettingError` unless there are 1 to `MAX_JOBS` of them.
    """

    jobs: int | None = None
    scheduler: str = ""
    tls: TlsFiles | None = None

    def __post_init__(self) -> None:
        if self.jobs is not None and not 1 <= self.jobs <= MAX_JOBS:
            raise SettingError(f"jobs must be a whole number from 1 to {MAX_JOBS}, got {self.jobs}")

    def to_json(self) -> dict[str, Any]:
        """A description for JSON."""
        tls = self.tls
        files = None if tls is None else [str(tls.authority), str(tls.certificate), str(tls.key)]
        return {"jobs": self.jobs, "scheduler": self.scheduler, "tls": files}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """The inverse of `to_json`; all cores of this computer for anything else."""
        try:
            jobs, files = data["jobs"], data["tls"]
            tls = None if files is None else TlsFiles(*(Path(str(name)) for name in files))
            return cls(None if jobs is None else whole(jobs), str(data["scheduler"]), tls)
        except (ValueError, TypeError, KeyError):
            return cls()

    def executor(self, name: str, *, compiled: bool, in_process: bool = True) -> Executor:
        """An executor there; `name` tells sweeps on a cluster apart, `compiled` if the compiled engine is to train.

        One job runs in this process, unless `in_process` is False, as beside a window. Raises `ExecutorError`.
        """
        if self.scheduler:
            return Cluster(self.scheduler, name, self.tls, compiled=compiled)
        jobs = self.jobs or available_cores()
        return InTurn() if jobs == 1 and in_process else Processes(jobs)
