"""Project files: training resumes exactly, and an invalid file raises a sentence."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.datasets import TableFile
from core.data.pipeline import NumberColumn, Pipeline, TableInputs
from core.experiment.change import asides_entry, changed, load_asides
from core.experiment.embedded_data import EmbeddedData
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import presets
from core.experiment.project_file import (
    TrainerState,
    load_experiment,
    load_project,
    pack_project,
    save_project,
    unpack_project,
)
from core.io import strict_json
from core.io.archive import ArchiveReader, write_archive
from core.io.atomic_write import atomic_write
from core.nn import Dense
from core.optim import SGD
from core.train.figures import Figures
from tests.core.io.small_project import EXPERIMENT, PREPARED, trained


@pytest.mark.parametrize("steps", [0, 3, 16, 40])
def test_training_goes_on_as_if_it_had_never_stopped(steps: int, tmp_path: Path) -> None:
    path = tmp_path / "moons.nnplay"
    straight = trained(steps)
    save_project(path, EXPERIMENT, TrainerState.of(straight))
    experiment, progress = load_project(path)
    assert experiment == EXPERIMENT
    assert progress is not None
    again = make_trainer(experiment, prepare(experiment))
    progress.restore(again)
    assert (again.epoch, again.step_in_epoch) == (straight.epoch, straight.step_in_epoch)
    for _ in range(45):
        assert again.step() == straight.step()
    np.testing.assert_array_equal(again.network.parameters, straight.network.parameters)
    np.testing.assert_array_equal(again.log.to_array(), straight.log.to_array())
    assert again.epoch_loss == straight.epoch_loss
    assert again.figures.test == straight.figures.test


def test_a_packed_project_is_the_content_of_its_file(tmp_path: Path) -> None:
    state, path = TrainerState.of(trained(20)), tmp_path / "moons.nnplay"
    save_project(path, EXPERIMENT, state)
    packed = pack_project(EXPERIMENT, state)
    assert packed == path.read_bytes()
    experiment, found = unpack_project(packed)
    assert experiment == EXPERIMENT
    assert found is not None
    assert found.numbers == state.numbers
    assert found.arrays.keys() == state.arrays.keys()
    save_project(path, EXPERIMENT, None)
    assert unpack_project(path.read_bytes()) == (EXPERIMENT, None)
    for damaged in (b"", packed[:-9]):
        with pytest.raises(ValueError, match=r"run\.nnplay is no NumpyNet Playground file, or it is damaged"):
            unpack_project(damaged)


def test_saving_does_not_disturb_and_repeats_byte_for_byte(tmp_path: Path) -> None:
    trainer = trained(20)
    for name in ("one", "two"):
        save_project(tmp_path / name, EXPERIMENT, TrainerState.of(trainer))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    other = trained(20)
    assert trainer.step() == other.step()


def test_another_optimizer_starts_with_empty_memory(tmp_path: Path) -> None:
    path = tmp_path / "p.nnplay"
    changed = EXPERIMENT.with_training(optimizer=SGD(0.1))
    save_project(path, changed, TrainerState.of(trained(5)))
    experiment, progress = load_project(path)
    trainer = make_trainer(experiment, PREPARED)
    assert progress is not None
    progress.restore(trainer)
    assert trainer.optimizer_state.step == 0
    assert trainer.batches.step == 5


def test_a_project_without_training_is_an_experiment(tmp_path: Path) -> None:
    save_project(tmp_path / "p.nnplay", EXPERIMENT, None)
    assert load_project(tmp_path / "p.nnplay") == (EXPERIMENT, None)
    (tmp_path / "p.json").write_text(strict_json.dump(EXPERIMENT.to_json()), encoding="utf-8")
    assert load_project(tmp_path / "p.json") == (EXPERIMENT, None)
    assert load_experiment(tmp_path / "p.json") == EXPERIMENT


def test_the_experiment_in_the_file_is_readable(tmp_path: Path) -> None:
    save_project(tmp_path / "p.nnplay", EXPERIMENT, TrainerState.of(trained(2)))
    with zipfile.ZipFile(tmp_path / "p.nnplay") as archive:
        names = archive.namelist()
        assert json.loads(archive.read("experiment.json"))["layers"][0]["units"] == 6
        kernel = np.load(io.BytesIO(archive.read("weights/layer_0/kernel.npy")))
    assert kernel.shape == (2, 6)
    assert {"training.json", "history.npy", "optimizer/mean.npy", "weights/layer_3/bias.npy"} <= set(names)


def test_an_older_file_with_fewer_columns_of_history_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "p.nnplay"
    progress = TrainerState.of(trained(40))
    whole = progress.arrays["history"]
    progress.arrays["history"] = whole[:, :5]
    save_project(path, EXPERIMENT, progress)
    experiment, read = load_project(path)
    trainer = make_trainer(experiment, PREPARED)
    assert read is not None
    read.restore(trainer)
    history = trainer.log.view()
    np.testing.assert_array_equal(history.test_loss, whole[:, 2])
    assert np.isnan(history.gradient_norm).all()
    trainer.run_epoch()
    assert trainer.log.view().gradient_norm[-1] > 0


Change = Callable[[dict[str, bytes]], None]


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def huge_header(shape: str, filler: str = "") -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}{filler}\n".encode()
    return b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little") + text


def put(name: str, content: bytes) -> Change:
    return lambda entries: entries.update({name: content})


def drop(name: str) -> Change:
    return lambda entries: entries.pop(name) and None


def edit(**changes: Any) -> Change:
    def change(entries: dict[str, bytes]) -> None:
        numbers = json.loads(entries["training.json"]) | changes
        entries["training.json"] = json.dumps(numbers).encode()

    return change


def figures(**changes: Any) -> dict[str, Any]:
    return Figures().to_json() | changes


_FIGURES = "figures must have a place"
KERNEL = "weights/layer_0/kernel.npy"


BAD: dict[str, tuple[Change, str]] = {
    "no experiment": (drop("experiment.json"), "experiment.json is missing"),
    "no weights": (drop(KERNEL), "weights/layer_0/kernel.npy is missing"),
    "no memory": (drop("optimizer/mean.npy"), "optimizer/mean.npy is missing"),
    "no history": (drop("history.npy"), "history.npy is missing"),
    "wrong shape": (put(KERNEL, npy(np.zeros((6, 2), np.float32))), "must be float32 of shape (2, 6)"),
    "wrong dtype": (put(KERNEL, npy(np.zeros((2, 6), np.int32))), "must be float32 of shape (2, 6)"),
    "NaN": (put(KERNEL, npy(np.full((2, 6), np.nan, np.float32))), "must hold finite numbers only"),
    "infinity": (put("optimizer/mean.npy", npy(np.full(51, np.inf, np.float32))), "finite numbers only"),
    "no array": (put(KERNEL, b"hello"), "cannot be opened"),
    "empty array": (put(KERNEL, b""), "cannot be opened"),
    "pickle": (
        put(KERNEL, npy(np.array([[None] * 6] * 2, object))),
        "must hold numbers or texts, got object",
    ),
    "bomb": (put(KERNEL, bytes(200_000_000)), "must be at most 10,048 bytes, got 200,000,000"),
    "huge shape": (put("history.npy", huge_header("(1000000000000, 5)")), "history must be float64"),
    "huge header": (put(KERNEL, huge_header("(2, 6)", " " * 9_990)), "cannot be opened"),
    "deep header": (put(KERNEL, huge_header("(" * 3000 + ")" * 3000)), "cannot be opened"),
    "broken header": (put(KERNEL, huge_header("(2, 6")), "cannot be opened"),
    "wide history": (put("history.npy", npy(np.zeros((3, 4)))), "history must be float64"),
    "long history": (put("history.npy", npy(np.zeros((40_001, 5)))), "history"),
    "text bomb": (put("experiment.json", b" " * 200_000_000), "must be at most 4,000,000 bytes"),
    "bad JSON": (put("experiment.json", b"{"), "cannot be opened"),
    "not UTF-8": (put("experiment.json", b"\xff\xfe\xfd"), "cannot be opened"),
    "twice": (put("experiment.json", b'{"kind": 1, "kind": 2}'), "the JSON has the key 'kind' twice"),
    "many keys": (
        put("experiment.json", ("{" + ",".join(f'"{i}": 0' for i in range(300_000)) + ', "7": 0}').encode()),
        "the JSON has the key '7' twice",
    ),
    "deep JSON": (put("experiment.json", b"[" * 200_000), "nested at most 50 deep"),
    "NaN in JSON": (put("experiment.json", b'{"kind": NaN}'), "the JSON holds NaN"),
    "1e999": (put("experiment.json", b'{"kind": 1e999}'), "a number must be finite, got '1e999'"),
    "5,000 digits": (put("experiment.json", b'{"kind": ' + b"9" * 5000 + b"}"), "cannot be opened"),
    "a list": (put("experiment.json", b"[]"), "This is not an experiment"),
    "training is a list": (put("training.json", b"[]"), "training.json must have version 1"),
    "a later training": (edit(version=2), "training.json must have version 1"),
    "negative epoch": (edit(epoch=-1), "epoch must be a whole number of at least 0, got -1"),
    "negative position": (edit(position=-5), "position must be a whole number"),
    "half a step": (edit(updates=0.5), "updates must be a whole number"),
    "large step": (edit(updates=10**30), "updates must be a whole number"),
    "huge step": (edit(updates=10**400), "a number must be whole and of at most 40 digits"),
    "no order": (edit(order_state={}), "order_state is no state of a random generator"),
    "wrong noise": (edit(noise_state={"bit_generator": "MT19937"}), "noise_state is no state"),
    "dropout of the future": (edit(dropout_state={"version": 3}), "must be of version 1 or 2"),
    "dropout without its key": (edit(dropout_state={"version": 2, "key": [1], "block": 0}), "a key of two"),
    "no sum": (edit(epoch_sum=None), "epoch_sum and recorded_sum must be pairs"),
    "a sum of fewer than none": (
        edit(epoch_sum=[1.0, -1]),
        "epoch_sum and recorded_sum must be pairs",
    ),
    "more recorded than seen": (edit(recorded_sum=[1.0, 2**40]), "epoch_sum and recorded_sum"),
    "three evaluations": (edit(figures=None, evaluations=[[1, 2]] * 3), _FIGURES),
    "text in evaluations": (edit(figures=None, evaluations=[["a", 2], [1, 2]]), _FIGURES),
    "figures of nothing": (edit(figures={}), _FIGURES),
    "figures of half a sample": (edit(figures=figures(train=[0.5, 0.9, 0.0, 2.5, 3, False])), _FIGURES),
    "figures of nowhere": (edit(figures=figures(place=[1, 2])), _FIGURES),
    "a negative number of edits": (edit(edits=-1), "edits must be a whole number"),
}


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("good") / "good.nnplay"
    save_project(path, EXPERIMENT, TrainerState.of(trained(20)))
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_zip(path: Path, entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", compression, compresslevel=1) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_quickly_with_its_name(
    name: str, entries: dict[str, bytes], tmp_path: Path
) -> None:
    change, sentence = BAD[name]
    changed = dict(entries)
    change(changed)
    path = tmp_path / "bad.nnplay"
    write_zip(path, changed)
    start = process_time()
    with pytest.raises(ValueError, match=r"^bad\.nnplay ") as caught:
        load_project(path)
    assert sentence in str(caught.value)
    assert process_time() - start < 2.0


def test_a_file_that_is_no_archive(entries: dict[str, bytes], tmp_path: Path) -> None:
    good = tmp_path / "good.nnplay"
    write_zip(good, entries)
    whole = good.read_bytes()
    load_project(good)
    for number, content in enumerate((b"", b"PK", whole[: len(whole) // 2], whole[:-30], b"x" * 1000)):
        path = tmp_path / f"cut{number}.nnplay"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=f"cut{number}"):
            load_project(path)
    write_zip(good, entries, zipfile.ZIP_LZMA)
    with pytest.raises(ValueError, match="must be stored or deflated"):
        load_project(good)
    write_zip(good, entries | {f"extra{i}": b"" for i in range(10_001)})
    with pytest.raises(ValueError, match="must hold at most 10,000 entries"):
        load_project(good)
    with pytest.raises(FileNotFoundError):
        load_project(tmp_path / "missing.nnplay")


@pytest.mark.parametrize(
    "content", [b"", b"[" * 100_000, b"{}", b'{"kind": "experiment", "version": 99}', b"\x00"]
)
def test_a_bad_experiment_file_is_told_with_its_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.json"):
        load_project(path)
    path.write_bytes(b" " * 4_000_001)
    with pytest.raises(ValueError, match=r"bad\.json must be at most 4,000,000 bytes"):
        load_project(path)


def test_a_network_that_no_memory_holds_is_not_allocated(entries: dict[str, bytes], tmp_path: Path) -> None:
    described = EXPERIMENT.replace(layers=(Dense(16_384),) * 100).to_json()
    path = tmp_path / "large.nnplay"
    write_zip(path, entries | {"experiment.json": json.dumps(described).encode()})
    start = process_time()
    experiment, progress = load_project(path)
    assert progress is None
    assert len(experiment.layers) == 100
    # A size that fits into memory, but not into the file.
    described = EXPERIMENT.replace(layers=(Dense(6_900), Dense(6_900))).to_json()
    write_zip(path, entries | {"experiment.json": json.dumps(described).encode()})
    with pytest.raises(ValueError, match=r"large\.nnplay"):
        load_project(path)
    assert process_time() - start < 2.0


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bytes_are_told_or_harmless(
    data: st.DataObject, entries: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "flipped.nnplay"
    write_zip(path, entries, data.draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(ValueError):
        _, progress = load_project(path)
        if progress is not None:
            progress.restore(make_trainer(EXPERIMENT, PREPARED))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bytes_within_an_array_or_a_text(
    data: st.DataObject, entries: dict[str, bytes], tmp_path: Path
) -> None:
    # The archive's checksums are valid, so that the entries' readers are tested.
    changed = dict(entries)
    name = data.draw(st.sampled_from(["experiment.json", "training.json", KERNEL, "history.npy"]))
    content = bytearray(changed[name])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, min(len(content) - 1, 400)))] = data.draw(st.integers(0, 255))
    changed[name] = bytes(content)
    path = tmp_path / "flipped.nnplay"
    write_zip(path, changed, zipfile.ZIP_STORED)
    sentence = ""
    try:
        load_project(path)
    except ValueError as error:
        sentence = str(error)
    assert sentence == "" or sentence.startswith("flipped.nnplay ")


def test_a_failure_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "p.nnplay"
    save_project(path, EXPERIMENT, None)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="JSON compliant"):
        write_archive(path, {"a.json": {}, "b.json": float("nan")}, {})

    def fail_in_the_middle() -> None:
        with atomic_write(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_in_the_middle()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["p.nnplay"]
    with pytest.raises(OSError, match="missing"):
        save_project(tmp_path / "missing" / "p.nnplay", EXPERIMENT, None)


def test_a_saved_file_is_an_ordinary_one(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    save_project(tmp_path / "p.nnplay", EXPERIMENT, None)
    assert (tmp_path / "p.nnplay").stat().st_mode == ordinary.stat().st_mode


def test_the_pipeline_is_in_the_file_and_outlives_the_data(tmp_path: Path) -> None:
    prepared, trainer = PREPARED, make_trainer(EXPERIMENT, PREPARED)
    save_project(tmp_path / "p.nnplay", EXPERIMENT, TrainerState.of(trainer, prepared.pipeline))
    _, state = load_project(tmp_path / "p.nnplay")
    assert state is not None
    assert state.pipeline == prepared.pipeline
    save_project(tmp_path / "old.nnplay", EXPERIMENT, TrainerState.of(trainer))
    _, older = load_project(tmp_path / "old.nnplay")
    assert older is not None
    assert older.pipeline is None


def test_a_pipeline_of_another_network_is_refused(tmp_path: Path) -> None:
    state = TrainerState.of(make_trainer(EXPERIMENT, PREPARED), PREPARED.pipeline)
    other = Pipeline(TableInputs((NumberColumn("a"),)), PREPARED.pipeline.outputs)
    save_project(tmp_path / "p.nnplay", EXPERIMENT, replace(state, pipeline=other))
    with pytest.raises(ValueError, match=r"cannot be opened: pipeline\.json must have inputs and outputs of"):
        load_project(tmp_path / "p.nnplay")


def test_a_file_of_a_version_without_schedules_goes_on(entries: dict[str, bytes], tmp_path: Path) -> None:
    numbers = json.loads(entries["training.json"])
    del numbers["schedule"]
    write_zip(tmp_path / "old.nnplay", entries | {"training.json": json.dumps(numbers).encode()})
    experiment, state = load_project(tmp_path / "old.nnplay")
    trainer = make_trainer(experiment, PREPARED)
    assert state is not None
    state.restore(trainer)
    assert trainer.step() == trained(20).step()


def test_a_state_whose_parts_do_not_fit_is_a_sentence_when_it_is_restored(
    entries: dict[str, bytes], tmp_path: Path
) -> None:
    changed = dict(entries)
    edit(marks=[1])(changed)
    write_zip(tmp_path / "odd.nnplay", changed)
    experiment, state = load_project(tmp_path / "odd.nnplay")
    assert state is not None
    with pytest.raises(ValueError, match="the training state is incomplete: "):
        state.restore(make_trainer(experiment, PREPARED))


TABLE = EXPERIMENT.replace(dataset=TableFile("/old/place/plants.csv", target="kind", features="size"))


def saved_beside(path: Path, data: object) -> str:
    """The data's path in a project after its data.json was replaced."""
    save_project(path, TABLE, None)
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert "data.json" in found
    write_zip(path, found | {"data.json": json.dumps(data).encode()})
    return str(load_project(path)[0].dataset.path)  # type: ignore[attr-defined]


