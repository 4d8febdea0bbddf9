"""Write a pipeline as Python: `prepare`, from raw samples to network inputs, and the lines that predict from outputs.

The numbers come from the exported file, as the JSON of `Pipeline.to_json` in the variable `pipeline`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...data.features import FEATURES
from ...data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    FittedColumn,
    ImageInputs,
    NumberColumn,
    Pipeline,
    PointInputs,
    SeriesInputs,
    TableInputs,
    TokenInputs,
    TokenOutputs,
    ValueOutputs,
    VelocityOutputs,
)
from ...data.tables.table import MISSING
from ...data.tables.written_numbers import ACCOUNTING, CELL, DIGITS, UNIT
from ...data.texts import OTHER_WORD
from ...io.sentence import one_line
from ...spec import SettingError
from ...spec.arrays import Array

_MAX_COLUMNS: Final = 40
"""A row of the example has each column on a line of its own."""


@dataclass(frozen=True)
class PipelineCode:
    """Parts of a program.

    - `prepare`: a function of raw samples, called `argument`, that returns network inputs.
    - `prediction`: lines of a function body that return what `outputs`, (n, outputs), mean.
    - `returns`: what they return, for a docstring.
    - `example`: an assignment of raw samples to `argument`.
    """

    prepare: str
    prediction: str
    returns: str
    argument: str
    example: str

    @property
    def imports(self) -> str:
        """Import lines of the parts beyond NumPy."""
        return imports_of(self.prepare)


def imports_of(code: str) -> str:
    """Import lines that the functions of `written_numbers` need."""
    needed = {"import re\n": r"\bre\.", "from datetime import date\n": r"\bdate\.fromisoformat\("}
    return "".join(line for line, call in needed.items() if re.search(call, code))


@dataclass(frozen=True)
class ExampleCell:
    """A cell of an example row: the column's name and a likely value, as JSON."""

    name: str
    value: str
    remark: str

    @property
    def text(self) -> str:
        """Name and value as JSON, with a comma."""
        return f"{self.name}: {self.value},"

    @property
    def is_text(self) -> bool:
        """Whether the value is a text."""
        return self.value.startswith('"')


def comment_text(text: str) -> str:
    """A text from outside as it can end a comment: in one line, and not to go on in the next."""
    line = one_line(text)
    return f"{line}." if line.endswith("\\") else line


def quoted(text: str) -> str:
    """A text as Python and JavaScript write it, with no letter that could end its line."""
    written = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\x85\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", written)


def example_cells(inputs: TableInputs) -> list[ExampleCell]:
    """A cell for each column; none if the columns are too many to be read."""
    return list(map(_cell, inputs.columns)) if len(inputs.columns) <= _MAX_COLUMNS else []


def pipeline_code(pipeline: Pipeline) -> PipelineCode:
    """The parts for a pipeline. `SettingError` for inputs that have no code yet."""
    inputs = pipeline.inputs
    prediction, returns = _prediction(pipeline)
    if isinstance(inputs, TableInputs):
        return PipelineCode(_table(inputs), prediction, returns, "rows", _row(inputs))
    if isinstance(inputs, PointInputs):
        example = "points = [[0.0, 0.0], [1.0, -1.0]]  # put yours here: x1, x2\n"
        return PipelineCode(_points(inputs), prediction, returns, "points", example)
    if isinstance(inputs, ImageInputs):
        example = (
            f"images = np.zeros({(1, *inputs.shape)})  # put yours here: samples, height, width, channels\n"
        )
        return PipelineCode(_images(inputs), prediction, returns, "images", example)
    if isinstance(inputs, SeriesInputs):
        example = (
            f"series = np.zeros({(1, *inputs.input_shape)})  # put yours here: samples, time, channels\n"
        )
        return PipelineCode(_series(inputs), prediction, returns, "series", example)
    if isinstance(inputs, TokenInputs):
        example = (
            f"texts = [{quoted(inputs.text([inputs.length % len(inputs.vocabulary)]))}]  # put yours here\n"
        )
        return PipelineCode(_tokens(inputs), prediction, returns, "texts", example)
    raise SettingError(f"{inputs.title} cannot be written as Python code yet")


