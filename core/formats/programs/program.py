"""Programs that stand alone: a network, its preprocessing, `predict` and a command line in one Python file."""

from __future__ import annotations

import base64
import io
import keyword
import re
import shlex
import sys
import textwrap
import unicodedata
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from ...data.pipeline import ClassOutputs, ImageInputs, Pipeline, PointInputs, TableInputs, TokenOutputs
from ...io.atomic_write import atomic_write
from ...spec import setting
from ...spec.arrays import Arrays
from ..exporter import EXPORTERS, Exporter, check_weights, named_weights
from ..external_reader import ReaderPredictions, package_version, run_program
from ..keras.exporter import keras_predictions
from ..trained_model import ModelDescription, TrainedModel
from .loading_code import STANDARD_LIBRARY, loading_code
from .pipeline_code import LINE_WIDTH, PipelineCode, nested, written

MAX_LITERALS: Final = 1_000
"""Numbers that are written as such; more are unreadable anyway, and base64 takes a third of the room."""
_BESIDE: Final = ".npz"
_PACKAGES: Final = {"jax", "keras", "numpy", "sklearn", "tensorflow", "torch"}
_SHORTENED: Final = "Shown without its numbers, which the saved file has, and the copied code."


def module_name(text: str) -> str:
    """The name nearest to `text` by which a program can be imported, and which hides nothing that it imports itself."""
    name = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", text)).strip("_")
    if not name.isidentifier():
        name = f"model_{name}".rstrip("_")
    taken = keyword.iskeyword(name) or name in sys.stdlib_module_names or name in _PACKAGES
    return f"{name}_model" if taken else name


class _Program(Exporter):
    """A Python file with `predict` and a command line; run as `python FILE.py data.csv`."""

    suffix = ".py"
    group = "Programs"
    stands_alone = True
    offers: ClassVar[str] = "predict"
    """Names to import from it."""
    layout: ClassVar[str] = "keras"
    """Names and axis order of the weights; see `named_weights`."""
    package: ClassVar[str] = "numpy"
    """The package that the program needs beside NumPy, or NumPy."""

    weights: str = setting(
        "inside",
        "Weights",
        "Inside the program, or beside it in a .npz of the same name.",
        choices=("inside", "beside"),
    )

    def _ending(self, code: PipelineCode, pipeline: Pipeline | None) -> str:
        return _command_line(code, pipeline)

    def files(self, path: Path) -> tuple[Path, ...]:
        return (path, path.with_suffix(_BESIDE)) if self.weights == "beside" else (path,)

    def write(self, model: TrainedModel, path: Path) -> None:
        text = self.source(model, path)
        for beside in self.files(path)[1:]:
            with atomic_write(beside) as file:
                np.savez(file, **named_weights(model.network, self.layout))  # type: ignore[arg-type]
        with atomic_write(path) as file:
            file.write(text.encode())

    def check(self, model: ModelDescription) -> None:
        check_weights(self.layout, model)
        self._source(model, Path("model.py"), "", None)

    def source(self, model: TrainedModel, path: Path) -> str:
        self.check(model.description)
        return self._source(
            model.description, path, _origin(model), named_weights(model.network, self.layout)
        )

    def program(self, path: Path, model: ModelDescription, language: str) -> str:
        """The program itself, without its numbers where they are inside."""
        return self._source(model, path, _SHORTENED if self.weights == "inside" else "", None)

    def run(self, path: Path, model: ModelDescription, raw: Any) -> ReaderPredictions:
        return run_program(path, raw, f"{self.package} {package_version(self.package)}")

    def _source(self, model: ModelDescription, path: Path, origin: str, arrays: Arrays | None) -> str:
        beside = path.with_suffix(_BESIDE).name if self.weights == "beside" else ""
        parts = _Parts(self.layout, self.package, model.pipeline, arrays, beside)
        code = loading_code(parts, path, model, ending=lambda code: self._ending(code, model.pipeline))
        imports = [*parts.standard_imports, *(["import os"] if self.package == "keras" else [])]
        if model.pipeline is not None:
            imports.append("import argparse")
            if not isinstance(model.pipeline.outputs, TokenOutputs):
                imports += ["import csv", "import sys"]
                if not isinstance(model.pipeline.inputs, ImageInputs):
                    imports.append("import io")
        own, code = _without_imports(code)
        head = "\n".join(sorted({*imports, *own}, key=lambda line: (line.startswith("from "), line)))
        first = f'"""{_docstring(model, path, origin, self.package, self.offers)}"""\n'
        return "\n".join(filter(None, (first, f"{head}\n" if head else "", code)))


