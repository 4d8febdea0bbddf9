"""Every format of weights and every program, read by its own library from raw samples, predicts the same.

A third of the networks have clamped units, which the formats fold into the weights. ONNX and Keras have runs of their
own. The networks of one test run in one process.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Sequence
from core.data.pipeline import ClassOutputs, Pipeline, PointInputs
from core.experiment.prepare import make_network, prepare
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.experiment.templates import TEMPLATES
from core.formats import (
    Exporter,
    Npz,
    NumpyProgram,
    PytorchProgram,
    Safetensors,
    TrainedModel,
    WeightsCsv,
    WeightsJson,
    exporter_for,
    load_model,
    loading_code,
    named_weights,
)
from core.formats.weights.bare_weights import LAYOUTS, filled_network, set_numbers
from core.nn import LAYERS, Dense, Embedding, LayerError
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.nn.override_folding import fold_overrides
from core.spec import SettingError
from tests.core.formats.onnx.onnx_cases import CASES, COLOUR, GREY, LAST, TABLE, THREE, raw_samples, shaken
from tests.core.formats.programs.program_batch import run_programs
from tests.core.onnx_runner import (
    CLOSE,
    assert_same_predictions,
    file_predictions,
    rounding,
    run_model,
    run_network,
)
from tests.core.random_stacks import random_layer, random_network, random_samples, random_stack
from tests.optional_packages import needs

pytestmark = pytest.mark.environment

STACKS = int(os.environ.get("STACKS", "6"))
"""Random stacks; `make exports` runs more."""
_BATCH = 20
LARGE = (GREY.replace(shape=(28, 28, 1)), COLOUR.replace(shape=(28, 28, 3)))
"""Images that every template takes."""
FORMATS: tuple[Exporter, ...] = (
    *(kind(layout=layout) for kind in (Npz, Safetensors, WeightsJson) for layout in ("keras", "pytorch")),
    *(kind(weights=place) for kind in (NumpyProgram, PytorchProgram) for place in ("inside", "beside")),
)
COUNTED: Counter[str] = Counter()
"""How many networks each format held, or declared that it cannot hold."""


@dataclass
class Case:
    """A network with raw samples, and how close the predictions must be."""

    name: str
    model: TrainedModel
    raw: Any
    close: float = CLOSE


def check_formats(folder: Path, cases: list[Case]) -> None:
    """Write every case in every format that holds it, run all in one process, and compare."""
    written: list[tuple[Case, Exporter, str | Path]] = []
    for number, case in enumerate(cases):
        for place, exporter in enumerate(FORMATS):
            path = folder / f"case_{number}_{place}{exporter.suffix}"
            label = f"{exporter.kind} {getattr(exporter, 'layout', '')}".strip()
            if "pytorch" in label and (find_spec("torch") is None or declared(exporter, case.model)):
                COUNTED[f"{label}: declared"] += 1
                continue
            exporter.write(case.model, path)
            COUNTED[label] += 1
            program = path if path.suffix == ".py" else loading_code(exporter, path, case.model.description)
            written.append((case, exporter, program))
    found = run_programs(folder, [(program, case.raw) for case, _, program in written])
    for (case, exporter, _), predictions in zip(written, found, strict=True):
        assert not isinstance(predictions, str), f"{case.name}, {exporter}: {predictions}"
        assert case.model.pipeline is not None
        with naming(f"{case.name}, {exporter}"):
            assert_same_predictions(
                case.model.network, case.model.pipeline, case.raw, predictions, case.close
            )


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Say of what a comparison fails."""
    try:
        yield
    except AssertionError as fault:
        fault.add_note(what)
        raise


def declared(exporter: Exporter, model: TrainedModel) -> bool:
    """Whether the format says that it cannot hold the model."""
    try:
        exporter.check(model.description)
    except SettingError:
        return True
    return False


def stack(number: int) -> Case:
    """All kinds of layers with random settings, on every kind of data in turn; some with clamped units."""
    pipeline = list(CASES.values())[number % len(CASES)]
    rng = np.random.default_rng(number)
    network = random_network(rng, pipeline.input_shape, LAST[pipeline.outputs])
    if number % 3 == 0:
        clamp(network, rng)
    raw = raw_samples(pipeline.inputs)
    inputs = pipeline.transform(raw)
    # A stack that amplifies differences, such as a norm of equal numbers, is no closer to itself in float64.
    size = max(1.0, float(np.abs(network.predict(inputs)).max()))
    close = max(CLOSE * size, 4.0 * rounding(fold_overrides(network), inputs))
    return Case(f"stack {number}", TrainedModel(network, pipeline), raw, close)