def cell_code(inputs: TableInputs) -> tuple[str, str]:
    """Functions of a table's cells, `filled(value, column)` among them, and the `values` of a column as numbers."""
    written, number = written_numbers(inputs)
    missing = ", ".join(json.dumps(text) for text in sorted(MISSING))
    return (
        f"MISSING = {{{missing}}}\n"
        "\n"
        "\n"
        "def filled(value, column):\n"
        '    """The value, or the column\'s fill if it is missing."""\n'
        "    if value is not None and str(value).strip().lower() not in MISSING:\n"
        "        return value\n"
        '    if column["fill"] is None:\n'
        "        raise ValueError(f\"{column['name']} must have a value, got {value!r}\")\n"
        '    return column["fill"]\n'
        "\n"
        "\n"
        f"{written}"
    ), number


def _table(inputs: TableInputs) -> str:
    kinds = {type(column) for column in inputs.columns}
    cells, number = cell_code(inputs)
    category = 'np.array([[str(v).strip() == name for name in column["categories"]] for v in values], float)'
    if len(kinds) == 2:
        lines = (
            '        if column["kind"] == "number":\n'
            f"            x = {number}\n"
            "        else:  # one-hot; zeros for a category that was not there in training\n"
            f"            x = {category}\n"
        )
    elif CategoryColumn in kinds:
        lines = f"        # One-hot; zeros for a category that was not there in training.\n        x = {category}\n"
    else:
        lines = f"        x = {number}\n"
    return (
        f"{cells}"
        "def prepare(rows):\n"
        '    """Network inputs of rows: dicts of the raw columns, as of csv.DictReader."""\n'
        "    inputs = []\n"
        '    for column in pipeline["inputs"]["columns"]:\n'
        '        values = [filled(row[column["name"]], column) for row in rows]\n'
        f"{lines}"
        '        inputs.append((x - column["shift"]) / column["scale"])\n'
        "    return np.concatenate(inputs, axis=1).astype(np.float32)\n"
    )


_DAYS: Final = '''def days(text, column):
    """Days of a date since the origin in the column's format, such as "days dmy 2024-01-31"."""
    _, order, origin = column["format"].split()
    day, _, time = text.strip().replace("T", " ").partition(" ")
    parts = dict(zip(order, map(int, re.split("[-/.]", day)), strict=True))
    year = parts["y"] if parts["y"] > 99 else parts["y"] + (1900 if parts["y"] >= 69 else 2000)
    whole = date(year, parts["m"], parts["d"]) - date.fromisoformat(origin)
    hours, minutes, seconds = [*(float(part) for part in time.split(":") if part), 0, 0, 0][:3]
    return whole.days + (hours * 3600 + minutes * 60 + seconds) / 86400


'''
_NUMBER: Final = '''UNIT = (
{unit})
CELL = (
{cell})
ACCOUNTING = (
{accounting})
DIGITS = {{{digits}
}}


def number(value, column):
    """The number of a cell such as {examples}."""
    if not isinstance(value, str):
        return value
{dates}    text, decimals = value.strip(), column["format"]
    if found := re.fullmatch(ACCOUNTING.replace("UNIT", UNIT), text):
        text = "-" + "".join(part or "" for part in found.groups())
    if found := re.fullmatch(CELL.replace("UNIT", UNIT), text):
        digits = re.fullmatch(DIGITS[decimals], found["body"])
        twice = found["sign"] and found["inner"] or found["before"] and found["after"]
        if digits and any(digits.group("whole", "decimals")) and not twice:
            sign = "-" if (found["sign"] or found["inner"]) in ("-", "−") else ""
            whole = re.sub(r"\\D", "", digits["whole"])
            return float(f"{{sign}}{{whole}}.{{digits['decimals'] or ''}}{{found['power'] or ''}}")
    raise ValueError(f"{{column['name']}} must be a number with a decimal {{decimals}}, got {{value!r}}")


'''
_DATES: Final = """    if column["format"].startswith("days"):
        return days(value, column)
"""


