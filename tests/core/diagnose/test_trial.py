"""Fixes tried beside the training as it is: what helps is recommended, what does not is not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Circles, Moons, NoScaling, Spirals
from core.data.datasets.classic_tables import Bits
from core.diagnose import examine
from core.diagnose import trial as module
from core.diagnose.fixes import (
    add_batch_norm,
    change_rate,
    double_samples,
    halve_units,
    usual_batch,
    usual_loss,
)
from core.diagnose.trial import SEEDS, Branch, Trial, try_fixes
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.project_file import TrainerState
from core.experiment.stack_problems import QuickFix
from core.nn import Dense, Dropout, Flatten
from core.nn.losses import MeanAbsoluteError
from core.optim import SGD, Adam
from core.optim.clipping import ClipByNorm
from core.optim.regularizers import L2
from tests.core.diagnose.illnesses import moons, trained


def tried(experiment: Experiment, epochs: int, *fixes: QuickFix, **settings: Any) -> Trial:
    """What becomes of `fixes`, by default those of the first finding."""
    trainer, prepared = trained(experiment, epochs)
    chosen = fixes or examine(trainer, prepared, experiment)[0].fixes
    return try_fixes(experiment, prepared, TrainerState.of(trainer), chosen, **settings)


SICK: dict[str, tuple[Experiment, int]] = {
    "rate x100": (moons(optimizer=SGD(20.0)), 30),
    "rate /1000": (moons(optimizer=Adam(1e-5)), 30),
    "learned by heart": (
        moons(dataset=Moons(samples=60, noise=0.4), layers=(Dense(64, "relu"), Dense(64, "relu"))),
        300,
    ),
    "unscaled": (preset_named("wine").replace(scaling=NoScaling()), 40),
}


@pytest.mark.parametrize("name", SICK)
def test_the_first_advice_of_a_sick_training_helps(name: str) -> None:
    found = tried(*SICK[name])
    assert found.best is not None
    assert found.best is found.branches[1]
    assert found.sentence == f"{found.sentence_of(found.best)}."
    assert found.sentence.endswith(", better in 4 of 4.")
    assert found.best.judged < 0.8 * found.branches[0].judged


def test_of_shuffled_labels_nothing_helps() -> None:
    experiment = moons(optimizer=Adam(0.003))
    prepared = prepare(experiment)
    order = np.random.default_rng(1)
    parts = {}
    for name in ("train", "test"):
        samples = getattr(prepared, name)
        mixed = order.permutation(len(samples))
        parts[name] = replace(samples, targets=samples.targets[mixed], labels=samples.labels[mixed])
    prepared = replace(prepared, **parts)
    trainer = make_trainer(experiment, prepared)
    for _ in trainer.run_epochs(40):
        pass
    fix = add_batch_norm(experiment)
    assert fix is not None
    found = try_fixes(experiment, prepared, TrainerState.of(trainer), [fix])
    assert found.best is None
    assert found.sentence == "It does not help."
    assert found.sentence_of(found.branches[1]).endswith(": no clear gain")


def made(before: Any, after: Any) -> Trial:
    branches = (
        Branch(None, np.array(before), np.empty((2, 0))),
        Branch(QuickFix("Other", moons()), np.array(after), np.empty((2, 0))),
    )
    return Trial(branches, None, 10.0)


def test_a_fix_helps_if_it_is_better_for_all_that_judge_and_most_that_chose() -> None:
    ones = np.ones((2, SEEDS))
    assert made(ones, 0.5 * ones).best is not None
    assert made(ones, 0.99 * ones).best is None
    lucky, chosen = 0.5 * ones, 0.5 * ones
    lucky[0, :2] = 2.0
    chosen[1, 3] = 2.0
    assert made(ones, lucky).best is None
    assert made(ones, chosen).best is None
    assert made(ones, chosen).better(made(ones, chosen).branches[1]) == 3
    diverged = np.full((2, SEEDS), math.nan)
    assert made(diverged, ones).best is not None
    assert made(diverged, diverged).best is None
    assert made(ones, diverged).best is None


def test_the_training_is_left_alone_and_progress_is_told() -> None:
    experiment = moons(optimizer=Adam(1e-5))
    trainer, prepared = trained(experiment, 12)
    state = TrainerState.of(trainer)
    before = trainer.network.parameters.copy()
    fixes = examine(trainer, prepared, experiment)[0].fixes
    seen: list[Trial] = []
    found = try_fixes(experiment, prepared, state, fixes, seen.append)
    np.testing.assert_array_equal(trainer.network.parameters, before)
    assert len(seen) == 2 * SEEDS * (1 + len(fixes))
    assert [each.share for each in seen] == sorted(each.share for each in seen)
    assert seen[0].best is None
    assert found.epochs == 12
    assert {branch.fix for branch in found.branches[1:]} == set(fixes)


def test_a_diverged_training_goes_on_from_new_weights_only() -> None:
    experiment = moons(optimizer=SGD(20.0))
    trainer, prepared = trained(experiment, 10)
    state = TrainerState.of(trainer)
    state = state.with_weights({name: np.full_like(array, np.nan) for name, array in state.weights.items()})
    fix = change_rate(experiment, 0.01)
    assert fix is not None
    found = try_fixes(experiment, prepared, state, [fix])
    assert math.isnan(found.branches[0].judged)
    assert found.best is not None
    assert "test loss no number → 0." in found.sentence


def test_another_loss_is_judged_by_the_score() -> None:
    experiment = preset_named("hills").with_training(loss=MeanAbsoluteError())
    fix = usual_loss(experiment)
    assert fix is not None
    assert fix.text == "Loss: Mean squared error"
    found = tried(experiment, 3, fix)
    assert found.score is not None
    assert "test R²" in found.sentence_of(found.branches[1])
    assert usual_loss(fix.experiment) is None


def test_what_cannot_be_tried_is_said() -> None:
    experiment = moons()
    trainer, prepared = trained(experiment, 3)
    state = TrainerState.of(trainer)
    more, rate = double_samples(experiment), change_rate(experiment, 0.1)
    assert more is not None
    assert rate is not None
    assert (
        try_fixes(experiment, prepared, state, [more]).sentence == "No fix can be tried on the same samples."
    )
    untested = replace(prepared, test=prepared.test.part(np.arange(0)))
    assert try_fixes(experiment, untested, state, [rate]).sentence.startswith(
        "Without samples that are not learned from"
    )
    assert try_fixes(experiment, prepared, state, [rate], budget=1e-6).sentence.startswith("Too slow to try")


def test_batches_and_networks_of_unusual_size_have_a_fix() -> None:
    tiny, whole = (usual_batch(moons(batch_size=size), 140) for size in (1, 140))
    assert tiny is not None
    assert whole is not None
    assert tiny.experiment.training.batch_size == whole.experiment.training.batch_size == 32
    assert usual_batch(moons(batch_size=10), 140) is None
    half = halve_units(moons(layers=(Dense(16, "relu"), Dropout(0.2), Dense(8, "relu"))))
    assert half is not None
    assert [getattr(layer, "units", None) for layer in half.experiment.layers] == [8, None, 4]
    assert halve_units(moons(layers=(Dense(4, "relu"),))) is None


def test_one_class_for_every_sample_is_found() -> None:
    data = Circles(samples=300, noise=0.1)
    experiment = moons(dataset=data, layers=(Dense(4, "tanh"),), regularizer=L2(1.0), optimizer=SGD(0.1))
    trainer, prepared = trained(experiment, 40)
    [finding] = [each for each in examine(trainer, prepared, experiment) if each.kind == "majority"]
    assert finding.sentence.endswith("of the training samples are: the inputs make no difference.")
    assert "L2 penalty 0.001" in [fix.text for fix in finding.fixes]


MORE_SICK: dict[str, tuple[Experiment, int]] = {
    **SICK,
    "adam 3": (moons(optimizer=Adam(3.0)), 30),
    "spirals rate 3": (preset_named("spirals").with_training(optimizer=Adam(3.0)), 60),
    "sgd creeps": (moons(optimizer=SGD(1e-4)), 30),
    "clipped": (moons(optimizer=SGD(0.1), clipping=ClipByNorm(1e-4)), 60),
    "penalty": (moons(regularizer=L2(0.5)), 60),
    "dropout": (moons(layers=(Dense(8, "tanh"), Dropout(0.9), Dense(8, "tanh"), Dropout(0.9))), 60),
    "zeros": (
        moons(
            layers=(
                Dense(8, "tanh", kernel_initializer="zeros"),
                Dense(6, "tanh", kernel_initializer="zeros"),
            )
        ),
        40,
    ),
    "ones": (
        moons(
            layers=(Dense(8, "tanh", kernel_initializer="ones"), Dense(6, "tanh", kernel_initializer="ones"))
        ),
        40,
    ),
    "linear": (preset_named("spirals").replace(layers=(Dense(8, "linear"), Dense(8, "linear"))), 60),
    "no layer": (moons(dataset=Circles(samples=300), layers=()), 60),
    "one unit": (moons(dataset=Circles(samples=300), layers=(Dense(1, "tanh"),)), 80),
    "dead": (moons(layers=(Dense(8, "relu"), Dense(6, "relu")), optimizer=SGD(3.0)), 40),
    "deep sigmoid": (moons(layers=tuple(Dense(8, "sigmoid") for _ in range(8)), optimizer=SGD(0.1)), 60),
    "heart wine": (preset_named("wine"), 300),
    "hills rate": (preset_named("hills").with_training(optimizer=Adam(1.0)), 40),
    "iris slow": (preset_named("iris").with_training(optimizer=SGD(1e-5)), 40),
    "digits rate": (preset_named("digits").with_training(optimizer=Adam(1.0)), 20),
    "spirals few": (
        preset_named("spirals").replace(
            dataset=Spirals(samples=60, noise=0.3), layers=(Dense(32, "relu"), Dense(32, "relu"))
        ),
        300,
    ),
    "rate /100": (moons(optimizer=Adam(1e-4)), 30),
    "wrong loss": (preset_named("iris").with_training(loss=MeanAbsoluteError()), 40),
    "too large": (
        moons(dataset=Circles(samples=60, noise=0.3), layers=tuple(Dense(128, "relu") for _ in range(3))),
        200,
    ),
    "too small": (preset_named("digits").replace(layers=(Flatten(), Dense(2, "relu"))), 20),
    "tiny batch": (moons(batch_size=1, optimizer=SGD(1.0)), 20),
    "whole batch": (moons(batch_size=140, optimizer=SGD(0.1)), 60),
    "imbalance": (moons(dataset=Bits(bits=7, rule="symmetric"), optimizer=SGD(0.02)), 60),
    "majority": (
        moons(
            dataset=Circles(samples=300, noise=0.1),
            layers=(Dense(4, "tanh"),),
            regularizer=L2(1.0),
            optimizer=SGD(0.1),
        ),
        40,
    ),
}


@pytest.mark.slow
def test_first_advice_improves_what_is_held_out_in_most_sick_trainings() -> None:
    """70 s. A case counts where the first recommendation, taken with another seed, has the lower held-out loss."""
    better: list[str] = []
    worse: list[str] = []
    for name, (experiment, epochs) in MORE_SICK.items():
        trainer, prepared = trained(experiment, epochs)
        state = TrainerState.of(trainer)
        fixes = {fix.text: fix for finding in examine(trainer, prepared, experiment) for fix in finding.fixes}
        found = try_fixes(experiment, prepared, state, fixes.values())
        if found.best is None:
            continue
        fix, seed = found.best.fix, 2 * SEEDS + 3
        assert fix is not None
        data = prepared if fix.experiment.scaling == experiment.scaling else prepare(fix.experiment)
        subject = module._Subject(experiment, prepared, state, found.score)
        before = subject.train(found.branches[0], prepared, seed, found.epochs)
        after = subject.train(found.best, data, seed, found.epochs)
        gain = after - before if found.score is not None else before - after
        (better if gain > 0 or math.isnan(before) else worse).append(name)
    # None where this was written, one where the branches were trained for other epochs.
    assert len(worse) <= 1, worse
    # 29 where this was written: nothing is found wrong with absolute errors of Iris. How long the branches train
    # depends on the machine.
    assert len(better) >= 25, set(MORE_SICK) - set(better)
    assert len(MORE_SICK) == 30
