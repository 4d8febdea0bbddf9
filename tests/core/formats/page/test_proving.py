"""Node.js runs a page and trains it: what it finds, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.formats import InteractivePage
from core.formats.page import training_plan as plans
from core.formats.page.proving import page_predictions
from core.formats.proof import prove
from tests.core.formats.page.test_exporter import NODE, content, needs_node, trained


@needs_node
def test_a_page_whose_steps_are_not_the_networks_is_not_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    model, raw = trained("moons", 1)
    assert prove(InteractivePage(trains=True), model, raw).holds
    # As if the page's program took other steps.
    own = plans.training_plan
    monkeypatch.setattr(
        "core.formats.page.exporter.training_plan",
        lambda *given: own(*given) | {"penalty": {"l2": 0.1}},
    )
    proof = prove(InteractivePage(trains=True), model, raw)
    assert not proof.holds
    assert (proof.samples, proof.same) == (50, 50), "it predicts the same, still"
    assert "must train as the network does within 0.0001 of each array, got 0." in proof.fault


@needs_node
def test_weights_that_are_no_numbers_are_no_proof(tmp_path: Path) -> None:
    assert NODE is not None
    model, raw = trained("moons", 1)
    assert model.pipeline is not None
    page = InteractivePage(trains=True).source(model, tmp_path / "page.html")
    rate = content(page)["training"]["optimizer"]["rate"]
    (tmp_path / "page.html").write_text(page.replace(f'"rate": {json.dumps(rate)}', '"rate": 1e999'), "utf-8")
    assert "got nan" in page_predictions(NODE, tmp_path / "page.html", model.pipeline, raw).refusal


@needs_node
def test_a_program_that_fails_is_a_sentence(tmp_path: Path) -> None:
    assert NODE is not None
    model, raw = trained("moons", 1)
    assert model.pipeline is not None
    page = InteractivePage().source(model, tmp_path / "page.html")
    (tmp_path / "page.html").write_text(page.replace('"Gemm"', '"Gem"'), "utf-8")
    with pytest.raises(ValueError, match=r"Node\.js cannot run the page: Error: Gem is not in this page"):
        page_predictions(NODE, tmp_path / "page.html", model.pipeline, raw)
