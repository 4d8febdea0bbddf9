"""Images are limited by the memory that decoding takes, with one budget for all threads."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data.images import read_image as module
from core.data.images.read_folder import ImageChoice, read_folder
from core.data.images.read_image import MemoryBudget, UnreadableImageError, read_image


class InterruptedReadingError(Exception):
    """Raised by a progress callback."""


def bomb(width: int, height: int, color_type: int = 0, bits: int = 8, before: bytes = b"") -> bytes:
    """A PNG of a few bytes with this size in its header."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + before
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


SENTENCE = r"^it needs \d,?\d* MB to be decoded, more than 256 MB$"


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize(("color_type", "bits"), [(6, 8), (4, 8), (0, 16), (2, 16), (4, 16)])
def test_a_bomb_is_refused_by_its_header(tmp_path: Path, color_type: int, bits: int, color: bool) -> None:
    file = tmp_path / "bomb.png"
    file.write_bytes(bomb(9_400, 9_400, color_type, bits))
    assert file.stat().st_size < 1000
    with pytest.raises(UnreadableImageError, match=SENTENCE):
        read_image(file, 16, color, "crop")


PNG = {"format": "PNG", "compress_level": 1}
LZW = {"format": "TIFF", "compression": "tiff_lzw"}
# One strip of all rows, which is unpacked at once.
STRIP = {**LZW, "strip_size": 1 << 30}


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize(
    ("mode", "side", "options"),
    [
        *(("L", 6000, options) for options in (PNG, LZW, STRIP)),
        *(("RGB", 4000, options) for options in (PNG, LZW, STRIP)),
        ("RGB", 4000, {**STRIP, "compression": "jpeg"}),
        ("RGB", 4000, {**LZW, "tiffinfo": {274: 6}}),
        ("RGB", 5000, {"format": "TIFF"}),
        ("RGBA", 5000, PNG),
        ("LA", 5000, PNG),
        ("P", 6000, PNG),
        *(("I;16", 5000, options) for options in (PNG, LZW)),
        ("F", 3000, LZW),
    ],
)
def test_decoding_takes_no_more_memory_than_was_measured(
    tmp_path: Path, mode: str, side: int, options: dict[str, Any]
) -> None:
    Image.new(mode, (side, side)).save(tmp_path / "a.png", **options)
    code = f"""
from pathlib import Path
from PIL import Image
from core.data.images import read_image as module
path = Path({str(tmp_path / "a.png")!r})
Image.new("L", (8, 8)).save(path.with_name("small.png"))
module.read_image(path.with_name("small.png"), 8, True, "crop")
def peak():
    # getrusage would answer with the peak of the process that started this one.
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
before = peak()
module.read_image(path, 8, True, "crop")
with Image.open(path) as image:
    need = path.stat().st_size + module._decoded_bytes(image, 8, True)
print((peak() - before) / need)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0.2 < float(run.stdout) < 1.2


def test_a_jpeg_of_many_megapixels_is_read_at_a_fraction(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    Image.new("RGB", (8000, 6000), (200, 100, 50)).save(file)
    with Image.open(file) as image:
        assert module._decoded_bytes(image, 32, True) < 4_000_000
    pixels, _ = read_image(file, 32, True, "crop")
    assert np.abs(pixels.astype(int) - (200, 100, 50)).max() < 4


def test_a_progressive_jpeg_is_measured_by_what_its_decoder_keeps(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    Image.new("RGB", (9000, 9000)).save(file, progressive=True)
    with pytest.raises(UnreadableImageError, match=SENTENCE):
        read_image(file, 32, True, "crop")


def test_transparent_parts_are_white_in_every_row(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 256, (150, 7, 4), dtype=np.uint8)
    image = Image.fromarray(values)
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    assert np.array_equal(np.asarray(module._plain(image, True)), np.asarray(ground.convert("RGB")))


def test_sixteen_bits_are_halved_as_before(tmp_path: Path) -> None:
    values = np.linspace(0, 65_535, 200 * 8).reshape(200, 8).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    image = module._plain(Image.open(tmp_path / "deep.png"), False)
    assert np.array_equal(np.asarray(image), np.rint(values / np.float32(257)).astype(np.uint8))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate"])
def test_a_tiff_has_the_pixels_of_its_image(tmp_path: Path, mode: str, compression: str) -> None:
    rng = np.random.default_rng(0)
    channels = 4 if "A" in mode else 3
    image = Image.fromarray(rng.integers(0, 256, (40, 30, channels), np.uint8))
    if mode != "I;16":
        image = image.convert(mode)
    else:
        image = Image.fromarray(rng.integers(0, 65_536, (40, 30)).astype(np.uint16))
    image.save(tmp_path / "a.tif", compression=compression)
    (image.convert("RGB") if mode == "CMYK" else image).save(tmp_path / "a.png")
    for color in (False, True):
        found, expected = (read_image(tmp_path / name, 16, color, "pad")[0] for name in ("a.tif", "a.png"))
        assert np.abs(found.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_tiff_is_turned_upright_once(tmp_path: Path, turn: int) -> None:
    values = np.zeros((20, 30), np.uint8)
    values[:8, :9] = 255
    for name in ("a.tif", "a.jpg"):
        exif = Image.Exif()
        exif[274] = turn
        Image.fromarray(values).save(tmp_path / name, exif=exif)
    turned, expected = (read_image(tmp_path / name, 10, False, "stretch")[0] for name in ("a.tif", "a.jpg"))
    assert np.abs(turned.astype(int) - expected).max() < 40


def test_floats_up_to_one_are_shares_of_white(tmp_path: Path) -> None:
    values = np.linspace(-0.1, 1, 64, dtype=np.float32).reshape(8, 8)
    values[0, 1] = np.nan
    Image.fromarray(values).save(tmp_path / "a.tif")
    expected = np.clip(np.nan_to_num(values) * 255, 0, 255)
    np.testing.assert_allclose(
        read_image(tmp_path / "a.tif", 8, False, "crop")[0][..., 0], expected, atol=0.51
    )
    Image.fromarray(values * 60_000).save(tmp_path / "a.tif")
    assert read_image(tmp_path / "a.tif", 8, False, "crop")[0].max() == round(60_000 / 257)


def retagged(content: bytes, **entries: tuple[int, int]) -> bytes:
    """A TIFF with other entries, a tag and a number, in the place of those of tags t1, t2, ..."""
    data = bytearray(content)
    (start,) = struct.unpack_from("<I", data, 4)
    for place in range(struct.unpack_from("<H", data, start)[0]):
        at = start + 2 + 12 * place
        if (new := entries.get(f"t{struct.unpack_from('<H', data, at)[0]}")) is not None:
            struct.pack_into("<HHII", data, at, new[0], 4, 1, new[1])
    return bytes(data)


def test_what_a_tiff_asks_for_is_counted_before_it_is_made(tmp_path: Path) -> None:
    file = tmp_path / "a.tif"
    Image.new("L", (100, 100)).save(file, compression="tiff_lzw")
    content = file.read_bytes()
    file.write_bytes(retagged(content, t278=(322, 16_000), t284=(323, 16_000)))
    with pytest.raises(UnreadableImageError, match=SENTENCE):
        read_image(file, 16, False, "crop")
    file.write_bytes(retagged(content, t278=(278, 2**32 - 1)))
    assert read_image(file, 16, False, "crop")[0].shape == (16, 16, 1)
    for compression in (6, 34_925, 50_000):
        file.write_bytes(retagged(content, t259=(259, compression)))
        with pytest.raises(UnreadableImageError, match="its compression is not read; save it anew as PNG"):
            read_image(file, 16, False, "crop")


def test_threads_wait_for_the_budget_and_never_exceed_it() -> None:
    budget = MemoryBudget(100)
    most, now, lock = 0, 0, threading.Lock()

    def use(count: int) -> None:
        nonlocal most, now
        for _ in range(50):
            with budget.taking(count):
                with lock:
                    now += count
                    most = max(most, now)
                with lock:
                    now -= count

    threads = [threading.Thread(target=use, args=(count,)) for count in (30, 60, 100, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert now == 0
    assert most <= 100
    with budget.taking(100):
        pass
    with pytest.raises(MemoryError), budget.taking(101):
        pass


def test_the_budget_is_given_back_after_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_memory", MemoryBudget(2_000_000))
    (tmp_path / "bad.png").write_bytes(bomb(1000, 1000))
    Image.new("L", (1000, 1000)).save(tmp_path / "good.png")
    for _ in range(3):
        with pytest.raises(UnreadableImageError, match="damaged"):
            read_image(tmp_path / "bad.png", 8, False, "crop")
    assert read_image(tmp_path / "good.png", 8, False, "crop")[0].shape == (8, 8, 1)


def test_giving_up_leaves_the_files_that_wait_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for number in range(30):
            Image.new("L", (8, 8)).save(tmp_path / name / f"{number}.png")
    read: list[Path] = []
    whole = module.read_image

    class Threads(ThreadPoolExecutor):
        """Lets the thread read on once the files that wait are cancelled."""

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            given_up.set()
            super().shutdown(wait)

    given_up = threading.Event()

    def counting(path: Path, *rest: object) -> object:
        if read:
            assert given_up.wait(60)
        read.append(path)
        return whole(path, *rest)  # type: ignore[arg-type]

    def cancel(share: float) -> None:
        if share > 0:
            raise InterruptedReadingError

    monkeypatch.setattr(module, "read_image", counting)
    monkeypatch.setattr("core.data.images.read_folder._THREADS", 1)
    monkeypatch.setattr("core.data.images.read_folder.ThreadPoolExecutor", Threads)
    with pytest.raises(InterruptedReadingError):
        read_folder(tmp_path, ImageChoice(), cancel)
    # The second waited for the cancelling.
    assert 1 <= len(read) <= 2


def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its memory was measured by the smaller one."""
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    Image.new("L", (8, 8)).save(small)
    Image.new("L", (900, 900)).save(large)
    content = large.read_bytes()
    monkeypatch.setattr(Path, "read_bytes", lambda _: content)
    with pytest.raises(UnreadableImageError, match=r"^it changed while it was read$"):
        read_image(small, 8, False, "crop")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "it is too large for this computer's memory"),
        (OSError(5, "Input/output error"), r"it cannot be read \(Input/output error\)"),
        (ValueError("Odd Chunk."), r"it is damaged \(odd Chunk\)"),
        (KeyError(), r"it is damaged \(KeyError\)"),
    ],
)
def test_whatever_a_decoder_raises_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    monkeypatch.setattr(module, "_plain", fail)
    with pytest.raises(UnreadableImageError, match=f"^{sentence}$"):
        read_image(tmp_path / "a.png", 8, False, "crop")


def test_damaged_exif_data_turn_nothing(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (8, 8), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png", 8, False, "crop")[0][..., 0], pixels)


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("color", [False, True])
def test_pixels_in_memory_become_what_their_file_becomes(tmp_path: Path, fit: str, color: bool) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (30, 20, 3), dtype=np.uint8)
    for each in (pixels, pixels[..., :1]):
        Image.fromarray(each.squeeze()).save(tmp_path / "a.png")
        np.testing.assert_array_equal(
            module.resize_image(each, 8, color, fit), read_image(tmp_path / "a.png", 8, color, fit)[0]
        )
