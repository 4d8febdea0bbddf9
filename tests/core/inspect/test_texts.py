"""Texts that are written now: by whom, how, and whether they are in the data or right."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets.text_datasets import Names, TextFile
from core.data.datasets.toy_sequences import Add, Repeat
from core.data.texts import read_text
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.inspect.texts import MAX_NEW, Texts, TextsPart, TextWish, last_counted, nats_of
from core.nn import Dense, Embedding
from core.train.training_config import TrainingConfig


def taker(dataset: Any) -> SnapshotTaker:
    experiment = Experiment(
        dataset=dataset,
        layers=(Embedding(dataset.info().vocabulary, 8), Dense(8, "tanh")),
        training=TrainingConfig(loss="cross_entropy"),
    )
    prepared = prepare(experiment)
    return SnapshotTaker(make_trainer(experiment, prepared), prepared, 0, experiment)


def texts(made: SnapshotTaker, **wish: Any) -> Texts:
    found = made.take_part(TextsPart, TextWish(**wish))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def names() -> SnapshotTaker:
    return taker(Names(samples=200))


def always(made: SnapshotTaker, text: str) -> None:
    """Let the network write this, whatever was before: each letter by a table of the letter before."""
    prepared, network = made._prepared, made._trainer.network
    tokens = [0, *prepared.pipeline.inputs.tokens(text), 0]
    network.parameters[...] = 0.0
    table, kernel = network.weights[0]["embeddings"], network.weights[-1]["kernel"]
    middle = network.weights[1]["kernel"]
    middle[...] = 10.0 * np.eye(8)
    for place, (now, after) in enumerate(pairwise(tokens)):
        table[now, place] = 1.0
        kernel[place, after] = 100.0


def test_texts_continue_a_prompt_and_equal_wishes_give_equal_texts(names: SnapshotTaker) -> None:
    first = texts(names, prompt="an", count=4)
    assert [each.prompt for each in first.written] == ["an"] * 4
    assert all(line.startswith("an") and "\n" not in line for line in first.lines)
    assert texts(names, prompt="an", count=4).lines == first.lines
    assert texts(names, prompt="AN", count=4).lines == first.lines
    assert texts(names, prompt="an", count=4, seed=1).lines != first.lines
    assert len(set(texts(names, prompt="an", temperature=0.0).lines)) == 1
    assert names.take(SnapshotRequest()).part(TextsPart) is None


def test_a_prompt_that_cannot_be_read_says_why(names: SnapshotTaker) -> None:
    found = texts(names, prompt="Ж")
    assert found.fault == "'Ж' is none of the 27 tokens that are known"
    assert not found.written
    read = texts(names, prompt="Zoë")
    assert (read.note, read.lines) == ("Zoë is read as zoe", texts(names, prompt="zoe").lines)
    assert texts(names, prompt="zoe").note == ""


def test_names_of_the_data_are_told_from_new_ones() -> None:
    made = taker(Names(samples=200))
    known = next(
        name for name in made._prepared.raw_test_samples(100) if len(set(name)) == len(name) and len(name) < 8
    )
    always(made, known)
    assert [(each.text, each.mark) for each in texts(made, count=2).written] == [(known, "known")] * 2
    assert texts(made, count=2, only_new=True).written == ()
    always(made, "qzx")
    assert [(each.text, each.mark) for each in texts(made, count=2).written] == [("qzx", "new")] * 2
    assert len(texts(made, count=2, only_new=True).written) == 2


def test_sums_are_answered_and_checked() -> None:
    made = taker(Add(samples=200, last_first=False))
    found = texts(made, count=50)
    answers = {"right": 0, "wrong": 0}
    for each, marked in zip(found.written, found.marked_lines, strict=True):
        first, second = each.prompt.removesuffix("=").split("+")
        assert (each.mark == "right") == (each.text == f"{int(first) + int(second):03d}")
        assert marked == f"{each.prompt}{each.text} {'✓' if each.mark == 'right' else '✗'}"
        answers[each.mark] += 1
    assert answers["wrong"]
    assert texts(made, prompt="12+").written[0].mark in ("new", "known")


def test_a_text_that_runs_on_is_written_to_the_limit_and_compared_with_pieces(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("abcdefg " * 60)
    made = taker(TextFile.of(read_text(path, 10_000), samples_are="text", context=8))
    always(made, "bcdef")
    found = texts(made, prompt="b", count=1, temperature=0.0)
    assert len(found.written[0].text) == MAX_NEW
    assert found.written[0].mark == "new"
    toy = taker(Repeat(samples=50))
    assert {len(line) for line in texts(toy).lines} == {17}


def test_nats_are_those_of_the_true_token_where_one_is_asked() -> None:
    shares = np.array([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])
    np.testing.assert_allclose(nats_of(shares, np.array([0, 0, -1])), [np.log(2), np.log(4), np.nan])
    assert [last_counted(np.array(each)) for each in ([0, 1, -1], [-1, -1])] == [1, 1]


def test_rows_and_classes_have_no_texts() -> None:
    experiment = Experiment()
    prepared = prepare(experiment)
    made = SnapshotTaker(make_trainer(experiment, prepared), prepared, 0, experiment)
    assert made.take_part(TextsPart, TextWish()) is None
