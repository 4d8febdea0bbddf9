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

from core.data.pipeline import CategoryColumn, FittedInputs, NumberColumn, Pipeline, TableInputs
from core.export import ModelDescription, Onnx, TrainedModel, loading_code
from core.nn import Dense
from core.nn.network import Network
from tests.core.export.onnx_cases import CASES, THREE, network_for, raw_samples
from tests.core.onnx_runner import assert_same_answers, file_answers

ROOT = Path(__file__).resolve().parents[3]
WEB = Path(os.environ.get("ONNXRUNTIME_WEB", ROOT / ".tools" / "web")) / "node_modules"


def model_of(pipeline: Pipeline | None) -> TrainedModel:
    network = Network([Dense(3)], (4,), seed=1) if pipeline is None else network_for(pipeline)
    return TrainedModel(network, pipeline)


def as_json(inputs: FittedInputs, raw: Any) -> str:
    """Raw samples as a table's rows or as lists; NaN is null."""
    if not isinstance(inputs, TableInputs):
        return json.dumps(raw.tolist())
    columns = {name: np.asarray(values).tolist() for name, values in raw.items()}
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return json.dumps([{k: None if v != v else v for k, v in row.items()} for row in rows])


def program_in(folder: Path, model: TrainedModel, language: str, more: str) -> Path:
    """The file written and its program beside it, which ends with `more`."""
    path, program = (
        folder / "it's mine.onnx",
        folder / ("program.py" if language == "Python" else "program.mjs"),
    )
    Onnx().write(model, path)
    program.write_text(loading_code(Onnx(), path, model.description, language) + more, "utf-8")
    return program


def last_line(*command: str | Path) -> Any:
    """The last line that a program prints, as JSON. It prints an example before, and no error."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=Path(command[-1]).parent)
    assert (result.returncode, result.stderr) == (0, "")
    *before, last = result.stdout.splitlines()
    assert before
    return json.loads(last)


@pytest.mark.parametrize("name", CASES)
def test_the_python_that_is_shown_answers_in_a_fresh_process(name: str, tmp_path: Path) -> None:
    model, raw = model_of(CASES[name]), raw_samples(CASES[name].inputs)
    (tmp_path / "raw.json").write_text(as_json(CASES[name].inputs, raw), "utf-8")
    more = (
        'import json\nwith open("raw.json", encoding="utf-8") as file:\n    found = predict(json.load(file))\n'
        "found = [found[0], found[1].tolist()] if isinstance(found, tuple) else [found.tolist()]\n"
        "print(json.dumps(found))\n"
    )
    found = last_line(sys.executable, "-W", "error", "-I", program_in(tmp_path, model, "Python", more))
    assert_same_answers(model.network, CASES[name], raw, file_answers(*found))


@pytest.mark.foreign
@pytest.mark.parametrize("name", CASES)
def test_the_javascript_that_is_shown_answers_in_a_browsers_engine(name: str, tmp_path: Path) -> None:
    """onnxruntime-web is the engine of browsers, here under Node.js."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed here, so that onnxruntime-web cannot run")
    if not (WEB / "onnxruntime-web").is_dir():
        pytest.skip(f"onnxruntime-web is not in {WEB.parent}; `make foreign` installs it where npm is")
    (tmp_path / "node_modules").symlink_to(WEB, target_is_directory=True)
    model, raw = model_of(CASES[name]), raw_samples(CASES[name].inputs)
    (tmp_path / "raw.json").write_text(as_json(CASES[name].inputs, raw), "utf-8")
    more = (
        'import { readFileSync } from "node:fs";\n'
        'const found = await predict(JSON.parse(readFileSync("raw.json", "utf-8")));\n'
        "console.log(JSON.stringify(session.outputNames.map((name) => [found[name].dims, [...found[name].data]])));\n"
    )
    found = last_line(node, program_in(tmp_path, model, "JavaScript", more))
    answers = file_answers(*(np.array(data, object).reshape(shape) for shape, data in found))
    if answers.values is not None:
        answers = file_answers(answers.values.astype(np.float64))
    assert_same_answers(model.network, CASES[name], raw, answers)


@pytest.mark.parametrize("language", Onnx.languages)
def test_programs_of_bare_arrays_wide_tables_and_dates(language: str) -> None:
    bare = loading_code(Onnx(), Path("a.onnx"), model_of(None).description, language)
    assert "put yours here: samples, features" in bare
    wide = TableInputs(tuple(NumberColumn(f"c{number}") for number in range(300)))
    described = ModelDescription((Dense(3),), (300,), Pipeline(wide, THREE))
    assert len(loading_code(Onnx(), Path("a.onnx"), described, language).splitlines()) < 40
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
