"""What arrives from a worker: results of the current run alone, and none before its data."""

from __future__ import annotations

from playground.training.worker_thread import Arrivals


def test_results_of_the_current_run_are_admitted() -> None:
    arrivals: Arrivals[str] = Arrivals()
    assert arrivals.begin(1) is None
    assert arrivals.admits(1, "now")
    assert not arrivals.admits(0, "of an earlier run")


def test_a_result_that_overtook_its_data_is_given_with_them() -> None:
    arrivals: Arrivals[str] = Arrivals()
    arrivals.begin(1)
    assert not arrivals.admits(2, "early")
    assert not arrivals.admits(2, "later, but early too")
    assert arrivals.begin(2) == "later, but early too"
    assert arrivals.begin(2) is None
    assert not arrivals.admits(4, "of another")
    assert arrivals.begin(3) is None
