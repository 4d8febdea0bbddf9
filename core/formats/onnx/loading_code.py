"""Write programs that run an exported ONNX file on raw samples, in Python and in JavaScript."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...data.pipeline import (
    CategoryColumn,
    FittedInputs,
    NumberColumn,
    TableInputs,
    TokenInputs,
    TokenOutputs,
)
from ...data.tables.table import MISSING
from ...io.model_graphs import OnnxGraph
from ..programs.pipeline_code import example_cells, imports_of, quoted, written, written_numbers
from ..trained_model import ModelDescription
from .form import ARRAY_NAME, OnnxForm
from .writer import description_graph

_RAW = {
    "table": ("rows", ""),
    "points": ("points", "x1, x2"),
    "images": ("images", "samples, height, width, channels"),
    "series": ("series", "samples, time, channels"),
    "tokens": ("texts", "samples, tokens"),
}
_PYTHON_COLUMN = '''\
MISSING = {{{missing}}}


def column(values, kind):
    """The values of a column (n, 1): texts, or numbers with NaN where they are missing."""
    texts = ["" if value is None else str(value).strip() for value in values]
    if kind == "tensor(string)":
        return np.array(texts, object).reshape(-1, 1)
    numbers = [np.nan if text.lower() in MISSING else float(text) for text in texts]
    return np.array(numbers, np.float64).reshape(-1, 1)
'''
_PYTHON_WRITTEN = '''\
MISSING = {{{missing}}}
FORMATS = {formats}  # of texts; the others have a decimal point


{functions}def column(values, kind, name):
    """The values of a column (n, 1): texts, or numbers with NaN where they are missing."""
    texts = ["" if value is None else str(value).strip() for value in values]
    if kind == "tensor(string)":
        return np.array(texts, object).reshape(-1, 1)
    form = {{"name": name, "format": FORMATS.get(name, "point")}}
    pairs = zip(values, texts)
    numbers = [np.nan if text.lower() in MISSING else number(value, form) for value, text in pairs]
    return np.array(numbers, np.float64).reshape(-1, 1)
'''
_PYTHON_TABLE = """\
    inputs = {{}}
    for each in session.get_inputs():
        inputs[each.name] = column([row[each.name] for row in rows], each.type{name})
"""
_PYTHON_ARRAY = f"""\
    columns = [column([row[name] for row in rows], ""{{name}}) for name in COLUMNS]
    inputs = {{{{"{ARRAY_NAME}": np.hstack(columns)}}}}
"""
_JAVASCRIPT_ARRAY = f"""\
  const cells = rows.flatMap((row) => columns.map((name) => number(String(row[name] ?? "").trim())));
  const numbers = Float64Array.from(cells);
  const inputs = {{ {ARRAY_NAME}: new ort.Tensor("float64", numbers, [rows.length, columns.length]) }};
"""
_PYTHON_TOKENS = '''

def tokens(text):
    """The tokens of a text, filled up to those that the model takes; of longer texts the last ones."""
    found = {first}[-{length}:]
    return found + [{fill}] * ({length} - len(found))
'''
_JAVASCRIPT_TOKENS = """\
// The tokens of a text, filled up to those that the model takes; of longer texts the last ones.
function tokens(text) {{
  const found = {first}.slice(-{length});
  return [...found, ...new Array({length} - found.length).fill({fill})];
}}
"""
_JAVASCRIPT_TABLE = """\
  const inputs = {};
  for (const name of session.inputNames) {
    const values = rows.map((row) => String(row[name] ?? "").trim());
    inputs[name] = texts.has(name)
      ? new ort.Tensor("string", values, [rows.length, 1])
      : new ort.Tensor("float64", Float64Array.from(values, number), [rows.length, 1]);
  }
