"""Films of points, images and tables: frames, formats, cancelling."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data.dataset import Dataset
from core.data.datasets import Digits, Moons
from core.data.datasets.series_file_dataset import Sunspots
from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.formats import EXPORTERS
from core.io.command_lines import install_line
from core.nn import Conv2D, Dense, Embedding, Flatten
from core.optim import Adam
from core.train.history import HistoryLog
from playground.cli import main
from playground.headless.drawing import Box, Palette, draw_text
from playground.model.timeline.moment import Moment, Vectors, copy_moment
from playground.plugins.film.composer import LossChart
from playground.plugins.film.exports import FilmContent
from playground.plugins.film.film import Film
from playground.plugins.film.footage import Footage, Take, scenes_of
from playground.plugins.film.settings import FilmSettings
from playground.plugins.film.writer import FilmError, has_video, write_film
from tests.playground.command_line import failing

SHORT = FilmSettings(
    seconds=0.3, hold=0.1, title_card=0.1, side=120, fps=20, caption="Two moons and a long caption"
)


def film_of(experiment: Experiment, settings: FilmSettings, epochs: int = 4) -> Film:
    data = prepare(experiment)
    trainer = make_trainer(experiment, data)
    moments: list[Moment] = []
    kept: dict[int, Vectors] = {}
    for epoch in range(epochs + 1):
        if epoch:
            trainer.run_epoch()
        moment, vectors = copy_moment(trainer, 1, 0, experiment, resumable=False)
        moments.append(moment)
        kept[moment.number] = vectors
    scenes = scenes_of(Take(moment, data) for moment in moments)
    return Film(settings, Footage(scenes, lambda each: kept.get(each.number)), "seed 0")


@pytest.fixture(scope="module")
def moons() -> Film:
    return film_of(Experiment(dataset=Moons(samples=60), layers=(Dense(4, "tanh"),)), SHORT)


def test_outputs_of_a_film_have_the_colors_of_their_classes() -> None:
    palette, certain = Palette.of(dark=True), np.ones((16, 16), np.float32)
    for number in range(3):
        color = palette.class_color(number)
        assert palette.signed_color(1.0, number) == color
        assert palette.small_map(certain, 4, number).getpixel((1, 1)) == color
    assert palette.small_map(-certain, 4, 0).getpixel((1, 1)) == palette.color("zero")


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_a_film_has_all_frames_and_its_duration(moons: Film, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"moons{suffix}"
    told: list[int] = []
    moons.write(file, lambda frame, size: told.append(frame))
    assert len(moons) == 10
    assert told == list(range(1, 10))
    with Image.open(file) as image:
        assert image.size == (120, 120)
        duration = 0
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            duration += image.info["duration"]
    assert duration == 500
    assert [entry.name for entry in tmp_path.iterdir()] == [file.name]


def test_a_video_has_all_frames_and_opens(moons: Film, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    file = tmp_path / "moons.mp4"
    moons.write(file)
    with av.open(file) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert (stream.width, stream.height, stream.codec.name) == (120, 120, "h264")
        assert float(stream.average_rate) == pytest.approx(20.0)
    assert len(frames) == len(moons) == 10
    # Compressed, and with a quarter of the color's pixels.
    for number in (0, 5, 9):
        assert np.abs(frames[number] - np.asarray(moons.frame(number), float)).mean() < 12.0


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
@pytest.mark.parametrize("fps", [24, 30])
def test_a_film_is_as_long_as_its_frames_where_they_are_no_whole_milliseconds(
    suffix: str, fps: int, tmp_path: Path
) -> None:
    write_film(
        tmp_path / f"gray{suffix}",
        2 * fps,
        fps,
        lambda number: Image.new("RGB", (8, 8), (4 * number, 0, 0)),
    )
    with Image.open(tmp_path / f"gray{suffix}") as image:
        duration = 0
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            duration += image.info["duration"]
    assert duration == 2000


def test_the_frames_show_the_boundary_of_their_moment(moons: Film) -> None:
    first, last = np.asarray(moons.frame(2)), np.asarray(moons.frame(7))
    assert first.shape == (120, 120, 3)
    assert (first != last).mean() > 0.05
    assert moons.place(0) == moons.place(2) == 0.0
    assert moons.place(9) == 4.0


@pytest.mark.parametrize("dataset", [Repeat(samples=300, half=4), Sunspots()], ids=["texts", "a series"])
def test_films_of_sequences_show_what_is_written_and_forecast(dataset: Dataset) -> None:
    layers = (Embedding(12, 8),) if isinstance(dataset, Repeat) else (Flatten(),)
    loss = "cross_entropy" if isinstance(dataset, Repeat) else "mean_squared_error"
    made = Experiment(dataset=dataset, layers=layers).with_training(loss=loss, optimizer=Adam(0.03))
    only = replace(SHORT, curves=False, epoch=False, caption="", title_card=0.0)
    film = film_of(made, only)
    first, last = (np.asarray(film.frame(number)).astype(int) for number in (0, len(film) - 1))
    assert (first != last).any(axis=2).mean() > 0.01
    thumbs = [np.asarray(film.thumbnail(number, 60)) for number in (0, len(film) - 1)]
    assert thumbs[0].shape == (60, 60, 3)
    assert (thumbs[0] != thumbs[1]).any()
    # The network's last layer alone would be drawn in half of the frame.
    lower = np.asarray(film_of(made, replace(only, network=False), 0).frame(0)).astype(int)
    assert np.array_equal(first, lower)


def test_cancelling_leaves_the_old_film_and_nothing_else(moons: Film, tmp_path: Path) -> None:
    file = tmp_path / "moons.webp"
    file.write_bytes(b"old")

    def cancel(frame: int, size: int) -> None:
        if frame == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        moons.write(file, cancel)
    assert file.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == [file.name]


def test_formats_that_cannot_be_written_are_refused_before_any_frame(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match=r"must end with one of .webp, .gif, .mp4"):
        write_film(tmp_path / "film.avi", 1, 10, lambda number: Image.new("RGB", (2, 2)))
    if not has_video():
        with pytest.raises(FilmError, match=re.escape(install_line("numpynet-playground[film]"))):
            write_film(tmp_path / "film.mp4", 1, 10, lambda number: Image.new("RGB", (2, 2)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["hills", "iris", "digits", "blobs"])
@pytest.mark.parametrize("shape", ["1:1", "16:9", "9:16"])
def test_every_kind_of_data_has_a_film(name: str, shape: str) -> None:
    (file,) = (path for path in preset_files() if path.stem.endswith(f"_{name}"))
    film = film_of(
        load_experiment(file), FilmSettings(seconds=0.1, hold=0, side=120, shape=shape, dark=True), 1
    )
    assert film.frame(len(film) - 1).size == film.settings.size


@pytest.mark.parametrize("part", ["boundary", "network", "curves"])
def test_each_part_can_be_alone(part: str) -> None:
    alone = {name: name == part for name in ("boundary", "network", "curves", "epoch")}
    settings = FilmSettings(seconds=0.1, hold=0, side=120, **alone)
    film = film_of(Experiment(dataset=Moons(samples=60), layers=(Dense(4, "tanh"),)), settings, 1)
    assert len(np.unique(np.asarray(film.frame(1)).reshape(-1, 3), axis=0)) > 20


def test_images_show_their_feature_maps_and_activations() -> None:
    layers = (Conv2D(4), Flatten(), Dense(6, "relu"))
    settings = FilmSettings(boundary=False, curves=False, epoch=False, seconds=0.1, hold=0, side=120)
    film = film_of(Experiment(dataset=Digits(), layers=layers), settings, 1)
    first, last = np.asarray(film.frame(0)), np.asarray(film.frame(len(film) - 1))
    assert (first[:, :60] != last[:, :60]).any()
    assert (first[:, 60:] != last[:, 60:]).any()


def test_a_caption_that_is_too_wide_is_smaller_before_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    draw, written = ImageDraw.Draw(Image.new("RGB", (480, 40))), []
    monkeypatch.setattr(draw, "text", lambda place, text, color, face, anchor: written.append((text, face)))
    for name in ("Digits through two numbers", "Digits through two numbers " * 3):
        draw_text(
            draw, (20, 20), f"A network learns {name}", (0, 0, 0), 17.3, anchor="lm", most=336, bold=True
        )
    (whole, face), (cut, least) = written
    assert whole == "A network learns Digits through two numbers"
    assert cut.endswith("…")
    assert least.size <= face.size < 17
    assert max(draw.textlength(text, face) for text, face in written) <= 336


def test_only_the_chosen_epochs_are_shown() -> None:
    film = film_of(
        Experiment(dataset=Moons(samples=60), layers=(Dense(4),)),
        replace(SHORT, title_card=0, first=1, last=3),
    )
    assert film.place(0) == 1.0
    assert film.place(len(film) - 1) == 3.0


def test_moments_that_were_dropped_keep_the_last_picture() -> None:
    experiment = Experiment(dataset=Moons(samples=60), layers=(Dense(4, "tanh"),))
    film = film_of(experiment, SHORT)
    footage = film._footage
    dropped = footage.scenes[0].takes[-1].moment
    film._footage = Footage(footage.scenes, lambda each: None if each is dropped else footage.vectors(each))
    film.frame(6)
    assert film.frame(9).size == (120, 120)


def test_the_colors_are_those_of_the_window() -> None:
    palette = Palette.of(dark=False)
    image = palette.outputs(np.ones((4, 4, 1), np.float32), (8, 8))
    assert image.getpixel((4, 4)) == palette.color("positive")
    classes = np.zeros((4, 4, 3), np.float32)
    classes[:, :, 2] = 1.0
    # The most certain shade is rounded.
    np.testing.assert_allclose(
        palette.outputs(classes, (8, 8)).getpixel((4, 4)), palette.class_color(2), atol=1
    )


def test_the_command_trains_again_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lengths = ["--seconds", "0.3", "--hold", "0.1", "--title", "0.1", "--fps", "20", "--side", "120"]
    call = ["film", "moons", str(tmp_path / "moons.webp"), "--epochs", "3", *lengths, "--without", "network"]
    assert main([*call, "--caption", "Two moons"]) == 0
    assert "wrote" in capsys.readouterr().out
    with Image.open(tmp_path / "moons.webp") as image:
        assert image.size == (120, 120)
    assert "must end with" in failing(["film", "moons", str(tmp_path / "moons.mov"), "--epochs", "3"], capsys)
    assert "side" in failing([*call, "--side", "3"], capsys)


def test_moments_that_were_dropped_since_have_no_preview(moons: Film) -> None:
    dropped = Film(SHORT, replace(moons._footage, vectors=lambda moment: None), "seed 0")
    spec = EXPORTERS.get("npz")()  # any: all have the same picture
    assert FilmContent(moons).preview(spec) is not None
    assert FilmContent(dropped).preview(spec) is None


def test_the_chart_ends_at_the_epoch_that_the_dialog_names(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def draw(_draw: object, _place: object, text: str, *_args: object, **_more: object) -> None:
        texts.append(text)

    monkeypatch.setattr("playground.plugins.film.composer.draw_text", draw)
    chart = LossChart(Box(0, 0, 100, 50), Palette.of(dark=False), HistoryLog().view(), 8_477.6, 1.0)
    chart.draw_axes(ImageDraw.Draw(Image.new("RGB", (120, 60))))
    assert texts == ["0", "8,477"]
