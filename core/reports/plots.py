"""Models as a line and a picture of their stack, and as plots with matplotlib, which the extra `plot` brings."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..io.command_lines import install_line
from ..io.number_text import count_text
from ..nn import Layer
from ..nn.network import Network
from ..nn.summary import layer_title
from ..train.metrics import confusion_matrix

_GRID: Final = 200
_MARGIN: Final = 0.08
"""Around the points, as a share of their extent."""
_DOTS: Final = 12
"""Neurons drawn of a layer; of more, the first ones with a gap."""


class Predicts(Protocol):
    """The part of a model that the plots use: a `Sequence`, or an estimator of scikit-learn."""

    def predict(self, X: Any) -> Any: ...


def _axes(axes: Any, size: tuple[float, float] = (6.0, 4.0)) -> Any:
    if axes is not None:
        if not hasattr(axes, "add_collection"):
            raise ValueError(f"axes must be those of matplotlib, got {axes!r:.60}")
        return axes
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(
            f"Plots need matplotlib; install it by: {install_line('numpynet-playground[plot]')}"
        ) from None
    return pyplot.subplots(figsize=size, layout="constrained")[1]


def plot_history(history: Mapping[str, Sequence[float]] | Any, axes: Any = None) -> Any:
    """The curves of a `History`, or of a model that was fitted, over epochs; returns matplotlib's axes.

    Losses are on the left scale, metrics on the right one; validation is dashed. `ValueError` if nothing was trained.
    """
    values = history if isinstance(history, Mapping) else getattr(history, "history", None)
    if not isinstance(values, Mapping) or not values:
        raise ValueError(f"plot_history: history must have the values of a fit, got {history!r}")
    epochs = getattr(values, "epoch", None) or range(len(next(iter(values.values()))))
    left = _axes(axes)
    metrics = [name for name in values if "loss" not in name and name != "learning_rate"]
    right = left.twinx() if metrics else None
    plain = list(dict.fromkeys(name.removeprefix("val_") for name in values if name != "learning_rate"))
    for name, each in values.items():
        if name == "learning_rate":
            continue
        where = right if name in metrics and right is not None else left
        color = f"C{plain.index(name.removeprefix('val_'))}"
        steps = np.asarray(list(epochs)[-len(each) :]) + 1
        where.plot(steps, each, color=color, linestyle="--" if name.startswith("val_") else "-", label=name)
    left.set_xlabel("Epoch")
    left.set_ylabel("Loss")
    lines = [line for one in (left, right) if one is not None for line in one.get_lines()]
    # Above the plot: curves on two scales leave no corner free.
    place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": min(4, len(lines))}
    left.legend(lines, [line.get_label() for line in lines], frameon=False, **place)
    if right is not None:
        right.set_ylabel(", ".join(sorted({name.removeprefix("val_") for name in metrics})))
    return left


def plot_boundary(model: Predicts, X: ArrayLike, y: ArrayLike | None = None, axes: Any = None) -> Any:
    """Predictions on the plane of points X (samples, 2), and the points in the colors of y (samples,).

    Takes a `Sequence`, whose outputs are scores of classes or a value, or an estimator. Returns matplotlib's axes.
    Raises `ValueError` for other shapes.
    """
    classes_of = _classes("plot_boundary", model)
    try:
        points = np.asarray(X, float)
    except (TypeError, ValueError):
        points = np.zeros(0)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"plot_boundary: X must be points (samples, 2), got shape {points.shape}")
    labels = None if y is None else np.atleast_1d(np.asarray(y))
    if labels is not None and len(labels) != len(points):
        raise ValueError(f"plot_boundary: y must hold {len(points)} labels, got {len(labels)}")
    if labels is not None and labels.ndim == 1 and classes_of:
        labels = _numbers("plot_boundary", labels, classes_of)
    if labels is not None and labels.ndim == 2:
        labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
    on = _axes(axes, (5.0, 4.5))
    low, high = points.min(axis=0), points.max(axis=0)
    room = _MARGIN * np.where(high > low, high - low, 1.0)
    across, up = (np.linspace(a, b, _GRID) for a, b in zip(low - room, high + room, strict=True))
    plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    values, count = _heights(model, plane, classes_of)
    grid = values.reshape(_GRID, _GRID)
    if count:
        on.contourf(across, up, grid, levels=np.arange(count + 1) - 0.5, cmap="coolwarm", alpha=0.45)
    else:
        on.figure.colorbar(on.contourf(across, up, grid, levels=20, cmap="coolwarm", alpha=0.6), ax=on)
    if labels is not None:
        if labels.dtype.kind not in "biuf":
            raise ValueError(
                f"plot_boundary: y must hold classes of the model or numbers, got {labels.dtype}"
            )
        on.scatter(*points.T, c=labels, cmap="coolwarm", edgecolors="white", linewidths=0.5, s=18)
    return on


def _classes(caller: str, model: Predicts) -> list[Any]:
    """The labels of a model's classes; none of a `Sequence` that learned from numbers. Raises `ValueError`."""
    if not hasattr(model, "predict") or isinstance(model, type):
        raise ValueError(f"{caller}: model must be a Sequence or an estimator, got {model!r:.60}")
    found = getattr(model, "classes_", getattr(model, "class_names", ()))
    return np.asarray(found).tolist()  # type: ignore[no-any-return]


