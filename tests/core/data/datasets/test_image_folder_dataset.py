"""A folder of images as a dataset: which files count, how each becomes a square, what is told of those that cannot."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data.datasets import DATASETS, DataError, ImageFolder
from core.data.datasets.image_folder_dataset import forget_images
from core.data.images.class_folders import FolderError, find_classes
from core.data.images.read_folder import ImageChoice, ImageSet, guess_choice, read_folder
from core.data.images.read_image import MAX_PIXELS, UnreadableImageError, read_image
from core.data.load_errors import forget_load_errors, load_error
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment, Output
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_project, save_project
from core.nn import Dense, Flatten
from core.nn.losses import CrossEntropy
from core.spec import SettingError
from core.train.training_config import TrainingConfig


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_images()
    forget_load_errors()
    yield
    forget_images()
    forget_load_errors()


def paint(path: Path, color: Any, size: tuple[int, int] = (20, 20), mode: str = "RGB", **given: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path, **given)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of plain images: 6 dark ones, 4 bright ones, in all formats."""
    root = tmp_path / "shades"
    for i, suffix in enumerate(("png", "PNG", "jpg", "jpeg", "bmp", "gif")):
        paint(root / "dark" / f"d{i}.{suffix}", (i, i, i))
    for i, suffix in enumerate(("png", "JPG", "webp", "png")):
        paint(root / "bright" / f"b{i}.{suffix}", (250 - i, 250 - i, 250 - i))
    return root


def read(folder: Path, **changes: Any) -> ImageSet:
    return read_folder(folder, ImageChoice(**({"size": 8} | changes)))


# Which files count


def test_every_subfolder_with_images_is_a_class_in_natural_order(tmp_path: Path) -> None:
    for name in ("10", "2", "Ähre", "apfel", "日本"):
        for file in ("img10.png", "img9.png", "IMG1.PNG"):
            paint(tmp_path / name / file, 0)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    classes = find_classes(tmp_path)
    assert [item.name for item in classes] == ["2", "10", "apfel", "Ähre", "日本"]
    assert [path.name for path in classes[0].files] == ["IMG1.PNG", "img9.png", "img10.png"]


def test_hidden_files_and_what_is_no_image_are_left_out(folder: Path) -> None:
    paint(folder / "dark" / ".thumb.png", 0)
    paint(folder / ".cache" / "a.png", 0)
    paint(folder / "__MACOSX" / "a.png", 0)
    (folder / "dark" / "readme.md").write_text("")
    paint(folder / "dark" / "more" / "deeper" / "x.png", 0)
    found = {item.name: len(item.files) for item in find_classes(folder)}
    assert found == {"bright": 4, "dark": 7}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes as Unix has them")
def test_links_are_followed_but_not_in_circles_and_pipes_are_left_alone(folder: Path, tmp_path: Path) -> None:
    (folder / "dark" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "dark" / "self").symlink_to(folder / "dark", target_is_directory=True)
    (folder / "bright" / "nowhere.png").symlink_to(tmp_path / "gone.png")
    paint(tmp_path / "elsewhere" / "e.png", 0)
    (folder / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    os.mkfifo(folder / "dark" / "pipe.png")
    images = read(folder)
    assert dict(zip(images.class_names, images.found, strict=True)) == {"bright": 5, "dark": 6, "linked": 1}
    assert images.failures == (("bright/nowhere.png", "it is not there"),)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda f: None, "F holds no images; it needs one folder with images"),
        (lambda f: paint(f / "a.png", 0), "F holds images, but no folders; put the images of each class"),
        (lambda f: (f / "a").mkdir(), "The folders in F hold no images"),
        (lambda f: paint(f / "cats" / "a.png", 0), "F has only one folder with images, cats; at least two"),
        (
            lambda f: [paint(f / part / "cats" / "a.png", 0) for part in ("Train", "test")],
            "F is divided into test and Train; choose one of them",
        ),
        (lambda f: [paint(f / str(i) / "a.png", 0) for i in range(101)], "F holds more than 100 folders"),
        (lambda f: f.rmdir(), "F is not there any more; choose it again"),
        (lambda f: (f.rmdir(), f.write_text("")), "F is a file; choose the folder that holds"),
    ],
)
def test_a_folder_that_cannot_serve_is_told_in_a_sentence(
    build: Callable[[Path], Any], sentence: str, tmp_path: Path
) -> None:
    folder = tmp_path / "F"
    folder.mkdir()
    build(folder)
    with pytest.raises(FolderError) as caught:
        read_folder(folder, ImageChoice())
    assert sentence in str(caught.value)
    assert not str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_names_that_are_no_text_are_refused_before_they_reach_a_project(folder: Path) -> None:
    place = folder / os.fsdecode(b"caf\xe9")
    try:
        place.mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    paint(place / "a.png", 0, mode="L")
    with pytest.raises(FolderError, match=r"The name caf\? in shades is no valid text; rename that folder"):
        read(folder)


# What becomes of a file


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
    """Thirds of red, green and blue from left to right."""
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


