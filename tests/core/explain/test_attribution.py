"""Integrated gradients: captum's numbers, sums that are the difference of the predictions, columns of the raw table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Digits
from core.data.pipeline import ImageInputs
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.explain.attribution import (
    NODES,
    Attribution,
    IntegratedGradients,
    attribution_csv,
    baseline_kinds,
    baseline_of,
    contributions,
)
from core.explain.prediction import Prediction
from core.nn import Conv2D, Dense, Dropout, Embedding, Flatten, GlobalAveragePooling1D, Layer, MaxPooling2D
from core.nn.interventions import Intervention
from core.nn.network import Network
from tests.core.explain.tables import coloured
from tests.core.inspect.started import DIGITS, HILLS, IRIS, MOONS, start
from tests.optional_packages import needs

CONVOLVED = (Conv2D(4, activation="relu"), MaxPooling2D(), Flatten(), Dense(8, "relu"))
NETWORKS: dict[str, tuple[Sequence[Layer], tuple[int, ...]]] = {
    "relu": ((Dense(16, "relu"), Dense(3, "softmax")), (5,)),
    "tanh": ((Dense(9, "tanh"), Dense(7, "tanh"), Dense(4, "softmax")), (6,)),
    "deep": ((*(Dense(8, "relu") for _ in range(4)), Dense(2, "softmax")), (4,)),
    "sigmoid": ((Dense(12, "gelu"), Dense(1, "sigmoid")), (8,)),
    "wide": ((Dense(64, "silu"), Dropout(0.5), Dense(5, "softmax")), (30,)),
    "values": ((Dense(10, "elu"), Dense(2)), (7,)),
    "no hidden layer": ((Dense(3, "softmax"),), (4,)),
    "flat image": ((Flatten(), Dense(16, "relu"), Dense(10, "softmax")), (8, 8, 1)),
    "convolved": ((*CONVOLVED, Dense(10, "softmax")), (10, 9, 1)),
    "colours": ((*CONVOLVED, Dense(3, "softmax")), (9, 9, 3)),
}


def a_network(name: str) -> tuple[Network, TargetEncoding]:
    layers, shape = NETWORKS[name]
    network = Network(layers, shape, dtype=np.float64, seed=7)
    network.parameters += np.random.default_rng(1).normal(0.0, 0.3, network.parameters.shape)
    outputs = network.output_shape[0]
    return network, TargetEncoding(0 if name == "values" else max(2, outputs), outputs)


def in_torch(network: Network, x: Any) -> Any:
    """The outputs of a batch of tensors, channels last."""
    import torch

    names = {
        "relu": torch.relu,
        "tanh": torch.tanh,
        "gelu": torch.nn.functional.gelu,
        "elu": torch.nn.functional.elu,
    }
    names |= {"silu": torch.nn.functional.silu, "sigmoid": torch.sigmoid, "linear": lambda z: z}
    for layer, weights in zip(network.layers, network.weights, strict=True):
        arrays = {name: torch.tensor(array) for name, array in weights.items()}
        if isinstance(layer, Conv2D):
            image, kernel = x.permute(0, 3, 1, 2), arrays["kernel"].permute(3, 2, 0, 1)
            x = torch.nn.functional.conv2d(image, kernel, arrays["bias"], padding=layer.padding).permute(
                0, 2, 3, 1
            )
        elif isinstance(layer, MaxPooling2D):
            x = torch.nn.functional.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
        elif isinstance(layer, Flatten):
            x = x.flatten(1)
        elif isinstance(layer, Dense):
            x = x @ arrays["kernel"] + arrays["bias"]
        kind = getattr(getattr(layer, "activation", None), "kind", "linear")
        x = torch.softmax(x, 1) if kind == "softmax" else names[kind](x)
    return x


def explained(network: Network, encoding: TargetEncoding, **how: Any) -> Attribution:
    rng = np.random.default_rng(2)
    sample, baseline = rng.random(network.input_shape), 0.2 * rng.random(network.input_shape)
    prediction = Prediction.to(network, encoding, sample, encoding.classes - 1 if encoding.classes else 1)
    return IntegratedGradients(network, encoding).explain(sample, baseline, prediction, **how)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(
    "by",
    [pytest.param("captum", marks=needs("captum", "torch")), pytest.param("autograd", marks=needs("torch"))],
)
def test_they_are_captums(name: str, by: str) -> None:
    import torch

    network, encoding = a_network(name)
    found = explained(network, encoding, steps=512)
    column = found.prediction.label if encoding.outputs > 1 else 0
    sample, baseline = (torch.tensor(each)[None] for each in (found.sample, found.baseline))
    if by == "captum":
        from captum.attr import IntegratedGradients as Captum

        gradients = Captum(lambda x: in_torch(network, x))
        theirs = gradients.attribute(sample, baseline, target=column, n_steps=256)[0].detach().numpy()
    else:
        shares = (torch.arange(1000) + 0.5) / 1000
        path = baseline + shares.reshape(-1, *[1] * found.sample.ndim) * (sample - baseline)
        path.requires_grad_(True)
        in_torch(network, path)[:, column].sum().backward()
        theirs = ((sample - baseline)[0] * path.grad.mean(dim=0)).numpy()
    assert np.abs(theirs).max() > 1e-3
    np.testing.assert_allclose(found.values, theirs, rtol=0.0, atol=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_they_add_up_to_the_difference_of_the_predictions(name: str) -> None:
    network, encoding = a_network(name)
    found = explained(network, encoding)
    ends = network.predict(np.stack([found.baseline, found.sample]))
    assert [found.before, found.after] == pytest.approx(found.prediction.of(ends).tolist(), abs=1e-12)
    assert found.is_exact
    assert abs(found.remainder) <= 0.01 * abs(found.after - found.before) + 1e-9


def test_steps_are_doubled_until_the_sum_is_exact_enough() -> None:
    # A step within a thousandth of the way, which the first 64 places cannot see well.
    network = Network((Dense(1, "sigmoid"),), (1,), dtype=np.float64)
    network.parameters[:] = [30_000.0, -15_000.0]
    gradients = IntegratedGradients(network, TargetEncoding(2, 1))
    sample, prediction = np.ones(1), Prediction(TargetEncoding(2, 1), 1)
    few = gradients.explain(sample, np.zeros(1), prediction, steps=NODES)
    found = gradients.explain(sample, np.zeros(1), prediction)
    assert not few.is_exact
    assert found.steps > NODES
    assert abs(found.remainder) < abs(few.remainder)


@pytest.mark.parametrize("label", [0, 1, 2])
@pytest.mark.parametrize("name", ["relu", "sigmoid"])
def test_log_odds_are_those_of_the_probabilities_and_so_is_their_sum(name: str, label: int) -> None:
    network, encoding = a_network(name)
    label = min(label, encoding.classes - 1)
    rng = np.random.default_rng(2)
    sample, baseline = rng.random((2, *network.input_shape))
    prediction = Prediction.to(network, encoding, sample, label, log_odds=True)
    found = IntegratedGradients(network, encoding).explain(sample, baseline, prediction)
    shares = Prediction(encoding, label).of(network.predict(np.stack([baseline, sample])))
    assert [found.before, found.after] == pytest.approx(np.log(shares / (1 - shares)).tolist(), abs=1e-9)
    assert found.is_exact


def test_muted_units_move_nothing() -> None:
    network, encoding = a_network("relu")
    whole = explained(network, encoding)
    network.intervene([Intervention("mute", 0, unit) for unit in range(16)])
    muted = explained(network, encoding)
    assert np.abs(whole.values).max() > 1e-3
    assert muted.values == pytest.approx(0.0)
    assert muted.before == pytest.approx(muted.after)


def test_a_row_of_a_table_is_told_by_its_raw_columns() -> None:
    trainer, prepared, _ = start(IRIS, 20)
    sample = prepared.test.inputs[3]
    prediction = Prediction.to(trainer.network, trainer.encoding, sample)
    found = IntegratedGradients(trainer.network, trainer.encoding).explain(
        sample, baseline_of(prepared, "mean", sample), prediction
    )
    told = contributions(prepared, found)
    assert tuple(each.name for each in told) == prepared.pipeline.inputs.names_in
    assert sum(each.amount for each in told) == pytest.approx(float(found.values.sum()))
    raw = prepared.data.inputs[prepared.test_index[3]]
    assert [each.here for each in told] == pytest.approx(raw.tolist(), rel=1e-5)
    mean = prepared.data.inputs[prepared.train_index].mean(axis=0)
    assert [each.there for each in told] == pytest.approx(mean.tolist(), rel=1e-5)


def test_the_inputs_of_a_category_are_one_column(tmp_path: Path) -> None:
    trainer, prepared, _ = start(coloured(tmp_path), 20)
    assert len(prepared.pipeline.inputs.names_out) == 4
    sample = prepared.test.inputs[0]
    prediction = Prediction.to(trainer.network, trainer.encoding, sample)
    explainer = IntegratedGradients(trainer.network, trainer.encoding)
    found = explainer.explain(sample, baseline_of(prepared, "mean", sample), prediction)
    told = {each.name: each for each in contributions(prepared, found)}
    assert list(told) == list(prepared.pipeline.inputs.names_in) == ["colour", "size"]
    assert told["colour"].amount == pytest.approx(float(found.values[:3].sum()))
    assert told["colour"].here in ("red", "green", "blue")
    assert told["colour"].there is None
    row = baseline_of(prepared, "row", sample, 4)
    assert np.array_equal(row, prepared.test.inputs[4])


def test_values_are_explained_in_their_own_units() -> None:
    trainer, prepared, _ = start(HILLS, 20)
    sample = prepared.test.inputs[5]
    prediction = Prediction.to(trainer.network, trainer.encoding, sample)
    explainer = IntegratedGradients(trainer.network, trainer.encoding)
    found = explainer.explain(sample, baseline_of(prepared, "mean", sample), prediction)
    values = prepared.pipeline.decode(trainer.network.predict(sample[None])).values
    assert values is not None
    assert found.after == pytest.approx(float(values[0, 0]), rel=1e-5)


def test_points_are_told_by_their_features() -> None:
    trainer, prepared, _ = start(MOONS)
    sample = prepared.test.inputs[0]
    prediction = Prediction.to(trainer.network, trainer.encoding, sample)
    explainer = IntegratedGradients(trainer.network, trainer.encoding)
    told = contributions(prepared, explainer.explain(sample, np.zeros(3, np.float32), prediction))
    assert [each.name for each in told] == ["x1", "x2", "x1_x2"]


def test_images_are_compared_with_black_white_and_their_blurred_selves() -> None:
    prepared = prepare(DIGITS)
    assert [kind for kind, _ in baseline_kinds(prepared)] == ["black", "white", "blurred"]
    sample = prepared.test.inputs[0]
    black, white, blurred = (baseline_of(prepared, kind, sample) for kind, _ in baseline_kinds(prepared))
    scaled = prepared.pipeline.inputs.scaled
    assert np.array_equal(black, scaled(np.zeros((1, 8, 8, 1), np.float32))[0])
    assert np.array_equal(white, scaled(np.ones((1, 8, 8, 1), np.float32))[0])
    assert blurred.shape == sample.shape
    assert blurred.std() < 0.6 * sample.std()
    assert blurred.min() >= sample.min()
    assert blurred.max() <= sample.max()
    flat = np.full((8, 8, 1), 0.3, np.float32)
    assert baseline_of(prepared, "blurred", flat) == pytest.approx(0.3)
    inverted = ImageInputs(shape=(8, 8, 1), inverted=True)
    turned = replace(prepared, pipeline=replace(prepared.pipeline, inputs=inverted))
    assert baseline_of(turned, "black", sample).min() == 1.0


@pytest.mark.parametrize("experiment", [IRIS, Experiment(dataset=Digits(), layers=(Flatten(), Dense(4)))])
def test_a_csv_adds_up(experiment: Experiment) -> None:
    trainer, prepared, _ = start(experiment, 1)
    sample = prepared.test.inputs[0]
    prediction = Prediction.to(trainer.network, trainer.encoding, sample)
    kind = baseline_kinds(prepared)[0][0]
    explainer = IntegratedGradients(trainer.network, trainer.encoding)
    found = explainer.explain(sample, baseline_of(prepared, kind, sample), prediction)
    head, *rows = csv.reader(io.StringIO(attribution_csv(prepared, found)))
    assert head == ["column", "value", "baseline", "contribution"]
    numbers = [float(row[3]) for row in rows]
    assert all(np.isfinite(float(row[column])) for row in rows[1:-2] for column in (1, 2))
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=1e-9)
    assert len(rows) == 3 + (4 if experiment is IRIS else 64)


def test_a_step_of_a_series_is_told_in_its_own_unit() -> None:
    prepared = prepare(preset_named("sunspots"))
    sample, base = prepared.test.inputs[0], np.zeros_like(prepared.test.inputs[0])
    prediction = Prediction(prepared.encoding, 0)
    found = Attribution(prediction, base, sample, np.ones_like(sample), 0.0, 1.0, 1)
    raw = prepared.pipeline.inputs.inverse_transform(sample[None]).reshape(-1)
    told = contributions(prepared, found)
    assert [each.here for each in told] == pytest.approx(raw.tolist())
    assert not np.allclose(raw, sample.reshape(-1))


@pytest.mark.parametrize("log_odds", [False, True])
@pytest.mark.parametrize("name", ["names", "repeat", "grokking", "sums"])
def test_the_tokens_of_every_text_add_up_and_none_looks_ahead(name: str, log_odds: bool) -> None:
    experiment = preset_named(name)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(3):
        trainer.step()
    sample, label, position = prepared.test.inputs[0], 3, 2
    prediction = Prediction.to(
        trainer.network, trainer.encoding, sample, label, log_odds=log_odds, position=position
    )
    explainer = IntegratedGradients(trainer.network, trainer.encoding)
    mean, other = (baseline_of(prepared, kind, sample, 1) for kind in ("mean", "row"))
    found = explainer.explain(sample, other, prediction)
    share = trainer.network.predict(sample[None])[0, position, label]
    assert found.after == pytest.approx(np.log(share / (1 - share)) if log_odds else share, abs=1e-5)
    assert found.is_exact
    assert found.values.shape == sample.shape
    assert not found.values[position + 1 :].any()
    told = contributions(prepared, explainer.explain(sample, mean, prediction))
    assert [each.there for each in told] == [None] * (position + 1)
    assert [each.here for each in told] == [
        prepared.pipeline.inputs.shown[int(token)] for token in sample[:3]
    ]


def test_tokens_that_a_mask_leaves_out_move_nothing() -> None:
    network = Network(
        (Embedding(5, 4, mask_zero=True), GlobalAveragePooling1D(), Dense(2, "softmax")), (4,), seed=1
    )
    sample, encoding = np.array([3, 1, 0, 0], np.float32), TargetEncoding(2, 2)
    prediction = Prediction.to(network, encoding, sample)
    found = IntegratedGradients(network, encoding).explain(sample, np.full(4, np.nan), prediction)
    assert found.is_exact
    assert found.values[:2].all()
    assert not found.values[2:].any()
