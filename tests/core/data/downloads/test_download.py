"""Downloads from a mirror on localhost: small generated archives, and the real MNIST if available.

For the real one, pass the folder with its four .gz files: pytest --mnist-dir DIR.
"""

from __future__ import annotations

import gzip
import io
import os
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from core.data.downloads import download as module
from core.data.downloads.archive_cache import ImageStore
from core.data.downloads.archives import FASHION_MNIST
from core.data.downloads.download import DownloadError, DownloadProgress, download
from core.data.downloads.http_transfer import CancelToken, DownloadCancelledError
from tests.core.data.downloads.made_mirrors import contents, fetch
from tests.loopback_mirror import Mirror, serving
from tests.made_images import MadeArchive, make_archive

FIRST = "train-images-idx3-ubyte"


LAST = "t10k-labels-idx1-ubyte"


def test_a_fresh_download_keeps_the_unpacked_files_and_nothing_else(
    either: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "mnist"
    fetch(either, folder, mirrors(either))
    assert contents(folder) == either.contents
    images = ImageStore(either.archive, folder).load()[0]
    assert images.shape == either.archive.train_images.shape


def test_progress_counts_all_bytes_once(
    either: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    told = fetch(either, tmp_path, mirrors(either))
    received = [progress.received for progress in told]
    size = sum(map(len, either.packed.values()))
    assert received == sorted(received)
    assert (told[-1].received, told[-1].total) == (size, size)
    assert all(0 <= progress.received <= progress.total for progress in told)
    assert {(progress.mirror, progress.note) for progress in told} == {("127.0.0.1", "")}


def test_what_is_there_is_not_fetched_again(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    (tmp_path / FIRST).write_bytes(made.contents[FIRST])
    mirror = mirrors(made)
    fetch(made, tmp_path, mirror)
    assert sorted(name for name, _ in mirror.asked) == sorted(
        f"{name}.gz" for name in made.packed if name != FIRST
    )
    mirror.asked.clear()
    assert fetch(made, tmp_path, mirror) == []
    assert mirror.asked == []


def test_what_an_earlier_try_had_left_is_removed_when_all_is_there(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    (tmp_path / "mnist.npz.part").write_bytes(b"begun")
    fetch(made, tmp_path, mirrors(made))
    assert contents(tmp_path) == made.contents


def test_all_arrays_in_one_npz_will_do(made: MadeArchive, tmp_path: Path) -> None:
    with serving({"mnist.npz": npz_of(made)}) as mirror:
        download(made.archive, folder=tmp_path, mirrors=[f"{mirror.url}mnist.npz"])
    assert contents(tmp_path) == made.contents


@pytest.mark.parametrize("left", ["longer than the file", "all of it", "of another file"])
def test_a_part_that_is_wrong_is_fetched_anew(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path, left: str
) -> None:
    size = len(made.packed[FIRST])
    bytes_left = {"longer than the file": size + 10, "all of it": size, "of another file": size // 2}[left]
    (tmp_path / f"{FIRST}.gz.part").write_bytes(b"\x55" * bytes_left)
    mirror = mirrors(made)
    fetch(made, tmp_path, mirror)
    assert mirror.asked[:2] == [(f"{FIRST}.gz", bytes_left), (f"{FIRST}.gz", 0)]
    assert contents(tmp_path) == made.contents


# Rejected


def test_corrupted_content_is_rejected_and_the_next_mirror_tried(
    either: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    bad, good = mirrors(either), mirrors(either)
    content = bytearray(either.contents[LAST])
    content[-1] = (content[-1] + 1) % 10
    bad.files[f"{LAST}.gz"] = gzip.compress(bytes(content))
    told = fetch(either, tmp_path, bad, good)
    assert good.asked == [(f"{LAST}.gz", 0)]
    assert told[-1].note.startswith(f"127.0.0.1 sent a file that was rejected: {LAST}.gz does not hold")
    assert contents(tmp_path) == either.contents


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data[: len(data) // 2], "is cut off"),
        (lambda data: data[:100] + b"\0" * 50 + data[150:], "is no gzip file, or it is damaged|SHA-256"),
        (lambda data: b"<html>Please sign in</html>", "is no gzip file, or it is damaged"),
        (lambda data: gzip.compress(gzip.decompress(data) + b"more"), "got more"),
        (lambda data: gzip.compress(gzip.decompress(data)[:-1]), "must unpack to"),
        (lambda data: gzip.compress(b"\0" * len(gzip.decompress(data))), "is no IDX file"),
        (lambda data: b"", "is cut off"),
    ],
    ids=["cut", "zeroed", "a page", "longer", "shorter", "other content", "empty"],
)
def test_damage_is_named_and_nothing_of_it_stays(
    made: MadeArchive,
    mirrors: Callable[[MadeArchive], Mirror],
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    sentence: str,
) -> None:
    mirror = mirrors(made)
    mirror.files[f"{FIRST}.gz"] = damage(made.packed[FIRST])
    with pytest.raises(DownloadError, match=sentence):
        fetch(made, tmp_path, mirror)
    assert contents(tmp_path) == {}


def test_a_gzip_bomb_is_not_unpacked(
    made: MadeArchive,
    mirrors: Callable[[MadeArchive], Mirror],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mirror = mirrors(made)
    bomb = io.BytesIO()
    with gzip.open(bomb, "wb") as file:
        for _ in range(50):
            file.write(b"\0" * 1_000_000)
    mirror.files[f"{FIRST}.gz"] = bomb.getvalue()
    with pytest.raises(DownloadError, match="must unpack to 235,216 bytes, got more"):
        fetch(made, tmp_path, mirror)


def test_where_only_the_packed_digest_is_known_a_repacked_file_is_rejected(tmp_path: Path) -> None:
    fashion = make_archive(FASHION_MNIST)
    repacked = dict(fashion.packed, **{LAST: gzip.compress(fashion.contents[LAST], compresslevel=1)})
    assert repacked[LAST] != fashion.packed[LAST]
    files = [{f"{name}.gz": data for name, data in packed.items()} for packed in (repacked, fashion.packed)]
    with serving(files[0]) as bad, serving(files[1]) as good:
        with pytest.raises(DownloadError, match="is not the published file: its SHA-256 is another"):
            fetch(fashion, tmp_path, bad)
        fetch(fashion, tmp_path, bad, good)
    assert contents(tmp_path) == fashion.contents


# Cancelled


def test_a_cancel_leaves_nothing_behind(
    either: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    folder = tmp_path / "cache" / "mnist"
    cancel_token = CancelToken()
    # In the third file, after two are complete.
    started = sum(map(len, list(either.packed.values())[:2]))

    def report(progress: DownloadProgress) -> None:
        if progress.received > started:
            cancel_token.cancel()

    with pytest.raises(DownloadCancelledError):
        download(
            either.archive,
            folder=folder,
            mirrors=[mirrors(either).url],
            report=report,
            cancel_token=cancel_token,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_keeps_what_was_there_before(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    (tmp_path / FIRST).write_bytes(made.contents[FIRST])
    (tmp_path / "notes.txt").write_text("mine")
    cancel_token = CancelToken()
    cancel_token.cancel()
    with pytest.raises(DownloadCancelledError):
        fetch(made, tmp_path, mirrors(made), cancel_token=cancel_token)
    assert set(contents(tmp_path)) == {FIRST, "notes.txt"}


def test_a_second_download_into_the_same_folder_waits_for_the_first(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    mirror = mirrors(made)
    mirror.stalls_after = 20_000
    threads = [Thread(target=fetch, args=(made, tmp_path, mirror)) for _ in range(2)]
    threads[0].start()
    assert mirror.stalled.wait(60)
    threads[1].start()
    mirror.stalls_after = None
    mirror.go_on.set()
    for thread in threads:
        thread.join(60)
    assert contents(tmp_path) == made.contents
    assert len(mirror.asked) == 4


# No network, no folder


def closed_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}/"


def test_without_a_network_it_names_the_folder_and_the_files(either: MadeArchive, tmp_path: Path) -> None:
    folder = tmp_path / "mnist"
    with pytest.raises(DownloadError) as caught:
        download(either.archive, folder=folder, mirrors=[closed_port(), closed_port()])
    sentence = str(caught.value)
    assert sentence.startswith("MNIST could not be downloaded: none of its mirrors can be reached")
    assert f"can be put into {folder}: {FIRST}.gz" in sentence
    assert "Traceback" not in sentence
    assert list(folder.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_said_in_one_sentence(either: MadeArchive, tmp_path: Path) -> None:
    # Root may write everywhere, but not into a file in the folder's place.
    (tmp_path / "cache").write_text("")
    folder = tmp_path / "cache" / "mnist"
    with pytest.raises(DownloadError, match=rf"^MNIST cannot be kept in {folder}: Not a directory$"):
        download(either.archive, folder=folder, mirrors=[])


def test_a_folder_that_is_read_only_keeps_nothing_half(
    made: MadeArchive,
    mirrors: Callable[[MadeArchive], Mirror],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(self: ImageStore, *_: object) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ImageStore, "keep", refuse)
    with pytest.raises(DownloadError, match=r"MNIST cannot be kept in .*: Permission denied"):
        fetch(made, tmp_path, mirrors(made))
    assert contents(tmp_path) == {}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DownloadError, match="Permission denied"):
        fetch(made, tmp_path, mirrors(made))
    tmp_path.chmod(0o700)


def test_a_full_disk_is_said_and_leaves_no_part(
    made: MadeArchive,
    mirrors: Callable[[MadeArchive], Mirror],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda *_: Full())
    with pytest.raises(DownloadError, match="No space left on device"):
        fetch(made, tmp_path, mirrors(made))
    monkeypatch.undo()
    assert contents(tmp_path) == {}


def npz_of(archive: MadeArchive) -> bytes:
    arrays = ImageStore(archive.archive)
    out = io.BytesIO()
    names = ("x_train", "y_train", "x_test", "y_test")
    values = {
        name: np.frombuffer(archive.contents[file.name], np.uint8)[-int(np.prod(file.shape)) :].reshape(
            file.shape
        )
        for name, file in zip(names, arrays.archive.files, strict=True)
    }
    np.savez_compressed(out, **values)
    return out.getvalue()


def test_a_second_download_into_a_folder_waits_and_can_be_cancelled(tmp_path: Path) -> None:
    waiting = CancelToken()
    with module._alone(tmp_path, CancelToken()):
        with module._alone(tmp_path / "other", waiting):
            pass
        waiting.cancel()
        with pytest.raises(DownloadCancelledError), module._alone(tmp_path, waiting):
            pytest.fail("two at once")
    with module._alone(tmp_path, waiting):
        pass