def clamp(network: Network, rng: np.random.Generator) -> None:
    """Mute or clamp units of any layer, as far as weights can hold them."""
    kept: list[Intervention] = []
    for layer, shape in enumerate(network.shapes[:-1]):
        value = float(rng.choice([0.0, 0.0, 0.5, -0.7, 1.3]))
        more = [*kept, Intervention("clamp", layer, int(rng.integers(shape[-1])), value=value)]
        network.intervene(more)
        try:
            fold_overrides(network)
        except SettingError:
            continue
        kept = more
        COUNTED["clamped units"] += 1
    network.intervene(kept)


@pytest.mark.foreign
@pytest.mark.parametrize("first", range(0, STACKS, _BATCH))
def test_random_stacks_predict_the_same_in_every_format(first: int, tmp_path: Path) -> None:
    check_formats(tmp_path, [stack(number) for number in range(first, min(first + _BATCH, STACKS))])
    sys.stdout.write(f"{dict(COUNTED)}\n")


def presets() -> Iterator[Case]:
    for path in preset_files():
        experiment = load_experiment(path)
        if "full" in experiment.dataset.kind or experiment.dataset.kind == "fashion_mnist":
            continue  # downloaded
        prepared = prepare(experiment)
        network = shaken(make_network(experiment))
        raw = prepared.raw_test_samples(40)
        # Random weights are far from 1: differences are of the outputs' size.
        size = max(1.0, float(np.abs(network.predict(prepared.test_inputs[:40])).max()))
        yield Case(path.stem, TrainedModel(network, prepared.pipeline), raw, CLOSE * size)


def templates() -> Iterator[Case]:
    for template in TEMPLATES:
        for inputs in LARGE if template.for_images else (TABLE,):
            pipeline = Pipeline(inputs, THREE)
            layers = [*template.build(pipeline.input_shape), Dense(3, "softmax")]
            network = Network(layers, pipeline.input_shape, seed=3)
            raw = raw_samples(pipeline.inputs, 20)
            yield Case(template.title, TrainedModel(network, pipeline), raw)


@pytest.mark.foreign
@pytest.mark.skipif("STACKS" not in os.environ, reason="in `make exports`; ONNX does so in every run")
def test_presets_and_templates_predict_the_same_in_every_format(tmp_path: Path) -> None:
    check_formats(tmp_path, [*presets(), *templates()])
    sys.stdout.write(f"{dict(COUNTED)}\n")


@pytest.mark.parametrize(("activation", "low"), [("sigmoid", 0.0), ("tanh", -1.0)])
def test_labels_follow_a_moved_threshold_in_every_format(activation: str, low: float, tmp_path: Path) -> None:
    outputs = ClassOutputs(("no", "yes"), 1, low, 1.0, threshold=0.8)
    pipeline = Pipeline(PointInputs(), outputs)
    assert Pipeline.from_json(pipeline.to_json()) == pipeline
    assert "threshold" not in outputs.replace(threshold=0.5).to_json()
    network = Network([Dense(1, activation)], (2,), seed=2)
    network.parameters[:] = [2.0, -1.0, 0.3]
    raw = np.random.default_rng(1).normal(size=(200, 2)).astype(np.float32)
    predictions = pipeline.decode(network.predict(raw))
    assert predictions.probabilities is not None
    assert predictions.numbers is not None
    second = predictions.probabilities[:, 1]
    assert np.array_equal(predictions.numbers, second > 0.8)
    assert np.any((second > 0.5) & (second < 0.8))
    case = Case(activation, TrainedModel(network, pipeline), raw)
    check_formats(tmp_path, [case])
    if find_spec("onnxruntime") is not None:
        assert_same_predictions(network, pipeline, raw, file_predictions(*run_model(network, pipeline, raw)))


@pytest.mark.parametrize("layout", ["keras", "pytorch"])
def test_the_table_of_weights_holds_the_very_numbers(layout: str, tmp_path: Path) -> None:
    for number in range(8):
        model = stack(number).model
        exporter, path = WeightsCsv(layout=layout), tmp_path / f"{number}.weights.csv"
        if declared(exporter, model):
            continue
        exporter.write(model, path)
        wanted = named_weights(model.network, layout)
        found = read_weights_csv(path)
        assert found.keys() == {name for name, array in wanted.items() if array.size}
        for name, array in found.items():
            np.testing.assert_array_equal(array, wanted[name])


