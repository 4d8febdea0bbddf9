"""Problems and their quick fixes."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import Problem


def mended(problem: Problem) -> Experiment:
    """The experiment after the first quick fix."""
    assert problem.fixes, problem.sentence
    return problem.fixes[0].experiment
