"""An image folder becomes one array; unreadable files are listed."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from PIL import Image

from core.data.images.class_folders import FolderError
from core.data.images.read_folder import ImageChoice, guess_choice, read_folder
from core.data.images.read_image import MAX_PIXELS, UnreadableImageError, read_image
from tests.core.data.images.painted import paint, read


def test_what_was_read_lies_class_by_class(folder: Path) -> None:
    images = read(folder)
    assert images.class_names == ("bright", "dark")
    assert images.images.shape == (10, 8, 8, 1)
    np.testing.assert_array_equal(images.labels, [0] * 4 + [1] * 6)
    np.testing.assert_array_equal(images.counts, [4, 6])
    assert images.of_class(0, 9).min() > 200
    assert images.of_class(1, 3).max() < 20
    assert len(images.of_class(1, 3)) == 3
    assert images.failures == ()
    assert read(folder, color=True).images.shape == (10, 8, 8, 3)


def test_transparent_parts_are_white_and_palettes_are_resolved(tmp_path: Path) -> None:
    clear = paint(tmp_path / "clear.png", (0, 0, 0, 0), mode="RGBA")
    np.testing.assert_array_equal(read_image(clear, 8, True, "crop")[0], 255)
    half = paint(tmp_path / "half.png", (0, 128), mode="LA")
    np.testing.assert_allclose(read_image(half, 8, False, "crop")[0], 127, atol=1)
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.save(tmp_path / "palette.png")
    np.testing.assert_array_equal(read_image(tmp_path / "palette.png", 8, True, "crop")[0][0, 0], [0, 0, 255])
    palette.save(tmp_path / "see.gif", transparency=1)
    np.testing.assert_array_equal(read_image(tmp_path / "see.gif", 8, True, "crop")[0], 255)
    ones = paint(tmp_path / "one.png", 1, mode="1")
    np.testing.assert_array_equal(read_image(ones, 8, False, "crop")[0], 255)
    ink = paint(tmp_path / "ink.jpg", (0, 0, 0, 255), mode="CMYK")
    assert read_image(ink, 8, True, "crop")[0].max() < 10


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (65535, 255), (32896, 128), (300, 1)])
def test_sixteen_bits_become_eight(value: int, expected: int, tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    Image.fromarray(np.full((9, 9), value, np.uint16)).save(path)
    for color in (False, True):
        np.testing.assert_array_equal(read_image(path, 8, color, "crop")[0], expected)


def test_the_first_frame_of_an_animation_counts(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue")]
    for suffix in ("gif", "webp", "png"):
        path = tmp_path / f"film.{suffix}"
        frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
        pixels = read_image(path, 8, True, "crop")[0]
        np.testing.assert_allclose(pixels[0, 0], [255, 0, 0], atol=3)


@pytest.mark.parametrize("turn", range(1, 9))
def test_images_stand_upright_as_exif_says(turn: int, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / "held.png"
    Image.fromarray(pixels).save(path, exif=exif)
    turned = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels, -1),
        7: pixels[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(pixels, 1),
    }
    np.testing.assert_array_equal(read_image(path, 8, True, "crop")[0], turned[turn])


def test_a_fit_decides_what_becomes_of_the_long_side(tmp_path: Path) -> None:
    """The image has vertical thirds of red, green and blue."""
    wide = np.zeros((20, 60, 3), np.uint8)
    for third in range(3):
        wide[:, 20 * third : 20 * third + 20, third] = 200
    path = tmp_path / "wide.png"
    Image.fromarray(wide).save(path)
    crop, pad, stretch = (read_image(path, 12, True, fit)[0] for fit in ("crop", "pad", "stretch"))
    np.testing.assert_array_equal(crop[:, 2:-2], np.broadcast_to([0, 200, 0], (12, 8, 3)))
    np.testing.assert_array_equal(stretch[6, [1, 6, 10]], [[200, 0, 0], [0, 200, 0], [0, 0, 200]])
    np.testing.assert_array_equal(pad[5:7, [1, 6, 10]], [[[200, 0, 0], [0, 200, 0], [0, 0, 200]]] * 2)
    assert (pad[:3] == pad[0, 0]).all()
    thin = paint(tmp_path / "thin.png", 90, (1, 3000), "L")
    for fit in ("crop", "pad", "stretch"):
        np.testing.assert_array_equal(read_image(thin, 8, False, fit)[0], 90)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes with a huge size in its header."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


def test_bad_files_are_listed_with_their_reason_and_the_others_are_read(folder: Path) -> None:
    whole = (folder / "bright" / "b0.png").read_bytes()
    Image.effect_noise((64, 64), 90).save(folder / "dark" / "noise.jpg")
    cut = (folder / "dark" / "noise.jpg").read_bytes()
    bad = {
        "a text.png": (b"no image at all", "it is no image of a known format (PNG, JPEG"),
        "b empty.png": (b"", "it is empty"),
        "c cut.jpg": (cut[: len(cut) // 2], "it is damaged (image file is truncated"),
        "d bomb.png": (bomb(20_000, 20_000), f"it has more than {MAX_PIXELS:,} pixels"),
        "e warned.png": (bomb(10_000, 10_000), f"it has more than {MAX_PIXELS:,} pixels"),
        "f script.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it is no image of a known"),
    }
    for name, (content, _) in bad.items():
        (folder / "dark" / name).write_bytes(content)
    assert len(whole) > 20
    images = read(folder)
    assert [name for name, _ in images.failures] == [f"dark/{name}" for name in bad]
    for (_, reason), (_, expected) in zip(images.failures, bad.values(), strict=True):
        assert reason.startswith(expected)
    np.testing.assert_array_equal(images.counts, [4, 7])
    assert images.found == (4, 13)


def test_a_file_that_may_not_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UnreadableImageError, match="it may not be read"):
        read_image(folder / "dark" / "d0.png", 8, False, "crop")
    with pytest.raises(
        FolderError, match=r"No image in shades can be read. bright/b0.png: it may not .*, and 9 more"
    ):
        read(folder)


def test_a_class_of_bad_files_alone_is_none(folder: Path) -> None:
    (folder / "odd").mkdir()
    (folder / "odd" / "x.png").write_bytes(b"x")
    images = read(folder)
    assert images.class_names == ("bright", "dark")
    for path in (folder / "dark").iterdir():
        path.write_bytes(b"x")
    with pytest.raises(FolderError, match="Only the images of bright in shades can be read"):
        read(folder)


def test_no_bytes_whatever_end_the_reading(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sources = []
    for form in ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"):
        buffer = io.BytesIO()
        Image.effect_noise((24, 16), 80).convert("RGB").save(buffer, form)
        sources.append(buffer.getvalue())
    path = tmp_path / "any.png"
    for _ in range(200):
        content = bytearray(sources[rng.integers(len(sources))])
        for place in rng.integers(0, len(content), rng.integers(1, 9)):
            content[place] = rng.integers(256)
        path.write_bytes(bytes(content[: rng.integers(1, len(content) + 1)]))
        try:
            pixels, _ = read_image(path, 8, True, "pad")
        except UnreadableImageError:
            continue
        assert pixels.shape == (8, 8, 3)


def test_a_limit_takes_images_from_all_of_a_class(tmp_path: Path) -> None:
    for i in range(20):
        paint(tmp_path / "a" / f"{i}.png", 10 * i, mode="L")
        paint(tmp_path / "b" / f"{i}.png", 255, mode="L")
    images = read(tmp_path, limit=4)
    np.testing.assert_array_equal(images.of_class(0, 9)[:, 0, 0, 0], [0, 50, 100, 150])
    assert images.found == (20, 20)


def test_too_many_for_the_memory_is_told_before_they_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.images.read_folder.MAX_NUMBERS", 9 * 64)
    sentence = (
        r"^10 images of this size are too many; 9 would fit. Choose a smaller size, or fewer of each class$"
    )
    with pytest.raises(FolderError, match=sentence):
        read(folder)
    assert len(read(folder, limit=4).labels) == 8


def test_progress_grows_and_an_exception_of_the_callers_ends_the_reading(folder: Path) -> None:
    shares: list[float] = []
    read_folder(folder, ImageChoice(8), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    class EnoughError(Exception):
        pass

    def stop(share: float) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        read_folder(folder, ImageChoice(8), stop)


def test_thousands_of_images_take_seconds(tmp_path: Path) -> None:
    Image.effect_noise((96, 96), 60).save(tmp_path / "one.jpg")
    content = (tmp_path / "one.jpg").read_bytes()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i in range(750):
            (tmp_path / name / f"{i}.jpg").write_bytes(content)
    start = process_time()
    assert len(read(tmp_path).labels) == 1500
    assert process_time() - start < 10


def test_colour_and_dark_on_bright_are_guessed(folder: Path, tmp_path: Path) -> None:
    for i in range(3):
        for name in ("x", "y"):
            image = Image.new("L", (30, 30), 240)
            image.paste(10, (10, 10, 15, 15))
            (tmp_path / "signs" / name).mkdir(parents=True, exist_ok=True)
            image.save(tmp_path / "signs" / name / f"{i}.png")
            paint(tmp_path / "photos" / name / f"{i}.png", (200, 40, 40))
            paint(tmp_path / "night" / name / f"{i}.png", (9, 9, 9))
    assert guess_choice(tmp_path / "signs", ImageChoice()) == (ImageChoice(), True)
    assert guess_choice(tmp_path / "photos", ImageChoice(16)) == (ImageChoice(16, color=True), False)
    assert guess_choice(tmp_path / "night", ImageChoice()) == (ImageChoice(), False)


def test_nothing_is_guessed_of_files_that_are_no_images(folder: Path) -> None:
    for path in (*(folder / "dark").iterdir(), *(folder / "bright").iterdir()):
        path.write_bytes(b"x")
    assert guess_choice(folder, ImageChoice(16)) == (ImageChoice(16), False)
