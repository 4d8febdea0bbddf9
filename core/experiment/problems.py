"""Everything that keeps an experiment from running, in its data, layers or loss, with quick fixes."""

from __future__ import annotations

from collections.abc import Callable

from ..data.datasets import Digits, Moons, Painted, load_error
from ..io.sentence import in_sentence
from ..train.tasks import FlowMatching
from .change import changed
from .experiment import Experiment
from .stack_problems import Problem, QuickFix, find_stack_problems

_MIN_POINTS = 4
"""Some of them are for testing."""


def find_problems(experiment: Experiment) -> tuple[Problem, ...]:
    """Everything that keeps the experiment from running; empty if it can run."""
    data = (problem for check in _DATA_CHECKS if (problem := check(experiment)) is not None)
    return (*data, *find_stack_problems(experiment))


def _files_are_there(experiment: Experiment) -> Problem | None:
    archive = experiment.dataset.missing_download()
    if archive is None:
        return None
    other = Digits(size="28x28")
    return Problem(
        -1,
        f"{archive.title} is not on this computer yet; it is {archive.size} to download",
        (
            QuickFix("Download…", experiment, archive.key),
            QuickFix(f"Use built-in {other.label}", changed(experiment, dataset=other).experiment),
        ),
    )


def _own_data_are_there(experiment: Experiment) -> Problem | None:
    sentence = load_error(experiment.dataset)
    if not sentence:
        return None
    other = Moons()
    return Problem(
        -1,
        sentence,
        (
            QuickFix("Choose again…", experiment, chooses=True),
            QuickFix(f"Use {in_sentence(other.title)}", changed(experiment, dataset=other).experiment),
        ),
    )


def _points_are_painted(experiment: Experiment) -> Problem | None:
    dataset = experiment.dataset
    if not isinstance(dataset, Painted):
        return None
    other, enough = Moons(), len(dataset.points) >= _MIN_POINTS
    fixes = [QuickFix(f"Use {in_sentence(other.title)}", changed(experiment, dataset=other).experiment)]
    if not experiment.task.classifies:
        # They need no labels: points of one color will do.
        return None if enough else Problem(-1, f"Paint at least {_MIN_POINTS} points", tuple(fixes))
    if dataset.painted_classes >= 2:
        return None
    if enough:
        task = FlowMatching()
        fixes.append(QuickFix(f"{task.title} more like these", changed(experiment, task=task).experiment))
    return Problem(-1, "Paint points of at least two classes", tuple(fixes))


def _enough_to_seal(experiment: Experiment) -> Problem | None:
    sentence = load_error(experiment.dataset, sealing=True) if experiment.sealed_share else ""
    return (
        Problem(-1, sentence, (QuickFix("Seal none", experiment.replace(sealed=0.0)),)) if sentence else None
    )


_DATA_CHECKS: tuple[Callable[[Experiment], Problem | None], ...] = (
    _files_are_there,
    _own_data_are_there,
    _points_are_painted,
    _enough_to_seal,
)
