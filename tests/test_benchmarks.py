"""Conclusions that benchmarks draw from measurements; no time is asserted."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks import compare, rivals_jax, speed, tables
from tests.benchmarks.measuring import Spent, in_turn, machine, ratios, spread
from tests.benchmarks.page import page
from tests.benchmarks.rivals import AbsentError, Case
from tests.benchmarks.targets import Target

ROOT = Path(__file__).resolve().parent.parent


def result(absent: dict[str, str] | None = None, **cpu: list[float]) -> speed.Result:
    rounds = {
        name.replace("_", "-"): [Spent(2 * value, value) for value in values] for name, values in cpu.items()
    }
    return speed.Result("2-4-2-1 SGD", 10, 2.0, 0.5, rounds, absent or {})


@pytest.mark.parametrize(
    "name",
    [
        "noisy line",
        *(
            pytest.param(name, marks=pytest.mark.slow(reason="2 to 20 s"))
            for name in tables.tables()
            if name != "noisy line"
        ),
    ],
)
def test_defaults_on_small_tables_are_near_the_better_of_a_line_and_an_mlp(name: str) -> None:
    table = tables.tables()[name]
    # No time here: that is for the benchmark, alone on its machine.
    assert [text for text in tables.faults(table, tables.measured(table, 1)) if "far behind" in text] == []


def test_contestants_take_turns_and_the_order_changes() -> None:
    calls: list[str] = []
    found = in_turn({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert "".join(calls) == "abbaab"
    assert {name: len(rounds) for name, rounds in found.items()} == {"a": 3, "b": 3}


def test_ratios_are_formed_within_a_round() -> None:
    # The machine is ten times slower in the second round.
    assert ratios([2.0, 20.0], [1.0, 10.0]) == [2.0, 2.0]
    assert ratios([2.0, 0.0], [1.0, 1.0]) == [2.0]
    assert spread([3.0, 1.0, 2.0], 1) == "2.0 (1.0 … 3.0)"
    assert spread([]) == "—"


def test_the_best_of_pytorch_counts_by_its_cpu_time() -> None:
    found = result(numpy=[1.0, 1.0], eager=[9.0, 9.0], compile=[4.0, 6.0])
    assert found.torch_best == "compile"
    assert found.ratio("compile") == [4.0, 6.0]
    assert found.reached
    assert not result(numpy=[1.0], eager=[9.0], fused=[1.9]).reached


def test_what_is_not_there_is_told_as_absent() -> None:
    row = speed.row_of(result({"JAX": "not installed", "eager": "not installed"}, numpy=[1.0]))
    cells = dict(zip(speed.HEAD, row, strict=True))
    assert cells["JAX scan"] == cells["PyTorch"] == "not installed"
    assert cells["its best"] == "—"
    assert cells["TF Playground µs"] == "3.8"
    assert cells["scikit-learn"] == "—"


def test_a_library_that_is_missing_keeps_nobody_from_taking_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(AbsentError, match="not installed"):
        rivals_jax.jax_scan(Case("", (2,), (4,), 1, 20, 10, "sgd", "tanh"), 1)


@pytest.mark.parametrize(
    ("figure", "mine", "idle", "within"),
    [
        ("us a step, CPU", 1.04, False, True),
        ("us a step, CPU", 1.06, False, False),
        ("us a step, wall", 1.06, False, True),
        ("us a step, wall", 1.06, True, False),
        ("window: late p99 ms", 5.0, True, True),
        ("window: late p99 ms", 7.0, True, False),
    ],
)
def test_five_percent_more_is_too_much_where_the_clock_can_be_trusted(
    figure: str, mine: float, idle: bool, within: bool
) -> None:
    assert compare._row(figure, [mine] * 3, [1.0] * 3, idle=idle)[1] == within


def test_another_tree_must_be_one_of_this_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from argparse import Namespace

    assert not compare.run(Namespace(tree=tmp_path))
    assert f"got {tmp_path}" in capsys.readouterr().out


def test_a_kernel_that_is_set_by_hand_does_not_reach_what_is_measured() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--list"]
    environment = {**os.environ, "OPENBLAS_CORETYPE": "Haswell"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are not passed on")
    assert "compare" in done.stdout


def test_the_page_names_the_processor_and_no_host() -> None:
    text = page([result(numpy=[1.0])], [], [], 9)
    assert machine() in text
    assert not re.search(rf"\b{re.escape(platform.node())}\b", text)
    assert "| 2-4-2-1 SGD |" in text


def test_a_target_is_reached_beside_the_fastest_rival() -> None:
    target = Target("2-4-2-1 SGD", "compiled", ("eager", "fused"), 50.0)
    measured = result(compiled=[1.0, 1.0, 2.0], eager=[90.0, 90.0, 90.0], fused=[60.0, 40.0, 140.0]).rounds
    assert target.ratio(measured) == [60.0, 40.0, 70.0]
    assert target.row(measured)[-1] == "yes"
    assert replace(target, wanted=61.0).row(measured)[-1] == "NO"
    assert replace(target, engine="numpy").row(measured)[-1] == "—"
