"""Export to one HTML file that runs the network in a browser, with nothing loaded from outside."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ...data.drawing import DrawingNormalizer
from ...data.features import FEATURES
from ...data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    ImageInputs,
    Pipeline,
    PointInputs,
    ReconstructionOutputs,
    TableInputs,
    TokenInputs,
    TokenOutputs,
    ValueOutputs,
)
from ...data.plane import Plane
from ...experiment.experiment import Experiment
from ...experiment.prepare import PreparedData, prepare
from ...experiment.short_text import ShortTextError, experiment_to_text
from ...io.atomic_write import atomic_write
from ...io.figure_text import loss_text
from ...io.model_graphs import OnnxGraph, OnnxNode
from ...io.number_text import count_text
from ...io.sentence import one_line
from ...nn.network import Network, describe
from ...spec import SettingError, setting
from ...train.history import History
from ..exporter import EXPORTERS, LIMIT, Exporter, keras_prefixes
from ..external_reader import MissingReaderError, ReaderPredictions
from ..onnx.writer import description_graph, onnx_graph
from ..programs.loading_code import loading_code
from ..trained_model import ModelDescription, TrainedModel
from ..weights.safetensors import Safetensors
from .packing import packed
from .program import operators, page_text
from .proving import page_predictions
from .still_picture import still_picture
from .training_plan import STEPS, training_fault, training_plan

MAX_WEIGHTS: Final = 4_000_000
"""Numbers in a page: 21 MB of text, which browsers on phones still open."""
_MAX_DOWNLOAD: Final = 300_000
"""Numbers up to which the weights lie in the page once more, as a file to download."""
_MAX_POINTS, _MAX_IMAGES, _MAX_ROWS, _MAX_TEXTS = 400, 10, 200, 4
_MAX_MOMENTS: Final = 40
_OUTPUTS: Final = (ClassOutputs, ValueOutputs, ReconstructionOutputs, TokenOutputs)
_WEIGHTS: Final = Safetensors(layout="keras")
_FILE: Final = "network"
_COLOURS: Final = ("orange", "blue", "green", "yellow", "sky blue", "red", "pink", "grey", "purple", "brown")
"""Names of numbered classes of points, by the colours that they have in the page."""


@EXPORTERS.register()
class InteractivePage(Exporter):
    """An `.html` with the network, its preprocessing and a program of `resources/page` that runs and draws it.

    The page forbids itself all loading. Texts are texts in it, never markup.
    """

    kind = "page"
    title = "Interactive page"
    summary = "One HTML file to send: it runs the network in any browser, without internet"
    suffix = ".html"
    group = "Page"
    languages = ("HTML",)

    about: str = setting("", "About", help="A sentence under the title; empty: what the network does.")
    weights: Literal["float32", "float16"] = setting(
        "float32",
        "Weights",
        choices=("float32", "float16"),
        help="Half as many digits make half as large a file; the proof says how much its predictions differ.",
    )
    film_kb: int = setting(
        300,
        "Film, KB",
        low=0,
        high=10_000,
        help="How much of the file earlier moments of the training may take, to look back at; 0: none.",
    )
    holds_data: bool = setting(
        True,
        "Samples",
        help="Show samples of built-in or painted data; of your own files, the ranges of the columns alone.",
    )
    trains: bool = setting(
        False,
        "Let it train",
        help="Whoever opens the page can let the network go on learning, from the samples in it.",
    )
    with_samples: bool = setting(
        False,
        "With my training samples",
        help="Your own rows or images travel in the page so that it trains: whoever has the page has them.",
    )

    @property
    def limit(self) -> float:
        """See `Exporter.limit`; float16 has three digits, which many layers lose one by one."""
        return LIMIT if self.weights == "float32" else 0.1

    def write(self, model: TrainedModel, path: Path) -> None:
        text = self.source(model, path)
        with atomic_write(path) as file:
            file.write(text.encode())

    def source(self, model: TrainedModel, path: Path) -> str:
        self.check(model.description)
        data = _data(model)
        content = _content(model, self, data)
        return _page(model.name or "A neural network", content, self._still(model, data))

    def live(self, model: TrainedModel, data: PreparedData) -> str:
        """A page within a notebook: it has a bar that asks for training, and is sent each `moment` of it."""
        self.check(model.description)
        content = _content(model, self, data, live=True)
        return _page(content["name"], content, "")

    def _still(self, model: TrainedModel, data: PreparedData | None) -> str:
        """The picture for readers without the program, as markup; "" without data."""
        # An encoder's outputs are not those that the data have.
        if data is None or model.pipeline is None or data.pipeline.outputs != model.pipeline.outputs:
            return ""
        own = bool(model.data_sha256)
        picture, text = still_picture(model, data, samples=self.holds_data and not own)
        if not picture:
            return ""
        coded, said = base64.b64encode(picture).decode(), html.escape(one_line(text))
        image = f'<img src="data:image/webp;base64,{coded}" alt="{said}">'
        return f"<figure>{image}<figcaption>{said}.</figcaption></figure>"

    def check(self, model: ModelDescription) -> None:
        if model.pipeline is None:
            raise SettingError(
                "Interactive page: the network must take raw samples, got one without preprocessing"
            )
        if type(model.pipeline.outputs) not in _OUTPUTS:
            raise SettingError(
                f"Interactive page: the network must predict classes, values or tokens, got "
                f"{model.pipeline.outputs.title}"
            )
        if not isinstance(model.pipeline.inputs, PointInputs | TableInputs | ImageInputs | TokenInputs):
            raise SettingError(
                f"Interactive page: samples must be points, rows, images or texts, got {model.pipeline.inputs.title}"
            )
        try:
            graph = description_graph(model)
        except SettingError as error:
            # The page runs ONNX's graph, of which its reader knows nothing.
            raise SettingError(str(error).replace(" as ONNX", " as a page")) from None
        if (count := sum(array.size for array in graph.constants.values())) > MAX_WEIGHTS:
            raise SettingError(f"Interactive page: weights must be at most {MAX_WEIGHTS:,}, got {count:,}")
        for node in graph.nodes:
            if node.operator not in operators():
                named = zip(keras_prefixes(model.layers), model.layers, strict=True)
                titles = [layer.title for prefix, layer in named if _is_of(node, prefix)]
                raise SettingError(f"{(titles or [node.operator])[0]} cannot be written as a page yet")

    def idle(self, model: ModelDescription) -> frozenset[str]:
        return frozenset() if self.trains else frozenset({"with_samples"})

    def notes(self, experiment: Experiment | None, samples: int) -> Mapping[str, str]:
        if not self.trains:
            return {}
        own = bool(getattr(experiment and experiment.dataset, "sha256", ""))
        if fault := training_fault(experiment, samples, stays=own and not self.with_samples):
            return {"Runs only": fault}
        text = count_text(samples, "sample")
        return {"In the page": f"{text} of your own: whoever has it has them" if own else text}

    def program(self, path: Path, model: ModelDescription, language: str) -> str:
        title = html.escape(model.name or "A neural network", quote=True)
        return (
            "<!-- Open the file in a browser, or show it within another page: -->\n"
            f'<iframe src="{html.escape(path.name, quote=True)}" title="{title}" width="100%" height="900"></iframe>\n'
        )

    def run(self, path: Path, model: ModelDescription, raw: Any) -> ReaderPredictions:
        assert model.pipeline is not None
        node = shutil.which("node")
        if node is None:
            raise MissingReaderError("The page is written but not run here: Node.js is not installed")
        return page_predictions(node, path, model.pipeline, raw)


def _page(title: str, content: Mapping[str, Any], still: str) -> str:
    """The whole file. The policy allows this very program and style, and no address at all."""
    style = page_text("page.css")
    files = ("runtime.js", "train.js", "page.js") if content["training"] else ("runtime.js", "page.js")
    program = "\n".join(map(page_text, files))
    # "<" would end the script early, whatever a class is called.
    model = json.dumps(content, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    model = model.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src blob: data:; "
        f"script-src {_hash(program)}; style-src {_hash(style)}"
    )
    facts = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(text)}</td></tr>'
        for name, text in content["facts"]
    )
    parts = {
        "POLICY": policy,
        "TITLE": html.escape(one_line(title)),
        "ABOUT": html.escape(one_line(content["about"])),
        "FACTS": facts,
        "STILL": still,
        "STYLE": style,
        "MODEL": model,
        "PROGRAM": program,
    }
    # In one pass: a class may be called "{{PROGRAM}}".
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], page_text("page.html"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def moment(network: Network, pipeline: Pipeline) -> dict[str, NDArray[np.float32]]:
    """The part of its graph that a live page replaces to show the network as it is now."""
    constants = onnx_graph(network, pipeline).constants
    return {name: array for name, array in constants.items() if array.dtype == np.float32}


def _content(
    model: TrainedModel, page: InteractivePage, data: PreparedData | None, live: bool = False
) -> dict[str, Any]:
    """Input of the program: the graph, the parts to draw, and the facts of the training."""
    pipeline = model.pipeline
    assert pipeline is not None
    graph = onnx_graph(model.network, pipeline)
    halved = _weights_of(graph, model.description) if page.weights == "float16" else frozenset()
    content: dict[str, Any] = {
        "name": model.name or "A neural network",
        "about": page.about or _about(pipeline),
        "graph": _graph_json(graph, halved),
        "film": _film(model, graph, 1000 * page.film_kb),
        "first": _first_value(graph, model.description),
        "layers": [] if isinstance(pipeline.inputs, TokenInputs) else list(_layers(graph, model.description)),
        "inputs": _inputs(pipeline, data if page.holds_data else None),
        "outputs": _outputs(pipeline, data),
        "facts": list(_facts(model, data)),
        "curves": curves(_whole_history(model)),
        "epoch": model.epoch or 0,
        "samples": _samples(model, data) if page.holds_data and data is not None else {},
        "weights": "",
        "live": live,
        "training": None,
    }
    if page.trains:
        content |= _learning(model, page, data, graph, content)
    # A frame within a notebook may not save files.
    few = model.network.parameter_count <= _MAX_DOWNLOAD and not live
    if few and (weights := _download(model, header=content["training"] is not None)):
        content |= {
            "weights": weights,
            "file": _FILE,
            "code": loading_code(_WEIGHTS, Path(f"{_FILE}.safetensors"), model.description),
        }
    return content


def _learning(
    model: TrainedModel,
    page: InteractivePage,
    data: PreparedData | None,
    graph: OnnxGraph,
    content: Mapping[str, Any],
) -> dict[str, Any]:
    """What changes in the content of a page that trains: its plan; or a fact that says why it does not."""
    facts, experiment = content["facts"], model.experiment
    samples = 0 if data is None else len(data.train) + len(data.test)
    for title, fault in page.notes(experiment, samples).items():
        if title == "Runs only":
            return {"facts": [*facts, (title, f"{fault[0].upper()}{fault[1:]}.")]}
    assert data is not None
    assert experiment is not None
    plan = training_plan(model, data, graph, content["first"])
    steps = count_text(plan["proof"]["steps"], "step")
    try:
        line = experiment_to_text(experiment)
    except ShortTextError:  # points painted by the thousand
        line = ""
    kinds = content["inputs"]["kind"], content["outputs"]["kind"]
    adds = ", add points of your own" if kinds == ("points", "classes") else ""
    return {
        "about": page.about
        or f"A small neural network that learns here, in your browser. Press Play, change the rate{adds}.",
        "facts": [*facts, ("Learns here", f"As the program does: {steps} of {STEPS} were compared.")],
        "film": {},
        "training": plan,
        "line": line,
    }


def _data(model: TrainedModel) -> PreparedData | None:
    """The data of the training, where they can still be read."""
    if model.experiment is None:
        return None
    try:
        data = prepare(model.experiment)
    except (OSError, ValueError):
        return None
    # A decoder takes codes.
    return data if model.pipeline is not None and data.pipeline.inputs == model.pipeline.inputs else None


def _about(pipeline: Pipeline) -> str:
    outputs = pipeline.outputs
    if isinstance(outputs, ClassOutputs):
        names = [one_line(name) for name in _outputs(pipeline)["names"]]
        shown = (
            ", ".join(names[:-1]) + f" and {names[-1]}"
            if len(names) <= 6
            else count_text(len(names), "class")
        )
        does = f"tells {shown} apart"
    elif isinstance(outputs, TokenOutputs):
        does = f"goes on with a text, of {count_text(len(outputs.names), 'token')}"
    elif isinstance(outputs, ReconstructionOutputs):
        does = "gives back what it is given"
    else:
        does = f"predicts {', '.join(map(one_line, getattr(outputs, 'names', ())))}"
    how = {
        "tokens": "Type: it says what follows, and writes on.",
        "points": "Drag the point: every neuron lights up with what it says about that place.",
        "images": "Draw, or choose an image: every neuron lights up with what it sees.",
    }.get(pipeline.inputs.kind, "Change a value: every neuron lights up with what it says about the row.")
    return f"A neural network that {does}. {how}"


def _weights_of(graph: OnnxGraph, model: ModelDescription) -> frozenset[str]:
    """Names of the constants that layers take, without those of the preprocessing."""
    prefixes = list(keras_prefixes(model.layers))
    nodes = [node for node in graph.nodes if any(_is_of(node, prefix) for prefix in prefixes)]
    return frozenset(name for node in nodes for name in node.inputs if name in graph.constants)


def _film(model: TrainedModel, graph: OnnxGraph, most_bytes: int) -> dict[str, Any]:
    """Earlier moments of the network: their epochs, and of each the constants that differ from the last one's."""
    assert model.pipeline is not None
    size = max(1, 8 * model.network.parameter_count // 3)  # 2 bytes a number, of which base64 makes 8 / 3
    most = min(len(model.film), _MAX_MOMENTS, most_bytes // size)
    if most < 2:
        return {}
    chosen = [
        model.film[at] for at in np.unique(np.linspace(0, len(model.film) - 1, most).round().astype(int))
    ]
    network, moments = model.network.frozen_copy(), []
    for _, (parameters, state) in chosen:
        network.parameters[...], network.state[...] = parameters, state
        moments.append(
            {
                name: packed(array, halved=True)
                for name, array in moment(network, model.pipeline).items()
                if not np.array_equal(array, graph.constants[name])
            }
        )
    return {"epochs": [round(position, 2) for position, _ in chosen], "moments": moments}


def _graph_json(graph: OnnxGraph, halved: frozenset[str]) -> dict[str, Any]:
    return {
        "inputs": [{"name": p.name, "type": _type(p.dtype), "shape": list(p.shape)} for p in graph.inputs],
        "outputs": [port.name for port in graph.outputs],
        "nodes": [
            [
                node.operator,
                list(node.inputs),
                node.output,
                {
                    name: _type(each) if isinstance(each, type) else each
                    for name, each in node.attributes.items()
                },
            ]
            for node in graph.nodes
        ],
        "constants": {name: packed(array, name in halved) for name, array in graph.constants.items()},
    }


def _type(dtype: Any) -> str:
    return "str" if dtype is str else np.dtype(dtype).name


def _first_value(graph: OnnxGraph, model: ModelDescription) -> str:
    """The value that the first layer takes."""
    prefixes = list(keras_prefixes(model.layers))
    nodes = (node for node in graph.nodes if any(_is_of(node, prefix) for prefix in prefixes))
    first = next(nodes, None)
    return first.inputs[0] if first is not None else graph.inputs[0].name


def _is_of(node: OnnxNode, prefix: str) -> bool:
    return node.name.startswith(f"{prefix}/")


def _layers(graph: OnnxGraph, model: ModelDescription) -> Iterator[dict[str, Any]]:
    """The layers as columns: what works on numbers one by one belongs to the column before."""
    shapes, _ = describe(model.layers, model.input_shape)
    before, column, pixels = (
        model.input_shape,
        None,
        model.input_shape if len(model.input_shape) == 3 else None,
    )
    for prefix, layer, shape in zip(keras_prefixes(model.layers), model.layers, shapes, strict=True):
        nodes = [node for node in graph.nodes if _is_of(node, prefix)]
        kernel = next((node.inputs[1] for node in nodes if node.operator in ("Gemm", "MatMul")), "")
        if nodes and column is not None and shape == before and not kernel and layer.family != "convolution":
            column["value"] = nodes[-1].output
        elif nodes and layer.family != "shape":
            if column is not None:
                yield column
            column = {
                "title": layer.title,
                "value": nodes[-1].output,
                "shape": list(shape),
                "kernel": kernel if len(before) == 1 else "",
                "pixels": list(pixels) if pixels and kernel else None,
            }
            pixels = None
        before = shape
    if column is not None:
        yield column


def _inputs(pipeline: Pipeline, data: PreparedData | None) -> dict[str, Any]:
    inputs = pipeline.inputs
    if isinstance(inputs, PointInputs):
        plane = Plane.of_points(np.zeros((0, 2), np.float32)) if data is None else data.plane
        # The two columns of a program's own table have names.
        named = data is not None and bool(data.columns)
        names = list(plane.labels) if named else [FEATURES[name].label for name in inputs.features]
        axes = list(plane.labels)
        return {
            "kind": "points",
            "names": names,
            "axes": axes,
            "low": list(plane.low),
            "high": list(plane.high),
        }
    if isinstance(inputs, ImageInputs):
        height, width, channels = inputs.shape
        form = (
            DrawingNormalizer((height, width, channels))
            if data is None
            else DrawingNormalizer.of(data.data.inputs)
        )
        return {
            "kind": "images",
            "shape": list(inputs.shape),
            "high": inputs.high,
            "inverted": inputs.inverted,
            "longer": form.longer_side,
            "byMass": form.by_mass,
            "paper": form.paper,
        }
    if isinstance(inputs, TokenInputs):
        parts = {name: getattr(inputs, name) for name in ("separator", "end", "length")}
        return {"kind": "tokens", "names": [], "vocabulary": list(inputs.vocabulary), **parts}
    assert isinstance(inputs, TableInputs)
    raw = {} if data is None else data.raw_samples(data.train, data.train_index)
    return {
        "kind": "table",
        "names": list(inputs.names_out),
        "columns": [_column(column, raw.get(column.name)) for column in inputs.columns],
    }


def _column(column: Any, raw: Any) -> dict[str, Any]:
    if isinstance(column, CategoryColumn):
        return {"name": column.name, "categories": list(column.categories)}
    numbers = np.array([], np.float64) if raw is None else column.onnx_input(raw)[:, 0]
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        numbers = np.array([column.shift - 3 * column.scale, column.shift, column.shift + 3 * column.scale])
    low, middle, high = (float(value) for value in np.quantile(numbers, (0, 0.5, 1), method="nearest"))
    whole = bool((numbers == np.round(numbers)).all())
    dates = column.format if column.column_format.kind == "days" else ""
    found = {
        "name": column.name,
        "unit": column.unit,
        "low": low,
        "middle": middle,
        "high": high,
        "whole": whole,
    }
    return {**found, "origin": dates.split()[-1]} if dates else found


def _outputs(pipeline: Pipeline, data: PreparedData | None = None) -> dict[str, Any]:
    outputs = pipeline.outputs
    if isinstance(outputs, ClassOutputs):
        names = list(outputs.names)
        if isinstance(pipeline.inputs, PointInputs) and names == list(map(str, range(len(names)))):
            names = list(_COLOURS[: len(names)])
        cut = outputs.threshold
        return {"kind": "classes", "names": names, "one": outputs.outputs == 1, "threshold": cut}
    if isinstance(outputs, TokenOutputs):
        return {"kind": "tokens", "names": list(outputs.names)}
    assert isinstance(outputs, ValueOutputs)
    if isinstance(outputs, ReconstructionOutputs) and isinstance(pipeline.inputs, ImageInputs):
        ends = np.multiply.outer((0.0, pipeline.inputs.high), np.ones(pipeline.inputs.shape))
        low, high = pipeline.transform(ends.astype(np.float32)).reshape(2, -1)[:, 0]
        return {"kind": "images", "names": [], "low": float(low), "high": float(high)}
    middle = [column.shift for column in outputs.columns]
    scale = [column.scale for column in outputs.columns]
    if data is not None and not any(middle) and set(scale) == {1.0}:
        # Values that are not scaled have no colours by themselves.
        values = np.asarray(data.truth_of(data.train), np.float64).reshape(len(data.train), -1)
        middle, scale = values.mean(axis=0).tolist(), (values.std(axis=0) + 1e-9).tolist()
    return {
        "kind": "values",
        "names": list(outputs.names),
        "units": [column.unit for column in outputs.columns],
        "middle": middle,
        "scale": scale,
    }


def _facts(model: TrainedModel, data: PreparedData | None) -> Iterator[tuple[str, str]]:
    """Facts of the training, by name; the page shows them without its program, too."""
    experiment = model.experiment
    if experiment is not None:
        yield "Data", experiment.dataset.label
        if experiment.dataset.citation:
            yield "Source", experiment.dataset.citation
    if data is not None:
        yield "Split", f"{len(data.train_index):,} to learn from, {len(data.test_index):,} to test"
    network = model.network
    sizes = [" × ".join(map(str, shape)) for shape in (network.input_shape, *network.shapes)]
    yield "Network", " → ".join(size for size, _ in groupby(sizes))
    yield "Weights", f"{network.parameter_count:,}"
    if experiment is not None:
        config = experiment.training
        rate = f"{config.optimizer.learning_rate:g}"
        yield (
            "Training",
            f"{config.optimizer.title} {rate}, batch {config.batch_size}, {model.epoch or 0:,} epochs",
        )
    if model.seed is not None:
        yield "Seed", str(model.seed)
    figure = None if model.figures is None else model.figures.test
    if figure is not None and experiment is not None and np.isfinite(figure.score):
        # The samples are told above; a part says so.
        part = f" ({figure.part})" if figure.is_part else ""
        yield f"Test loss{part}", loss_text(figure.loss)
        yield f"Test {experiment.task.score.name}{part}", experiment.task.score.text(figure.score)
    yield "Made with", model.program


def _whole_history(model: TrainedModel) -> History | None:
    """The curves, which end with the figures that the page tells."""
    if model.history is None or model.figures is None:
        return model.history
    return model.history.with_rest(model.figures)


def curves(history: History | None) -> dict[str, list[float | None]]:
    """At most 200 rows of a history, the last one among them, as a page takes them."""
    if history is None or len(history) < 2:
        return {}
    chosen = np.unique(np.linspace(0, len(history) - 1, 200).round().astype(int))
    columns = {
        "epoch": history.epoch,
        "train": history.drawn_loss,
        "test": history.test_loss,
        "test_score": history.test_accuracy,
    }
    return {
        name: [round(float(v), 6) if np.isfinite(v) else None for v in column[chosen]]
        for name, column in columns.items()
    }


def _samples(model: TrainedModel, data: PreparedData) -> dict[str, Any]:
    """Some samples of data that are not the user's own file."""
    assert model.pipeline is not None
    inputs = model.pipeline.inputs
    if model.data_sha256:
        return {}
    labels = np.asarray(data.test.labels)
    if isinstance(inputs, PointInputs):
        found = {}
        for name, points, targets in (
            ("train", data.train_points, data.train.labels),
            ("test", data.test_points, labels),
        ):
            values = np.asarray(targets)[:_MAX_POINTS]
            values = values if values.ndim == 1 else values[:, 0]
            found[name] = [
                [round(float(x), 3), round(float(y), 3), float(v)]
                for (x, y), v in zip(points, values, strict=False)
            ]
        return found
    if isinstance(inputs, TokenInputs):
        cut = inputs.length // 4
        return {
            "texts": [inputs.text(inputs.tokens(text)[:cut]) for text in data.raw_test_samples(_MAX_TEXTS)]
        }
    if isinstance(inputs, ImageInputs):
        raw = np.asarray(data.raw_test_samples(_MAX_ROWS))
        names = getattr(model.pipeline.outputs, "names", ())
        firsts = [
            int(np.flatnonzero(labels[: len(raw)] == n)[0])
            for n in range(len(names))
            if n in labels[: len(raw)]
        ]
        chosen = firsts[:_MAX_IMAGES] or list(range(min(_MAX_IMAGES, len(raw))))
        return {"images": [[round(float(v), 4) for v in raw[index].ravel()] for index in chosen]}
    return {}


def _download(model: TrainedModel, header: bool) -> str:
    """The weights as a .safetensors of Keras's layout, in base64; "" where the format cannot hold them.

    `header`: without the numbers, in whose place a page that trains puts its own.
    """
    with tempfile.TemporaryDirectory(prefix="numpynet-page-") as folder:
        path = Path(folder) / "model.safetensors"
        try:
            _WEIGHTS.write(model, path)
        except (SettingError, ImportError):
            return ""
        content = path.read_bytes()
        end = 8 + int.from_bytes(content[:8], "little") if header else len(content)
        return base64.b64encode(content[:end]).decode()
