"""Problems that are mended by pressing their buttons."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import Problem


def mended(problem: Problem) -> Experiment:
    """What the first button leads to."""
    assert problem.fixes, problem.sentence
    return problem.fixes[0].experiment
