"""Projects with their data inside: nothing is lost by it, nothing else is needed, and nothing is believed unchecked."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data.datasets import DataError, ImageFolder, Moons, TableFile
from core.data.datasets.image_folder_dataset import forget_images
from core.data.datasets.table_file_dataset import forget_tables
from core.data.images.read_folder import ImageChoice, read_folder
from core.data.load_errors import forget_load_errors
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment import embedded_data
from core.experiment.embedded_data import can_embed, embed_data, embedded_fault
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_project, save_project
from core.io.archive import ArchiveReader, write_archive
from core.nn import Dense
from tests.core.experiment.on_data import with_dataset

HEADER = "when;price;kind;notes;side"


def forget() -> None:
    forget_images()
    forget_tables()
    forget_load_errors()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


def table(folder: Path) -> Experiment:
    """Dates, decimal commas, missing values, categories and a column of no use."""
    rng = np.random.default_rng(0)
    rows = [
        f"{1 + i % 28:02}.01.2024;{'' if i == 7 else f'{x}'.replace('.', ',')};{'abc'[i % 3]};note {i};{x > 0}"
        for i, x in enumerate(rng.normal(size=80) / 3)
    ]
    place = folder / "prices.csv"
    place.write_text("\n".join([HEADER, *rows]))
    read = read_table(place)
    schema = TableSchema(("price", "kind"), "side", missing="fill")
    return with_dataset(Experiment(layers=(Dense(5),)), TableFile.of(read, schema))


def images(folder: Path) -> Experiment:
    rng = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 120)):
        (folder / "signs" / name).mkdir(parents=True)
        for i in range(12):
            pixels = rng.integers(low, low + 120, (10, 14, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "signs" / name / f"{i}.png")
    chosen = read_folder(folder / "signs", ImageChoice(8, color=True))
    return with_dataset(Experiment(layers=(Dense(5),)), ImageFolder.of(chosen))


def arrays(folder: Path) -> Experiment:
    """An NPZ of several types: bytes, a float32 that no shorter text gives, and class numbers."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, 3)).astype(np.float32)
    np.savez(folder / "numbers.npz", x=x, y=(x[:, 0] > 0).astype(np.int16))
    read = read_table(folder / "numbers.npz")
    schema = TableSchema(tuple(c.name for c in read.columns[:3]), read.columns[3].name)
    return with_dataset(Experiment(layers=(Dense(5),)), TableFile.of(read, schema))


@pytest.fixture(params=[table, images, arrays], ids=lambda each: each.__name__)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Experiment:
    build: Callable[[Path], Experiment] = request.param
    (tmp_path / "here").mkdir()
    return build(tmp_path / "here")


def test_a_project_with_its_data_trains_on_bit_by_bit_where_the_file_is_not(
    made: Experiment, tmp_path: Path
) -> None:
    trainer = make_trainer(made, prepared := prepare(made))
    trainer.run_epoch()
    project = tmp_path / "mine.nnplay"
    save_project(project, made, TrainerState.of(trainer), data=embed_data(made.dataset))
    # Another computer: the folder of the data is gone, and the program is new.
    (tmp_path / "here").rename(tmp_path / "gone")
    forget()
    (tmp_path / "there").mkdir()
    opened, state = load_project(project.rename(tmp_path / "there" / "mine.nnplay"))
    assert state is not None
    assert find_problems(opened) == ()
    again = prepare(opened)
    np.testing.assert_array_equal(again.data.inputs, prepared.data.inputs)
    np.testing.assert_array_equal(again.data.targets, prepared.data.targets)
    assert again.data.inputs.dtype == prepared.data.inputs.dtype
    assert again.data.class_names == prepared.data.class_names
    assert again.data.raw == prepared.data.raw
    resumed = make_trainer(opened, again)
    state.restore(resumed)
    assert [resumed.step() for _ in range(10)] == [trainer.step() for _ in range(10)]
    # Saved again, also without the file, and equal.
    save_project(tmp_path / "second.nnplay", opened, None, data=embed_data(opened.dataset))
    np.testing.assert_array_equal(
        prepare(load_project(tmp_path / "second.nnplay")[0]).data.inputs, prepared.data.inputs
    )


def test_programs_that_do_not_know_the_entries_find_what_they_know(made: Experiment, tmp_path: Path) -> None:
    save_project(tmp_path / "with.nnplay", made, None, data=embed_data(made.dataset))
    save_project(tmp_path / "without.nnplay", made, None)
    with (
        zipfile.ZipFile(tmp_path / "with.nnplay") as one,
        zipfile.ZipFile(tmp_path / "without.nnplay") as two,
    ):
        assert {name: one.read(name) for name in two.namelist()} == {
            name: two.read(name) for name in two.namelist()
        }
        added = set(one.namelist()) - set(two.namelist())
    assert all(name.startswith("embedded") for name in added)