def _numbers(caller: str, labels: ArrayLike, classes: list[Any]) -> NDArray[np.int64]:
    """The numbers (samples,) of labels among the classes. Raises `ValueError` for others."""
    places = {label: place for place, label in enumerate(classes)}
    given = np.asarray(labels).reshape(-1).tolist()
    for label in given:
        if not isinstance(label, Hashable) or label not in places:
            raise ValueError(
                f"{caller}: y must hold the classes {', '.join(map(str, classes))}, got {label!r:.60}"
            )
    return np.array([places[label] for label in given], np.int64)


def _heights(model: Predicts, plane: NDArray[Any], classes: list[Any]) -> tuple[NDArray[Any], int]:
    """The heights (points,) over a plane, and how many classes they number; 0 for values."""
    found = np.asarray(model.predict(plane))
    if found.ndim == 2 and found.shape[1] > 1:
        return found.argmax(axis=1), found.shape[1]
    if hasattr(model, "classes_"):
        return _numbers("plot_boundary", found, classes), len(classes)
    return found.reshape(-1), 0


def plot_confusion(
    model: Predicts, X: ArrayLike, y: ArrayLike, class_names: Sequence[str] = (), axes: Any = None
) -> Any:
    """Confusion of samples X: classes in y (rows), predicted ones (columns); returns matplotlib's axes."""
    labels = _classes("plot_confusion", model)
    found = model.predict_classes(X) if hasattr(model, "predict_classes") else model.predict(X)
    if labels:
        names = [str(label) for label in labels]
        true, found = (_numbers("plot_confusion", each, labels) for each in (y, found))
        counts = confusion_matrix(true, found, len(names))
    else:
        counts = confusion_matrix(y, found)
        names = [str(number) for number in range(len(counts))]
    if np.ndim(class_names) != 1:
        raise ValueError(f"plot_confusion: class_names must be a list of names, got {class_names!r:.60}")
    class_names = [str(name) for name in class_names]
    if class_names and len(class_names) != len(names):
        raise ValueError(f"plot_confusion: class_names must be {len(names)} names, got {len(class_names)}")
    names = class_names or names
    on = _axes(axes, (1.8 + 0.55 * len(names), 1.4 + 0.5 * len(names)))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    on.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for (row, column), count in np.ndenumerate(counts):
        color = "white" if shares[row, column] > 0.55 else "black"
        on.text(column, row, f"{count:,}", ha="center", va="center", color=color)
    on.set_xticks(range(len(names)), names)
    on.set_yticks(range(len(names)), names)
    on.set_xlabel("Predicted")
    on.set_ylabel("True")
    return on


def plot_network(layers: tuple[Layer, ...], network: Network, axes: Any = None) -> Any:
    """The network with a column of neurons for each layer of a row of numbers, and links by their weights."""
    shapes = [network.input_shape, *network.shapes]
    on = _axes(axes, (1.6 * len(shapes) + 0.6, 4.0))
    columns = [_heights_of(shape) for shape in shapes]
    for index in range(1, len(shapes)):
        kernel = network.weights[index - 1].get("kernel")
        if kernel is not None and kernel.ndim == 2 and len(shapes[index - 1]) == len(shapes[index]) == 1:
            _links(on, index, columns[index - 1], columns[index], kernel)
        else:
            on.annotate(
                "", (index - 0.16, 0.0), (index - 0.84, 0.0), arrowprops={"arrowstyle": "->", "color": "0.5"}
            )
    titles = ["Inputs", *(layer_title(layer) for layer in layers)]
    for index, (shape, heights, title) in enumerate(zip(shapes, columns, titles, strict=True)):
        on.scatter(np.full(len(heights), index), heights, s=90, color=f"C{min(index, 1)}", zorder=3)
        on.text(index, -1.2, f"{title}\n{' × '.join(map(str, shape))}", ha="center", va="top", fontsize=8)
    on.set_xlim(-0.5, len(shapes) - 0.5)
    on.set_ylim(-1.6, 1.15)
    on.set_axis_off()
    return on


