"""The programs that are shown for an ONNX file, in Python and in JavaScript, in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.pipeline import CategoryColumn, NumberColumn, Pipeline, TableInputs
from core.export import ModelDescription, Onnx, TrainedModel, loading_code
from core.nn import Dense
from core.nn.network import Network
from tests.core.export.onnx_cases import CASES, THREE, deep_network_for, network_for, raw_samples
from tests.core.onnx_runner import CLOSE, assert_same_answers, file_answers

ROOT = Path(__file__).resolve().parents[3]
WEB = Path(os.environ.get("ONNXRUNTIME_WEB", ROOT / ".tools" / "web")) / "node_modules"


WIDE = Pipeline(TableInputs(tuple(NumberColumn(f"c{number}") for number in range(300))), THREE)
MODELS: dict[str, TrainedModel] = {
    **{name: TrainedModel(network_for(pipeline), pipeline) for name, pipeline in CASES.items()},
    "all layers of rows": TrainedModel(deep_network_for(CASES["points"]), CASES["points"]),
    "all layers of images": TrainedModel(deep_network_for(CASES["colour"]), CASES["colour"]),
    "it's 300 columns": TrainedModel(network_for(WIDE), WIDE),
    "bare": TrainedModel(Network([Dense(3)], (4,), seed=1)),
}
# Each program is run as it is shown, which prints an example's answers, and then asked for those of raw samples.
RUN_PYTHON = """
import json, pathlib, runpy
for name in json.loads(pathlib.Path("names.json").read_text("utf-8")):
    print("running", name)
    raw = json.loads(pathlib.Path(f"{name}.json").read_text("utf-8"))
    found = runpy.run_path(f"{name}.py")["predict"](raw)
    found = [found[0], found[1].tolist()] if isinstance(found, tuple) else [found.tolist()]
    print(json.dumps(["found", name, found]))
"""
RUN_JAVASCRIPT = """
import { readFileSync } from "node:fs";
const read = (name) => JSON.parse(readFileSync(`${name}.json`, "utf-8"));
for (const name of read("names")) {
  console.log("running", name);
  const { predict } = await import(`./${name}.mjs`);
  const found = Object.values(await predict(read(name)));
  console.log(JSON.stringify(["found", name, found.map((each) => [each.dims, [...each.data]])]));
}
"""


def raw_of(model: TrainedModel) -> Any:
    rng = np.random.default_rng(4)
    if model.pipeline is None:
        return rng.normal(size=(5, *model.network.input_shape)).astype(np.float32)
    if model.pipeline is WIDE:
        return {name: rng.normal(size=6) for name in WIDE.inputs.names_in}
    return raw_samples(model.pipeline.inputs)


def as_json(raw: Any) -> str:
    """Raw samples as a table's rows or as lists; NaN is null."""
    if not isinstance(raw, dict):
        return json.dumps(raw.tolist())
    columns = {name: np.asarray(values).tolist() for name, values in raw.items()}
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return json.dumps([{k: None if v != v else v for k, v in row.items()} for row in rows])


def write_programs(folder: Path, language: str, suffix: str, end: str = "") -> None:
    """All files with their programs, which end with `end`, and raw samples for them."""
    (folder / "names.json").write_text(json.dumps(list(MODELS)), "utf-8")
    for name, model in MODELS.items():
        path = folder / f"{name}.onnx"
        Onnx().write(model, path)
        program = loading_code(Onnx(), path, model.description, language)
        (folder / f"{name}{suffix}").write_text(program + end, "utf-8")
        (folder / f"{name}.json").write_text(as_json(raw_of(model)), "utf-8")


def answers_of(*command: str | Path) -> dict[str, list[Any]]:
    """Outputs of every model that a program prints in the folder of its last argument; it reports no error."""
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=300, cwd=Path(command[-1]).parent
    )
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    found = [json.loads(line) for line in lines if line.startswith('["found"')]
    assert len(lines) >= 3 * len(found)
    return {name: outputs for _, name, outputs in found}


def assert_all_are_right(found: dict[str, list[Any]]) -> None:
    assert list(found) == list(MODELS)
    for name, model in MODELS.items():
        if model.pipeline is None:
            ours = model.network.predict(raw_of(model))
            np.testing.assert_allclose(np.array(found[name][0], np.float64), ours, rtol=0.0, atol=CLOSE)
        else:
            assert_same_answers(model.network, model.pipeline, raw_of(model), file_answers(*found[name]))


