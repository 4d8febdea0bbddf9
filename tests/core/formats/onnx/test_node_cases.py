"""ONNX's own cases, one for each form of each operator: what opens here predicts the same, the rest is refused by name.

A case is a graph that tests one operator (or its expansion into others) with inputs and outputs. Its first input is the
samples, the others are constants; where it gives anything but rows, a product with the identity makes them.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from core.formats import ModelReport, report_model
from core.formats.onnx.fusions import FUSED_DOMAIN
from core.formats.onnx.operators import _OPERATORS
from core.formats.residual_blocks import DROPS_ALWAYS

pytestmark = pytest.mark.slow(reason="15 s")
onnx = pytest.importorskip("onnx")

CLAIMED: Final = {name for domain, name in _OPERATORS if domain != FUSED_DOMAIN}
NOT_CLAIMED: Final = {
    "samples have two to four axes": r"_(1d_1d|1d_3d|3d_default|3d_dilations.*)$",
    "what is taken are vectors of tokens": r"^gather",
    "numbers are floats": r"_(u?int(8|16|32|64)|int32_trunc|sequence|opt)$"
    r"|^cast_(?!(FLOAT|FLOAT16|DOUBLE)_to_(FLOAT|FLOAT16|DOUBLE)$)",
    "a constant is the same for each sample": r"^(add|sub|mul|div)$|^gemm_default_matrix_bias$",
    "weights are a matrix": r"^matmul_(3d|4d|bcast|4d_1d)$",
    "samples stay apart": r"^flatten_(axis[023]|negative_axis[124])$|^unsqueeze_axis_0$|^squeeze$"
    r"|^reshape_(.*all_dims|one_dim|negative_ext.*|allow.*)$|^transpose_(default|all_permutations_[2-5])$"
    r"|^gemm_(transposeA|all_attributes)$|^(log)?softmax_axis_0$"
    r"|^layer_normalization_.*(axis0|2d_axis_negative_2|4d_axis_negative_4|3d_axis_negative_3).*$",
    "padding is valid or same": r"_(same_lower|2d_pads|asymmetric_padding)$",
    "pools do not count padding, and have no gaps": r"count_include_pad|last_window_starts_on_pad|2d_dilations$",
    "normalization is by running averages": r"_training_mode$",
    "normalization is over the last axis": r"^layer_normalization_(4d_axis([12]|_negative_[23])|3d_axis(1|_neg.*2).*)$",
    "a row of sequences is no image": r"^(log)?softmax_(axis_[12]|negative_axis|default_axis)$"
    r"|^layer_normalization_3d_axis(2|_negative_1)_epsilon$",
    "GELU is exact": r"^gelu_tanh",
    "a slope is one for all channels": r"^prelu",
    "Dropout drops in training alone": r"^training_dropout(_default)?(_mask)?$",
    "a logarithm is behind Softmax": r"^log(_example)?$",
    "a mean is over all pixels, a maximum over all positions": r"^reduce_(mean|max)",
}
"""What is not claimed of an operator, and the cases (without "test_") that ask for it."""


@cache
def cases() -> list[Any]:
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its cases divide by zero
        return list(collect_testcases(None))


def arrays_of(values: Sequence[Any]) -> list[Any]:
    """The values of a case, the tensors among them as arrays; sequences and missing ones as they are."""
    found = (
        onnx.numpy_helper.to_array(each) if isinstance(each, onnx.TensorProto) else each for each in values
    )
    return [np.asarray(each) if isinstance(each, np.ndarray | np.generic) else each for each in found]


def is_claimed(case: Any) -> bool:
    operators = [node.op_type for node in case.model.graph.node]
    name = case.name.removeprefix("test_")
    known = len(operators) == 1 and operators[0] in CLAIMED and not name.endswith("_expanded")
    return known and not any(re.search(pattern, name) for pattern in NOT_CLAIMED.values())


def opened(case: Any, path: Path, *, rows: bool) -> ModelReport:
    """The report of a case; with `rows` its predictions are made rows in the order of the case."""
    from onnx import helper, numpy_helper

    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    graph, (inputs, outputs) = model.graph, map(arrays_of, case.data_sets[0])
    for port, value in reversed(list(zip(graph.input, inputs, strict=False))[1:]):
        if isinstance(value, np.ndarray):
            graph.initializer.append(numpy_helper.from_array(value, port.name))
            graph.input.remove(port)
    alone = bool(inputs) and isinstance(inputs[0], np.ndarray) and inputs[0].ndim == 1
    if alone:  # one sample
        graph.input[0].type.tensor_type.shape.dim.insert(0, onnx.TensorShapeProto.Dimension(dim_value=1))
    if rows:
        last = graph.output[0].name
        width = np.size(outputs[0]) // (1 if alone or not np.shape(inputs[0]) else max(1, len(inputs[0])))
        graph.initializer.append(numpy_helper.from_array(np.eye(width, dtype=np.float32), "identity"))
        graph.node.append(helper.make_node("Flatten", [last], ["row of it"]))
        graph.node.append(helper.make_node("MatMul", ["row of it", "identity"], ["rows"]))
        del graph.output[:]
        graph.output.append(helper.make_tensor_value_info("rows", 1, None))
    path.write_bytes(model.SerializeToString())
    return report_model(path)


def verdict(case: Any, path: Path) -> str:
    """ "equal", why it is refused, or "different: " and the numbers."""
    inputs, outputs = map(arrays_of, case.data_sets[0])
    found, rows = opened(case, path, rows=False), False
    plain = all(isinstance(each, np.ndarray) for each in (*inputs, *outputs))
    if found.model is None and plain and inputs and outputs[0].size < 10_000:
        refusal, rows = found.fault, True
        found = opened(case, path, rows=True)
        if found.model is None:
            return f"{refusal} | {found.fault}"
    if found.model is None:
        return found.fault
    if any(DROPS_ALWAYS in row.remark for row in found.layers):
        return DROPS_ALWAYS
    network = found.model.network
    x, wanted = inputs[0] if inputs[0].ndim > 1 else inputs[0][None], outputs[0].astype(float)
    if not np.isfinite(x).all():  # in a product with the identity it would spoil its row
        x, wanted = (np.where(np.isfinite(each), each, 0) for each in (x, wanted))
    orders = [x, x.transpose(0, 2, 3, 1)] if x.ndim == 4 else [x.reshape(len(x), *network.input_shape)]
    if x.ndim == 3 and len(network.input_shape) == 2:
        orders = [x, x.transpose(0, 2, 1)]
    pipeline = found.model.pipeline
    fitting = [each for each in orders if each.shape[1:] == network.input_shape]
    predictions = [
        network.predict(each if pipeline is None else pipeline.transform(each)) for each in fitting
    ]
    if found.model.note:  # of logarithms
        predictions = [np.log(each) for each in predictions]
    either = [wanted]
    if wanted.ndim in (3, 4) and not rows:
        either.append(np.moveaxis(wanted, 1, -1))
    tolerance = 1e-3 if np.float16 in (inputs[0].dtype, outputs[0].dtype) else 1e-4
    same = any(
        ours.size == theirs.size and np.allclose(ours.reshape(-1), theirs.reshape(-1), tolerance, 1e-5)
        for ours in predictions
        for theirs in either
    )
    return "equal" if same else f"different: {predictions[0].reshape(-1)[:4]}, {wanted.reshape(-1)[:4]}"


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("cases") / "case.onnx"
    found = {}
    for case in cases():
        try:
            found[case.name] = verdict(case, path)
        except ValueError as error:
            found[case.name] = str(error)
    return found


def test_none_opens_as_something_else(verdicts: dict[str, str]) -> None:
    assert len(verdicts) > 1_500
    assert {name: text for name, text in verdicts.items() if text.startswith("different")} == {}


def test_of_the_operators_that_are_claimed_95_percent_open_and_are_equal(verdicts: dict[str, str]) -> None:
    claimed = [case.name for case in cases() if is_claimed(case)]
    refused = {name: verdicts[name] for name in claimed if verdicts[name] != "equal"}
    assert len(claimed) >= 80
    assert len(refused) <= 0.05 * len(claimed), refused


def test_the_rest_is_refused_by_name(verdicts: dict[str, str]) -> None:
    silent = {}
    for case in cases():
        text = verdicts[case.name]
        names = {node.op_type for node in case.model.graph.node} | {"input", "outputs", "the tensor"}
        if text not in ("equal", DROPS_ALWAYS) and not any(name.lower() in text.lower() for name in names):
            silent[case.name] = text
    assert silent == {}
