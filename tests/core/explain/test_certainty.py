"""Reliability, ROC and precision-recall: scikit-learn's numbers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_auc_score, roc_curve

from core.data.batches import Samples
from core.data.datasets import Moons
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.explain.certainty import (
    fit_temperature,
    reliability,
    threshold_curves,
    why_not_scaled,
    with_temperature,
)
from core.formats import NumpyProgram
from core.formats.external_reader import ReaderPredictions
from core.formats.trained_experiment import trained_model
from core.nn import Dense
from core.nn.network import Network
from tests.core.formats.programs.program_batch import run_programs
from tests.core.inspect.started import BLOBS, IRIS, MOONS, start

RNG = np.random.default_rng(6)
TRUE = RNG.random(400) < 0.4
SMOOTH = np.clip(0.5 * TRUE + 0.6 * RNG.random(400), 0.0, 1.0)
TIED = np.round(SMOOTH, 1)


@pytest.mark.parametrize("said", [SMOOTH, TIED], ids=["smooth", "tied"])
@pytest.mark.parametrize("bins", [5, 10])
def test_reliability(said: np.ndarray, bins: int) -> None:
    found = reliability(said, TRUE, bins)
    is_so, mean = calibration_curve(TRUE, said, n_bins=bins)
    assert found.is_so == pytest.approx(is_so)
    assert found.said == pytest.approx(mean)
    assert found.counts.sum() == 400
    assert found.error == pytest.approx(np.abs(is_so - mean) @ found.counts / 400)
    low, high = found.intervals
    assert np.all((low >= 0) & (low <= found.is_so + 1e-12) & (found.is_so <= high + 1e-12) & (high <= 1))


@pytest.mark.parametrize("said", [SMOOTH, TIED], ids=["smooth", "tied"])
def test_roc_and_precision_recall(said: np.ndarray) -> None:
    found = threshold_curves(said, TRUE)
    wrong, right, thresholds = roc_curve(TRUE, said, drop_intermediate=False)
    assert found.roc[0] == pytest.approx(wrong)
    assert found.roc[1] == pytest.approx(right)
    assert found.thresholds == pytest.approx(thresholds[1:])
    assert found.area == pytest.approx(roc_auc_score(TRUE, said))
    precision, recall, _ = precision_recall_curve(TRUE, said)
    assert found.precision_recall[0] == pytest.approx(precision)
    assert found.precision_recall[1] == pytest.approx(recall)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.35, 0.8, 1.5])
def test_the_counts_at_a_threshold(threshold: float) -> None:
    hits, false_alarms = threshold_curves(TIED, TRUE).at(threshold)
    counts = confusion_matrix(TRUE, threshold <= TIED, labels=[False, True])
    assert (hits, false_alarms) == (counts[1, 1], counts[0, 1])


def test_one_class_and_no_samples_have_no_area() -> None:
    assert math.isnan(threshold_curves(SMOOTH, np.ones(400, bool)).area)
    nothing = np.empty(0)
    assert math.isnan(reliability(nothing, nothing > 0).error)
    assert len(threshold_curves(nothing, nothing > 0).thresholds) == 0


NOISY = MOONS.replace(dataset=Moons(samples=300, noise=0.5))
ONE, THREE = TargetEncoding(2, 1), TargetEncoding(3, 3)


def overconfident(activation: str, encoding: TargetEncoding) -> tuple[Network, Samples, np.ndarray]:
    """A network of one layer whose logits are three times those that the labels are drawn by."""
    rng, outputs = np.random.default_rng(3), encoding.outputs
    network = Network([Dense(outputs, activation)], (4,), seed=1)
    inputs = rng.normal(size=(2000, 4)).astype(np.float32)
    logits = inputs @ network.weights[0]["kernel"]
    if outputs == 1:
        half = 2.0 if activation == "tanh" else 1.0
        labels = (rng.random(2000) < 1 / (1 + np.exp(-half * logits[:, 0]))).astype(np.int64)
    else:
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        labels = np.array([rng.choice(3, p=share / share.sum()) for share in shares.astype(np.float64)])
    network.parameters *= 3.0
    return network, Samples(inputs, encoding.encode(labels), labels), 3.0 * logits


@pytest.mark.parametrize(
    ("activation", "encoding"),
    [("softmax", THREE), ("sigmoid", ONE), ("tanh", TargetEncoding(2, 1, -1.0, 1.0))],
)
def test_it_is_the_best_one_and_undoes_what_makes_overconfident(
    activation: str, encoding: TargetEncoding
) -> None:
    network, samples, logits = overconfident(activation, encoding)
    found = fit_temperature(network, encoding, samples)
    assert found.value == pytest.approx(3.0, rel=0.15)
    assert found.after < found.before
    assert found.count == 2000
    outputs = 2.0 if activation == "tanh" else 1.0

    def loss(temperature: float) -> float:
        z = outputs * logits.astype(np.float64) / temperature
        if activation == "softmax":
            return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), samples.labels]))
        shares = 1 / (1 + np.exp(-z[:, 0]))
        return float(-np.mean(np.log(np.where(samples.labels == 1, shares, 1 - shares))))

    best = minimize_scalar(loss, bounds=(0.1, 50), method="bounded", options={"xatol": 1e-8})
    assert found.value == pytest.approx(best.x, rel=1e-4)
    assert found.after == pytest.approx(best.fun, rel=1e-5)


def test_what_has_no_logits_is_refused_with_a_sentence() -> None:
    def of(layers: list[Dense], encoding: TargetEncoding) -> str:
        return why_not_scaled(Network(layers, (2,)), encoding)

    assert of([Dense(3, "softmax")], THREE) == ""
    assert "sigmoid or softmax" in of([Dense(1, "linear")], ONE)
    assert "classes" in of([Dense(1)], TargetEncoding(0, 1))
    network, samples, _ = overconfident("softmax", THREE)
    with pytest.raises(ValueError, match="set apart"):
        fit_temperature(network, THREE, samples.head(0))


@pytest.mark.parametrize(("sign", "sentence"), [(1.0, "told right"), (-1.0, "no better than chance")])
def test_without_a_best_temperature_a_sentence_says_why(sign: float, sentence: str) -> None:
    network, samples, logits = overconfident("softmax", THREE)
    labels = (sign * logits).argmax(axis=1)
    with pytest.raises(ValueError, match=sentence):
        fit_temperature(network, THREE, Samples(samples.inputs, samples.targets, labels))


def test_a_tenth_of_the_training_samples_is_set_apart() -> None:
    whole, prepared = prepare(IRIS), prepare(IRIS.replace(held_out=0.1))
    assert whole.held is None
    assert prepared.held is not None
    assert len(prepared.held) == round(0.1 * len(whole.train))
    assert len(prepared.train) + len(prepared.held) == len(whole.train)
    assert np.array_equal(prepared.test_index, whole.test_index)
    assert set(prepared.train_index) < set(whole.train_index)
    assert len(prepare(IRIS.replace(held_out=0.1, data_seed=0)).train_index) == len(prepared.train_index)
    assert Experiment.from_json(IRIS.replace(held_out=0.1).to_json()).held_out == 0.1
    assert "held_out" not in IRIS.to_json()


@pytest.mark.parametrize("experiment", [IRIS, NOISY], ids=["softmax", "sigmoid"])
def test_every_format_gives_the_calibrated_probabilities_of_raw_rows(
    experiment: Experiment, tmp_path: Path
) -> None:
    experiment = experiment.replace(held_out=0.4)
    trainer, prepared, _ = start(experiment, 6)
    assert prepared.held is not None
    state = TrainerState.of(trainer, prepared.pipeline)
    found = fit_temperature(trainer.network, trainer.encoding, prepared.held)
    scaled = with_temperature(state, trained_model(experiment, state).network, found.value)
    before, model = trained_model(experiment, state), trained_model(experiment, scaled)
    raw, pipeline = prepared.raw_test_samples(20), model.pipeline
    assert pipeline is not None
    plain, expected = (
        pipeline.decode(each.network.predict(prepared.test.inputs[:20])).probabilities
        for each in (before, model)
    )
    assert plain is not None
    assert expected is not None
    # p ** (1 / T), normed again.
    powers = plain.astype(np.float64) ** (1 / found.value)
    assert expected == pytest.approx(powers / powers.sum(axis=1, keepdims=True), abs=1e-5)
    assert np.array_equal(plain.argmax(axis=1), expected.argmax(axis=1))
    program = tmp_path / "predict.py"
    NumpyProgram().write(model, program)
    (predictions,) = run_programs(tmp_path, [(program, raw)])
    assert isinstance(predictions, ReaderPredictions), predictions
    assert predictions.probabilities == pytest.approx(expected, abs=1e-5)
    # The state goes on from where it was, with scores that are known to be old.
    again = make_trainer(experiment, prepared)
    scaled.restore(again)
    assert again.epoch == trainer.epoch
    assert again.lacks_figures
    assert again.has_own_weights


def test_onnx_gives_them_too() -> None:
    pytest.importorskip("onnxruntime")
    from tests.core.onnx_runner import run_model

    trainer, prepared, _ = start(BLOBS.replace(held_out=0.1), 5)
    state = TrainerState.of(trainer, prepared.pipeline)
    model = trained_model(BLOBS, with_temperature(state, trained_model(BLOBS, state).network, 2.5))
    _, probabilities = run_model(model.network, prepared.pipeline, prepared.raw_test_samples(10))
    expected = prepared.pipeline.decode(model.network.predict(prepared.test.inputs[:10])).probabilities
    assert probabilities == pytest.approx(expected, abs=1e-5)
