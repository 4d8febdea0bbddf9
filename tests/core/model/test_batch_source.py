"""Batches instead of arrays: generators that go on, iterables, objects by index, and what ends too early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core import Callback, Dense, Sequence
from core.model.batch_source import BatchSource

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
Y = X[:, :1] * 2


def pairs(start: int = 0, end: int = 40) -> Iterator[tuple[Any, ...]]:
    for place in range(start, end, 10):
        yield X[place : place + 10], Y[place : place + 10]


def forever() -> Iterator[tuple[Any, ...]]:
    while True:
        yield from pairs()


def model(**given: Any) -> Sequence:
    return Sequence([Dense(1)], loss="mse", learning_rate=0.05, shuffle=False, batch_size=10, **given)


class Pages:
    ended = 0

    def __len__(self) -> int:
        return 4

    def __getitem__(self, place: int) -> tuple[Any, ...]:
        return X[place * 10 : place * 10 + 10], Y[place * 10 : place * 10 + 10]

    def on_epoch_end(self) -> None:
        self.ended += 1


def test_batches_train_as_their_arrays_do() -> None:
    arrays = model()
    arrays.fit(X, Y, epochs=3, verbose=0)
    for source, given in ((forever(), {"steps_per_epoch": 4}), (list, {}), (Pages(), {})):
        fitted = model(metrics=["mae"])
        batches = type("Again", (), {"__iter__": lambda self: pairs()})() if source is list else source
        history = fitted.fit(batches, epochs=3, verbose=0, **given)
        np.testing.assert_array_equal(fitted.get_weights()[0], arrays.get_weights()[0])
        assert history["loss"] == pytest.approx(arrays.history["loss"])
        assert history["mae"][-1] == fitted.evaluate(X, Y)[1]


def test_the_end_of_an_epoch_is_told_and_the_order_of_an_object_changes() -> None:
    pages = Pages()
    orders = [[batch[0][0, 0] for batch in BatchSource(pages, None, rng=rng).epoch()] for rng in RNGS]
    assert pages.ended == 3
    assert orders[0] == list(X[::10, 0])
    assert orders[1] != orders[2]
    assert sorted(orders[1]) == sorted(orders[2]) == sorted(orders[0])


RNGS = (None, np.random.default_rng(1), np.random.default_rng(2))


def test_weights_of_samples_and_validation_by_generators() -> None:
    weighted = ((x, y, np.linspace(0, 1, 10)) for x, y in forever())
    history = model().fit(
        weighted, epochs=2, steps_per_epoch=4, verbose=0, validation_data=pairs(0, 20), validation_steps=2
    )
    assert len(history["val_loss"]) == 2


def test_a_callback_ends_within_an_epoch() -> None:
    class Stop(Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = batch == 1

    seen: list[int] = []
    source = (seen.append(number) or pair for number, pair in enumerate(forever()))
    model().fit(source, epochs=5, steps_per_epoch=4, verbose=0, callbacks=Stop())
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("given", "options", "sentence"),
    [
        (lambda: pairs(), {"steps_per_epoch": 9}, "X gave 4 of 9 batches of an epoch and ended"),
        (lambda: pairs(), {"epochs": 2}, "X gave 0 of its batches of an epoch and ended"),
        (lambda: iter([]), {}, r"X must give batches \(X, y\), got none"),
        (lambda: iter([X]), {}, r"must give batches \(X, y\) or \(X, y, sample_weight\), got ndarray"),
        (lambda: pairs(), {"class_weight": {0: 1.0}}, "class_weight is for arrays"),
        (lambda: X, {}, "y is missing beside X"),
        (lambda: X, {"y": Y, "steps_per_epoch": 2}, "steps_per_epoch is for generators"),
    ],
)
def test_what_does_not_fit_is_a_sentence(given: Any, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        model().fit(given(), verbose=0, **options)