# What cannot be read


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be gigantic."""

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
        "a text.png": (b"no image at all", "it is no PNG, JPEG, BMP, GIF or WebP image"),
        "b empty.png": (b"", "it is empty"),
        "c cut.jpg": (cut[: len(cut) // 2], "it is damaged (image file is truncated"),
        "d bomb.png": (bomb(20_000, 20_000), f"it has more than {MAX_PIXELS:,} pixels"),
        "e warned.png": (bomb(10_000, 10_000), f"it has more than {MAX_PIXELS:,} pixels"),
        "f script.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it is no PNG, JPEG"),
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
    for form in ("PNG", "JPEG", "GIF", "BMP", "WEBP"):
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


# Limits, order, progress, cancel


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
    start = perf_counter()
    assert len(read(tmp_path).labels) == 1500
    assert perf_counter() - start < 10


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


# As a dataset


def test_the_dataset_says_beforehand_what_it_loads(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    data = dataset.load(0)
    info = dataset.info()
    assert (data.shape, data.outputs, data.task) == (info.shape, info.outputs, info.task)
    assert data.class_names == ("bright", "dark")
    assert (dataset.label, dataset.selectable) == ("shades", False)
    assert data.inputs[:4].min() > 0.9
    assert data.inputs[4:].max() < 0.1
    inverted = ImageFolder.of(read(folder), invert=True)
    np.testing.assert_allclose(inverted.load(0).inputs, 1 - data.inputs, atol=1e-6)
    assert ImageFolder.of(read(folder, color=True), invert=True).invert is False


def test_it_comes_back_from_json_and_is_read_again(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder, color=True, fit="pad", limit=3))
    again = DATASETS.make(dataset.to_json())
    assert again == dataset
    before = dataset.load(0).inputs
    forget_images()
    np.testing.assert_array_equal(again.load(1).inputs, before)


def test_a_changed_folder_is_told_and_becomes_a_problem_until_it_changes_again(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    experiment = Experiment(
        dataset=dataset, layers=(Flatten(), Dense(4)), training=TrainingConfig(loss=CrossEntropy())
    )
    assert find_problems(experiment) == ()
    kept = (folder / "dark" / "d0.png").read_bytes()
    paint(folder / "dark" / "d0.png", (90, 0, 0))
    assert find_problems(experiment) == ()  # it is still in memory
    forget_images()
    sentence = "The images in shades have changed since they were chosen; open the folder again"
    with pytest.raises(DataError, match=f"^{sentence}$"):
        prepare(experiment)
    problem = find_problems(experiment)[0]
    assert (problem.layer, problem.sentence) == (-1, sentence)
    assert [fix.text for fix in problem.fixes] == ["Choose again…", "Use moons"]
    assert problem.fixes[0].chooses
    assert find_problems(problem.fixes[1].experiment) == ()
    (folder / "dark" / "d0.png").unlink()
    (folder / "dark" / "d0.png").write_bytes(kept)
    assert find_problems(experiment) == ()
    assert prepare(experiment).data.samples == 10


def test_a_moved_folder_is_a_problem_before_anything_is_read(folder: Path, tmp_path: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    forget_images()
    folder.rename(tmp_path / "moved")
    sentence = f"The folder {folder} is not there any more; choose it again"
    assert load_error(dataset) == dataset.unavailable_reason() == sentence
    with pytest.raises(DataError, match=r"is not there any more; choose it again$"):
        dataset.load(0)
    assert ImageFolder().unavailable_reason() == "No folder is chosen; open one"


def test_a_project_of_images_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    experiment = with_dataset(Experiment(layers=(Dense(6),)), ImageFolder.of(read(folder)))
    assert find_problems(experiment) == ()
    straight = make_trainer(experiment, prepare(experiment))
    for _ in range(5):
        straight.run_epoch()
    path = tmp_path / "shades.nnplay"
    save_project(path, experiment, TrainerState.of(straight))
    forget_images()
    opened, progress = load_project(path)
    assert progress is not None
    again = make_trainer(opened, prepare(opened))
    progress.restore(again)
    assert [again.run_epoch() for _ in range(5)] == [straight.run_epoch() for _ in range(5)]


def test_the_same_folder_in_another_place_changes_nothing_else(folder: Path, tmp_path: Path) -> None:
    before = (
        with_dataset(Experiment(layers=(Dense(6),)), ImageFolder.of(read(folder)))
        .replace(name="Mine")
        .with_training(batch_size=7, loss=CrossEntropy(label_smoothing=0.1))
    )
    folder.rename(tmp_path / "moved")
    after = with_dataset(before, ImageFolder.of(read(tmp_path / "moved")))
    assert after == before.replace(dataset=after.dataset)
    assert after.dataset.sha256 == before.dataset.sha256  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"size": 65}, "Your images: size must be at most 64, got 65"),
        ({"fit": "squeeze"}, "Your images: fit must be one of crop, pad, stretch, got 'squeeze'"),
        ({"classes": "cats"}, "Your images: classes must be from 2 to 100, got 1"),
    ],
)
def test_bad_settings_are_refused_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=f"^{sentence}$"):
        ImageFolder(**changes)


def test_a_missing_folder_and_an_output_that_cannot_be_are_both_told() -> None:
    gone = ImageFolder(path="/nowhere/at all")
    experiment = Experiment(
        dataset=gone, layers=(Flatten(),), output=Output("tanh"), training=TrainingConfig(loss=CrossEntropy())
    )
    sentences = [problem.sentence for problem in find_problems(experiment)]
    assert sentences[0] == "The folder /nowhere/at all is not there any more; choose it again"
    assert len(sentences) == 2


def test_one_array_of_images_does_for_all_who_hold_it(folder: Path) -> None:
    dataset = ImageFolder.of(read(folder))
    first, second = dataset.load(0), dataset.load(1)
    assert np.shares_memory(first.inputs, second.inputs)
    inverted = ImageFolder.of(read(folder), invert=True).load(0)
    np.testing.assert_allclose(inverted.inputs, 1 - first.inputs, atol=1e-6)
