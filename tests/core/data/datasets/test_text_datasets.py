"""Names and texts of files are data of tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import DATASETS, DataError
from core.data.datasets.text_datasets import Names, TextFile
from core.data.texts import read_text
from core.data.train_test_split import train_test_split

LINES = "".join(f"line {number}\n" for number in range(40))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "my text.txt"
    made.write_text(LINES)
    return made


def test_names_end_and_none_is_there_twice() -> None:
    names, info = Names(samples=29_494), Names().info()
    data = names.load(0)
    assert (data.shape, data.vocabulary) == (info.shape, info.vocabulary) == ((16,), 27)
    assert len(np.unique(data.inputs, axis=0)) == 29_494
    ends = (data.targets == 0).sum(axis=1)
    assert (ends == 1).all()
    # A few names have no z.
    assert Names(samples=100).load(0).vocabulary == 27
    assert Names.citation


@pytest.mark.parametrize("samples_are", ["lines", "text"])
@pytest.mark.parametrize("tokens", ["letters", "words"])
def test_a_file_is_data_of_its_choices(samples_are: str, tokens: str, path: Path) -> None:
    dataset = TextFile.of(
        read_text(path, 1_000), samples_are=samples_are, tokens=tokens, context=8, most=1_000
    )
    data, info = dataset.load(0), dataset.info()
    assert (data.shape, data.vocabulary, data.outputs) == (info.shape, info.vocabulary, info.outputs)
    assert dataset.label == "my text"
    again = DATASETS.make(dataset.to_json())
    TextFile.forget()
    assert again == dataset
    assert (again.load(0).inputs == data.inputs).all()


def test_a_running_text_is_split_at_a_place_without_a_leak(path: Path) -> None:
    text = "".join(map(chr, range(1_000, 3_000)))
    path.write_text(text, "utf-8")
    dataset = TextFile.of(read_text(path, 5_000), samples_are="text", context=16, most=5_000)
    data = dataset.load(0)
    train, test = train_test_split(data, 0.7, 0)
    # Each letter is there once: what training sees and predicts ends before what testing sees.
    assert max(data.inputs[train].max(), data.targets[train].max()) < data.inputs[test].min()
    assert len(train) == 87
    assert len(test) == data.samples - 88


def test_a_file_that_changed_or_is_gone_says_so(path: Path) -> None:
    dataset = TextFile.of(read_text(path, 1_000), most=1_000)
    TextFile.forget()
    path.write_text("x" + LINES)
    assert dataset.unavailable_reason() == ""
    with pytest.raises(DataError, match=r"^my text.txt has changed since it was chosen; open it again$"):
        dataset.load(0)
    path.unlink()
    assert dataset.unavailable_reason().endswith("is not there any more; choose it again")
    with pytest.raises(DataError, match=r"is not there any more; choose it again$"):
        dataset.load(0)
    assert TextFile().unavailable_reason() == "No file is chosen; open one"
    with pytest.raises(DataError, match=r"^No file is chosen; open one$"):
        TextFile().load(0)


def test_a_file_that_holds_other_tokens_is_refused(path: Path) -> None:
    dataset = TextFile.of(read_text(path, 1_000), most=1_000).replace(vocabulary=99)
    with pytest.raises(
        DataError, match=r"^my text.txt does not hold what the experiment says; open it again$"
    ):
        dataset.load(0)


def test_the_budget_ends_the_text(path: Path) -> None:
    path.write_text("abcd" * 1_000 + "z")
    dataset = TextFile.of(read_text(path, 4_000), samples_are="text", context=8, most=4_000)
    assert dataset.vocabulary == 4
