"""Plots for notebooks: what they show, and a sentence where matplotlib is missing."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core import (
    Conv2D,
    Dense,
    Flatten,
    NetworkClassifier,
    Sequence,
    plot_boundary,
    plot_confusion,
    plot_history,
)
from core.io.command_lines import install_line

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


@pytest.fixture
def pyplot() -> Iterator[Any]:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


@pytest.fixture(scope="module")
def model() -> Sequence:
    model = Sequence([Dense(6, "tanh"), Dense(2, "softmax")], feedback_steps=0)
    return model.train(X, Y, epochs=4, validation_split=0.25)


def test_curves_of_a_history_or_a_model(model: Sequence, pyplot: Any) -> None:
    for given in (model, model.history, dict(model.history)):
        axes = plot_history(given)
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert labels == ["loss", "val_loss", "accuracy", "val_accuracy"]
        np.testing.assert_array_equal(axes.get_lines()[0].get_xdata(), [1, 2, 3, 4])
        np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), model.history["loss"])
    with pytest.raises(ValueError, match="plot_history: history must have the values of a fit"):
        plot_history(Sequence([Dense(2)]))


def test_a_boundary_of_classes_values_and_estimators(model: Sequence, pyplot: Any) -> None:
    names = np.array(["no", "yes"])[Y]
    values = Sequence([Dense(1)], loss="mse", feedback_steps=0).train(X, X[:, 0], epochs=2)
    for each, labels in (
        (model, Y),
        (model, np.eye(2)[Y]),
        (values, X[:, 0]),
        (NetworkClassifier(epochs=2).fit(X, names), names),
    ):
        axes = plot_boundary(each, X, labels)
        assert len(axes.collections) > 1
        low, high = axes.get_xlim()
        assert low <= X[:, 0].min()
        assert high >= X[:, 0].max()
    _, mine = pyplot.subplots()
    assert plot_boundary(model, X, axes=mine) is mine
    with pytest.raises(
        ValueError, match=r"plot_boundary: X must be points \(samples, 2\), got shape \(60, 3\)"
    ):
        plot_boundary(model, np.ones((60, 3)))
    with pytest.raises(ValueError, match="plot_boundary: y must hold 60 labels, got 5"):
        plot_boundary(model, X, Y[:5])


def test_a_confusion_has_the_counts(model: Sequence, pyplot: Any) -> None:
    axes = plot_confusion(model, X, Y, ["no", "yes"])
    counts = [int(text.get_text()) for text in axes.texts]
    assert sum(counts) == 60
    assert counts[0] + counts[3] == (model.predict_classes(X) == Y).sum()
    assert [text.get_text() for text in axes.get_xticklabels()] == ["no", "yes"]
    estimator = NetworkClassifier(epochs=2).fit(X, np.array(["b", "a"])[Y])
    assert [
        text.get_text() for text in plot_confusion(estimator, X, np.array(["b", "a"])[Y]).get_yticklabels()
    ] == ["a", "b"]
    with pytest.raises(ValueError, match="plot_confusion: class_names must be 2 names, got 1"):
        plot_confusion(model, X, Y, ["no"])


def test_a_network_has_a_column_for_each_layer(model: Sequence, pyplot: Any) -> None:
    axes = model.plot()
    assert [text.get_text().split("\n")[0] for text in axes.texts] == [
        "Inputs",
        "Dense, tanh",
        "Dense, softmax",
    ]
    images = Sequence([Conv2D(2), Flatten(), Dense(20), Dense(3, "softmax")]).build((6, 6, 1))
    assert len([text for text in images.plot().texts if text.get_text()]) == 5
    with pytest.raises(RuntimeError, match="it has no weights yet"):
        Sequence([Dense(2)]).plot()


def test_without_matplotlib_it_is_a_sentence(model: Sequence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    line = re.escape(install_line("numpynet-playground[plot]"))
    with pytest.raises(ImportError, match=f"Plots need matplotlib; install it by: {line}"):
        model.plot()


@pytest.mark.usefixtures("pyplot")
def test_a_model_of_texts_is_plotted_by_their_names() -> None:
    points = np.random.default_rng(0).normal(size=(40, 2))
    texts = np.where(points[:, 0] > 0, "yes", "no")
    model = Sequence([Dense(2, "softmax")], feedback_steps=0)
    model.class_names = ("yes", "no")
    model.train(points, texts, epochs=60)
    axes = plot_confusion(model, points, texts)
    assert [each.get_text() for each in axes.get_xticklabels()] == ["yes", "no"]
    assert sum(int(each.get_text()) for each in axes.texts) == 40
    plot_boundary(model, points, texts)
    with pytest.raises(ValueError, match="y must hold the classes yes, no, got 'maybe'"):
        plot_boundary(model, points[:1], ["maybe"])