@EXPORTERS.register()
class NumpyProgram(_Program):
    """Needs NumPy alone."""

    kind = "numpy_program"
    title = "NumPy program"
    summary = "A Python file that needs NumPy alone, with a command line"


@EXPORTERS.register()
class PytorchProgram(_Program):
    """Needs PyTorch, and can be trained on there."""

    kind = "pytorch_program"
    suffix = "_torch.py"
    title = "PyTorch program"
    summary = "A Python file with a torch.nn.Sequential, with a command line"
    layout = "pytorch"
    package = "torch"


@EXPORTERS.register()
class KerasProgram(_Program):
    """Needs Keras 3 with PyTorch, JAX or TensorFlow, and can be trained on there."""

    kind = "keras_program"
    suffix = "_keras.py"
    title = "Keras program"
    summary = "A Python file with a functional Keras model, with a command line"
    package = "keras"

    def run(self, path: Path, model: ModelDescription, raw: Any) -> ReaderPredictions:
        return keras_predictions(path, raw)


@EXPORTERS.register()
class SklearnProgram(NumpyProgram):
    """Needs NumPy alone; scikit-learn's tools take its `model`."""

    kind = "sklearn_program"
    suffix = "_sklearn.py"
    title = "scikit-learn style"
    summary = "A Python file whose model has predict, predict_proba and score; it needs NumPy alone"
    offers = "model"

    def _ending(self, code: PipelineCode, pipeline: Pipeline | None) -> str:
        assert pipeline is not None
        return f"{estimator_code(pipeline)}\n\n{_command_line(code, pipeline)}"


class _Parts(Exporter):
    """The weights and the pipeline as expressions, for `loading_code`."""

    kind = title = "program parts"
    layout: str
    package: str
    _pipeline: Pipeline | None
    _arrays: Arrays | None
    _beside: str

    @property
    def standard_imports(self) -> list[str]:
        """Imports of the standard library that the expressions need."""
        if self._beside:
            return ["from pathlib import Path"]
        return ["import base64", "import io"] if self._is_encoded else []

    def reading(self, file: str) -> tuple[str, str]:
        if self.layout != "pytorch":
            return "import numpy as np\n", self._weights("np.array", ", np.float32")
        expression = self._weights("torch.tensor", "")
        if self._beside or self._is_encoded:
            expression = f"{{name: torch.from_numpy(array) for name, array in {expression}.items()}}"
        return "import numpy as np\nimport torch\n", expression

    def reading_pipeline(self, file: str) -> tuple[str, str]:
        assert self._pipeline is not None
        return "", written(self._pipeline.to_json())

    @property
    def _is_encoded(self) -> bool:
        arrays = list((self._arrays or {}).values())
        large = sum(array.size for array in arrays) > MAX_LITERALS
        return large or any(array.dtype != np.float32 for array in arrays)

    def _weights(self, maker: str, dtype: str) -> str:
        if self._beside:
            return f'dict(np.load(Path(__file__).with_name("{self._beside}")))'
        if self._arrays is None:
            return "{...}"
        if self._is_encoded:
            return _encoded(self._arrays)
        lines = "".join(
            f'    "{name}": {maker}({written(nested(array), 4)}{dtype}),\n'
            for name, array in self._arrays.items()
        )
        return f"{{\n{lines}}}"


def _without_imports(code: str) -> tuple[list[str], str]:
    """The imports of the standard library at the beginning, and the rest."""
    lines = code.split("\n")
    place = next(index for index, line in enumerate(lines) if line and line not in STANDARD_LIBRARY)
    # The pipeline is inside, so json has nothing to read.
    return [line for line in lines[:place] if line and line != "import json"], "\n".join(lines[place:])


