"""Deeply nested JSON is rejected with a sentence by every reader."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from core import Dense, Sequence
from core.experiment.presets import first_preset
from core.experiment.project_file import load_experiment
from core.io import strict_json
from core.io.sentence import MAX_LETTERS
from core.spec import SettingError
from playground.cli import main

pytestmark = pytest.mark.environment


def nested_blocks(depth: int) -> dict[str, Any]:
    layer: dict[str, Any] = {"kind": "dense", "units": 4}
    for _ in range(depth):
        layer = {"kind": "residual", "layers": [layer]}
    return layer


def experiment_with_blocks(path: Path, depth: int) -> Path:
    described = first_preset().to_json() | {"layers": [nested_blocks(depth)]}
    path.write_text(json.dumps(described))
    return path


@pytest.mark.parametrize("text", [f'{{"{1000 * "9"}": 1, "{1000 * "9"}": 2}}', f"{1000 * '9'}.5e999"])
def test_what_is_quoted_is_short(text: str) -> None:
    with pytest.raises(ValueError, match=r"99 … .*(twice|999')$") as caught:
        strict_json.load(text)
    assert len(str(caught.value)) <= MAX_LETTERS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "its end in line 1, column 1"),
        ('{"a": 1,\n "b": moons and spirals of another}', "'moons and spirals of' in line 2, column 7"),
        ('{"a": 1} {', "'{' in line 1, column 10"),
        (b'{"a": "\xff"}', "the byte 0xff"),
    ],
)
def test_what_is_no_json_is_a_sentence(text: str | bytes, said: str) -> None:
    with pytest.raises(ValueError, match=f"^its text must be JSON, got {re.escape(said)}$"):
        strict_json.load(text)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [51, 1_000, 200_000])
def test_deep_json_is_refused(opening: str, depth: int) -> None:
    text = opening * depth + "1" + ("]" if opening == "[" else "}") * depth
    with pytest.raises(ValueError, match="must be nested at most 50 deep"):
        strict_json.load(text)


def test_json_as_deep_as_allowed_is_read() -> None:
    assert strict_json.load("[" * 50 + "]" * 50) is not None


@pytest.mark.parametrize("name", ["donn\udce9es", "\\\udce9", "\udce9\udcff", "ä\ud800", "😀", 'a"\\ud83d'])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_names_that_are_not_utf_8_are_given_back(name: str, ascii_only: bool) -> None:
    written = strict_json.dump({name: [name]}, ascii_only).encode()
    assert strict_json.load(written) == strict_json.load(written.decode()) == {name: [name]}


def test_only_lone_surrogates_are_escaped() -> None:
    assert strict_json.dump(["ä", "😀", "\udce9"]) == '[\n  "ä",\n  "😀",\n  "\\udce9"\n]\n'


def test_blocks_as_deep_as_allowed_are_read(tmp_path: Path) -> None:
    experiment = load_experiment(experiment_with_blocks(tmp_path / "8.json", 8))
    assert len(experiment.layers) == 1


@pytest.mark.parametrize("depth", [9, 20, 100])
def test_blocks_in_blocks_in_a_file_are_a_sentence(tmp_path: Path, depth: int) -> None:
    path = experiment_with_blocks(tmp_path / "deep.json", depth)
    with pytest.raises(ValueError, match=r"^deep.json cannot be opened: .* at most (8|50) deep") as caught:
        load_experiment(path)
    assert str(caught.value).count("Residual: layers") <= 1


def test_blocks_in_blocks_on_the_command_line_are_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = experiment_with_blocks(tmp_path / "deep.json", 100)
    assert main(["train", str(path), "--epochs", "1"]) == 1
    assert "nested at most 50 deep" in capsys.readouterr().err


def test_blocks_in_blocks_in_a_saved_model_are_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Sequence([Dense(2)], loss="mse").build(2)
    monkeypatch.setattr(Dense, "to_json", lambda self: nested_blocks(100))
    model.save(tmp_path / "deep.nnmodel")
    with pytest.raises(ValueError, match=r"^deep.nnmodel cannot be opened: .* at most 50 deep"):
        Sequence.load(tmp_path / "deep.nnmodel")


def test_blocks_in_blocks_from_a_program_are_a_sentence() -> None:
    layer = nested_blocks(sys.getrecursionlimit())
    with pytest.raises(SettingError, match="must not be nested so deeply"):
        Sequence([layer])  # type: ignore[list-item]
