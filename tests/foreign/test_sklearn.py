"""scikit-learn's own tests of MLPs, which its wheel holds, run on our estimators; failures are listed with reasons."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest

from tests.sources import ROOT

SKLEARN: Final = "1.9"
"""Whose tests this table is of; others are skipped."""

PASSING: Final = 24
FAILS: Final = {
    "test_fit|test_gradient": "they set or call what is private to an MLP",
    "test_lbfgs_.*_maxfun": "epochs bound L-BFGS, not its calls of the loss",
    "test_learning_rate_warmstart|test_adaptive_learning_rate": "a rate that changes is a schedule or a callback",
    "test_multilabel_classification": "the loss of several labels is their mean, and not their sum",
    "test_partial_fit_errors": "partial_fit makes a step of L-BFGS, too",
    "test_nonfinite_params|test_mlp_diverging_loss": "a loss that is no number ends the fit with a sentence",
    "test_tolerance|test_n_iter_no_change": "tol counts with early_stopping alone",
    "test_verbose_sgd": "verbose is 0, 1 or 2, as in Keras",
    "test_early_stopping_stratified|test_minimum_input": "a class or a validation of one sample is taken",
    "test_early_stopping$|test_mlp_early_stopping|test_mlp_warm_start_with": "there are no validation_scores_",
    "test_warm_start_full_iteration": "n_iter_ counts the epochs of all fits",
    "test_warm_start$": "other classes are refused in other words",
    "test_mlp_param_dtypes": "weights have the dtype of the estimator, not that of X",
    "test_preserve_feature_names": "y of one class is refused",
    "test_mlp_warm_start_no_convergence": "max_iter is no warning: epochs are what was asked for",
    "test_mlp_vs_poisson": "there is no loss of Poisson",
}
"""Tests that fail, by pattern, and why."""


@pytest.mark.foreign
@pytest.mark.slow(reason="9 s")
def test_the_tests_of_mlps_pass_but_for_those_that_are_listed(tmp_path: Path) -> None:
    if not version("scikit-learn").startswith(f"{SKLEARN}."):
        pytest.skip(f"the table is that of scikit-learn {SKLEARN}")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--pyargs",
        "sklearn.neural_network.tests.test_mlp",
        "-q",
        "-rfE",
    ]
    command += ["--tb=line", "-W", "ignore", "-p", "tests.foreign.sklearn_adaptor", "-p", "no:cacheprovider"]
    command += ["--rootdir", str(tmp_path), "-c", str(tmp_path / "none.ini")]
    (tmp_path / "none.ini").write_text("[pytest]\n")
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600).stdout
    failed = re.findall(r"^(?:FAILED|ERROR) .*?::(\w+)", said, re.MULTILINE)
    unlisted = [name for name in failed if not any(re.match(each, name) for each in FAILS)]
    assert unlisted == [], said
    assert [each for each in FAILS if not any(re.match(each, name) for name in failed)] == [], (
        "listed, and passes"
    )
    assert f"{PASSING} passed" in said, said