def written_numbers(inputs: TableInputs) -> tuple[str, str]:
    """Functions of cells such as "1.100,50 €" and of dates, if columns have such, and a column's numbers."""
    columns = [column for column in inputs.columns if isinstance(column, NumberColumn)]
    dates = any(column.column_format.kind == "days" for column in columns)
    if not columns:
        return "", "np.array(values, float)[:, np.newaxis]"
    examples = '"1,100.5", "12 %", "($2)"; with a decimal comma if the column has it'
    kinds = {column.column_format.kind for column in columns}
    number = _NUMBER.format(
        examples=examples,
        dates=_DATES if dates else "",
        unit=_pattern(UNIT),
        cell=_pattern(CELL),
        accounting=_pattern(ACCOUNTING),
        digits="".join(
            f'\n    "{kind}": (\n{_pattern(text, 8)}    ),' for kind, text in DIGITS.items() if kind in kinds
        ),
    )
    written = (_DAYS if dates else "") + number
    return written, "np.array([number(value, column) for value in values], float)[:, np.newaxis]"


def _pattern(pattern: str, spaces: int = 4) -> str:
    """A regular expression as lines of raw texts."""
    parts = re.findall(r".{1,90}(?<!\\\\)", pattern)
    return "".join(f'{" " * spaces}r"{part}"\n' for part in parts)


def _points(inputs: PointInputs) -> str:
    features = ", ".join(FEATURES[name].code for name in inputs.features)
    return (
        "def prepare(points):\n"
        f'    """Network inputs of points (n, 2): {", ".join(inputs.features)}."""\n'
        "    x1, x2 = np.asarray(points, np.float32).T\n"
        f"    return np.stack([{features}], axis=1)\n"
    )


def _images(inputs: ImageInputs) -> str:
    lines = [f"x = np.asarray(images, np.float32).reshape({(-1, *inputs.shape)})"]
    if inputs.high != 1.0:
        lines.append('x = x / pipeline["inputs"]["high"]')
    if inputs.inverted:
        lines.append("x = 1 - x  # dark signs on bright paper count as ink")
    if (inputs.shift, inputs.scale) != (0.0, 1.0):
        lines.append('x = (x - pipeline["inputs"]["shift"]) / pipeline["inputs"]["scale"]')
    values = f"numbers from 0 to {inputs.high:g}" if inputs.high != 1.0 else "numbers as in the data"
    body = "".join(f"    {line}\n" for line in lines)
    shape = ", ".join(map(str, inputs.shape))
    return (
        "def prepare(images):\n"
        f'    """Network inputs of images (n, {shape}): {values}."""\n'
        f"{body}"
        "    return x.astype(np.float32)\n"
    )


def _series(inputs: SeriesInputs) -> str:
    return (
        "def prepare(series):\n"
        '    """Network inputs of series (n, time, channels)."""\n'
        '    columns = pipeline["inputs"]["columns"]\n'
        '    shift = np.array([column["shift"] for column in columns])\n'
        '    scale = np.array([column["scale"] for column in columns], np.float32)\n'
        f"    x = np.asarray(series, np.float32).reshape(-1, {inputs.length}, {len(inputs.columns)})\n"
        "    return (x - shift).astype(np.float32) / scale\n"
    )


_TOKENS: Final = """def tokens(text):
    \"\"\"The numbers of the tokens of a text; capital letters may stand for small ones, and the other way round.\"\"\"
    known = {{token: number for number, token in enumerate(pipeline["inputs"]["vocabulary"])}}
    found = []
    for token in {cut}:
        number = next((known[each] for each in (token, token.lower(), token.upper()) if each in known), {other})
        if number is None:
            raise ValueError(f"{{token!r}} is none of the {{len(known):,}} tokens that are known")
        found.append(number)
    return found


def prepare(texts):
    \"\"\"Network inputs of texts: numbers of tokens (n, {length}), of longer texts the last ones.\"\"\"
    inputs = np.full((len(texts), {length}), {fill}, np.float32)
    for row, text in zip(inputs, texts):
        numbers = {tokens}[-{length}:]
        row[: len(numbers)] = numbers
    return inputs
"""