"""


@dataclass(frozen=True)
class RawForm:
    """`argument` names raw samples, `shape` is that of one of them if it is an array; `order` names all axes."""

    argument: str
    order: str
    shape: tuple[int, ...]
    returns: str


def python_program(path: Path, model: ModelDescription, form: OnnxForm) -> str:
    """A program for onnxruntime. Raises `SettingError` for a model that ONNX cannot hold."""
    graph = description_graph(model, form)
    samples = raw_form(model, graph)
    table, columns = table_inputs(model), ""
    given = f'    inputs = {{"{graph.inputs[0].name}": np.asarray({samples.argument}, np.{form.numbers})}}\n'
    functions = ""
    if table:
        functions, given = _python_column(table), _PYTHON_TABLE
        name = ", each.name"
        if form.ports == "array":
            given, columns, name = _PYTHON_ARRAY, f"COLUMNS = {string_list(table.names_in)}\n", ", name"
        given = given.format(name=name if "number(" in functions else "")
    if inputs := token_inputs(model):
        cut = r're.findall(r"\w+|[^\w\s]", text)' if inputs.separator else "text"
        functions = _cut(_PYTHON_TOKENS, inputs, f"*{cut}")
        given = '    inputs = {"tokens": np.array([tokens(text) for text in texts], object)}\n'
    prediction = (
        "    label, probabilities = session.run(None, inputs)\n    return label.tolist(), probabilities\n"
        if len(graph.outputs) == 2
        else "    return session.run(None, inputs)[0]\n"
    )
    standard = imports_of(functions)
    return (
        f"{standard}{chr(10) if standard else ''}import numpy as np\n"
        "import onnxruntime\n\n"
        f"session = onnxruntime.InferenceSession({json.dumps(str(path), ensure_ascii=False)})\n"
        f"{renamed('# ', graph)}{columns}{functions}\n\n"
        f"def predict({samples.argument}):\n"
        f'    """{samples.returns} of raw {samples.argument}."""\n'
        f"{given}{prediction}\n\n"
        f"{_python_row(table, form) if table else _python_example(samples, token_inputs(model))}"
        f"print(predict({samples.argument}))\n"
    )


def _python_column(table: TableInputs) -> str:
    """The function of a column's values, which reads numbers as the table has them where they may be written."""
    missing = ", ".join(json.dumps(text) for text in sorted(MISSING))
    numbers = [column for column in table.columns if isinstance(column, NumberColumn)]
    # A unit that is not in the name is in the cells.
    if all(column.format == "point" and column.unit in column.name for column in numbers):
        return _PYTHON_COLUMN.format(missing=missing)
    formats = {column.name: column.format for column in numbers if column.format != "point"}
    functions, _ = written_numbers(table)
    return _PYTHON_WRITTEN.format(missing=missing, formats=written(formats), functions=functions)


def javascript_program(path: Path, model: ModelDescription, form: OnnxForm) -> str:
    """A module for onnxruntime-web, which loads the file from the folder of the page or of the program.

    Raises `SettingError` for a model that ONNX cannot hold.
    """
    graph = description_graph(model, form)
    samples = raw_form(model, graph)
    table = table_inputs(model)
    axes = ", ".join(map(str, samples.shape))
    given = (
        f"  const numbers = {form.numbers.capitalize()}Array.from({samples.argument}.flat(Infinity));\n"
        f'  const inputs = {{ {graph.inputs[0].name}: new ort.Tensor("{form.numbers}", numbers, '
        f"[{samples.argument}.length, {axes}]) }};\n"
    )
    if table:
        given = _JAVASCRIPT_ARRAY if form.ports == "array" else _JAVASCRIPT_TABLE
    functions = _javascript_table_head(table, form) if table else ""
    if inputs := token_inputs(model):
        words = r"(text.match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu) ?? [])"
        functions = _cut(_JAVASCRIPT_TOKENS, inputs, f"...{words if inputs.separator else 'text'}")
        given = (
            "  const cut = texts.flatMap(tokens);\n"
            f'  const inputs = {{ tokens: new ort.Tensor("string", cut, [texts.length, {inputs.length}]) }};\n'
        )
    names = [port.name for port in graph.outputs]
    shown = ", ".join(f"{name}.data" for name in names)
    return (
        'import * as ort from "onnxruntime-web";\n\n'
        f"const session = await ort.InferenceSession.create({json.dumps(path.name, ensure_ascii=False)});\n"
        f"{renamed('// ', graph)}{functions}\n"
        f"// {samples.returns} of raw {samples.argument}.\n"
        f"async function predict({samples.argument}) {{\n"
        f"{given}"
        "  return session.run(inputs);\n"
        "}\n\n"
        f"{_javascript_row(table, form) if table else _javascript_example(samples, token_inputs(model))}"
        f"const {{ {', '.join(names)} }} = await predict({samples.argument});\n"
        f"console.log({shown});\n"
    )


def renamed(comment: str, graph: OnnxGraph) -> str:
    """A line that names outputs which a column keeps from their usual names; "" if there are none."""
    renamed = [port.name for port in graph.outputs if port.name.startswith("predicted_")]
    usual = ("label", "probabilities", "value")
    taken = [name for name in usual if any(each.startswith(f"predicted_{name}") for each in renamed)]
    if not renamed:
        return ""
    return f"{comment}Outputs are called {', '.join(renamed)}: {', '.join(taken)} is a column.\n"


def table_inputs(model: ModelDescription) -> TableInputs | None:
    inputs: FittedInputs | None = None if model.pipeline is None else model.pipeline.inputs
    return inputs if isinstance(inputs, TableInputs) else None


