"""Flow matching: its batches, a field that is known, the order of both methods, and what a network learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Digits, Iris, Moons, Plane, Standardize
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_project, save_project
from core.experiment.stack_problems import with_task
from core.nn import Dense
from core.nn.generation import STARTS, integrate
from core.train.tasks import Classification, Regression
from core.train.tasks.flow_matching import FlowMatching
from tests.core.experiment.on_data import with_dataset

MOONS = with_task(Experiment(dataset=Moons(samples=200), layers=(Dense(16, "silu"),)), FlowMatching())
MEAN, DEVIATION = np.array([1.5, -0.5]), 0.7


def gaussian_field(points: Any, time: float) -> Any:
    """The exact field from N(0, 1) to N(MEAN, DEVIATION^2)."""
    spread = (1 - time) ** 2 + (time * DEVIATION) ** 2
    slope = (time * DEVIATION**2 - (1 - time)) / spread
    return MEAN + slope * (points - time * MEAN)


def test_a_gaussian_is_met_to_two_percent() -> None:
    start = np.random.default_rng(0).standard_normal((20_000, 2))
    for method, steps in (("euler", 100), ("heun", 10)):
        end = integrate(gaussian_field, start, steps, method)[-1]  # type: ignore[arg-type]
        # The flow is affine: it maps the noise itself, not only its distribution.
        np.testing.assert_allclose(end.std(axis=0), DEVIATION * start.std(axis=0), rtol=0.02)
        np.testing.assert_allclose(end.mean(axis=0), MEAN + DEVIATION * start.mean(axis=0), atol=0.02)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2)])
def test_the_error_falls_by_two_or_four_with_half_the_step(method: Any, order: int) -> None:
    start = np.random.default_rng(0).standard_normal((500, 2))
    exact = MEAN + DEVIATION * start
    errors = [
        np.abs(integrate(gaussian_field, start, steps, method)[-1] - exact).mean() for steps in (40, 80, 160)
    ]
    np.testing.assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), order, atol=0.12)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"method": "rk4"}, "sample: method must be one of euler, heun, got 'rk4'"),
        ({"steps": 0}, "sample: steps must be a whole number of at least 1, got 0"),
        ({"steps": 2.5}, "sample: steps must be a whole number of at least 1, got 2.5"),
    ],
)
def test_what_cannot_be_integrated_is_refused(given: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        integrate(gaussian_field, np.zeros((1, 2)), **{"steps": 3, **given})


@pytest.mark.parametrize("start", STARTS)
def test_a_batch_lies_between_noise_and_samples(start: str) -> None:
    task, rows = FlowMatching(start=start), np.full((20_000, 2), 3.0, np.float32)
    inputs, velocity = task.make(rows, rows, np.random.default_rng(0))
    assert inputs.dtype == velocity.dtype == np.float32
    noise, time = rows - velocity, inputs[:, 2:]
    np.testing.assert_allclose(inputs[:, :2], (1 - time) * noise + time * rows, atol=1e-5)
    np.testing.assert_allclose(noise.mean(axis=0), 0.0, atol=0.03)
    # Of a ring, the square of the radius is 2 Γ(1.2).
    np.testing.assert_allclose(noise.std(axis=0), 0.958 if start == "ring" else 1.0, atol=0.03)
    near = np.mean(np.hypot(*noise.T) < 0.5)
    assert abs(near - {"normal": 0.118, "uniform": np.pi / 48, "ring": 0.0007}[start]) < 0.01
    assert (time.min() >= 0.0) & (time.max() <= 1.0)
    assert abs(float(time.mean()) - 0.5) < 0.01


def test_evaluated_samples_stay_and_batches_change() -> None:
    prepared, again = prepare(MOONS), prepare(MOONS)
    np.testing.assert_array_equal(prepared.test.inputs, again.test.inputs)
    assert not np.isclose(prepared.train.inputs[:60], prepared.test.inputs[:60]).any(axis=1).all()
    trainer = make_trainer(MOONS, prepared)
    assert trainer.why_not_compiled
    assert trainer.run_epoch() != trainer.run_epoch()


def test_a_project_goes_on_bit_by_bit_in_the_middle_of_an_epoch(tmp_path: Path) -> None:
    straight = make_trainer(MOONS, prepare(MOONS))
    for _ in range(19):
        straight.step()
    save_project(tmp_path / "flow.nnplay", MOONS, TrainerState.of(straight, prepare(MOONS).pipeline))
    opened, state = load_project(tmp_path / "flow.nnplay")
    assert opened == MOONS
    assert state is not None
    again = make_trainer(opened, prepare(opened))
    state.restore(again)
    assert [again.step() for _ in range(30)] == [straight.step() for _ in range(30)]


def test_moons_come_out_of_noise() -> None:
    """Samples lie near the data, and data near samples: noise has neither."""
    experiment = MOONS.replace(
        dataset=Moons(samples=500, noise=0.1), layers=(Dense(64, "silu"),) * 2
    ).with_training(batch_size=256, optimizer=MOONS.training.optimizer.replace(learning_rate=0.01))
    prepared = prepare(experiment)
    trainer, task = make_trainer(experiment, prepared, evaluate=False), FlowMatching()
    for _ in range(250):
        trainer.run_epoch()
    start = task.noise((500, 2), np.random.default_rng(1))
    made = task.sample(trainer.network.predict, experiment.input_shape, start, 20, "heun")[-1]

    def distances(points: Any) -> tuple[float, float]:
        away = np.linalg.norm(points[:, None] - prepared.data.inputs[None], axis=2)
        return float(away.min(axis=1).mean()), float(away.min(axis=0).mean())

    (there, back), (noise_there, noise_back) = distances(made), distances(start)
    assert there < 0.95 * noise_there
    assert back < 0.4 * noise_back
    assert trainer.evaluate(prepared.test).score > 0.3


def test_a_class_is_made_where_it_is_asked_for() -> None:
    task = FlowMatching(conditional=True)
    experiment = with_task(MOONS.replace(layers=(Dense(32, "silu"),) * 2), task).with_training(batch_size=64)
    prepared = prepare(experiment)
    assert experiment.input_shape == (5,)
    assert experiment.feature_labels == ("x₁", "x₂", "t", "class 0", "class 1")
    assert prepared.train.inputs.shape[1] == 5
    free = (prepared.train.inputs[:, 3:].sum(axis=1) == 0).mean()
    assert 0.02 < free < 0.25, "about a tenth are of no class"
    assert prepared.grid_inputs(4).shape == (16, 5)
    trainer = make_trainer(experiment, prepared, evaluate=False)
    for _ in range(150):
        trainer.run_epoch()
    start = task.noise((200, 2), np.random.default_rng(1))
    means = []
    for label in (0, 1):
        made = task.sample(trainer.network.predict, (5,), start, 20, label=label, guidance=1.5)[-1]
        means.append(made.mean(axis=0))
        expected = prepared.data.inputs[prepared.data.targets == label].mean(axis=0)
        assert np.linalg.norm(means[-1] - expected) < 1.2
    assert np.linalg.norm(means[0] - means[1]) > 1.0
    ignored = task.sample(trainer.network.predict, (5,), start, 5, label=1, guidance=0.0)
    np.testing.assert_array_equal(ignored, task.sample(trainer.network.predict, (5,), start, 5))


@pytest.mark.parametrize(
    ("experiment", "shape"),
    [
        (Experiment(dataset=Iris(), scaling=Standardize()), (5,)),
        (Experiment(dataset=Digits(), layers=(Dense(8),)), (65,)),
    ],
    ids=["rows", "images"],
)
def test_rows_and_images_have_a_field_in_their_own_units(experiment: Experiment, shape: Any) -> None:
    made = with_task(experiment, FlowMatching())
    assert made.input_shape == shape
    assert find_problems(made) == ()
    prepared = prepare(made)
    width = shape[0] - 1
    assert prepared.train.inputs.shape[1:] == shape
    assert prepared.test.targets.shape[1:] == (width,)
    raw = prepared.raw_test_samples(5)
    np.testing.assert_allclose(prepared.pipeline.transform(raw), prepared.test.inputs[:5], atol=1e-5)
    assert list(raw)[-1] == "t"
    predictions = prepared.pipeline.decode(prepared.test.targets[:5])
    scale = [column.scale for column in prepared.pipeline.outputs.columns]  # type: ignore[attr-defined]
    np.testing.assert_allclose(predictions.values, prepared.test.targets[:5] * scale, rtol=1e-6)
    assert make_trainer(made, prepared).step() > 0.0


def test_switching_there_and_back_fits_loss_and_output() -> None:
    experiment = Experiment(dataset=Moons())
    assert find_problems(MOONS) == ()
    assert MOONS.training.loss.kind == "mean_squared_error"
    assert MOONS.output_activation().kind == "linear"
    back = with_task(MOONS, Classification())
    assert back.training.loss == experiment.training.loss
    assert find_problems(back) == ()


def test_data_that_do_not_fit_are_named_and_left() -> None:
    by_class = with_task(Experiment(dataset=Moons()), FlowMatching(conditional=True))
    (problem, *_) = find_problems(by_class.replace(dataset=Plane()))
    assert problem.sentence == "Flow matching by class needs classes, and these data have values"
    assert find_problems(problem.fixes[0].experiment) == ()
    assert with_dataset(by_class, Plane()).task == Regression()
    assert with_dataset(by_class, Digits()).task == by_class.task
