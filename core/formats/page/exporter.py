"""Export to one HTML file that runs the network in a browser, with nothing loaded from outside."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
from collections.abc import Iterator, Mapping
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
from ...io.model_graphs import OnnxGraph, OnnxNode
from ...io.number_text import count_text, held_text, loss_text
from ...io.resources import texts_of
from ...io.sentence import in_sentence, one_line
from ...nn.network import Network, describe
from ...spec import SettingError, setting
from ...train.figures import Figures
from ...train.history import History
from ..exporter import EXPORTERS, LIMIT, Exporter
from ..external_reader import MissingReaderError, ReaderPredictions
from ..onnx.writer import description_graph, layer_nodes, onnx_graph
from ..programs.loading_code import loading_code
from ..trained_model import ModelDescription, TrainedModel
from ..weights.safetensors import Safetensors
from .packing import operators, packed, page_text
from .proving import page_predictions
from .still_picture import still_picture
from .training_plan import STEPS, activation_operators, training_fault, training_plan

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

    about: str = setting("", "About", "A sentence under the title; empty: what the network does.")
    weights: Literal["float32", "float16"] = setting(
        "float32",
        "Weights",
        "Half as many digits make half as large a file; the proof says how much its predictions differ.",
        choices=("float32", "float16"),
    )
    film_kb: int = setting(
        300,
        "Film, KB",
        "How much of the file earlier moments of the training may take, to look back at; 0: none.",
        low=0,
        high=10_000,
    )
    holds_data: bool = setting(
        True,
        "Samples",
        "Show samples of built-in or painted data. Of your own files it has the name, the names and ranges of the "
        "columns, or the words of a text, but no sample.",
    )
    trains: bool = setting(
        False,
        "Let it train",
        "Whoever opens the page can let the network go on learning, from the samples in it.",
    )
    with_samples: bool = setting(
        False,
        "With my training samples",
        "Your own rows or images travel in the page so that it trains: whoever has the page has them.",
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
        return _page(_content(model, self, data), self._still(model, data))

    def live(self, model: TrainedModel, data: PreparedData) -> str:
        """A page within a notebook: it has a bar that asks for training, and is sent each `moment` of it."""
        self.check(model.description)
        return _page(_content(model, self, data, live=True))

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
        pipeline, fault = model.pipeline, ""
        if pipeline is None:
            fault = "the network must take raw samples, got one without preprocessing"
        elif type(pipeline.outputs) not in _OUTPUTS:
            fault = f"the network must predict classes, values or tokens, got {pipeline.outputs.title}"
        elif not isinstance(pipeline.inputs, PointInputs | TableInputs | ImageInputs | TokenInputs):
            fault = (
                "it has controls for points, rows, images and texts, and none yet for "
                f"{in_sentence(pipeline.inputs.title)}; programs and the formats of models hold this network"
            )
        if fault:
            raise SettingError(f"Interactive page: {fault}")
        try:
            graph = description_graph(model)
        except SettingError as error:
            # The page runs ONNX's graph, of which its reader knows nothing.
            raise SettingError(str(error).replace(" as ONNX", " as a page")) from None
        if (count := sum(array.size for array in graph.constants.values())) > MAX_WEIGHTS:
            raise SettingError(f"Interactive page: weights must be at most {MAX_WEIGHTS:,}, got {count:,}")
        parts = layer_nodes(graph, model.layers)
        for node in graph.nodes:
            if node.operator not in operators():
                found = [
                    (node.operator in activation_operators(layer) and layer.output_activation) or layer
                    for layer, nodes in zip(model.layers, parts, strict=True)
                    if node in nodes
                ]
                title = found[0].title if found else node.operator
                raise SettingError(f"{title} cannot be written as a page yet")

    def idle(self, model: ModelDescription) -> frozenset[str]:
        return frozenset() if self.trains else frozenset({"with_samples"})

    def notes(self, experiment: Experiment | None, samples: int) -> Mapping[str, str]:
        if not self.trains:
            return {}
        if fault := self.fault(experiment, samples):
            return {"Runs only": fault}
        text, own = count_text(samples, "sample"), _is_own(experiment)
        return {"In the page": f"{text} of your own: whoever has it has them" if own else text}

    def fault(self, experiment: Experiment | None, samples: int) -> str:
        """Why the page cannot train, as the end of a sentence; "" if it can."""
        return training_fault(experiment, samples, stays=_is_own(experiment) and not self.with_samples)

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


def _is_own(experiment: Experiment | None) -> bool:
    return bool(getattr(experiment and experiment.dataset, "sha256", ""))


def _page(content: Mapping[str, Any], still: str = "") -> str:
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
        "TITLE": html.escape(one_line(content["name"])),
        "ABOUT": html.escape(one_line(content["about"])),
        "FACTS": facts,
        "STILL": still,
        "LANGUAGE": "en",
        "HOW": "How it was trained",
        "NO_SCRIPT": "The network runs in the page itself, for which JavaScript must be on.",
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
    parts = layer_nodes(graph, model.network.layers)
    of_layers = [node for nodes in parts for node in nodes]
    # Without the constants of the preprocessing.
    halved = {name for node in of_layers for name in node.inputs} if page.weights == "float16" else set()
    content: dict[str, Any] = {
        "name": model.name or "A neural network",
        "about": page.about or _about(pipeline),
        "graph": _graph_json(graph, halved),
        "film": _film(model, graph, 1000 * page.film_kb),
        "first": of_layers[0].inputs[0] if of_layers else graph.inputs[0].name,
        "layers": [] if isinstance(pipeline.inputs, TokenInputs) else _layers(parts, model.description),
        "inputs": {"kind": pipeline.inputs.kind, **_inputs(pipeline, data if page.holds_data else None)},
        "outputs": _outputs(pipeline, data),
        "facts": list(_facts(model, data)),
        "curves": curves(model.history, model.figures),
        "epoch": model.epoch or 0,
        "place": model.place_text,
        "samples": _samples(model, data) if page.holds_data and data is not None else {},
        "weights": "",
        "live": live,
        "training": None,
        "words": texts_of("page"),
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
    if fault := page.fault(experiment, samples):
        return {"facts": [*facts, ("Runs only", f"{fault[0].upper()}{fault[1:]}.")]}
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
        few = f"{', '.join(names[:-1])} and {names[-1]}"
        does = f"tells {few if len(names) <= 6 else count_text(len(names), 'class')} apart"
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
    epochs = [position for position, _ in chosen]
    return {"epochs": epochs, "places": [model.place_text_at(each) for each in epochs], "moments": moments}


def _graph_json(graph: OnnxGraph, halved: set[str]) -> dict[str, Any]:
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


def _layers(parts: list[list[OnnxNode]], model: ModelDescription) -> list[dict[str, Any]]:
    """The layers as columns: what works on numbers one by one belongs to the column before."""
    shapes, _ = describe(model.layers, model.input_shape)
    before, columns = model.input_shape, list[dict[str, Any]]()
    pixels = list(before) if len(before) == 3 else None
    for nodes, layer, shape in zip(parts, model.layers, shapes, strict=True):
        kernel = next((node.inputs[1] for node in nodes if node.operator in ("Gemm", "MatMul")), "")
        if nodes and columns and shape == before and not kernel and layer.family != "convolution":
            columns[-1]["value"] = nodes[-1].output
        elif nodes and layer.family != "shape":
            columns.append(
                {
                    "title": layer.title,
                    "value": nodes[-1].output,
                    "shape": list(shape),
                    "kernel": kernel if len(before) == 1 else "",
                    "pixels": pixels if kernel else None,
                }
            )
            pixels = None
        before = shape
    return columns


def _inputs(pipeline: Pipeline, data: PreparedData | None) -> dict[str, Any]:
    inputs = pipeline.inputs
    if isinstance(inputs, PointInputs):
        plane = Plane.of_points(np.zeros((0, 2), np.float32)) if data is None else data.plane
        # The two columns of a program's own table have names.
        axes, named = list(plane.labels), data is not None and bool(data.columns)
        names = axes if named else [FEATURES[name].label for name in inputs.features]
        return {"names": names, "axes": axes, "low": list(plane.low), "high": list(plane.high)}
    if isinstance(inputs, ImageInputs):
        form = DrawingNormalizer(inputs.shape) if data is None else DrawingNormalizer.of(data.data.inputs)
        return {
            "shape": list(inputs.shape),
            "high": inputs.high,
            "inverted": inputs.inverted,
            "longer": form.longer_side,
            "byMass": form.by_mass,
            "paper": form.paper,
        }
    if isinstance(inputs, TokenInputs):
        parts = {name: getattr(inputs, name) for name in ("separator", "end", "length")}
        return {"names": [], "vocabulary": list(inputs.vocabulary), **parts}
    assert isinstance(inputs, TableInputs)
    raw = {} if data is None else data.raw_samples(data.train, data.train_index)
    return {
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
    ends = np.quantile(numbers, (0, 0.5, 1), method="nearest").tolist()
    whole = bool((numbers == np.round(numbers)).all())
    dates = column.format if column.column_format.kind == "days" else ""
    found = {"name": column.name, "unit": column.unit, "whole": whole}
    found |= zip(("low", "middle", "high"), ends, strict=True)
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
        learned, tested = len(data.train_index), len(data.test_index)
        split = f"{learned:,} to learn from, {tested:,} for testing"
        yield "Split", held_text(split, data.held_name)
    network = model.network
    shapes = [network.input_shape]
    for shape, weights in zip(network.shapes, network.weights, strict=True):
        # Of two Dense of 8 units both are told; an activation, dropout or normalization has no size of its own.
        if shape != shapes[-1] or "kernel" in weights:
            shapes.append(shape)
    yield "Network", " → ".join(" × ".join(map(str, shape)) for shape in shapes)
    yield "Weights", f"{network.parameter_count:,}"
    if experiment is not None:
        config = experiment.training
        how = f"{config.optimizer.title} {config.optimizer.learning_rate:g}"
        yield "Training", f"{how}, batch {config.batch_size}, {model.place_text} epochs"
    if model.seed is not None:
        yield "Seed", str(model.seed)
    figure = (model.figures or Figures()).test
    if experiment is not None and np.isfinite(figure.score):
        # The samples are told above; a part says so.
        part = f" ({figure.part})" if figure.is_part else ""
        score, held = experiment.task.score, experiment.held_name
        yield held_text(f"Test loss{part}", held), loss_text(figure.loss)
        yield held_text(f"Test {score.name}{part}", held), score.text(figure.score)
    yield "Made with", model.program


def curves(history: History | None, figures: Figures | None = None) -> dict[str, list[float | None]]:
    """At most 200 rows of a history, which ends with `figures`, the last one among them, as a page takes them."""
    if history is not None and figures is not None:
        history = history.with_rest(figures)
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
        parts = ("train", data.train_points, data.train.labels), ("test", data.test_points, labels)
        for name, points, targets in parts:
            values = np.asarray(targets)[:_MAX_POINTS]
            values = values if values.ndim == 1 else values[:, 0]
            rows = zip(points.tolist(), values.tolist(), strict=False)
            found[name] = [[round(x, 3), round(y, 3), float(v)] for (x, y), v in rows]
        return found
    if isinstance(inputs, TokenInputs):
        cut = inputs.length // 4
        return {
            "texts": [inputs.text(inputs.tokens(text)[:cut]) for text in data.raw_test_samples(_MAX_TEXTS)]
        }
    if isinstance(inputs, ImageInputs):
        raw = np.asarray(data.raw_test_samples(_MAX_ROWS))
        classes = range(len(getattr(model.pipeline.outputs, "names", ())))
        places = zip(*np.unique(labels[: len(raw)], return_index=True), strict=True)
        firsts = [place for label, place in places if label in classes]
        chosen = raw[(firsts or range(len(raw)))[:_MAX_IMAGES]]
        return {
            "images": [[round(v, 4) for v in image] for image in chosen.reshape(len(chosen), -1).tolist()]
        }
    return {}


def _download(model: TrainedModel, header: bool) -> str:
    """The weights as a .safetensors of Keras's layout, in base64; "" where the format cannot hold them.

    `header`: without the numbers, in whose place a page that trains puts its own.
    """
    try:
        content = _WEIGHTS.content(model)
    except (SettingError, ImportError):
        return ""
    end = 8 + int.from_bytes(content[:8], "little") if header else len(content)
    return base64.b64encode(content[:end]).decode()
