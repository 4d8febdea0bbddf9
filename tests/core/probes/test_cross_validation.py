from __future__ import annotations

import math

import numpy as np
import pytest

from core.experiment.prepare import prepare
from core.optim import SGD
from core.probes import cross_validation
from core.probes.cross_validation import CrossValidation, cross_validate, folds_of
from tests.core.inspect.started import HILLS, IRIS
from tests.core.trainers import with_changes


def test_every_fold_has_the_same_share_of_each_class() -> None:
    data = prepare(IRIS).data
    folds = folds_of(data, 10, seed=3)
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(150))
    for rows in folds:
        assert np.bincount(data.targets[rows]).tolist() == [5, 5, 5]
    assert not np.array_equal(folds[0], folds_of(data, 10, seed=4)[0])


def test_folds_of_values_are_of_equal_size() -> None:
    sizes = [len(rows) for rows in folds_of(prepare(HILLS).data, 7, 0)]
    assert max(sizes) - min(sizes) <= 1


def test_the_mean_and_spread_of_all_folds_are_told() -> None:
    seen: list[CrossValidation] = []
    prepared = prepare(IRIS)
    found = cross_validate(IRIS, prepared, seen.append, folds=4, epochs=20)
    scores = [fold.figure.score for fold in found.folds]
    assert len(scores) == 4
    assert found.mean == pytest.approx(np.mean(scores))
    assert found.spread == pytest.approx(np.std(scores, ddof=1))
    assert found.mean > 0.85
    assert sum(fold.figure.samples for fold in found.folds) == 150
    assert {fold.epochs for fold in found.folds} == {20}
    assert found.sentence == f"Accuracy {100 * found.mean:.1f} % ± {100 * found.spread:.1f} % over 4 folds."
    shares = [each.share for each in seen]
    assert shares == sorted(shares)
    assert len(seen) >= 8


def test_preprocessing_is_fitted_without_the_tested_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared, splits = prepare(IRIS), []
    plain = cross_validation.prepare_split

    def spy(*arguments: object) -> object:
        splits.append(plain(*arguments))  # type: ignore[arg-type]
        return splits[-1]

    monkeypatch.setattr(cross_validation, "prepare_split", spy)
    cross_validate(IRIS, prepared, folds=3, epochs=1)
    for own in splits:
        assert not set(own.train_index) & set(own.test_index)
        np.testing.assert_allclose(own.train.inputs.mean(axis=0), 0.0, atol=1e-5)
        assert np.abs(own.test.inputs.mean(axis=0)).max() > 1e-4


def test_the_budget_keeps_what_was_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr(cross_validation, "perf_counter", lambda: float(next(clock)))
    found = cross_validate(IRIS, prepare(IRIS), folds=5, epochs=30, budget=75.0)
    assert len(found.folds) == 2
    assert found.sentence.endswith("over 2 folds. Stopped after 75 s, within fold 3 of 5.")


def test_a_diverged_fold_is_left_out() -> None:
    wild = with_changes(HILLS, optimizer=SGD(learning_rate=100.0))
    found = cross_validate(wild, prepare(wild), folds=2, epochs=5)
    assert all(math.isnan(fold.figure.score) for fold in found.folds)
    assert found.sentence == "Folds that diverged are left out."


def test_unsuitable_data_and_folds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = prepare(IRIS)
    for folds in (1, 151):
        with pytest.raises(ValueError, match=f"folds must be from 2 to 150, got {folds}"):
            cross_validate(IRIS, prepared, folds=folds)
    monkeypatch.setattr(cross_validation, "MAX_ROWS", 100)
    with pytest.raises(ValueError, match="for at most 100 samples, and these are 150"):
        cross_validate(IRIS, prepared)


def test_values_are_evaluated_by_r2() -> None:
    found = cross_validate(HILLS, prepare(HILLS), folds=3, epochs=3)
    assert found.sentence.startswith("R² ")
