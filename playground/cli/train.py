"""`numpynet train` trains a network, and writes what it learned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli.command import Command, exit_code, make_parser, option
from playground.cli.options import add_changes, add_data_choices, add_proof, changes_of, data_choices
from playground.cli.values import count
from playground.headless.destinations import check_destinations, write_each
from playground.headless.failure import HeadlessError, StoppedError, sentences
from playground.headless.reports import print_note, print_training
from playground.headless.training_loop import StopRequest, listening, train_epochs

if TYPE_CHECKING:
    from core.experiment.early_stopping import EarlyStopping
    from core.experiment.experiment import Experiment
    from core.experiment.prepare import PreparedData
    from core.experiment.project_file import TrainerState
    from core.train.trainer import Trainer
    from playground.headless.sources import Changes, DataChoices

EPOCHS, MAX_EPOCHS = 50, 200


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "train",
        "Train a network without a window, and print its losses and scores.",
        """examples:
  numpynet train spirals --epochs 200 --export spirals.safetensors
  numpynet train penguins.csv --target species --layers "dense 16 relu; dense 8 relu" --export penguins.nnplay
  numpynet train prices.csv --target price --regression --read "sold=days" --ignore id,notes
  numpynet train animals/ --layers "conv2d 16 relu; max_pooling2d; flatten; dense 32 relu" --export animals.nnplay
  numpynet train penguins.nnplay --epochs 50 --export penguins.nnplay

Ctrl+C ends the training early: what was learned is reported and written. Pressed twice, it ends at once.
A project goes on where it stood, also with another optimizer, learning rate or engine; other changes start anew.
""",
    )
    option(
        parser,
        "SOURCE",
        "a preset's name, an experiment (.json) or its text (nnplay1...), a project (.nnplay), a table or images",
    )
    option(
        parser,
        "--epochs",
        f"how many epochs to train (default {EPOCHS}; of a table of 200 to 10,000 training rows as many as help "
        "those of them that are set apart, with the best weights)",
        type=count,
    )
    option(
        parser,
        "--export OUT",
        "write what was learned; the suffix chooses the format (.nnplay is the whole project); may be given "
        "several times",
        type=Path,
        action="append",
        default=[],
    )
    add_proof(parser)
    add_changes(parser)
    add_data_choices(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        choices, changes = data_choices(options), changes_of(options)
        train(options.source, options.epochs, options.export, choices, changes, options.proof)

    return exit_code(work)


def train(
    source: str,
    epochs: int | None = None,
    exports: Sequence[Path] = (),
    choices: DataChoices | None = None,
    changes: Changes | None = None,
    proves: bool = True,
) -> None:
    """Train `source` (a file or a preset's name) for `epochs`, report, and write every file of `exports`.

    Without `epochs` a small table sets samples apart, and is trained while these are predicted better.

    With `proves`, files of models are read back and compared on the test samples first.

    SIGINT and SIGTERM end the training early; what was learned is reported and written, then `StoppedError` is raised.
    """
    from core.data.tables.read_table import is_table
    from core.experiment.early_stopping import HELD_OUT, EarlyStopping, suits
    from core.experiment.project_file import TrainerState
    from core.formats.trained_experiment import describe_model
    from playground.headless.proving import UNPROVEN, ProofSamples
    from playground.headless.sources import Changes, DataChoices, check_runnable, find_experiment

    experiment, state = find_experiment(source, choices or DataChoices(), changes or Changes())
    check_runnable(experiment)
    prepared = _prepared(experiment)
    stops = epochs is None and is_table(Path(source)) and suits(experiment, len(prepared.train))
    if stops:
        experiment = experiment.replace(held_out=HELD_OUT)
        prepared = _prepared(experiment)
    # A project may be trained on into itself.
    own = [] if state is not None else [Path(source)]
    sources = [*own, *experiment.dataset.sources]
    destinations = check_destinations(exports, describe_model(experiment, prepared.pipeline), sources)
    request = StopRequest()
    with listening(request):
        last = MAX_EPOCHS if stops else EPOCHS if epochs is None else epochs
        trainer, note = _trained(
            experiment,
            prepared,
            state,
            last,
            request,
            EarlyStopping.of(experiment, prepared) if stops else None,
        )
    print_training(experiment, trainer, prepared, stopped=bool(request.signal))
    if note:
        print_note(note)
    learned = TrainerState.of(trainer, prepared.pipeline)
    if request.signal:
        samples = ProofSamples(reason="the training was stopped")
    else:
        samples = ProofSamples.of(prepared) if proves else UNPROVEN
    write_each(destinations, lambda destination: destination.write(experiment, learned, samples))
    if request.signal:
        raise StoppedError(request.signal)


def _prepared(experiment: Experiment) -> PreparedData:
    from core.experiment.prepare import prepare

    with sentences():
        return prepare(experiment)


def _trained(
    experiment: Experiment,
    prepared: PreparedData,
    state: TrainerState | None,
    epochs: int,
    request: StopRequest,
    stopping: EarlyStopping | None,
) -> tuple[Trainer, str]:
    from core.compiled.readiness import EngineError, load_for
    from core.experiment.prepare import make_trainer
    from core.nn import LayerError
    from core.nn.blas_threads import allowed_threads, limit_blas_threads
    from core.train.train_step import DivergedError
    from playground.headless.reports import print_line

    try:
        load_for(experiment.training.engine, print_line)
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
            note = train_epochs(trainer, epochs, request, stopping)
    except (DivergedError, EngineError, LayerError, ValueError, OSError) as error:
        raise HeadlessError(str(error)) from None
    return trainer, note


COMMAND = Command(
    "train",
    "SOURCE",
    "train a preset, a project, images, or a table: numpynet train data.csv --target species",
    _run,
)