def test_only_the_columns_that_are_used_are_in_the_file(tmp_path: Path) -> None:
    made = table(tmp_path)
    save_project(tmp_path / "mine.nnplay", made, None, data=embed_data(made.dataset))
    with ArchiveReader(tmp_path / "mine.nnplay") as archive:
        described = archive.text("embedded.json")
    assert [each["name"] for each in described["columns"]] == ["side", "price", "kind"]
    with zipfile.ZipFile(tmp_path / "mine.nnplay") as whole:
        assert not any(b"note 3" in whole.read(name) for name in whole.namelist())


def test_an_embedded_table_is_never_taken_for_the_file_that_it_claims_to_be(tmp_path: Path) -> None:
    """A hostile project with another's digest: that project, opened later, uses its own file."""
    made = table(tmp_path)
    wanted = prepare(made).data.inputs.copy()
    data = embed_data(made.dataset)
    (name,) = [each for each in data.arrays if each.endswith("f8")]
    data.arrays[name] = data.arrays[name] + 1.0
    save_project(tmp_path / "hostile.nnplay", made, None, data=data)
    forget()
    hostile = load_project(tmp_path / "hostile.nnplay")[0]
    assert not np.array_equal(prepare(hostile).data.inputs, wanted)
    np.testing.assert_array_equal(prepare(made).data.inputs, wanted)
    assert not np.array_equal(prepare(hostile).data.inputs, wanted)
    # Chosen again, the file is used, which a comparison of both must tell.
    assert made != hostile
    assert hostile.dataset.same_samples(made.dataset)


def test_images_that_claim_the_same_digest_are_kept_apart(tmp_path: Path) -> None:
    made = images(tmp_path)
    data = embed_data(made.dataset)
    data.arrays["embedded/images"] = 255 - data.arrays["embedded/images"]
    save_project(tmp_path / "hostile.nnplay", made, None, data=data)
    ours = prepare(made)
    theirs = prepare(load_project(tmp_path / "hostile.nnplay")[0])
    np.testing.assert_allclose(theirs.data.inputs, 1 - ours.data.inputs, atol=1e-6)


def test_built_in_data_and_too_large_ones_are_not_embedded_and_the_sentence_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not can_embed(Moons())
    with pytest.raises(DataError, match="Moons comes with the program; only your own"):
        embed_data(Moons())
    made = table(tmp_path)
    # 80 rows of one number of 8 bytes, and of two categories of 4.
    monkeypatch.setattr(embedded_data, "MAX_EMBEDDED_BYTES", 80 * 16)
    assert embedded_fault(made.dataset) == ""
    monkeypatch.setattr(embedded_data, "MAX_EMBEDDED_BYTES", 80 * 16 - 1)
    sentence = "prices must take at most 0 MB to be saved in a project, got 1 MB"
    assert embedded_fault(made.dataset) == sentence
    forget()
    # Not in memory: known only once it is read.
    assert embedded_fault(made.dataset) == ""
    with pytest.raises(DataError, match=sentence):
        embed_data(made.dataset)


def test_data_that_are_gone_cannot_be_embedded(tmp_path: Path) -> None:
    made = table(tmp_path)
    (tmp_path / "prices.csv").unlink()
    forget()
    with pytest.raises(DataError, match="is not there any more"):
        embed_data(made.dataset)


