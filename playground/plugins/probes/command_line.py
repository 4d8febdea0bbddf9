"""`numpynet probe` asks a network questions that take seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playground.cli.options import add_changes, add_data_choices, add_source, changes_of, data_choices
from playground.cli.values import count
from playground.plugin import Command, HeadlessError, check_there, exit_code, make_parser, option, print_line

if TYPE_CHECKING:
    from core.experiment.project_file import TrainerState
    from core.probes.subject import Subject
    from playground.headless.sources import Changes, DataChoices


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "probe",
        "Look for a learning rate, check the gradients of every layer, and see whether the network can learn a batch.",
        """examples:
  numpynet probe spirals
  numpynet probe mine.nnplay --only gradients
  numpynet probe iris --layers "dense 16 relu" --only rate overfit
  numpynet probe iris --only data
  numpynet probe spirals --learning-rate 3 --only doctor --epochs 100

  rate       the loss while the rate grows from step to step; it falls fastest at the rate that is printed
  gradients  the backward pass of every layer against central differences; wrong ones make the exit code 1
  overfit    one batch, learned by heart; a network that cannot makes the exit code 1

Asked for by name only, as they train for some seconds to minutes:
  data       would more data help? The score with growing parts of the samples, carried on to twice as many
  doctor     what is wrong after some epochs, and which of the doctor's fixes helps: each is tried

What is trained is a copy. A project is probed with its weights, anything else with initial ones.
""",
    )
    add_source(parser)
    option(
        parser, "--only PROBE", f"some of {', '.join(PROBES)}", nargs="+", choices=tuple(PROBES), default=()
    )
    option(
        parser,
        "--epochs",
        "epochs before the doctor looks (default 60; a project as it is)",
        type=count,
        default=None,
    )
    add_changes(parser)
    add_data_choices(parser)
    options = parser.parse_args(arguments)

    return exit_code(
        lambda: print_probes(
            options.source, options.only, data_choices(options), changes_of(options), options.epochs
        )
    )


def print_probes(
    source: str, names: Sequence[str], choices: DataChoices, changes: Changes, epochs: int | None = None
) -> None:
    """Run the probes of `names`, the quick ones if there are none, on `source`, and print what they find.

    `epochs` are trained before the doctor looks.

    Raises `HeadlessError` where a check fails, after all are printed.
    """
    from core.data.datasets import DataError
    from core.experiment.prepare import make_trainer, prepare
    from core.nn import LayerError
    from core.nn.blas_threads import limit_blas_threads
    from core.probes.subject import Subject
    from playground.headless.sources import check_runnable, find_experiment

    if Path(source).suffix:
        check_there(Path(source))
    experiment, state = find_experiment(source, choices, changes)
    check_runnable(experiment)
    failed = []
    try:
        with limit_blas_threads():
            prepared = prepare(experiment)
            if state is None:
                trainer = make_trainer(experiment, prepared, evaluate=False)
                subject = Subject.of_trainer(experiment, prepared, trainer)
            else:
                subject = Subject.of(experiment, prepared, state)
            probes: dict[str, Callable[[Subject], str]] = {
                **PROBES,
                "doctor": partial(_doctor, state=state, epochs=epochs),
            }
            for name in names or QUICK:
                sentence = probes[name](subject)
                if sentence:
                    failed.append(sentence)
    except (DataError, LayerError, ValueError, OSError) as error:
        raise HeadlessError(str(error)) from None
    if failed:
        raise HeadlessError(" ".join(failed))


def _rate(subject: Subject) -> str:
    from core.io.number_text import rounded_text
    from core.probes.rate_range import rate_range_test, why_no_rate_range

    why = why_no_rate_range(subject)
    if why:
        print_line(f"rate: {why}")
        return ""
    found = rate_range_test(subject)
    now = getattr(subject.experiment.training.optimizer, "learning_rate", None)
    print_line(f"rate: {found.sentence}" + (f" It is {rounded_text(now)} now." if now is not None else ""))
    return ""


def _gradients(subject: Subject) -> str:
    from core.io.number_text import rounded_text
    from core.probes.gradient_check import check_gradients

    found = check_gradients(subject)
    print_line(f"gradients: {found.sentence}")
    width = max(len(row.name) for row in found.rows)
    for row in found.rows:
        comparison_sentence = "right" if row.passed else "WRONG"
        error = f"{rounded_text(row.error, 2)}  {row.worst}".rstrip()
        print_line(f"  {row.name.ljust(width)}  {comparison_sentence}  {error}, {row.checked} derivatives")
    return "" if found.passed else found.sentence


def _overfit(subject: Subject) -> str:
    from core.probes.overfit_batch import overfit_batch

    found = overfit_batch(subject)
    print_line(f"overfit: {found.sentence}")
    return "" if found.passed else found.sentence


def _data(subject: Subject) -> str:
    from core.probes.learning_curve import learning_curve

    found = learning_curve(subject.experiment, subject.prepared, epochs=subject.epoch or 100)
    print_line(f"data: {found.sentence}")
    width, held = len(f"{found.sizes[-1]:,}"), subject.prepared.held_name
    for size, train, test in zip(found.sizes, found.means(found.train), found.means(found.test), strict=True):
        print_line(
            f"  {size:>{width},} samples  train {found.score.text(train)}  {held} {found.score.text(test)}"
        )
    return ""


def _doctor(subject: Subject, state: TrainerState | None = None, epochs: int | None = None) -> str:
    from core.diagnose import examine
    from core.diagnose.trial import try_fixes
    from core.experiment.prepare import make_trainer
    from core.experiment.project_file import TrainerState
    from core.io.number_text import epochs_text
    from core.train.train_step import DivergedError

    experiment, prepared = subject.experiment, subject.prepared
    trainer = make_trainer(experiment, prepared)
    if state is not None:
        state.restore(trainer)
    try:
        for _ in trainer.run_epochs((_EPOCHS if state is None else 0) if epochs is None else epochs):
            pass
    except DivergedError as error:
        print_line(f"doctor: {error}.")
    findings = examine(trainer, prepared, experiment)
    state = TrainerState.of(trainer)
    if not findings:
        print_line(f"doctor: Nothing is found after {epochs_text(trainer.epoch)}.")
    for finding in findings:
        print_line(f"doctor: {finding.title} after {epochs_text(trainer.epoch)}. {finding.sentence}")
    # Several findings often have one cause, and share its fix.
    fixes = {fix.text: fix for finding in findings for fix in finding.fixes}
    if fixes:
        found = try_fixes(experiment, prepared, state, fixes.values())
        lines = [] if found.note else [found.sentence_of(branch) for branch in found.branches[1:]]
        for line in (*lines, *([] if found.best else [found.sentence])):
            print_line(f"  {line}")
    return ""


_EPOCHS: Final = 60
QUICK: Final = ("rate", "gradients", "overfit")
PROBES: Final[dict[str, Callable[[Subject], str]]] = {
    "rate": _rate,
    "gradients": _gradients,
    "overfit": _overfit,
    "data": _data,
    "doctor": _doctor,
}
"""Each prints what it finds, and returns a sentence if a check fails."""


COMMAND = Command(
    "probe",
    "SOURCE",
    "look for its learning rate, check its gradients, overfit a batch, ask for more data",
    _run,
    after="seeds",
)
