"""Files copied into the cache by hand are found under every name and verified; others are rejected."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.data.downloads import archive_cache as image_store
from core.data.downloads.archive_cache import ArchiveError, ImageStore
from core.data.downloads.archives import FASHION_MNIST, MNIST, idx_header, read_idx
from tests.made_images import MadeArchive, make_archive

FIRST, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.fixture(scope="module")
def made() -> MadeArchive:
    return make_archive(MNIST)


@pytest.fixture(scope="module")
def fashion() -> MadeArchive:
    return make_archive(FASHION_MNIST)


def npz_of(made: MadeArchive, **changes: object) -> bytes:
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = {
        name: read_idx(made.contents[file.name], file.shape)
        for name, file in zip(names, made.archive.files, strict=True)
    }
    out = io.BytesIO()
    np.savez_compressed(out, **(arrays | changes))  # type: ignore[arg-type]
    return out.getvalue()


def assert_loads(made: MadeArchive, folder: Path) -> None:
    arrays = ImageStore(made.archive, folder).load()
    for array, file in zip(arrays, made.archive.files, strict=True):
        assert (array.shape, array.dtype) == (file.shape, np.uint8)
        assert idx_header(file.shape) + array.tobytes() == made.contents[file.name]


# Names and forms


@pytest.mark.parametrize("dotted", [False, True], ids=["published name", "dotted name"])
@pytest.mark.parametrize("packed", [False, True], ids=["unpacked", "gz"])
@pytest.mark.parametrize("like", ["made", "fashion"])
def test_files_that_were_put_there_by_hand_are_used(
    request: pytest.FixtureRequest, tmp_path: Path, like: str, packed: bool, dotted: bool
) -> None:
    archive: MadeArchive = request.getfixturevalue(like)
    archive.put(tmp_path, packed=packed)
    if dotted:
        for path in list(tmp_path.iterdir()):
            path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    store = ImageStore(archive.archive, tmp_path)
    assert store.complete
    assert_loads(archive, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= set(archive.contents)


def test_the_npz_of_keras_is_used(made: MadeArchive, tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(npz_of(made))
    assert ImageStore(made.archive, tmp_path).complete
    assert_loads(made, tmp_path)


def test_wide_whole_numbers_in_an_npz_will_do(made: MadeArchive, tmp_path: Path) -> None:
    labels = read_idx(made.contents[LABELS], (300,)).astype(np.int64)
    (tmp_path / "mnist.npz").write_bytes(npz_of(made, y_train=labels))
    assert_loads(made, tmp_path)


def test_the_real_files_are_used(mnist_folder: Path, tmp_path: Path) -> None:
    for file in MNIST.files:
        (tmp_path / f"{file.name}.gz").symlink_to(mnist_folder / f"{file.name}.gz")
    images, labels, _, test_labels = ImageStore(MNIST, tmp_path).load()
    assert (images.shape, labels[:5].tolist(), test_labels[:3].tolist()) == (
        (60_000, 28, 28),
        [5, 0, 4, 1, 9],
        [7, 2, 1],
    )


def test_unpacked_files_come_first_and_are_not_checked_twice(
    made: MadeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.put(tmp_path, packed=True)
    assert_loads(made, tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError("it was done again")

    monkeypatch.setattr(image_store, "unpack_gzip", refuse)
    monkeypatch.setattr(hashlib, "sha256", refuse)
    assert_loads(made, tmp_path)


def test_a_change_on_the_disk_is_noticed_all_the_same(made: MadeArchive, tmp_path: Path) -> None:
    made.put(tmp_path)
    assert_loads(made, tmp_path)
    changed = bytearray(made.contents[FIRST])
    changed[-1] ^= 1
    (tmp_path / FIRST).write_bytes(bytes(changed) + b"")
    image_store._checked.clear()  # file times may be too coarse to differ
    with pytest.raises(ArchiveError, match="does not hold the published data"):
        ImageStore(made.archive, tmp_path).load()


def test_a_folder_that_takes_no_files_can_be_read(
    made: MadeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.put(tmp_path, packed=True)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(image_store, "atomic_write", refuse)
    assert_loads(made, tmp_path)


# Invalid files are reported and set aside


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data[:-1], r"must be 235,216 bytes long, got 235,215"),
        (lambda data: b"\0\0\x09" + data[3:], "is no IDX file of bytes"),
        (lambda data: data[:4] + struct.pack(">I", 299) + data[8:], r"got \(299, 28, 28\)"),
        (lambda data: data[:-1] + b"\x07", "their SHA-256 is another"),
    ],
    ids=["cut", "magic", "axes", "content"],
)
def test_a_damaged_file_is_set_aside_so_that_it_can_be_fetched_again(
    made: MadeArchive, tmp_path: Path, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    made.put(tmp_path)
    (tmp_path / FIRST).write_bytes(damage(made.contents[FIRST]))
    store = ImageStore(made.archive, tmp_path)
    with pytest.raises(ArchiveError, match=f"^{FIRST} .*{sentence}.*renamed to {FIRST}.damaged; download"):
        store.load()
    assert [file.name for file in store.missing] == [FIRST]
    assert (tmp_path / f"{FIRST}.damaged").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no zip", "is no file of numpy arrays"),
        (None, r"must hold arrays called x_train, y_train, x_test, y_test; y_train is missing"),
        ("short", r"must hold y_train as bytes of shape \(300,\), got uint8 \(299,\)"),
        ("floats", r"got float64 \(300,\)"),
        ("objects", "is no file of numpy arrays"),
        ("huge", r"must hold y_train of shape \(300,\), got 80,000,128 bytes"),
    ],
)
def test_an_npz_is_not_believed(made: MadeArchive, tmp_path: Path, content: object, sentence: str) -> None:
    labels = {
        "short": np.zeros(299, np.uint8),
        "floats": np.zeros(300),
        "objects": np.array([{}] * 300, object),
        "huge": np.zeros(80_000_000, np.uint8),
    }
    if content is None:
        out = io.BytesIO()
        np.savez(out, x_train=np.zeros(3, np.uint8))
        data = out.getvalue()
    else:
        data = content if isinstance(content, bytes) else npz_of(made, y_train=labels[str(content)])
    path = tmp_path / "mnist.npz"
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=f"^mnist.npz .*{sentence}"):
        image_store.content_of(made.archive, made.archive.train_labels, path)


def test_classes_are_counted_where_no_digest_is_known(fashion: MadeArchive, tmp_path: Path) -> None:
    fashion.put(tmp_path)
    labels = bytearray(fashion.contents[LABELS])
    labels[8] = (labels[8] + 1) % 10
    (tmp_path / LABELS).write_bytes(bytes(labels))
    with pytest.raises(ArchiveError, match="must hold ten classes, each as often as the others"):
        ImageStore(fashion.archive, tmp_path).load()


def test_without_files_it_says_which_is_missing(tmp_path: Path) -> None:
    store = ImageStore(MNIST, tmp_path / "nowhere")
    assert len(store.missing) == 4
    with pytest.raises(ArchiveError, match=f"^MNIST is not on this computer; {FIRST} is missing$"):
        store.load()


# Files chosen by the user


def test_chosen_files_are_checked_and_copied(made: MadeArchive, tmp_path: Path) -> None:
    there = made.put(tmp_path / "there", packed=True)
    store = ImageStore(made.archive, tmp_path / "cache")
    paths = sorted(there.iterdir())
    assert {file.name for file in store.take(paths[:3])} == {LABELS}
    assert store.take(paths[3:]) == ()
    assert {path.name: path.read_bytes() for path in store.folder.iterdir()} == made.contents
    assert len(list(there.iterdir())) == 4


def test_one_chosen_npz_is_enough(made: MadeArchive, tmp_path: Path) -> None:
    path = tmp_path / "whatever.npz"
    path.write_bytes(npz_of(made))
    store = ImageStore(made.archive, tmp_path / "cache")
    assert store.take([path]) == ()
    assert_loads(made, store.folder)


def test_chosen_files_of_something_else_are_refused(made: MadeArchive, tmp_path: Path) -> None:
    store = ImageStore(made.archive, tmp_path / "cache")
    (tmp_path / "holiday.jpg").write_bytes(b"JPEG")
    with pytest.raises(ArchiveError, match=r"must be called train-images-idx3-ubyte, .*; got holiday.jpg$"):
        store.take([tmp_path / "holiday.jpg"])
    (tmp_path / f"{LABELS}.gz").write_bytes(gzip.compress(b"something else"))
    with pytest.raises(ArchiveError, match=f"^{LABELS}.gz must unpack to 308 bytes, got 14$"):
        store.take([tmp_path / f"{LABELS}.gz"])
    assert not store.folder.exists()


def test_a_cache_that_takes_no_files_is_a_sentence(
    made: MadeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    there = made.put(tmp_path / "there")
    monkeypatch.setattr(image_store, "atomic_write", refuse)
    store = ImageStore(made.archive, tmp_path / "cache")
    with pytest.raises(ArchiveError, match=r"^MNIST cannot be kept in .*cache: No space left on device$"):
        store.take(sorted(there.iterdir()))


def test_a_file_that_cannot_be_read_is_not_set_aside(
    made: MadeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    made.put(tmp_path)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ArchiveError, match=f"{FIRST} cannot be read: Input/output error$"):
        ImageStore(made.archive, tmp_path).load()
    assert (tmp_path / FIRST).is_file()


def test_a_damaged_file_that_cannot_be_renamed_is_to_be_deleted(
    made: MadeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    made.put(tmp_path)
    (tmp_path / FIRST).write_bytes(b"damaged")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ArchiveError, match=rf"\. Delete .*{FIRST} to fetch it again$"):
        ImageStore(made.archive, tmp_path).load()


def test_a_packed_file_that_is_longer_than_its_content_is_not_unpacked(
    made: MadeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"{LABELS}.gz"
    path.write_bytes(bytes(1_312))
    monkeypatch.setattr(image_store, "unpack_gzip", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(ArchiveError, match="must be at most 1,311 bytes long, got 1,312"):
        image_store.content_of(made.archive, made.archive.train_labels, path)


def test_files_of_an_archive_are_found_and_removed_and_no_others(
    made: MadeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ImageStore(MNIST, tmp_path / "mnist")
    assert store.stored == ()
    store.folder.mkdir()
    own = [FIRST, f"{LABELS}.gz", f"{FIRST}.damaged", f"{FIRST}.gz.part"]
    for name in (*own, "notes.txt"):
        (store.folder / name).write_bytes(b"")
    assert sorted(path.name for path in store.stored) == sorted(own)
    monkeypatch.setattr(Path, "unlink", _refuse)
    store.clear()
    monkeypatch.undo()
    store.clear()
    assert [path.name for path in store.folder.iterdir()] == ["notes.txt"]


def _refuse(path: Path) -> None:
    raise PermissionError(13, "Permission denied", str(path))
