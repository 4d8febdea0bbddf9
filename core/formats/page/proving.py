"""Prove a page: Node.js runs its program on raw samples, and trains it for the steps that it brings along."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...data.pipeline import Pipeline, TokenOutputs
from ...io import strict_json
from ...io.sentence import short_sentence
from ..external_reader import ReaderPredictions, plain

MAX_DIFFERENCE: Final = 1e-4
"""Of weights after the steps that a page proves, as a share of the largest of each array; `page.js` has it, too."""
_TIMEOUT_SECONDS: Final = 120
_RUNNER: Final = """
const fs = require("fs");
const [page, given, found] = process.argv.slice(2);
const text = fs.readFileSync(page, "utf8");
const part = (id) => new RegExp(`<script[^>]* id="${id}"[^>]*>([^]*?)</script>`).exec(text)[1];
new Function(part("program"))();
const model = JSON.parse(part("model"));
const numbers = (values) => values.map((v) => (v === null ? NaN : v));
const inputs = Object.fromEntries(Object.entries(JSON.parse(fs.readFileSync(given, "utf8"))).map(
  ([name, values]) => [name, values.some((v) => typeof v === "string") ? values : numbers(values)]));
const network = new NumpyNet.Network(model.graph), values = network.run(inputs);
const predictions = model.graph.outputs.map((name) => Array.from(values[name].d));
const parting = model.training ? NumpyNet.checkTraining(network, model.training).largest : 0;
fs.writeFileSync(found, JSON.stringify({ predictions, parting, version: process.versions.node }));
"""


def page_predictions(node: str, path: Path, pipeline: Pipeline, raw: Any) -> ReaderPredictions:
    """Predictions of the page at `path`, run by Node.js. `ValueError` if it fails."""
    given = {name: plain(array.ravel()) for name, array in pipeline.inputs.onnx_inputs(raw).items()}
    with tempfile.TemporaryDirectory(prefix="numpynet-page-") as folder:
        runner, inputs, found = (Path(folder) / name for name in ("run.cjs", "inputs.json", "found.json"))
        runner.write_text(_RUNNER, "utf-8")
        inputs.write_text(json.dumps(given), "utf-8")
        try:
            done = subprocess.run(
                [node, str(runner), str(path), str(inputs), str(found)],
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise ValueError(f"Node.js took more than {_TIMEOUT_SECONDS} seconds to predict") from None
        if done.returncode:
            errors = re.findall(r"^\w*Error: .*", done.stderr, re.MULTILINE) or ["no message"]
            raise ValueError(short_sentence(f"Node.js cannot run the page: {errors[0]}"))
        content = strict_json.load(found.read_text("utf-8"))
    reader, refusal = f"Node.js {content['version']}", ""
    # JSON has no number for NaN.
    parting = np.nan if content["parting"] is None else content["parting"]
    if not parting <= MAX_DIFFERENCE:
        rule = f"must train as the network does within {MAX_DIFFERENCE:g} of each array"
        refusal = f"{reader} {rule}, got {parting:.2g}"
    *labels, numbers = content["predictions"]
    places = pipeline.input_shape if isinstance(pipeline.outputs, TokenOutputs) else ()
    names = getattr(pipeline.outputs, "names", ("value",))
    predictions = np.array(numbers, np.float64).reshape(-1, *places, len(names))
    if labels:
        return ReaderPredictions(reader, labels[0], predictions, refusal=refusal)
    return ReaderPredictions(reader, values=predictions, refusal=refusal)