def _heights_of(shape: tuple[int, ...]) -> NDArray[Any]:
    """Heights of a layer's dots within -1 to 1; one for images."""
    count = min(shape[0], _DOTS) if len(shape) == 1 else 1
    return np.linspace(1.0, -1.0, count) if count > 1 else np.zeros(1)


def _links(on: Any, index: int, left: NDArray[Any], right: NDArray[Any], kernel: NDArray[Any]) -> None:
    from matplotlib.collections import LineCollection

    drawn = kernel[: len(left), : len(right)]
    strongest = float(np.abs(drawn).max()) or 1.0
    ends = [[(index - 1, a), (index, b)] for a in left for b in right]
    colors = ["C0" if weight > 0 else "C3" for weight in drawn.reshape(-1)]
    widths = 0.2 + 2.0 * np.abs(drawn.reshape(-1)) / strongest
    on.add_collection(LineCollection(ends, colors=colors, linewidths=widths, alpha=0.6))


_WIDTH, _HEIGHT, _GAP = 108, 76, 26
_FAINT = ' opacity="0.7"'
_COLORS = {
    "dense": "#3574d6",
    "convolution": "#3574d6",
    "sequence": "#3574d6",
    "activation": "#d9822b",
    "normalization": "#8a5cc9",
    "regularization": "#8a5cc9",
}


def described(layers: tuple[Layer, ...], network: Network | None, loss: str) -> str:
    """A line such as "<Sequence (2) → 8 → 2: 3 layers, 42 parameters, Cross-entropy>"."""
    count = count_text(len(layers), "layer")
    if network is None:
        return f"<Sequence of {count}, not built, {loss}>"
    shapes = " → ".join(_lengths(shape) for shape in (network.input_shape, *network.shapes))
    return f"<Sequence {shapes}: {count}, {network.parameter_count:,} parameters, {loss}>"


def stack_html(layers: tuple[Layer, ...], network: Network | None, line: str) -> str:
    """The stack as a picture under its line, for notebooks."""
    return f'<div style="overflow-x:auto"><div>{escape(line)}</div>{stack_svg(layers, network)}</div>'


def stack_svg(layers: tuple[Layer, ...], network: Network | None) -> str:
    """A box for the inputs and for every layer, with output shape and parameters, in the color of the text around."""
    first = "" if network is None else _lengths(network.input_shape)
    boxes = [_box(0, "Inputs", first, "", "none")]
    for index, layer in enumerate(layers):
        shape, size = "", ""
        if network is not None:
            total = sum(array.size for array in network.weights[index].values())
            shape, size = _lengths(network.shapes[index]), f"{total:,} weights" if total else ""
        boxes.append(
            _arrow(index)
            + _box(index + 1, layer_title(layer), shape, size, _COLORS.get(layer.family, "none"))
        )
    width = (len(layers) + 1) * (_WIDTH + _GAP) - _GAP + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT + 4}" width="{width}" '
        f'height="{_HEIGHT + 4}" role="img" font-family="sans-serif" font-size="11" fill="currentColor">'
        f"<title>{len(layers)} layers</title>{''.join(boxes)}</svg>"
    )


def _box(place: int, title: str, shape: str, size: str, color: str) -> str:
    left = 2 + place * (_WIDTH + _GAP)
    middle = left + _WIDTH / 2
    name, _, function = title.partition(", ")
    lines = [name if len(name) <= 17 else f"{name[:16]}…", function, shape, size]
    texts = "".join(
        f'<text x="{middle:g}" y="{2 + 18 + 16 * row}" text-anchor="middle"'
        f"{_FAINT if row else ''}>{escape(line)}</text>"
        for row, line in enumerate(line for line in lines if line)
    )
    return (
        f'<rect x="{left}" y="2" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="{color}" fill-opacity="0.14" '
        f'stroke="currentColor" stroke-opacity="0.4"/>{texts}'
    )


def _arrow(index: int) -> str:
    start = 2 + index * (_WIDTH + _GAP) + _WIDTH + 4
    end, middle = start + _GAP - 8, 2 + _HEIGHT / 2
    return (
        f'<path d="M{start} {middle:g}H{end}m-4 -4l4 4l-4 4" fill="none" stroke="currentColor" '
        'stroke-opacity="0.6"/>'
    )


def _lengths(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) if shape else str(math.prod(shape))