def test_data_beside_the_project_are_found_and_others_stay_where_they_were(tmp_path: Path) -> None:
    (tmp_path / "plants.csv").touch()
    path = tmp_path / "p.nnplay"
    assert saved_beside(path, {"path": "plants.csv"}) == str(tmp_path / "plants.csv")
    for elsewhere in ("gone.csv", "n" * 300, "plants.csv/deeper"):
        assert saved_beside(path, {"path": elsewhere}) == "/old/place/plants.csv"


@pytest.mark.parametrize(
    "data", [[], {}, {"path": ""}, {"path": 7}, {"path": "/etc/passwd"}, {"path": "a\0b"}]
)
def test_a_place_of_data_that_is_none_is_refused(tmp_path: Path, data: object) -> None:
    with pytest.raises(ValueError, match=r"p\.nnplay cannot be opened: data\.json must have a relative path"):
        saved_beside(tmp_path / "p.nnplay", data)


def test_embedded_arrays_are_written_beside_those_of_the_training(tmp_path: Path) -> None:
    path = tmp_path / "p.nnplay"
    data = EmbeddedData({"rows": 2}, {"embedded/a": np.arange(2)})
    save_project(path, EXPERIMENT, None, data=data)
    with ArchiveReader(path) as archive:
        assert archive.text("embedded.json") == {"rows": 2}
        assert archive.array("embedded/a", (2,), np.int64).tolist() == [0, 1]


def test_what_is_put_aside_is_in_the_file(tmp_path: Path) -> None:
    known = tuple(each.experiment for each in presets())[:40]
    path, asides = tmp_path / "p.nnplay", (TABLE, *known)
    save_project(path, EXPERIMENT, None, extra=asides_entry(asides))
    assert load_asides(path) == asides
    assert load_project(path) == (EXPERIMENT, None)
    # Without the file of a table, its data and task are known, too.
    there = changed(EXPERIMENT, load_asides(path), dataset=known[-1].dataset)
    assert there.returns
    assert there.experiment.layers == known[-1].layers
    save_project(path, EXPERIMENT, None)
    assert load_asides(path) == ()


@pytest.mark.parametrize("entry", [{}, 7, [7], [{}], [TABLE.to_json()] * 51], ids=range(5))
def test_other_entries_of_what_is_put_aside_are_a_sentence(tmp_path: Path, entry: object) -> None:
    path = tmp_path / "p.nnplay"
    save_project(path, EXPERIMENT, None, extra={"asides.json": entry})
    with pytest.raises(ValueError, match=r"^p\.nnplay cannot be opened: "):
        load_asides(path)
