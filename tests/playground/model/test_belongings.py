"""Whoever holds what data, a task or a network were is told when these are others."""

from __future__ import annotations

import ast

import pytest

from tests.sources import trees

_HELD = {"PreparedData", "Snapshot", "Experiment", "TrainingRecord"}
_TOLD = {"show_data", "set_data", "clear", "_on_data", "_on_run_started"}
"""What is called of the holder, or its owner calls, when other data come or another run begins."""
_OTHERWISE = {
    "Entry": "a card of the catalogue: its own experiment",
    "Film": "a film of one run, made in one go",
    "LiveRun": "a row of a run, made anew when another one begins",
    "Past": "drops what is shown with the line of its run",
    "PastSnapshot": "a message",
    "SessionCheckpoint": "a message",
    "RunFactory": "compares the key of its data with that of each request",
    "MapCard": "a child of NeuronCards, which deletes it",
    "LaneNetwork": "a child of a lane; a race keeps its data, and a draft of one follows the document",
    "PointField": "shows each snapshot of NeuronField anew, which clears it",
    "SampleField": "shows each snapshot of NeuronField anew, which clears it",
    "SampleModel": "rows of the gallery, which sets them with its data",
    "SpreadView": "shows each set of runs anew",
    "SnapshotRouter": "tells the others",
    "RecordContent": "what one file is made of",
    "ShowsRun": "a protocol",
    "StepPage": "shown while a slow step is on, which ends with its data",
}


def holders(tree: ast.Module) -> dict[str, bool]:
    """The classes of a source with an attribute for such a thing or None, and whether each is told of other data."""
    found = {}
    for kind in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        typed = (node for node in ast.walk(kind) if isinstance(node, ast.AnnAssign))
        attributes = (each for each in typed if isinstance(each.target, ast.Attribute) or each in kind.body)
        held = [set(ast.unparse(each.annotation).split(" | ")) for each in attributes]
        if any("None" in names and names & _HELD for names in held):
            methods = {node.name for node in kind.body if isinstance(node, ast.FunctionDef)}
            found[kind.name] = bool(methods & _TOLD) or "belongings.add(" in ast.unparse(kind)
    return found


def test_all_that_hold_something_of_data_or_a_run_are_told_of_others() -> None:
    found: dict[str, bool] = {}
    for _, tree in trees("|".join(_HELD), "playground"):
        found |= holders(tree)
    assert len(found) > 40
    assert sorted(name for name, told in found.items() if not told) == sorted(_OTHERWISE)


@pytest.mark.parametrize("line", ["self._of: Snapshot | None = None", "self._of: PreparedData | None"])
def test_one_that_is_not_told_is_found(line: str) -> None:
    assert holders(ast.parse(f"class Late:\n    def __init__(self):\n        {line}\n")) == {"Late": False}
