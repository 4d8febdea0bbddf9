"""The programs that are shown for an ONNX file, in Python and JavaScript, in processes of their own."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.pipeline import CategoryColumn, NumberColumn, Pipeline, TableInputs
from core.formats import ModelDescription, Onnx, TrainedModel, loading_code
from core.nn import Dense
from core.nn.network import Network
from tests.core.formats.onnx.onnx_cases import CASES, THREE, deep_network_for, network_for, raw_samples
from tests.core.onnx_runner import CLOSE, assert_same_predictions, file_predictions

ROOT = Path(__file__).resolve().parents[4]
WEB = Path(os.environ.get("ONNXRUNTIME_WEB", ROOT / ".tools" / "web")) / "node_modules"


WIDE = Pipeline(TableInputs(tuple(NumberColumn(f"c{number}") for number in range(300))), THREE)
MODELS: dict[str, TrainedModel] = {
    **{name: TrainedModel(network_for(pipeline), pipeline) for name, pipeline in CASES.items()},
    "all layers of rows": TrainedModel(deep_network_for(CASES["points"]), CASES["points"]),
    "all layers of images": TrainedModel(deep_network_for(CASES["colour"]), CASES["colour"]),
    "it's 300 columns": TrainedModel(network_for(WIDE), WIDE),
    "bare": TrainedModel(Network([Dense(3)], (4,), seed=1)),
    "points in float64": TrainedModel(network_for(CASES["points"]), CASES["points"]),
    "images in float64": TrainedModel(network_for(CASES["grey"]), CASES["grey"]),
    "one array": TrainedModel(network_for(WIDE), WIDE),
}
FORMS = {
    "points in float64": Onnx(numbers="float64", opset="15"),
    "images in float64": Onnx(numbers="float64", opset="21"),
    "one array": Onnx(ports="array"),
}
"""Of the others it is the usual one."""
# Each program is run as it is shown, which prints an example's predictions, and then asked for those of raw samples.
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
        path, exporter = folder / f"{name}.onnx", FORMS.get(name, Onnx())
        exporter.write(model, path)
        program = loading_code(exporter, path, model.description, language)
        (folder / f"{name}{suffix}").write_text(program + end, "utf-8")
        (folder / f"{name}.json").write_text(as_json(raw_of(model)), "utf-8")


def predictions_of(*command: str | Path) -> dict[str, list[Any]]:
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
            assert_same_predictions(
                model.network, model.pipeline, raw_of(model), file_predictions(*found[name])
            )


def test_the_python_that_is_shown_predictions_in_a_fresh_process(tmp_path: Path) -> None:
    write_programs(tmp_path, "Python", ".py")
    (tmp_path / "main.py").write_text(RUN_PYTHON, "utf-8")
    assert_all_are_right(predictions_of(sys.executable, "-W", "error", "-I", tmp_path / "main.py"))


@pytest.mark.foreign
def test_the_javascript_that_is_shown_predictions_in_a_browsers_engine(tmp_path: Path) -> None:
    """onnxruntime-web is the engine of browsers, here under Node.js."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed here, so that onnxruntime-web cannot run")
    if not (WEB / "onnxruntime-web").is_dir():
        pytest.skip(f"onnxruntime-web is not in {WEB.parent}; `make foreign` installs it where npm is")
    (tmp_path / "node_modules").symlink_to(WEB, target_is_directory=True)
    write_programs(tmp_path, "JavaScript", ".mjs", "export { predict };\n")
    (tmp_path / "main.mjs").write_text(RUN_JAVASCRIPT, "utf-8")
    found = predictions_of(node, tmp_path / "main.mjs")
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
    assert "predicted_label.data" in code or language != "JavaScript"


@pytest.mark.parametrize("form", [Onnx(), Onnx(ports="array")], ids=["columns", "array"])
@pytest.mark.parametrize("language", Onnx.languages)
def test_names_units_and_categories_stay_in_their_line(language: str, form: Onnx) -> None:
    """U+2028 and others end a line of JavaScript; a backslash at the end of a comment tempts readers of other kinds."""

    def lines(end: str) -> list[str]:
        number = NumberColumn(f"mass {end}", f"g {end}")
        text = CategoryColumn(f"sex {end}", ("female", f"male {end}"))
        inputs = TableInputs((number,) if form.ports == "array" else (number, text))
        pipeline = Pipeline(inputs, THREE)
        described = ModelDescription((Dense(3),), pipeline.input_shape, pipeline)
        code = loading_code(form, Path("a.onnx"), described, language)
        if language == "Python":
            compile(code, "program.py", "exec")
        return code.splitlines()

    usual = len(lines("a"))
    for end in ("\\", "\\ ", "\r\nb", "\x85b", "\u2028b", "\0"):
        found = lines(end)
        assert len(found) == usual
        assert not [line for line in found if line.rstrip().endswith("\\")]


@pytest.mark.parametrize("language", Onnx.languages)
def test_a_column_of_dates_says_what_its_numbers_are(language: str) -> None:
    dates = TableInputs((NumberColumn("seen", "", None, 40.0, 9.0, "days dmy 2024-01-31"),))
    described = ModelDescription((Dense(3),), (1,), Pipeline(dates, THREE))
    assert "days since 2024-01-31" in loading_code(Onnx(), Path("a.onnx"), described, language)


@pytest.mark.parametrize("ports", ["columns", "array"])
def test_the_program_reads_rows_as_the_table_has_them(tmp_path: Path, ports: str) -> None:
    pytest.importorskip("onnxruntime")
    columns = (
        NumberColumn("sold", "", None, 40.0, 9.0, "days dmy 2024-01-31"),
        NumberColumn("profit", "$", 0.0, 2.0, 3.0),
        NumberColumn("price", "", None, 900.0, 300.0, "comma"),
    )
    pipeline = Pipeline(TableInputs(columns), THREE)
    model = TrainedModel(Network([Dense(3, "softmax")], (3,), seed=1), pipeline)
    path, exporter = tmp_path / "a.onnx", Onnx(ports=ports)
    exporter.write(model, path)
    program = tmp_path / "a.py"
    program.write_text(loading_code(exporter, path, model.description), "utf-8")
    rows = [
        {"sold": "01.02.2024", "profit": "($2.50)", "price": "1.100,50"},
        {"sold": "31.01.2024", "profit": "NA", "price": "900"},
        {"sold": 7.0, "profit": 4.5, "price": 1000.5},
    ]
    labels, probabilities = runpy.run_path(str(program))["predict"](rows)
    wanted = model.predictions(rows)
    assert wanted.labels is not None
    assert np.ravel(labels).tolist() == wanted.labels.tolist()
    np.testing.assert_allclose(probabilities, wanted.probabilities, atol=1e-6)


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