def test_data_that_compress_well_are_opened_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on how much an archive may unpack to is for weights; data have one of their own."""
    made = images(tmp_path)
    save_project(tmp_path / "mine.nnplay", made, None, data=embed_data(made.dataset))
    monkeypatch.setattr("core.io.archive._ALWAYS_ALLOWED_BYTES", 1000)
    monkeypatch.setattr("core.io.archive._MAX_PACKING", 0)
    assert load_project(tmp_path / "mine.nnplay")[0].dataset.embedded is not None  # type: ignore[attr-defined]


# --- hostile files ------------------------------------------------------------------------------------------------


def change(description: dict[str, Any], path: str, value: object) -> None:
    *above, last = path.split(".")
    for name in above:
        description = description[int(name)] if isinstance(description, list) else description[name]
    description[int(last) if isinstance(description, list) else last] = value


TABLE_FAULTS = [
    ("kind", "image_folder", "must be of the kind table_file"),
    ("rows", 0, "rows must be a whole number from 1"),
    ("rows", True, "rows must be a whole number from 1"),
    ("rows", 10**9, "rows must be a whole number from 1"),
    ("rows", 79, "must be int32 of shape"),
    ("columns", [], "columns must be a list of 1"),
    ("columns.0.type", "O", "must have one of the types"),
    ("columns.0.type", [], "must have name, type"),
    ("columns.0.name", 3, "must have name, type"),
    ("columns.0.name", "other", "does not hold the data"),
    ("columns.0.name", "price", "different names"),
    ("columns.0.categories", ["y"], "numbers of its categories"),
    ("columns.0.categories", ["y", "y"], "different categories"),
    ("columns.0.categories", list(map(str, range(60))), "from 1 to 50"),
    ("columns.1.categories", ["a"], "from 1 to 50"),
    ("columns.1.format", "pickle", "format of a column"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), TABLE_FAULTS)
def test_a_table_that_is_none_is_refused_with_a_sentence(
    tmp_path: Path, path: str, value: object, sentence: str
) -> None:
    made = table(tmp_path)
    data = embed_data(made.dataset)
    change(data.description, path, value)
    save_project(tmp_path / "mine.nnplay", made, None, data=data)
    with pytest.raises(ValueError, match=r"mine.nnplay cannot be opened: ") as error:
        load_project(tmp_path / "mine.nnplay")
    assert sentence in str(error.value)
    assert len(str(error.value)) <= 200


@pytest.mark.parametrize(
    ("name", "array", "sentence"),
    [
        ("images", np.zeros((24, 8, 8, 1), np.uint8), "must be uint8 of shape"),
        ("images", np.zeros((24, 8, 8, 3)), "must be at most 14,608 bytes"),
        ("labels", np.zeros(24, np.int64), "images of each class"),
        ("labels", np.arange(24), "images of each class"),
        ("labels", np.repeat([1, 0], 12), "sorted by class"),
        ("labels", np.repeat([-1, 1], 12), "images of each class"),
    ],
)
def test_images_that_are_none_are_refused_with_a_sentence(
    tmp_path: Path, name: str, array: np.ndarray, sentence: str
) -> None:
    made = images(tmp_path)
    data = embed_data(made.dataset)
    data.arrays[f"embedded/{name}"] = array
    save_project(tmp_path / "mine.nnplay", made, None, data=data)
    with pytest.raises(ValueError, match=sentence):
        load_project(tmp_path / "mine.nnplay")


def test_what_claims_to_be_larger_than_the_limit_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, pictures = table(tmp_path), images(tmp_path)
    save_project(tmp_path / "table.nnplay", made, None, data=embed_data(made.dataset))
    save_project(tmp_path / "images.nnplay", pictures, None, data=embed_data(pictures.dataset))
    monkeypatch.setattr(embedded_data, "MAX_EMBEDDED_BYTES", 80 * 16 - 1)
    monkeypatch.setattr(ArchiveReader, "array", lambda *_, **__: pytest.fail("it was read"))
    for name in ("table", "images"):
        with pytest.raises(ValueError, match="must take at most"):
            load_project(tmp_path / f"{name}.nnplay")


def test_infinite_numbers_are_refused_and_missing_ones_kept(tmp_path: Path) -> None:
    made = table(tmp_path)
    data = embed_data(made.dataset)
    (name,) = [each for each in data.arrays if each.endswith("f8")]
    assert np.isnan(data.arrays[name]).sum() == 1
    data.arrays[name] = np.where(np.isnan(data.arrays[name]), np.inf, data.arrays[name])
    save_project(tmp_path / "mine.nnplay", made, None, data=data)
    with pytest.raises(ValueError, match="'price' must have finite numbers"):
        load_project(tmp_path / "mine.nnplay")


def test_entries_of_a_newer_program_are_passed_over(tmp_path: Path) -> None:
    made = table(tmp_path)
    data = embed_data(made.dataset)
    data.description["version"] = 2
    save_project(tmp_path / "mine.nnplay", made, None, data=data)
    assert load_project(tmp_path / "mine.nnplay")[0] == made


def test_data_of_a_project_that_has_no_own_ones_are_passed_over(tmp_path: Path) -> None:
    data = embed_data(table(tmp_path).dataset)
    texts = {"experiment.json": Experiment(dataset=Moons()).to_json(), **data.texts}
    write_archive(tmp_path / "mine.nnplay", texts, data.arrays)
    assert load_project(tmp_path / "mine.nnplay")[0].dataset == Moons()
