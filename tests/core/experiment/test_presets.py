"""The presets of TensorFlow Playground have its defaults; they and those of sequences learn."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import Blobs, Circle, Dataset, NoScaling, Plane, Spirals, Xor
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_files, preset_named
from core.experiment.project_file import load_experiment
from core.nn import Dense, Tanh
from core.nn.blas_threads import one_thread
from core.nn.initializers import INITIALIZERS, Constant
from core.nn.losses import HalfSquaredError
from core.optim import SGD
from core.optim.regularizers import NoRegularizer
from core.predict.generate import generate
from core.spec import SettingError
from core.train.baselines import ngrams

# (preset, dataset with its defaults, output activation, bound on the loss after a hundred epochs).
PRESETS: tuple[tuple[str, Dataset, str, float], ...] = (
    ("tf_playground", Circle(samples=500, noise=0.0), "tanh", 0.05),
    ("tf_xor", Xor(samples=500, noise=0.0), "tanh", 0.1),
    ("tf_gauss", Blobs(form="pair", samples=500, noise=0.0), "tanh", 0.01),
    ("tf_spiral", Spirals(samples=500, noise=0.0, turns=1.75), "tanh", 0.5),
    ("tf_plane", Plane(samples=1200, noise=0.0), "linear", 0.01),
    ("tf_multi_gauss", Blobs(form="hills", samples=1200, noise=0.0), "linear", 0.03),
)
cases = pytest.mark.parametrize(
    ("name", "dataset", "output", "loss"), PRESETS, ids=[preset[0] for preset in PRESETS]
)


@cases
def test_each_has_the_originals_defaults(name: str, dataset: Dataset, output: str, loss: float) -> None:
    experiment = preset_named(name)
    weights = INITIALIZERS.make("playground_uniform")
    assert experiment.dataset == dataset
    assert experiment.features == ("x1", "x2")
    assert experiment.scaling == NoScaling()
    assert experiment.train_share == 0.5
    assert experiment.training.batch_size == 10
    assert experiment.training.optimizer == SGD(0.03, momentum=0.0, nesterov=False)
    assert experiment.training.regularizer == NoRegularizer()
    assert experiment.training.loss == HalfSquaredError()
    assert experiment.training.schedule.constant
    assert experiment.layers == tuple(Dense(units, Tanh(), True, weights, Constant(0.1)) for units in (4, 2))
    made = experiment.output_layer()
    assert made == Dense(1, type(made.activation)(), True, weights, Constant(0.1))
    assert made.activation.kind == output


@cases
def test_each_learns(name: str, dataset: Dataset, output: str, loss: float) -> None:
    experiment = preset_named(name)
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(100):
        trainer.run_epoch()
    assert trainer.figures.train.loss < loss


def test_they_are_one_family() -> None:
    names = [load_experiment(path).name for path in preset_files()]
    family = [name for name in names if name.startswith("TF Playground: ")]
    assert len(family) == len(PRESETS)
    first = names.index(family[0])
    assert names[first : first + len(family)] == family


def test_repeat_is_found_by_attention() -> None:
    experiment = preset_named("repeat")
    prepared = prepare(experiment)
    with one_thread():
        trainer = make_trainer(experiment, prepared)
        for _ in range(4):
            trainer.run_epoch()
    assert prepared.data.floor < trainer.figures.test.loss < prepared.data.floor + 0.03


def test_names_are_learned_better_than_by_counts() -> None:
    experiment = preset_named("names")
    experiment = experiment.replace(dataset=experiment.dataset.replace(samples=2_000))
    prepared = prepare(experiment)
    with one_thread():
        trainer = make_trainer(experiment, prepared)
        for _ in range(6):
            trainer.run_epoch()
        texts = generate(trainer.network, prepared.pipeline, "", 20)
    bigram = ngrams(prepared.train, prepared.test.limited(), 27)[2]
    assert trainer.figures.test.loss < bigram.nats - 0.05
    # Names have a length of about six letters, and end.
    assert 4.0 < np.mean([len(text) for text in texts]) < 8.0


def test_grokking_learns_by_heart_first() -> None:
    experiment = preset_named("grokking")
    prepared = prepare(experiment)
    assert len(prepared.train) <= experiment.training.batch_size
    with one_thread():
        trainer, best = make_trainer(experiment, prepared), 0.0
        for _ in range(100):
            trainer.run_epoch()
            best = max(best, trainer.figures.train.score)
    assert best > 0.95
    assert trainer.figures.test.score < 0.15


def test_a_misspelt_name_is_told_the_nearest() -> None:
    with pytest.raises(SettingError, match=r"called 'spirls'; did you mean 'spirals'\?$"):
        preset_named("spirls")
    with pytest.raises(SettingError, match="called 'qqq'; there are spirals, "):
        preset_named("qqq")
