"""Findings from curves: diverging, overshooting, plateau, slow, overfitting."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Digits, Moons, Spirals
from core.data.datasets.text_datasets import Names
from core.diagnose import Doctor, Finding, examine
from core.diagnose.doctor import diagnose
from core.diagnose.measurements import Measurements, Measurer
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.stack_problems import with_task
from core.io.number_text import loss_text
from core.nn import Dense, Dropout, Embedding, ReLU, Tanh
from core.nn.losses import MeanSquaredError
from core.optim import SGD, Adam
from core.optim.clipping import ClipByNorm
from core.optim.regularizers import L2
from core.train.figures import Figure, Figures
from core.train.history import HISTORY_COLUMNS, History
from core.train.tasks import FlowMatching
from core.train.tasks.reconstruction import Reconstruction
from core.train.train_step import DivergedError
from core.train.training_config import TrainingConfig
from tests.core.diagnose.illnesses import findings, mended, moons, only_change, trained


def after_losses(
    experiment: Experiment, losses: list[float], test: Sequence[float] = ()
) -> tuple[Finding, ...]:
    """Findings for an untrained network with the training losses `losses`, and the losses `test`.

    With a learning rate far too large, real losses depend on the last digits of every product, and so on processor and
    BLAS kernel; these do not.
    """
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.log.restore(
        np.array(
            [
                [epoch, loss, tested, *[np.nan] * (HISTORY_COLUMNS - 6), loss, 0, 0]
                for epoch, (loss, tested) in enumerate(zip_longest(losses, test, fillvalue=np.nan))
            ]
        )
    )
    trainer.evaluator.figures = Figures(train=Figure(losses[-1]))
    return examine(trainer, prepared, experiment)


def jumping(level: float, epochs: int) -> list[float]:
    """Losses that oscillate by 40 % around `level` times log 2 in every window."""
    jumps = (0.62, 1.38, 0.74, 1.1, 1.26, 0.66, 1.34, 0.9)
    return [0.74, *(level * math.log(2) * jumps[epoch % len(jumps)] for epoch in range(epochs))]


def alarms(experiment: Experiment, epochs: int) -> list[str]:
    """The kinds of all alarms, examined at every epoch."""
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    doctor = Doctor(trainer, prepared)
    kinds = []
    for _ in range(epochs):
        with contextlib.suppress(DivergedError):
            trainer.run_epoch()
        kinds += [finding.kind for finding in doctor.examine(experiment) if finding.severity == "alarm"]
    return kinds


def test_a_learning_rate_of_100_diverges() -> None:
    experiment = moons(optimizer=SGD(100.0), layers=(Dense(8, ReLU()), Dense(8, ReLU())))
    (finding,) = after_losses(experiment, jumping(18.0, 30))
    assert (finding.kind, finding.severity) == ("diverging", "alarm")
    assert "learning rate of 100" in finding.sentence
    lower = mended(finding, "Learning rate 10")
    assert lower.training.optimizer == SGD(10.0)
    assert only_change(experiment, lower) == {"optimizer"}
    clipped = mended(finding, "Clip gradients at norm 1")
    assert clipped.training.clipping == ClipByNorm(1.0)
    # A single epoch is random; of 30 epochs, 3 or more showed it with each of 150 seeds.
    assert "diverging" in alarms(experiment, 30)


def test_a_learning_rate_that_is_too_large_leaves_behind_what_it_found() -> None:
    experiment = moons(dataset=Spirals(samples=300), optimizer=Adam(3.0))
    losses = jumping(2.3, 40)
    first, *others = after_losses(experiment, losses)
    assert (first.kind, first.severity) == ("overshooting", "alarm")
    assert f"was {loss_text(np.mean(losses[-10:]))} on average in the last 10 epochs" in first.sentence
    assert f"jumped by {loss_text(np.abs(np.diff(losses[-10:])).mean())} between them" in first.sentence
    assert "ignoring the inputs would give 0.69" in first.sentence
    # Exploding or vanishing gradients and a plateau are its consequences.
    assert others == []
    healed = mended(first, "Learning rate 0.03")
    assert healed.training.optimizer == Adam(0.03)
    assert "overshooting" not in findings(healed, 40)


@pytest.mark.parametrize(
    ("level", "kind"),
    [(0.5, None), (1.3, "overshooting"), (2.0, "overshooting"), (4.0, "overshooting"), (12.0, "diverging")],
)
def test_a_loss_that_jumps_about_one_level_keeps_its_name(level: float, kind: str | None) -> None:
    experiment = moons(dataset=Spirals(samples=300), optimizer=Adam(3.0))
    for epochs in range(22, 40):
        kinds = {finding.kind for finding in after_losses(experiment, jumping(level, epochs))}
        assert kinds & {"overshooting", "diverging"} == ({kind} if kind else set()), f"epoch {epochs}"


def test_a_loss_that_falls_from_far_above_never_diverges() -> None:
    experiment = moons(dataset=Spirals(samples=300), optimizer=Adam(3.0))
    for pace in (0.9, 0.97, 0.995):
        falling = [300.0 * pace**epoch for epoch in range(60)]
        for epochs in range(6, 60, 3):
            kinds = {finding.kind for finding in after_losses(experiment, falling[:epochs])}
            assert "diverging" not in kinds, (pace, epochs)


def test_a_loss_that_rises_diverges_and_one_that_falls_does_not() -> None:
    experiment = moons(dataset=Spirals(samples=300), optimizer=Adam(3.0))
    rising = [0.7 * 1.1**epoch for epoch in range(40)]
    for epochs in range(14, 40):
        assert [it.kind for it in after_losses(experiment, rising[:epochs])] == ["diverging"], (
            f"epoch {epochs}"
        )
        falling = after_losses(experiment, rising[: -epochs - 1 : -1])
        assert {it.kind for it in falling}.isdisjoint({"diverging", "overshooting"}), f"epoch {epochs}"


@pytest.mark.parametrize("layers", [(Dense(6, ReLU()), Dense(5, ReLU())), (Dense(6, Tanh()),)])
def test_adam_at_a_rate_of_3_learns_no_spirals_and_an_alarm_says_so(layers: Any) -> None:
    experiment = moons(dataset=Spirals(samples=300), optimizer=Adam(3.0), layers=layers)
    # In 40 seeds on three BLAS kernels, at least 32 of the 41 possible epochs showed it.
    assert alarms(experiment, 60).count("overshooting") >= 20


def test_a_loss_that_is_no_number_tells_the_last_that_was_one() -> None:
    experiment = moons(
        loss=MeanSquaredError(), optimizer=SGD(30.0), layers=(Dense(16, ReLU()), Dense(16, ReLU()))
    )
    experiment = experiment.replace(output=experiment.output.replace(activation="linear"))
    trainer, prepared = trained(experiment, 30)
    measurements = Measurer(trainer, prepared).measure(experiment)
    assert not measurements.finite
    finding = examine(trainer, prepared, experiment)[0]
    assert finding.kind == "diverging"
    last = trainer.log.view().train_loss[-1]
    assert math.isfinite(last)
    assert f"the last one was {loss_text(last)}" in finding.sentence
    assert "learning rate of 30" in finding.sentence


@pytest.mark.parametrize(
    ("end", "noise", "told"),
    [(0.31, 0.01, True), (0.31, 0.05, False), (0.2, 0.01, False), (0.12, 0.03, False)],
)
def test_digits_of_which_most_are_told_apart_are_learned_by_heart_where_the_test_loss_doubles(
    end: float, noise: float, told: bool
) -> None:
    """As 8,000 of MNIST: 0.12 after 8 epochs and 0.31 after 150, while 96 % stay right and nothing is left to learn."""
    experiment = changed(Experiment(), dataset=Digits(size="28x28", samples=1000)).experiment
    epochs = np.arange(1.0, 152.0)
    train = np.maximum(2.3 / epochs**2.3, 1e-5)
    test = np.interp(np.log(epochs), (0.0, math.log(8.0), math.log(151.0)), (2.3, 0.12, end))
    test += noise * np.resize((-1.0, 1.0, 0.0), len(epochs))
    kinds = {finding.kind for finding in after_losses(experiment, train.tolist(), test.tolist())}
    assert ("overfitting" in kinds) is told


def test_few_noisy_samples_are_learned_by_heart() -> None:
    experiment = moons(
        dataset=Moons(samples=60, noise=0.45),
        train_share=0.5,
        layers=(Dense(32, Tanh()), Dense(32, Tanh())),
        optimizer=Adam(0.02),
    )
    trainer, prepared = trained(experiment, 120)
    found = {finding.kind: finding for finding in examine(trainer, prepared, experiment)}
    overfitting = found["overfitting"]
    history = trainer.log.view()
    low = np.convolve(history.test_loss, np.ones(3) / 3, "valid").min()
    assert f"rose from {loss_text(low)}" in overfitting.sentence
    assert "its 30 samples by heart" in overfitting.sentence
    assert mended(overfitting, "L2 penalty 0.001").training.regularizer == L2(0.001)
    assert mended(overfitting, "Add Dropout 0.2").layers[-1] == Dropout(0.2)
    assert mended(overfitting, "120 samples").dataset.samples == 120  # type: ignore[attr-defined]


def test_a_line_cannot_part_spirals_and_stands_still() -> None:
    experiment = moons(dataset=Spirals(samples=200), layers=(), features=("x1", "x2"))
    trainer, prepared = trained(experiment, 60)
    (finding,) = examine(trainer, prepared, experiment)
    assert finding.kind == "plateau"
    loss = trainer.figures.train.loss
    assert f"in the last 20 epochs and stands at {loss_text(loss)}" in finding.sentence
    assert "ignoring the inputs would give 0.69" in finding.sentence
    assert len(mended(finding, "Add a Dense layer").layers) == 1


def test_the_loss_of_a_field_may_stand_still_far_above_0() -> None:
    still = [3.0] * 60
    values = with_task(moons(), Reconstruction())
    assert "plateau" in [finding.kind for finding in after_losses(values, still)]
    assert after_losses(with_task(moons(), FlowMatching()), still) == ()


def test_a_tiny_learning_rate_creeps() -> None:
    experiment = moons(optimizer=Adam(1e-7))
    trainer, prepared = trained(experiment, 10)
    (finding,) = examine(trainer, prepared, experiment)
    assert finding.kind == "slow"
    assert "learning rate of 1e-07" in finding.sentence
    # The real update of an epoch is about as large as predicted.
    before = trainer.network.parameters.copy()
    trainer.run_epoch()
    moved = np.linalg.norm(trainer.network.parameters - before) / np.linalg.norm(before)
    foretold = float(re.search(r"at most ([\d.e-]+) %", finding.sentence)[1]) / 100  # type: ignore[index]
    assert 0.1 * foretold < moved <= 2.0 * foretold
    assert mended(finding, "Learning rate 1e-05").training.optimizer == Adam(1e-5)


def test_curves_are_evaluated_from_the_last_edit_on() -> None:
    experiment = moons(dataset=Spirals(samples=200), layers=(), features=("x1", "x2"))
    trainer, prepared = trained(experiment, 60)
    doctor = Doctor(trainer, prepared)
    assert [finding.kind for finding in doctor.examine(experiment)] == ["plateau"]
    changed = experiment.with_training(optimizer=Adam(0.1))
    trainer.configure(trainer.config.replace(optimizer=changed.training.optimizer))
    assert doctor.examine(changed) == ()
    for _ in range(40):
        trainer.run_epoch()
    assert [finding.kind for finding in doctor.examine(changed)] == ["plateau"]


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    layers = (Embedding(27, 4), Dense(8, "tanh"))
    return Experiment(
        dataset=Names(samples=2_000), layers=layers, training=TrainingConfig(loss="cross_entropy")
    )


@pytest.fixture(scope="module")
def measured(experiment: Experiment) -> Measurements:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    return Measurer(trainer, prepared).measure(experiment)


def after(measured: Measurements, train: list[float], test: list[float]) -> Measurements:
    """The same network, with other losses of its epochs."""
    rows = np.full(len(train), 0.5)
    made = {item.name: rows for item in dataclasses.fields(History)}
    made |= {
        "epoch": np.arange(1.0, len(train) + 1),
        "train_loss": np.array(train),
        "mean_loss": np.array(train),
        "test_loss": np.array(test),
    }
    figures = Figures(train=Figure(train[-1]), test=Figure(test[-1]))
    return dataclasses.replace(measured, history=History(**made), figures=figures)


def kinds(measurements: Measurements, experiment: Experiment) -> list[str]:
    return [finding.kind for finding in diagnose(measurements, experiment)]


def test_tokens_are_measured_as_names_and_not_as_numbers(measured: Measurements) -> None:
    assert len(measured.deviations) == len(measured.class_counts) == 0
    assert [each.title for each in measured.ngrams] == ["uniform", "unigram", "bigram", "trigram"]
    assert measured.baseline == measured.ngrams[1].nats
    assert all(layer.gradient is None or layer.gradient > 0.0 for layer in measured.layers)


def test_frequencies_alone_are_told(measured: Measurements, experiment: Experiment) -> None:
    nats = measured.ngrams[1].nats
    still = after(measured, [3.2, 2.9, *[nats * 1.005] * 8], [3.2, 2.9, *[nats] * 8])
    (finding,) = (each for each in diagnose(still, experiment) if each.kind == "unigram")
    assert finding.sentence.startswith(
        f"The training loss stands at {loss_text(nats * 1.005)} nats, as the frequency of each"
    )
    assert finding.fixes
    assert "plateau" not in kinds(still, experiment)
    better = after(measured, [3.2, 2.9, *[nats * 0.9] * 8], [3.2, 2.9, *[nats * 0.9] * 8])
    assert "unigram" not in kinds(better, experiment)
    early = after(measured, [3.2, nats, nats], [3.2, nats, nats])
    assert "unigram" not in kinds(early, experiment)


def test_learning_by_heart_is_told(measured: Measurements, experiment: Experiment) -> None:
    apart = after(measured, [2.5, 2.2, 1.8], [2.5, 2.3, 2.2])
    (finding,) = (each for each in diagnose(apart, experiment) if each.kind == "memorises")
    assert finding.sentence.startswith(
        "The texts that it learned from cost 1.8000 nats a token, others 2.2000: the network"
    )
    assert "1,400 samples by heart" in finding.sentence
    assert [fix.text for fix in finding.fixes] == ["Add Dropout 0.2", "L2 penalty 0.001", "4,000 samples"]
    close = after(measured, [2.5, 2.2, 2.0], [2.5, 2.3, 2.2])
    assert "memorises" not in kinds(close, experiment)
    without_test = after(measured, [2.5, 2.2, 1.0], [np.nan] * 3)
    assert "memorises" not in kinds(without_test, experiment)


def test_other_tasks_have_no_such_finding(measured: Measurements, experiment: Experiment) -> None:
    other = dataclasses.replace(after(measured, [2.5, 1.0], [2.5, 2.4]), ngrams=())
    assert "memorises" not in kinds(other, experiment)


@pytest.mark.parametrize(
    ("changes", "fix"),
    [
        ({"batch_size": 140, "optimizer": SGD(0.1)}, "Batch size 32"),
        ({"layers": (Dense(8, "tanh"), Dropout(0.9), Dense(8, "tanh"), Dropout(0.9))}, "Dropout 0.2"),
    ],
    ids=("whole batch", "dropout"),
)
def test_unusual_settings_of_what_learns_too_little_are_named(changes: dict[str, Any], fix: str) -> None:
    found = findings(moons(**changes), 20)
    assert [each.text for each in found["unusual"].fixes] == [fix]
    assert found["unusual"].severity == "note"
    assert f"More usual: {fix.lower()}." in found["unusual"].sentence
    assert "unusual" not in findings(mended(found["unusual"], fix), 40)