def _tokens(inputs: TokenInputs) -> str:
    return _TOKENS.format(
        other=inputs.vocabulary.index(OTHER_WORD) if OTHER_WORD in inputs.vocabulary else None,
        cut=r're.findall(r"\w+|[^\w\s]", text)' if inputs.separator else "text",
        length=inputs.length,
        fill=max(0, inputs.end),
        tokens=f"[{inputs.end}, *tokens(text)]" if inputs.end >= 0 else "tokens(text)",
    )


_GENERATE: Final = """def generate(prompt="", count=5, length={context}, temperature=0.8, top_k=0, seed=0):
    \"\"\"Texts that continue a prompt by up to `length` tokens; with temperature 0 the likeliest token is taken.\"\"\"
    vocabulary, noise = pipeline["outputs"]["vocabulary"], np.random.default_rng(seed)
    numbers = {tokens}
{first}    begin = len(numbers)
    made = np.full((count, begin + length), {fill})
    made[:, :begin] = numbers
{over}    for place in range(begin, begin + length):
        start = max(0, place - {context})
        seen = np.full((count, {context}), {fill}, np.float32)
        seen[:, : place - start] = made[:, start:place]
        shares = network(seen)[:, place - start - 1].astype(float)
        draws = noise.random(count)
        if temperature == 0:
            chosen = shares.argmax(axis=1)
        else:
            with np.errstate(divide="ignore"):
                logs = np.log(shares) / temperature
            if 0 < top_k < len(vocabulary):
                logs[logs < np.partition(logs, -top_k, axis=1)[:, -top_k, None]] = -np.inf
            sums = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
            chosen = np.minimum((sums <= draws[:, None] * sums[:, -1:]).sum(axis=1), len(vocabulary) - 1)
{keep}    return [{separator}.join(vocabulary[number] for number in row{written}) for row in made.tolist()]
"""
_FIRST: Final = """    if not numbers:
        numbers = [int(noise.integers(0, len(vocabulary)))]
"""
_OVER: Final = """    over = np.zeros(count, bool)
"""
_KEEP: Final = """        made[:, place] = np.where(over, {end}, chosen)
        over |= chosen == {end}
"""


def generate_code(pipeline: Pipeline) -> str:
    """A function `generate`, which calls `network` with network inputs; "" unless the model continues texts.

    It writes what `core.predict.generate` does for the same seed.
    """
    inputs, outputs = pipeline.inputs, pipeline.outputs
    if not isinstance(inputs, TokenInputs) or not isinstance(outputs, TokenOutputs):
        return ""
    ends = inputs.end >= 0
    return _GENERATE.format(
        context=inputs.length,
        tokens=f"[{inputs.end}, *tokens(prompt)]" if ends else "tokens(prompt)",
        first="" if ends else _FIRST,
        fill=max(0, inputs.end),
        over=_OVER if ends else "",
        keep=_KEEP.format(end=inputs.end) if ends else "        made[:, place] = chosen\n",
        separator=quoted(inputs.separator),
        # From the first end to the next.
        written=f"[1 : (row[1:] + [{inputs.end}]).index({inputs.end}) + 1]" if ends else "",
    )