def test_the_python_that_is_shown_answers_in_a_fresh_process(tmp_path: Path) -> None:
    write_programs(tmp_path, "Python", ".py")
    (tmp_path / "main.py").write_text(RUN_PYTHON, "utf-8")
    assert_all_are_right(answers_of(sys.executable, "-W", "error", "-I", tmp_path / "main.py"))


@pytest.mark.foreign
def test_the_javascript_that_is_shown_answers_in_a_browsers_engine(tmp_path: Path) -> None:
    """onnxruntime-web is the engine of browsers, here under Node.js."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed here, so that onnxruntime-web cannot run")
    if not (WEB / "onnxruntime-web").is_dir():
        pytest.skip(f"onnxruntime-web is not in {WEB.parent}; `make foreign` installs it where npm is")
    (tmp_path / "node_modules").symlink_to(WEB, target_is_directory=True)
    write_programs(tmp_path, "JavaScript", ".mjs", "export { predict };\n")
    (tmp_path / "main.mjs").write_text(RUN_JAVASCRIPT, "utf-8")
    found = answers_of(node, tmp_path / "main.mjs")
    shaped = {
        name: [np.array(data, object).reshape(shape) for shape, data in outputs]
        for name, outputs in found.items()
    }
    assert_all_are_right(shaped)


@pytest.mark.parametrize("language", Onnx.languages)
def test_outputs_that_cannot_have_their_usual_names_are_told(language: str) -> None:
    inputs = TableInputs((NumberColumn("label"), NumberColumn("mass")))
    code = loading_code(
        Onnx(), Path("a.onnx"), ModelDescription((Dense(3),), (2,), Pipeline(inputs, THREE)), language
    )
    assert " Outputs are called predicted_label: label is a column.\n" in code
    assert "predicted_label.data" in code or language == "Python"


@pytest.mark.parametrize("language", Onnx.languages)
def test_a_column_of_dates_says_what_its_numbers_are(language: str) -> None:
    dates = TableInputs((NumberColumn("seen", "", None, 40.0, 9.0, "days dmy 2024-01-31"),))
    described = ModelDescription((Dense(3),), (1,), Pipeline(dates, THREE))
    assert "days since 2024-01-31" in loading_code(Onnx(), Path("a.onnx"), described, language)


def test_the_text_is_that_of_this_very_table() -> None:
    inputs = TableInputs(
        (NumberColumn("mass (g)", "g", None, 4200.0, 800.0), CategoryColumn("sex", ("f", "m"), "m"))
    )
    model = ModelDescription((Dense(3),), (3,), Pipeline(inputs, THREE))
    python = loading_code(Onnx(), Path("/home/me/birds.onnx"), model)
    assert python.startswith(
        "import numpy as np\nimport onnxruntime\n\n"
        'session = onnxruntime.InferenceSession("/home/me/birds.onnx")\n'
        'MISSING = {"", "?", "n/a", "na", "nan", "null"}\n'
    )
    assert python.endswith(
        "def predict(rows):\n"
        '    """The labels (n) and the probabilities (n, classes) of raw rows."""\n'
        "    inputs = {}\n"
        "    for each in session.get_inputs():\n"
        "        inputs[each.name] = column([row[each.name] for row in rows], each.type)\n"
        "    label, probabilities = session.run(None, inputs)\n"
        "    return label.tolist(), probabilities\n"
        "\n\n"
        "row = {  # put yours here\n"
        '    "mass (g)": 4200,  # g\n'
        '    "sex": "m",  # f, m\n'
        "}\n"
        "rows = [row]\n"
        "print(predict(rows))\n"
    )
    javascript = loading_code(Onnx(), Path("/home/me/birds.onnx"), model, "JavaScript")
    assert 'await ort.InferenceSession.create("birds.onnx");\nconst texts = new Set(["sex"]);\n' in javascript
    assert javascript.endswith(
        "const row = { // put yours here\n"
        '  "mass (g)": 4200, // g\n'
        '  "sex": "m", // f, m\n'
        "};\n"
        "const rows = [row];\n"
        "const { label, probabilities } = await predict(rows);\n"
        "console.log(label.data, probabilities.data);\n"
    )
