"""New rows and images are read as those that were learned from, and what does not fit is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.dataset import DataError
from core.data.pipeline import CategoryColumn, ClassOutputs, ImageInputs, NumberColumn, Pipeline, TableInputs
from core.predict import RawSamples, read_samples

COLUMNS = (NumberColumn("size"), NumberColumn("age", fill=3.0), CategoryColumn("colour", ("red", "white")))
PIPELINE = Pipeline(TableInputs(COLUMNS), ClassOutputs())
IMAGES = Pipeline(ImageInputs((8, 8, 1), 16.0), ClassOutputs())


def read(folder: Path, text: str) -> RawSamples:
    path = folder / "new.csv"
    path.write_text(text)
    return read_samples(PIPELINE, [path])


def test_gaps_unused_columns_and_unknown_texts_are_noted(tmp_path: Path) -> None:
    samples = read(tmp_path, "note,colour,age,size\nx,red,,1\ny,teal,2,2\nz,red,1,\n")
    assert samples.complete.tolist() == [True, True, False]
    assert samples.unused == ("note",)
    assert samples.notes == ("colour has a text that the model never saw: teal",)
    assert len(PIPELINE.transform(samples.raw)) == 2
    assert samples.take(np.array([1]))["size"].tolist() == [2.0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "size,a,b\n1,2,3\n",
            "new.csv lacks the columns 'age', 'colour', which the model needs; it has size, a, b",
        ),
        ("1,2\n3,4\n", "new.csv has no names, and 2 columns where the model needs 3: size, age, colour"),
        ("size,age,colour\nx,1,red\ny,2,red\n", "new.csv: size cannot be read as the model needs it"),
    ],
)
def test_what_does_not_fit_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read(tmp_path, text)


def test_hundreds_of_unknown_texts_are_read(tmp_path: Path) -> None:
    samples = read(tmp_path, "size,age,colour\n" + "".join(f"1,2,c{n}\n" for n in range(300)))
    assert samples.complete.all()
    assert samples.notes[0].startswith("colour has 300 texts that the model never saw: c0, ")


def test_images_are_in_the_range_of_the_data_and_can_be_inverted(tmp_path: Path) -> None:
    Image.new("L", (20, 20), 255).save(tmp_path / "white.png")
    shares: list[float] = []
    samples = read_samples(IMAGES, [tmp_path], report=shares.append)
    assert samples.names == (str(tmp_path / "white.png"),)
    assert shares == [0.0]
    assert isinstance(IMAGES.inputs, ImageInputs)
    np.testing.assert_allclose(samples.values, np.full((1, 8, 8, 1), 16.0))
    np.testing.assert_allclose(samples.inverted(IMAGES.inputs).values, 0.0, atol=1e-5)


INVENTED = Pipeline(
    TableInputs(tuple(NumberColumn(f"X{place}") for place in (1, 2, 3))), ClassOutputs(target="kind")
)


def test_columns_of_invented_names_are_taken_by_their_places(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("kind,width,length,depth,note\n1,2,3,4,5\n0,6,7,8,9\n")
    samples = read_samples(INVENTED, [path], target="kind")
    assert samples.raw["X2"].tolist() == [3.0, 7.0]
    assert samples.notes == (
        "new.csv has no columns X1, X2, X3; its first are taken in their order: width, length, depth",
    )
    assert samples.unused == ("note",)
    assert INVENTED.transform(samples.raw).tolist() == [[2, 3, 4], [6, 7, 8]]


@pytest.mark.parametrize("text", ["X1,X2,depth\n1,2,3\n4,5,6\n", "width,length\n1,2\n3,4\n"])
def test_columns_are_not_taken_by_place_where_some_have_their_names_or_are_missing(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "new.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=r"new\.csv lacks the column"):
        read_samples(INVENTED, [path])


NUMBERS = Pipeline(
    TableInputs(
        (NumberColumn("age", fill=3.0), NumberColumn("pay", fill=9.0), NumberColumn("day", fill=1.0))
    ),
    ClassOutputs(),
)


def test_decimals_are_as_the_file_has_them_and_what_is_no_number_is_no_gap(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("age;pay;day\n21,5;1.234;1\nNA;2,5;2\nx;3;\n")
    samples = read_samples(NUMBERS, [path])
    # "1.234" is 1,234 since the other cells have decimal commas.
    np.testing.assert_array_equal(samples.values["age"], [21.5, np.nan, np.nan])
    np.testing.assert_array_equal(samples.values["pay"], [1234, 2.5, 3])
    assert samples.complete.tolist() == [True, True, False]
    assert (samples.refused, samples.lacking) == (1, 0)
    assert samples.notes == (
        "age: 1 cell must be a number, got 'x' in row 3",
        "new.csv is read with a decimal comma, unlike the data, in age, pay",
    )
    path.write_text("age;pay;day\n21.5;1.234;1\n1,5;2.5;2\n")
    samples = read_samples(NUMBERS, [path])
    np.testing.assert_array_equal(samples.values["pay"], [1.234, 2.5])
    assert samples.texts["age"] in ({0: "21.5"}, {1: "1,5"})
    path.write_text("age,pay,day\nx,1,2\ny,1,2\n")
    with pytest.raises(DataError, match="age cannot be read as the model needs it"):
        read_samples(NUMBERS, [path])
    path.write_text("age,pay,day\n" + "x,1,2\n" * 20_000 + "1,1,2\n")
    with pytest.raises(DataError, match="age must have numbers, got 12,000 others, such as 'x'"):
        read_samples(NUMBERS, [path])