def _prediction(pipeline: Pipeline) -> tuple[str, str]:
    outputs = pipeline.outputs
    if isinstance(outputs, TokenOutputs):
        return (
            '    vocabulary = np.array(pipeline["outputs"]["vocabulary"], object)\n'
            "    return vocabulary[outputs.argmax(axis=-1)], outputs\n"
        ), "The tokens that follow (n, time) and their probabilities (n, time, tokens)"
    if isinstance(outputs, ValueOutputs):
        if all((column.shift, column.scale) == (0.0, 1.0) for column in outputs.columns):
            return "    return outputs\n", "The values (n, outputs)"
        return (
            '    columns = pipeline["outputs"]["columns"]\n'
            '    scale = np.array([column["scale"] for column in columns])\n'
            '    shift = np.array([column["shift"] for column in columns])\n'
            "    return outputs * scale + shift\n"
        ), "The values (n, outputs)"
    if not isinstance(outputs, ClassOutputs):
        raise SettingError(f"{outputs.title} cannot be written as Python code yet")
    if outputs.outputs > 1:
        lines = "    numbers, probabilities = outputs.argmax(axis=1), outputs\n"
    else:
        second = "outputs[:, 0]"
        if (outputs.low, outputs.high) != (0.0, 1.0):
            second = f"(outputs[:, 0] - {outputs.low:g}) / {outputs.high - outputs.low:g}".replace(
                "- -", "+ "
            )
        lines = (
            f"    second = {second}\n"
            f"    numbers = (second > {outputs.threshold!r}).astype(int)\n"
            "    probabilities = np.stack([1 - second, second], axis=1)\n"
        )
    return (
        f'{lines}    return [pipeline["outputs"]["names"][number] for number in numbers], probabilities\n'
    ), "The labels (n) and the probabilities (n, classes)"


_SAMPLE: Final = '''def sample(count, steps=40, method="euler", seed=0, paths=False{arguments}):
    """New samples (count{shape}) from noise; with `paths` all steps, (steps + 1, count{shape}).{about}"""
    x = {start}

    def velocity(x, time):
        inputs = np.zeros((count, {width}), np.float32)
        inputs[:, :{numbers}], inputs[:, {numbers}] = x, time
{velocity}
    found, step = [x], np.float32(1 / steps)
    for number in range(steps):
        v = velocity(x, number / steps)
        if method == "heun":
            v = (v + velocity(x + step * v, (number + 1) / steps)) / 2
        x = x + step * v
        found.append(x)
    x = np.stack(found) if paths else x
{scaled}    return x{reshaped}
'''
_ABOUT_CLASS: Final = """

    `label` is a class, by name or number; `guidance` above 1 makes samples more typical of it.
    """
_BY_CLASS: Final = """        free = network(inputs).copy()
        if label is None:
            return free
        classes = pipeline["outputs"]["classes"]
        inputs[:, {place} + (classes.index(label) if label in classes else int(label))] = 1
        return free + np.float32(guidance) * (network(inputs) - free)
"""


_DECODED: Final = '''def sample(count, seed=0):
    """New samples (count{shape}), which the decoder makes of codes from N(0, 1)."""
    outputs = decode(np.random.default_rng(seed).standard_normal((count, {size}), np.float32))
{values}    return values.reshape(count{shape})
'''


def sample_code(pipeline: Pipeline, code: int = 0) -> str:
    """A function `sample`, which calls `network` with network inputs; "" unless the model makes samples.

    With codes of `code` numbers it calls `decode`. Its noise is that of `core.predict.sample` for the same seed.
    """
    outputs, inputs = pipeline.outputs, pipeline.inputs
    if code:
        lengths = "".join(f", {length}" for length in pipeline.input_shape)
        values = _prediction(pipeline)[0].replace("    return ", "    values = ")
        return _DECODED.format(shape=lengths, size=code, values=values)
    if not isinstance(outputs, VelocityOutputs) or not isinstance(inputs, TableInputs):
        return ""
    numbers = len(outputs.columns)
    rng, numbered = "np.random.default_rng(seed)", f"((count, {numbers}), np.float32)"
    starts = {
        "normal": f"{rng}.standard_normal{numbered}",
        "uniform": f"({rng}.random{numbered} * 2 - 1) * np.float32(3**0.5)",
        "ring": f"(z := {rng}.standard_normal{numbered})"
        f" * (np.linalg.norm(z, axis=1, keepdims=True) / np.float32({numbers}**0.5)) ** np.float32(-0.8)",
    }
    is_scaled = any((*column.shifts, *column.scales) != (0.0, 1.0) for column in inputs.columns[:numbers])
    shape = outputs.samples.input_shape
    return _SAMPLE.format(
        arguments=", label=None, guidance=1.0" if outputs.classes else "",
        shape="".join(f", {length}" for length in shape),
        about=_ABOUT_CLASS if outputs.classes else "",
        start=starts[outputs.start],
        width=len(inputs.columns),
        numbers=numbers,
        velocity=_BY_CLASS.format(place=numbers + 1)
        if outputs.classes
        else "        return network(inputs)\n",
        scaled=(
            f'    columns = pipeline["inputs"]["columns"][:{numbers}]\n'
            '    x = x * [column["scale"] for column in columns] + [column["shift"] for column in columns]\n'
            if is_scaled
            else ""
        ),
        reshaped=f".reshape(*x.shape[:-1], {', '.join(map(str, shape))})" if len(shape) > 1 else "",
    )


