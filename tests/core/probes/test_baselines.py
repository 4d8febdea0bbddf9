from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.experiment.prepare import PreparedData, prepare
from core.experiment.stack_problems import with_task
from core.probes import baselines
from core.probes.baselines import Baseline, BaselineResult, Baselines, comparison_sentence, fit_baselines
from core.train.metrics import r2_score
from core.train.tasks import Classification, FlowMatching, Reconstruction, Regression
from tests.core.inspect.started import BLOBS, DIGITS, HILLS, IRIS, MOONS


@pytest.fixture(scope="module")
def moons() -> PreparedData:
    return prepare(MOONS)


def test_every_model_is_evaluated_on_the_split_of_the_network(moons: PreparedData) -> None:
    seen: list[Baselines] = []
    found = fit_baselines(moons, seen.append)
    assert [each.name for each in found.results] == ["linear", "neighbors", "forest", "boosting"]
    assert seen[0].now == "Linear model"
    assert {each.now for each in seen} == {each.title for each in baselines.BASELINES[:4]}
    for each in found.results:
        assert 0.7 < each.test_score <= 1.0, each
        assert each.seconds > 0.0
        assert each.note == ""
        assert each.boundary is not None
        assert each.boundary.shape == (48, 48, 1)
        assert np.abs(each.boundary).max() <= 1.0


def test_where_the_task_makes_what_is_learned_the_models_learn_that() -> None:
    from sklearn.linear_model import Ridge

    made = prepare(with_task(MOONS, FlowMatching()))
    found = fit_baselines(made, names=("linear",)).results[0]
    own = Ridge(alpha=1.0).fit(made.train.inputs, made.train.targets)
    assert found.test_score == pytest.approx(r2_score(made.test.targets, own.predict(made.test.inputs)))
    assert found.boundary is not None
    assert found.boundary.shape == (48, 48, 2)


@pytest.mark.parametrize("code", [1, 2, 64, 99])
def test_samples_that_are_given_back_are_compared_with_as_many_components(code: int) -> None:
    from sklearn.decomposition import PCA

    made = prepare(with_task(DIGITS, Reconstruction()))
    mean, found = fit_baselines(made, code=code).results
    own = PCA(min(code, 64)).fit(made.train.targets)
    given = own.inverse_transform(own.transform(made.test.targets))
    errors, spread = made.test.targets - given, made.test.targets - made.test.targets.mean(axis=0)
    assert mean.test_score == pytest.approx(0.0, abs=0.01)
    assert found.test_score == pytest.approx(1.0 - np.sum(errors**2) / np.sum(spread**2), abs=1e-4)
    assert found.settings == ("the first component" if code == 1 else f"the first {code} components")


def test_scores_are_those_of_scikit_learn(moons: PreparedData) -> None:
    from sklearn.linear_model import LogisticRegression

    found = fit_baselines(moons, names=("linear",)).results[0]
    own = LogisticRegression(max_iter=1000).fit(moons.train.inputs, moons.train.labels)
    assert found.test_score == own.score(moons.test.inputs, moons.test.labels)
    grid = own.predict_proba(moons.grid_inputs(48))[:, 1].reshape(48, 48)
    np.testing.assert_allclose(found.boundary[:, :, 0], 2.0 * grid - 1.0, atol=0.05)


@pytest.mark.parametrize(("experiment", "outputs"), [(BLOBS, 3), (HILLS, 1), (IRIS, 3), (DIGITS, 0)])
def test_several_classes_values_tables_and_images(experiment: Any, outputs: int) -> None:
    prepared = prepare(experiment)
    found = fit_baselines(prepared, names=("linear", "neighbors", "boosting" if outputs else "forest"))
    for each in found.results:
        assert math.isfinite(each.test_score), each
        assert each.note == ""
        shape = None if each.boundary is None else each.boundary.shape
        assert shape == ((48, 48, outputs) if outputs else None)


def test_a_model_ends_within_its_budget_and_can_be_cancelled(
    moons: PreparedData, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits, linear = [], baselines.BASELINES[0]

    def endless(inputs: np.ndarray, targets: np.ndarray, classes: int, seed: int) -> Iterator[Any]:
        model = next(linear.fit(inputs, targets, classes, seed))
        while True:
            fits.append(1)
            yield model

    monkeypatch.setattr(baselines, "BASELINES", (Baseline("linear", "Endless", "", endless),))
    found = fit_baselines(moons, budget=0.05).results[0]
    assert found.note == "Stopped after 0.05 s."
    assert found.test_score > 0.5

    class CancelledError(Exception):
        pass

    fits.clear()

    def report(progress: Baselines) -> None:
        if len(fits) == 5:
            raise CancelledError

    with pytest.raises(CancelledError):
        fit_baselines(moons, report)
    assert len(fits) == 5


def test_a_model_that_cannot_learn_says_why(moons: PreparedData) -> None:
    samples = moons.train
    one = replace(moons, train=replace(samples, labels=np.zeros_like(samples.labels)))
    found = fit_baselines(one, names=("linear",)).results[0]
    assert math.isnan(found.test_score)
    assert "at least 2 classes" in found.note


def test_large_data_are_thinned_and_that_is_told(
    moons: PreparedData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baselines, "_MAX_ROWS", 50)
    assert fit_baselines(moons, names=("neighbors",)).results[0].note == "Trained on 50 of 84 samples."


def test_data_without_a_test_set_are_refused(moons: PreparedData) -> None:
    with pytest.raises(ValueError, match="evaluated on test samples, and these data have none"):
        fit_baselines(replace(moons, test=moons.test.head(0)))


def test_the_sentence_compares_with_the_best() -> None:
    results = [
        BaselineResult("linear", "Linear model", "", 0.9, 0.9, 0.1, None),
        BaselineResult("forest", "Random forest", "", 1.0, math.nan, 0.1, None, "failed"),
    ]
    assert comparison_sentence(results, 0.99, Classification.score).startswith(
        "The network is worth it: 99.0 % against 90.0 % of Linear model"
    )
    assert comparison_sentence(results, 0.5, Regression.score).startswith(
        "The network is not worth it yet: Linear model reaches R² 0.900"
    )
    assert "the plainer model will do" in comparison_sentence(results, 0.905, Classification.score)
    assert (
        comparison_sentence(results, math.nan, Classification.score)
        == comparison_sentence([], 0.5, Classification.score)
        == ""
    )


def test_scikit_learn_is_imported_only_when_needed() -> None:
    code = "import sys, core.probes.baselines; raise SystemExit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
