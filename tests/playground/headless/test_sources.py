"""Experiments from tables by choices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.datasets import ImageFolder, MinMax, NoScaling, Standardize, TableFile
from core.data.images.read_folder import ImageChoice
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.nn import Conv2D, Dense
from core.train.tasks import Reconstruction
from playground.headless.failure import HeadlessError
from playground.headless.sources import Changes, DataChoices, find_experiment
from tests.core.data.tables.workbooks import book, saved
from tests.playground.headless.flowers import make_flowers


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return make_flowers(tmp_path / "flowers.csv")


def found(table: Path, **choices: object) -> tuple[Experiment, TableFile]:
    experiment, state = find_experiment(str(table), DataChoices(**choices), Changes())  # type: ignore[arg-type]
    assert state is None
    assert isinstance(experiment.dataset, TableFile)
    return experiment, experiment.dataset


def test_a_target_is_enough(table: Path) -> None:
    experiment, dataset = found(table, target="kind")
    assert (experiment.name, dataset.task, dataset.outputs) == ("flowers", "classification", 3)
    assert dataset.features.split("\n") == ["height (cm)", "weight", "colour"]
    assert (dataset.missing, experiment.scaling) == ("drop", Standardize())
    assert experiment.layers == (Dense(16, "relu"), Dense(8, "relu"))


def test_nothing_need_be_predicted(table: Path) -> None:
    experiment, dataset = found(table, task="none", ignored=("weight",))
    assert (dataset.target, dataset.features) == ("", "kind\nheight (cm)\ncolour")
    assert isinstance(experiment.task, Reconstruction)
    assert not find_problems(experiment)


def test_everything_can_be_chosen(table: Path) -> None:
    experiment, dataset = found(
        table,
        target="weight",
        features=("picked", "colour"),
        task="regression",
        missing="fill",
        scaling="minmax",
        formats=(("picked", "days"),),
    )
    assert (dataset.task, dataset.missing, experiment.scaling) == ("regression", "fill", MinMax())
    assert dataset.features == "picked\ncolour"
    assert "picked\tdays dmy 2024-01-01" in dataset.columns


def test_columns_can_be_ignored_and_names_left_out(table: Path, tmp_path: Path) -> None:
    assert found(table, target="kind", ignored=("weight", "colour"))[1].features == "height (cm)"
    plain = tmp_path / "plain.csv"
    plain.write_text("1,2,a\n2.5,3,b\n3,5,a\n4,6,b\n", encoding="utf-8")
    assert found(plain, target="column 3", header=False)[1].features == "column 1\ncolumn 2"


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        (
            {},
            "Choose the column of flowers.csv to predict by --target, or --no-target: kind, height (cm), weight",
        ),
        ({"target": "kind", "task": "none"}, "--no-target and --target exclude each other"),
        ({"target": "kinds"}, "flowers.csv has no column called 'kinds'; did you mean kind?"),
        (
            {"target": "kind", "ignored": ("zzz",)},
            "flowers.csv has no column called 'zzz'; it has kind, height (cm)",
        ),
        (
            {"target": "kind", "task": "regression"},
            "kind holds names; only a class can be predicted, no value",
        ),
        ({"target": "weight", "task": "classification"}, "weight has more than 50 different values"),
        ({"target": "picked"}, "picked cannot be used. It holds dates"),
        (
            {"target": "kind", "formats": (("weight", "roman"),)},
            "The format of a column must be point, comma",
        ),
        ({"target": "kind", "scaling": "huge"}, "There is no scaling called 'huge'"),
    ],
)
def test_choices_that_do_not_fit_are_sentences(
    table: Path, choices: dict[str, object], sentence: str
) -> None:
    with pytest.raises(HeadlessError) as error:
        found(table, **choices)
    assert str(error.value).startswith(sentence)


def test_a_workbook_says_that_it_has_other_sheets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = book([["size", "kind"], *([n, "ab"[n % 2]] for n in range(9))])
    for n in range(7):
        made.create_sheet(f"more {n}").append(["x"])
    path = saved(tmp_path / "book.xlsx", made)
    assert found(path, target="kind")[1].sheet == "Sheet"
    note = "numpynet: book.xlsx: the sheet Sheet was read; --sheet chooses another: "
    assert capsys.readouterr().err == f"{note}more 0, more 1, more 2, more 3, more 4, 2 more\n"
    assert found(path, target="kind", sheet="Sheet")[1].sheet == "Sheet"
    assert capsys.readouterr().err == ""
    with pytest.raises(HeadlessError) as error:
        found(path, target="kind", sheet="Sheets")
    assert str(error.value).startswith(
        "book.xlsx: it has no sheet called 'Sheets'; --sheet chooses another sheet: Sheet, more 0"
    )


@pytest.mark.parametrize(
    ("kept", "missing", "note"),
    [
        (
            1,
            "fill",
            "11 missing values are filled in by the mean or the most frequent category; --missing drop",
        ),
        (5, "fill", "7 missing values are filled in"),
        (10, "fill", "2 missing values are filled in"),
        (11, "drop", "1 of 12 rows lack a value and are left out; --missing fill keeps them"),
        (12, "drop", ""),
    ],
)
def test_gaps_are_treated_as_in_the_window_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: int, missing: str, note: str
) -> None:
    path = tmp_path / "gaps.csv"
    rows = "".join(f"{n if n < kept else ''},{n},{'ab'[n % 2]}\n" for n in range(12))
    path.write_text(f"size,other,kind\n{rows}", encoding="utf-8")
    assert found(path, target="kind")[1].missing == missing
    assert guess_schema(read_table(path)).missing == missing
    err = capsys.readouterr().err
    assert (note in err) if note else not err
    # Without the gaps there is nothing to fill.
    assert found(path, target="kind", ignored=("size",))[1].missing == "drop"


def test_an_error_names_the_header_where_the_first_row_was_read_as_data(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("size,7,kind\n" + "".join(f"{n},{n},{'ab'[n % 2]}\n" for n in range(9)), encoding="utf-8")
    with pytest.raises(HeadlessError) as error:
        found(path, target="kind")
    assert str(error.value) == (
        "odd.csv has no column called 'kind'; it has column 1, column 2, column 3; its first row was read as data, "
        "--header reads it as names"
    )
    assert found(path, target="kind", header=True)[1].features == "size\n7"
    with pytest.raises(HeadlessError) as error:
        found(path, target="kind", header=False)
    assert "--header" not in str(error.value)


@pytest.fixture
def signs(tmp_path: Path) -> Path:
    """Two classes of dark signs on bright paper, a file that cannot be read, and an empty folder."""
    rng = np.random.default_rng(0)
    for name in ("bar", "dot", "nothing"):
        (tmp_path / "signs" / name).mkdir(parents=True)
    for n in range(40):
        pixels = rng.integers(225, 255, (24, 30), dtype=np.uint8)
        pixels[10:14, 5:25] = 20 if n % 2 else 240
        Image.fromarray(pixels).save(tmp_path / "signs" / ("bar", "dot")[n % 2] / f"{n}.png")
    (tmp_path / "signs" / "bar" / "x.png").write_bytes(b"")
    return tmp_path / "signs"


def test_a_folder_of_images_is_read_as_by_the_window(signs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experiment, state = find_experiment(str(signs), DataChoices(), Changes())
    dataset = experiment.dataset
    assert isinstance(dataset, ImageFolder)
    assert (dataset.class_names, dataset.choice, dataset.invert) == (("bar", "dot"), ImageChoice(), True)
    assert (state, experiment.training.batch_size, experiment.scaling) == (None, 8, NoScaling())
    assert isinstance(experiment.layers[0], Conv2D)
    assert capsys.readouterr().err.splitlines() == [
        f"numpynet: {signs}: 40 images of 2 classes, read as 32 x 32 in grey, dark on bright",
        f"numpynet: {signs / 'bar' / 'x.png'}: it is empty",
        "numpynet: 1 of 41 images cannot be read and are left out",
        f"numpynet: {signs}: no images in nothing",
    ]
    chosen = DataChoices(size=16, colors="color", fit="pad", limit=5)
    experiment, _ = find_experiment(str(signs), chosen, Changes(layers="flatten; dense 4"))
    assert experiment.dataset.choice == ImageChoice(16, True, "pad", 5)
    assert (experiment.dataset.info().shape, experiment.scaling) == ((16, 16, 3), Standardize())
    with pytest.raises(HeadlessError, match="A target and its like are chosen for a table"):
        find_experiment(str(signs), DataChoices(target="x"), Changes())
    with pytest.raises(HeadlessError, match="nothing holds no images"):
        find_experiment(str(signs / "nothing"), DataChoices(), Changes())


def test_choices_of_images_need_a_folder(table: Path) -> None:
    for source in (str(table), "moons"):
        with pytest.raises(HeadlessError, match=r"--image-size and its like are for a folder of images"):
            find_experiment(source, DataChoices(target="kind", size=16), Changes())


def test_choices_of_a_table_need_a_table() -> None:
    with pytest.raises(HeadlessError, match=r"for a table, such as data.csv, not for moons"):
        find_experiment("moons", DataChoices(target="x"), Changes())


def test_changes_that_do_not_fit_are_sentences() -> None:
    for changes in (Changes(layers="dence 3"), Changes(optimizer="adamm"), Changes(layers="dense x")):
        with pytest.raises(HeadlessError):
            find_experiment("moons", DataChoices(), changes)


def test_a_text_without_a_target_is_learned_as_a_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "names.txt"
    path.write_text("\n".join(f"{first}{second}na" for first in "abdeklm" for second in "aeiou"))
    experiment, state = find_experiment(str(path), DataChoices(), Changes())
    assert state is None
    assert find_problems(experiment) == ()
    assert (experiment.name, experiment.task.kind, experiment.input_shape) == ("names", "next_token", (8,))
    assert experiment.dataset.samples_are == "lines"  # type: ignore[attr-defined]
    assert (
        "names.txt: read as lines of letters, 12 different, of which the network sees 8"
        in capsys.readouterr().err
    )
    chosen = DataChoices(samples_are="text", words=True, context=4, characters=2_000)
    running, _ = find_experiment(str(path), chosen, Changes())
    assert (running.dataset.tokens, running.dataset.samples_are) == ("words", "text")  # type: ignore[attr-defined]
    assert find_problems(running) == ()
    # A target reads it as a table.
    with pytest.raises(HeadlessError, match=r"^names.txt has no column called 'x'"):
        find_experiment(str(path), DataChoices(target="x"), Changes())
    with pytest.raises(HeadlessError, match=r"^--lines, --context and their like are for a text"):
        find_experiment("spirals", DataChoices(context=8), Changes())