def _row(inputs: TableInputs) -> str:
    found = example_cells(inputs)
    if not found:
        return (
            'rows = [{column["name"]: 0.0 for column in pipeline["inputs"]["columns"]}]  # put yours here\n'
        )
    cells = "".join(f"    {cell.text}{f'  # {cell.remark}' if cell.remark else ''}\n" for cell in found)
    return f"row = {{  # put yours here\n{cells}}}\nrows = [row]\n"


def _cell(column: FittedColumn) -> ExampleCell:
    name = quoted(column.name)
    if isinstance(column, CategoryColumn):
        value = column.fill or column.categories[0]
        others = ", ".join(column.categories[:6]) + (", ..." if len(column.categories) > 6 else "")
        return ExampleCell(name, quoted(value), comment_text(others))
    assert isinstance(column, NumberColumn)
    number = column.shift if column.fill is None else column.fill
    value = f"{number:.4g}" if abs(number) < 1e4 else f"{number:.0f}"
    days = f"days since {column.column_format.origin}" if column.column_format.kind == "days" else ""
    return ExampleCell(name, value, comment_text(days or column.unit))


LINE_WIDTH: Final = 100


def written(value: Any, indent: int = 0) -> str:
    """A value of JSON as Python, in one line where that fits."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        parts = [f"{written(key)}: {written(each, indent + 4)}" for key, each in value.items()]
        return _in_brackets("{}", parts, indent)
    if isinstance(value, list):
        return _in_brackets("[]", [written(each, indent + 4) for each in value], indent)
    return repr(value)


def _in_brackets(brackets: str, parts: list[str], indent: int) -> str:
    line = f"{brackets[0]}{', '.join(parts)}{brackets[1]}"
    if len(line) + indent <= LINE_WIDTH - 30 and "\n" not in line:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts)
    return f"{brackets[0]}\n{inner}{' ' * indent}{brackets[1]}"


def call_text(function: str, arguments: Sequence[str], after: str = "", before: str = "") -> str:
    """`before` + `function(arguments)` + `after`, in one line where that fits."""
    line = f"{before}{function}({', '.join(arguments)}){after}"
    if len(line) <= LINE_WIDTH and "\n" not in line:
        return line
    inner = f"    {', '.join(arguments)}\n"
    if len(inner) > LINE_WIDTH or "\n" in inner[:-1]:
        inner = "".join(f"    {argument},\n" for argument in arguments)
    return f"{before}{function}(\n{inner}){after}"


def path_text(path: Path) -> str:
    """A path as a string literal, in double quotes where they need no escape."""
    text = repr(str(path))
    return f'"{text[1:-1]}"' if text.startswith("'") and '"' not in text else text


def nested(array: Array) -> Any:
    """Nested lists; each float32 becomes the shortest number that gives it again."""
    if array.ndim == 0:
        return float(str(array[()])) if array.dtype.kind == "f" else int(array[()])
    return [nested(part) for part in array]
