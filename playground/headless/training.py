"""Train an experiment without a window, report, and write what was learned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.compiled.readiness import EngineError, load_for
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState
from core.experiment.stack_problems import Problem
from core.formats.trained_experiment import describe_model
from core.nn import LayerError
from core.nn.blas_threads import allowed_threads, limit_blas_threads
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from playground.headless.destinations import check_destinations, write_each
from playground.headless.failure import HeadlessError, StoppedError, sentences
from playground.headless.proving import UNPROVEN, ProofSamples
from playground.headless.reports import print_training
from playground.headless.sources import Changes, DataChoices, find_experiment
from playground.headless.training_loop import StopRequest, listening, train_epochs


def train(
    source: str,
    epochs: int,
    exports: Sequence[Path] = (),
    choices: DataChoices | None = None,
    changes: Changes | None = None,
    proves: bool = True,
) -> None:
    """Train `source` (a file or a preset's name) for `epochs`, report, and write every file of `exports`.

    With `proves`, files of models are read back and compared on the test samples first.

    SIGINT and SIGTERM end the training early; what was learned is reported and written, then `StoppedError` is raised.
    """
    experiment, state = find_experiment(source, choices or DataChoices(), changes or Changes())
    check_runnable(experiment)
    prepared = _prepared(experiment)
    files = [Path(source), *filter(Path.is_file, [Path(getattr(experiment.dataset, "path", ""))])]
    # A project may be trained on into itself.
    sources = [file for file in files if state is None or file != Path(source)]
    destinations = check_destinations(exports, describe_model(experiment, prepared.pipeline), sources)
    request = StopRequest()
    with listening(request):
        trainer = _trained(experiment, prepared, state, epochs, request)
    print_training(experiment, trainer, prepared, stopped=bool(request.signal))
    learned = TrainerState.of(trainer, prepared.pipeline)
    if request.signal:
        samples = ProofSamples(reason="the training was stopped")
    else:
        samples = ProofSamples.of(prepared) if proves else UNPROVEN
    write_each(destinations, lambda destination: destination.write(experiment, learned, samples))
    if request.signal:
        raise StoppedError(request.signal)


def check_runnable(experiment: Experiment) -> None:
    """Raise `HeadlessError`, with a way out, if the experiment cannot be trained."""
    problems = find_problems(experiment)
    if problems:
        raise HeadlessError(f"{experiment.name} cannot run: {_problem_text(problems[0])}")


def _prepared(experiment: Experiment) -> PreparedData:
    with sentences():
        return prepare(experiment)


def _trained(
    experiment: Experiment,
    prepared: PreparedData,
    state: TrainerState | None,
    epochs: int,
    request: StopRequest,
) -> Trainer:
    try:
        load_for(experiment.training.engine)
        trainer = make_trainer(experiment, prepared, record_initial=False)
        if experiment.training.engine == "compiled" and trainer.why_not_compiled:
            raise HeadlessError(trainer.why_not_compiled)
        # One thread, as in the window, for the window's numbers: the thread count changes rounding.
        most = allowed_threads()
        with limit_blas_threads():
            trainer.allow_threads(most)
            if state is not None and state.fits(experiment):
                state.restore(trainer)
            trainer.start_history()
            train_epochs(trainer, epochs, request)
    except (DivergedError, EngineError, LayerError, ValueError, OSError) as error:
        raise HeadlessError(str(error)) from None
    return trainer


def _problem_text(problem: Problem) -> str:
    """The sentence and, if files are missing, the command that downloads them."""
    wanted = [fix.download for fix in problem.fixes if fix.download]
    return f"{problem.sentence}; fetch it by: numpynet download {wanted[0]}" if wanted else problem.sentence