def token_inputs(model: ModelDescription) -> TokenInputs | None:
    inputs: FittedInputs | None = None if model.pipeline is None else model.pipeline.inputs
    return inputs if isinstance(inputs, TokenInputs) else None


def _cut(function: str, inputs: TokenInputs, tokens: str) -> str:
    """The function that cuts a text into as many tokens as the model takes."""
    first = f"{quoted(inputs.vocabulary[inputs.end])}, " if inputs.end >= 0 else ""
    fill = quoted(inputs.vocabulary[max(0, inputs.end)])
    return function.format(first=f"[{first}{tokens}]", fill=fill, length=inputs.length)


def example_text(inputs: TokenInputs) -> str:
    """A text of one token, as programs write it."""
    return quoted(inputs.text([inputs.length % len(inputs.vocabulary)]))


def raw_form(model: ModelDescription, graph: OnnxGraph) -> RawForm:
    shape = graph.inputs[0].shape
    if model.pipeline is None:
        order = "samples, height, width, channels" if len(shape) == 3 else "samples, features"
        return RawForm("samples", order, shape, "The outputs")
    classes = len(graph.outputs) == 2
    returns = "The labels (n) and the probabilities (n, classes)" if classes else "The values (n, outputs)"
    if isinstance(model.pipeline.outputs, TokenOutputs):
        returns = "The tokens that follow (n, time) and their probabilities (n, time, tokens)"
    return RawForm(*_RAW.get(model.pipeline.inputs.kind, ("samples", "")), shape, returns)


def _python_example(samples: RawForm, texts: TokenInputs | None) -> str:
    if texts:
        return f"texts = [{example_text(texts)}]  # put yours here\n"
    if samples.shape == (2,):
        return f"{samples.argument} = [[0.0, 0.0], [1.0, -1.0]]  # put yours here: {samples.order}\n"
    return f"{samples.argument} = np.zeros({(1, *samples.shape)})  # put yours here: {samples.order}\n"


def _javascript_example(samples: RawForm, texts: TokenInputs | None) -> str:
    if texts:
        return f"const texts = [{example_text(texts)}]; // put yours here\n"
    if samples.shape == (2,):
        return f"const {samples.argument} = [[0, 0], [1, -1]]; // put yours here: {samples.order}\n"
    zeros = f"new Array({math.prod(samples.shape)}).fill(0)"
    return f"const {samples.argument} = [{zeros}]; // put yours here: {samples.order}\n"


def _python_row(table: TableInputs, form: OnnxForm) -> str:
    cells = example_cells(table)
    if not cells:
        names = (
            "name: 0.0 for name in COLUMNS"
            if form.ports == "array"
            else "each.name: 0.0 for each in session.get_inputs()"
        )
        return f"rows = [{{{names}}}]  # put yours here\n"
    lines = "".join(f"    {cell.text}{f'  # {cell.remark}' if cell.remark else ''}\n" for cell in cells)
    return f"row = {{  # put yours here\n{lines}}}\nrows = [row]\n"


def _javascript_row(table: TableInputs, form: OnnxForm) -> str:
    cells = example_cells(table)
    if not cells:
        names = "columns" if form.ports == "array" else "session.inputNames"
        zeros = f"Object.fromEntries({names}.map((name) => [name, 0]))"
        return f"const rows = [{zeros}]; // put yours here\n"
    lines = "".join(f"  {cell.text}{f' // {cell.remark}' if cell.remark else ''}\n" for cell in cells)
    return f"const row = {{ // put yours here\n{lines}}};\nconst rows = [row];\n"


def _javascript_table_head(table: TableInputs, form: OnnxForm) -> str:
    texts = [column.name for column in table.columns if isinstance(column, CategoryColumn)]
    names = (
        f"const columns = {string_list(table.names_in)};\n"
        if form.ports == "array"
        else f"const texts = new Set({string_list(texts)});\n"
    )
    # Number("") is 0, and NaN would be filled in.
    return (
        f"{names}const missing = new Set({string_list(sorted(MISSING))});\n"
        "function number(text) {\n"
        "  const found = missing.has(text.toLowerCase()) ? NaN : Number(text);\n"
        "  if (Number.isNaN(found) && !missing.has(text.toLowerCase())) {\n"
        "    throw new Error(`There must be numbers with a decimal point, got ${text}`);\n"
        "  }\n"
        "  return found;\n"
        "}\n"
    )


def string_list(names: Sequence[str]) -> str:
    """A list of texts as Python, JavaScript and others write it."""
    return f"[{', '.join(map(quoted, names))}]"