def read_weights_csv(path: Path) -> dict[str, np.ndarray]:
    """The arrays in the table, as a spreadsheet's user would gather them."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["array", "axis 1", "axis 2", "axis 3", "axis 4", "value"]
    places: dict[str, dict[tuple[int, ...], np.float32]] = {}
    for name, *indices, value in rows:
        place = tuple(int(index) for index in indices if index)
        places.setdefault(name, {})[place] = np.float32(value)
    arrays = {}
    for name, values in places.items():
        shape = tuple(np.max([*values], axis=0) + 1) if () not in values else ()
        arrays[name] = np.empty(shape, np.float32)
        for place, value in values.items():
            arrays[name][place] = value
    return arrays


ALONE = ("keras", "npz", "onnx", "safetensors", "nnmodel", "weights.h5", "weights.json")
OF_EVERY_KIND = {"tokens": (6,), "rows": (5,), "sequences": (6, 4), "images": (6, 5, 3)}


def written_stacks() -> Iterator[Network]:
    """Every kind of layer as the first and as the last with weights, on samples that it takes, then random stacks."""
    rng = np.random.default_rng(11)
    for kind in LAYERS:
        for shape, _ in product(OF_EVERY_KIND.values(), range(4)):
            with suppress(LayerError):
                yield Network((random_layer(rng, kind, shape),), shape)
                break
    for number in range(8):
        first = (Embedding(7, 4),) if number % 4 == 0 else ()
        shape = list(OF_EVERY_KIND.values())[number % 4]
        stack = random_stack(rng, (6, 4) if first else shape, Dense(3), 4)
        yield Network((*first, *stack), shape, seed=number)


@pytest.mark.parametrize("suffix", ALONE)
def test_every_number_of_every_stack_comes_back(suffix: str, tmp_path: Path) -> None:
    if suffix == "onnx":
        pytest.importorskip("onnx")
    kinds: set[str] = set()
    for number, network in enumerate(written_stacks()):
        # No number is 0, and none is that of another place.
        count = network.parameter_count
        set_numbers(network, np.linspace(0.5, 1.5, count, dtype=np.float32))
        for layout in LAYOUTS if suffix in ("npz", "safetensors", "weights.json") else ("",):
            path = tmp_path / f"{number}{layout}.{suffix}"
            found = read_back(network, path, layout)
            if found is not None:
                kinds |= {layer.kind for layer in network.layers}
                for name, array in network.state_dict().items():
                    np.testing.assert_array_equal(found[name], array, f"{network.layers} {layout}: {name}")
    assert kinds == {kind.kind for kind in LAYERS} - NOT_IN.get(suffix, set())


NOT_IN: dict[str, set[str]] = {"onnx": {"masking"}}
"""Kinds of layers for which a format says that it has no place."""


def read_back(network: Network, path: Path, layout: str) -> Mapping[str, np.ndarray] | None:
    """The numbers of a network after they were written and read; None where the format says that it cannot hold it."""
    model = Sequence(network.layers, feedback_steps=0).build(network.input_shape)
    if path.name.endswith("weights.h5"):
        model.set_network(network)
        model.save_weights(path)
        other = Sequence(network.layers).build(network.input_shape)
        other.load_weights(path)
        return other.network.state_dict()
    if path.suffix == ".nnmodel":
        model.set_network(network)
        model.save(path)
        return Sequence.load(path).network.state_dict()
    exporter = exporter_for(path)
    exporter = exporter.replace(layout=layout) if layout else exporter
    if declared(exporter, TrainedModel(network)):
        return None
    exporter.write(TrainedModel(network), path)
    if path.suffix != ".json":
        return load_model(path).network.state_dict()
    arrays = json.loads(path.read_text("utf-8"))["weights"]
    read = {name: np.array(array, np.float32) for name, array in arrays.items()}
    made = filled_network(network.layers, network.input_shape, layout, lambda name, shape: read[name])
    return made.state_dict()


@needs("onnx", "onnxruntime")
def test_sequences_as_long_as_wide_predict_the_same_in_onnx() -> None:
    # Their two axes can be taken for each other without any error.
    rng = np.random.default_rng(5)
    for _ in range(25):
        network = random_network(rng, (4, 4), Dense(3), 3)
        inputs = random_samples(rng, 3, (4, 4))
        # It cuts off fractions: 0.9999999, which is 1 where tanh is rounded otherwise, is another token.
        if any(isinstance(layer, Embedding) for layer in network.layers):
            continue
        wanted = network.predict(inputs)
        close = CLOSE * max(1.0, float(np.abs(wanted).max()))
        try:
            found = run_network(network, inputs)
        except SettingError:
            continue
        np.testing.assert_allclose(found, wanted, atol=close, err_msg=str(network.layers))
    for block in ("batch_normalization", "conv1d 4 3", "max_pooling1d 1", "average_pooling1d 1"):
        network = Network(LAYERS.parse(f"{block}, dense 4, tanh"), (4, 4), seed=3)
        np.testing.assert_allclose(run_network(network, inputs), network.predict(inputs), atol=CLOSE)