def _encoded(arrays: Arrays) -> str:
    """Arrays as the base64 text of a compressed .npz."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    text = base64.b64encode(packed.getvalue()).decode()
    lines = "".join(
        f'    "{text[start : start + LINE_WIDTH]}"\n' for start in range(0, len(text), LINE_WIDTH)
    )
    return f"dict(np.load(io.BytesIO(base64.b64decode(\n{lines}))))"


def _origin(model: TrainedModel) -> str:
    known = [
        f"{model.place_text} epochs" if model.epoch is not None else "",
        f"seed {model.seed}" if model.seed is not None else "",
        f"the data's SHA-256 {model.data_sha256}" if model.data_sha256 else "",
        f"proven by {model.proof['reader']}" if model.proof else "",
    ]
    return f"Trained by {model.program}: {', '.join(filter(None, known))}."


def _docstring(model: ModelDescription, path: Path, origin: str, package: str, offers: str) -> str:
    pipeline = model.pipeline
    needs = {"numpy": "NumPy alone", "torch": "PyTorch", "keras": "Keras 3"}[package]
    name = (model.name or "A network").replace('"', "'")
    with_what = "with its preprocessing" if pipeline is not None else "for inputs that are prepared already"
    lines = [f"{name}: a trained network {with_what}, in {needs}."]
    if pipeline is not None and isinstance(pipeline.outputs, ClassOutputs):
        names = ", ".join(pipeline.outputs.names)
        lines += ["", *textwrap.wrap(f"It predicts one of {names}.", LINE_WIDTH)]
    if origin:
        lines += ["", *textwrap.wrap(origin, LINE_WIDTH)]
    if pipeline is not None:
        data = "images.npy" if isinstance(pipeline.inputs, ImageInputs) else "data.csv"
        if isinstance(pipeline.outputs, TokenOutputs):
            data, offers = '"a prompt"', f"generate, {offers}"
        lines += ["", f"    python {shlex.quote(path.name)} {data}"]
        if path.stem == module_name(path.stem):
            lines.append(f"    from {path.stem} import {offers}")
    text = "\n".join(lines).replace("\\", "\\\\").replace("\0", " ").replace('"""', "'''")
    return f"{text}\n"


_READ_ROWS: Final = [
    "def read_rows(path, names, delimiter):",
    '    """The rows of a CSV file; a delimiter of None is the one that finds most of the names."""',
    '    with open(path, "rb") as file:',
    "        data = file.read()",
    "    try:",
    '        text = data.decode("utf-16" if data[:2] in (b"\\xff\\xfe", b"\\xfe\\xff") else "utf-8-sig")',
    "    except UnicodeDecodeError:",
    '        text = data.decode("cp1252", "replace")  # as Excel writes in Europe and America',
    "",
    "    def reader(delimiter):",
    '        return csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)',
    "",
    "    def found(delimiter):",
    "        return len(set(names) & set(reader(delimiter).fieldnames or ()))",
    "",
    """    return list(reader(delimiter or max(",;\\t|", key=found)))""",
    "",
    "",
]

_IS_COMPLETE: Final = [
    "def is_complete(row, number):",
    '    """Whether a row has the values that are needed; else its prediction is empty."""',
    "    try:",
    "        prepare([row])",
    "    except (ValueError, AttributeError) as error:",
    '        print(f"line {number}: {error}", file=sys.stderr)',
    "        return False",
    "    return True",
    "",
    "",
]


_WRITE_TEXTS: Final = """def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prompt", nargs="?", default="", help="the text to continue")
    parser.add_argument("-n", "--count", type=int, default=5, help="how many texts")
    parser.add_argument("--length", type=int, default=pipeline["inputs"]["length"], help="tokens to add at most")
    parser.add_argument("--temperature", type=float, default=0.8, help="0: always the likeliest token")
    parser.add_argument("--top-k", type=int, default=0, help="draw from so many of the likeliest; 0: from all")
    parser.add_argument("--seed", type=int, default=0, help="the same seed writes the same")
    try:
        print(*generate(**vars(parser.parse_args())), sep="\\n")
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
"""


