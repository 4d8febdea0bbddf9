"""HTTP transfers: resume, and limits of size."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from core.data.downloads.archives import ARCHIVES
from core.data.downloads.download import DownloadError, download
from core.data.downloads.http_transfer import CancelToken, DownloadCancelledError, HttpTransfer, MirrorError
from tests.core.data.downloads.made_mirrors import contents, fetch
from tests.loopback_mirror import Mirror, serving
from tests.made_images import MadeArchive

FIRST = "train-images-idx3-ubyte"


def test_no_mirror_is_asked_in_the_open() -> None:
    assert {url.partition("://")[0] for archive in ARCHIVES.values() for url in archive.mirrors} == {"https"}


def test_a_mirror_that_tells_no_length_will_do(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    mirror = mirrors(made)
    mirror.longer_by = None
    fetch(made, tmp_path, mirror)
    assert contents(tmp_path) == made.contents


def test_a_cut_connection_goes_on_where_it_ended(
    either: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    mirror = mirrors(either)
    third = len(either.packed[FIRST]) // 3
    mirror.cuts = [third, third, None]
    fetch(either, tmp_path, mirror)
    assert mirror.asked[:3] == [(f"{FIRST}.gz", 0), (f"{FIRST}.gz", third), (f"{FIRST}.gz", 2 * third)]
    assert contents(tmp_path) == either.contents


def test_a_part_that_was_left_is_gone_on_with_another_day_at_another_mirror(
    either: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    bad, good = mirrors(either), mirrors(either)
    half = len(either.packed[FIRST]) // 2
    bad.cuts = [half, 0]
    with pytest.raises(DownloadError, match=f"broke off after {half:,} of "):
        fetch(either, tmp_path, bad)
    assert [path.name for path in tmp_path.iterdir()] == [f"{FIRST}.gz.part"]
    assert (tmp_path / f"{FIRST}.gz.part").read_bytes() == either.packed[FIRST][:half]
    told = fetch(either, tmp_path, good)
    assert good.asked[0] == (f"{FIRST}.gz", half)
    assert told[0].received == half
    assert contents(tmp_path) == either.contents


def test_after_a_cut_the_next_mirror_goes_on(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    first, second = mirrors(made), mirrors(made)
    first.cuts = [1000, 0]
    told = fetch(made, tmp_path, first, second)
    assert second.asked[0] == (f"{FIRST}.gz", 1000)
    assert "127.0.0.1 broke off after 1,000" in told[-1].note
    assert contents(tmp_path) == made.contents


def test_a_server_that_ignores_range_starts_over(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    mirror = mirrors(made)
    mirror.ignores_range = True
    (tmp_path / f"{FIRST}.gz.part").write_bytes(made.packed[FIRST][:5000])
    told = fetch(made, tmp_path, mirror)
    assert mirror.asked[0] == (f"{FIRST}.gz", 5000)
    assert told[-1].received == sum(map(len, made.packed.values()))
    assert contents(tmp_path) == made.contents


def test_a_server_that_sends_another_piece_is_left(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    odd, good = mirrors(made), mirrors(made)
    odd.wrong_range = True
    (tmp_path / f"{FIRST}.gz.part").write_bytes(made.packed[FIRST][:5000])
    told = fetch(made, tmp_path, odd, good)
    assert "sent another piece" in told[-1].note
    assert contents(tmp_path) == made.contents


@pytest.mark.parametrize("told", [0, None], ids=["told", "not told"])
def test_a_file_much_longer_than_it_can_be_is_not_fetched_to_its_end(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path, told: int | None
) -> None:
    mirror = mirrors(made)
    mirror.longer_by = told
    mirror.files[f"{FIRST}.gz"] = b"\0" * 10_000_000
    with pytest.raises(DownloadError, match=r"offers 10,000,000 bytes|sends more than the 239,312 bytes"):
        fetch(made, tmp_path, mirror)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("had", [0, 30_000], ids=["anew", "resumed"])
@pytest.mark.parametrize("told", [0, None], ids=["told", "not told"])
def test_the_limit_is_the_last_byte_that_is_taken(tmp_path: Path, told: int | None, had: int) -> None:
    body, part = bytes(range(250)) * 200, tmp_path / "a.part"
    transfer = HttpTransfer(CancelToken(), 10.0, lambda received, expected: None)
    with serving({"a": body}) as mirror:
        mirror.longer_by = told
        part.write_bytes(body[:had])
        transfer.receive(f"{mirror.url}a", part, len(body))
        assert part.read_bytes() == body
        part.write_bytes(body[:had])
        sentence = (
            "sends more than the 49,999 bytes"
            if told is None
            else "offers 50,000 bytes, where at most 49,999"
        )
        with pytest.raises(MirrorError, match=sentence):
            transfer.receive(f"{mirror.url}a", part, len(body) - 1)


def test_a_length_that_is_wrong_counts_as_a_cut(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    liar, good = mirrors(made), mirrors(made)
    liar.longer_by = 7
    told = fetch(made, tmp_path, liar, good)
    assert "127.0.0.1" in told[-1].note
    assert contents(tmp_path) == made.contents


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_mirror_that_refuses_is_named_with_its_answer(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path, status: int
) -> None:
    refusing, good = mirrors(made), mirrors(made)
    refusing.status = status
    with pytest.raises(DownloadError, match=f"127.0.0.1 answered {status}"):
        fetch(made, tmp_path, refusing)
    fetch(made, tmp_path, refusing, good)
    assert contents(tmp_path) == made.contents


def test_what_a_mirror_says_is_short_and_moves_no_cursor(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    refusing = mirrors(made)
    refusing.status, refusing.says = 503, "\x1b]0;yours\x07 \x1b[2Jgone " + "away " * 5_000
    with pytest.raises(DownloadError) as raised:
        fetch(made, tmp_path, refusing)
    assert "127.0.0.1 answered 503 ]0;yours [2Jgone away" in str(raised.value)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 700


def test_a_cancel_ends_the_wait_for_a_silent_server(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    mirror = mirrors(made)
    mirror.stalls_after = 20_000
    cancel_token, ends = CancelToken(), []

    def run() -> None:
        with pytest.raises(DownloadCancelledError):
            fetch(made, tmp_path, mirror, cancel_token=cancel_token)
        ends.append("cancelled")

    thread = Thread(target=run)
    thread.start()
    assert mirror.stalled.wait(60)
    cancel_token.cancel()
    thread.join(20)
    assert ends == ["cancelled"]
    assert contents(tmp_path) == {}


def test_a_server_that_never_answers_is_given_up(
    made: MadeArchive, mirrors: Callable[[MadeArchive], Mirror], tmp_path: Path
) -> None:
    silent = mirrors(made)
    silent.stalls_after = 0
    with pytest.raises(DownloadError, match="no answer in time"):
        download(made.archive, folder=tmp_path, mirrors=[silent.url], timeout_seconds=0.2)


def test_a_cancel_after_the_last_byte_is_no_error() -> None:
    here, there = socket.socketpair()
    cancel_token, response = CancelToken(), http.client.HTTPResponse(here)
    with here, there, cancel_token.reading(response):
        # As `http.client` does where a body ends.
        response.close()
        cancel_token.cancel()
    assert cancel_token.cancelled