def _command_line(code: PipelineCode, pipeline: Pipeline | None) -> str:
    assert pipeline is not None
    inputs, outputs = pipeline.inputs, pipeline.outputs
    if isinstance(outputs, TokenOutputs):
        return _WRITE_TEXTS
    if isinstance(inputs, ImageInputs):
        shape = ", ".join(map(str, inputs.shape))
        what, read = f"a .npy file of images (n, {shape})", ["    images = np.load(options.data)"]
    else:
        columns = "x1 and x2" if isinstance(inputs, PointInputs) else "these columns"
        what = f"a CSV file with {columns}"
        names = '("x1", "x2")'
        if not isinstance(inputs, PointInputs):
            names = '[column["name"] for column in pipeline["inputs"]["columns"]]'
        read = [
            f"    names = {names}",
            "    rows = read_rows(options.data, names, options.delimiter)",
            "    missing = [name for name in names if not rows or name not in rows[0]]",
            "    if missing:",
            """        sys.exit(f"{options.data} has no rows with the columns {', '.join(missing)}")""",
        ]
        if isinstance(inputs, PointInputs):
            read.append('    points = [[float(row["x1"]), float(row["x2"])] for row in rows]')
        else:
            read += [
                "    taken = [is_complete(row, number) for number, row in enumerate(rows, 2)]",
                "    if not any(taken):",
                '        sys.exit(f"{options.data} has no row with all values")',
                "    rows = [row for row, good in zip(rows, taken) if good]",
            ]
    if isinstance(outputs, ClassOutputs):
        prediction = [
            f"    labels, probabilities = predict({code.argument})",
            '    header = ["label", *pipeline["outputs"]["names"]]',
            "    lines = [[label, *row] for label, row in zip(labels, probabilities)]",
        ]
    else:
        prediction = [
            f"    lines = predict({code.argument})",
            '    header = [column["name"] for column in pipeline["outputs"]["columns"]]',
        ]
    check = [] if isinstance(inputs, ImageInputs) else _READ_ROWS
    if isinstance(inputs, TableInputs):
        check = [*check, *_IS_COMPLETE]
        prediction += [
            '    found, empty = iter(lines), [""] * len(header)',
            "    lines = [next(found) if good else empty for good in taken]",
        ]
    body = [
        *check,
        "def main():",
        "    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])",
        f'    parser.add_argument("data", help="{what}")',
        '    parser.add_argument("-o", "--output", help="the CSV file to write; else it is printed")',
        '    parser.add_argument("-d", "--delimiter", help="between the columns of the CSV file; else found")',
        "    options = parser.parse_args()",
        *read,
        *prediction,
        '    file = open(options.output, "w", encoding="utf-8", newline="") if options.output else sys.stdout',
        '    writer = csv.writer(file, lineterminator="\\n")',
        "    writer.writerow(header)",
        "    writer.writerows(lines)",
        "    if options.output:",
        "        file.close()",
        "",
        "",
        'if __name__ == "__main__":',
        "    main()",
    ]
    return "\n".join(body) + "\n"


_ROWS: Final = '''def rows_of(X):
    """Rows of a DataFrame, of an array (n, columns) in the order of the columns, or the rows themselves."""
    if hasattr(X, "to_dict"):
        return X.to_dict("records")
    if len(X) and isinstance(X[0], dict):
        return X
    names = [column["name"] for column in pipeline["inputs"]["columns"]]
    if len(X) and len(X[0]) != len(names):
        raise ValueError(f"X must have the {len(names)} columns {', '.join(names)}, got {len(X[0])}")
    return [dict(zip(names, row)) for row in X]


'''

_HEAD: Final = '''try:
    from sklearn.base import BaseEstimator, {mixin}

    BASES = ({mixin}, BaseEstimator)
except ImportError:  # it predicts without
    BASES = ()


class Model(*BASES):
    """The model with scikit-learn's methods: `model` below, for pipelines, plots and inspections there."""

'''
_FIT: Final = """    def fit(self, X=None, y=None):
        return self  # it is trained already

    def __sklearn_is_fitted__(self):
        return True

"""
_CLASSES: Final = """    def predict(self, X):
        return np.array(predict({given})[0])

    def predict_proba(self, X):
        return np.asarray(predict({given})[1], float)

    def score(self, X, y):
        return float(np.mean(self.predict(X) == np.array([str(label) for label in y])))
"""
_VALUES: Final = """    def predict(self, X):
        return np.asarray(predict({given}), float){ravel}

    def score(self, X, y):
        y, found = np.asarray(y, float), self.predict(X)
        return float(np.mean(1 - ((y - found) ** 2).sum(axis=0) / ((y - y.mean(axis=0)) ** 2).sum(axis=0)))
"""


def estimator_code(pipeline: Pipeline) -> str:
    """`model`, an object with `predict` and `score`, and `predict_proba` for classes; it needs NumPy alone."""
    inputs, outputs = pipeline.inputs, pipeline.outputs
    table = isinstance(inputs, TableInputs)
    lines = []
    if table:
        lines.append(
            '    feature_names_in_ = np.array([column["name"] for column in pipeline["inputs"]["columns"]], object)'
        )
        lines.append("    n_features_in_ = len(feature_names_in_)")
    given = "rows_of(X)" if table else "np.asarray(X, float)"
    if isinstance(outputs, ClassOutputs):
        mixin, methods = "ClassifierMixin", _CLASSES.format(given=given)
        lines.append('    classes_ = np.array(pipeline["outputs"]["names"])')
    else:
        single = len(getattr(outputs, "columns", (None,))) == 1
        mixin, methods = "RegressorMixin", _VALUES.format(given=given, ravel="[:, 0]" if single else "")
    fields = "".join(f"{line}\n" for line in lines) + ("\n" if lines else "")
    return f"{_ROWS if table else ''}{_HEAD.format(mixin=mixin)}{fields}{_FIT}{methods}\n\nmodel = Model()\n"
