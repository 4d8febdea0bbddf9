"""Write frames as WebP, GIF or MP4, one after the other, so that a long film takes little memory."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image

from core.io.atomic_write import atomic_write
from core.io.command_lines import install_line
from playground.plugins.film.settings import FORMATS

_NO_VIDEO = "MP4 needs PyAV, which is not installed; WebP and GIF work without. Install it by: {}"
_UNIT_MS: Final = {".webp": 1, ".gif": 10}
"""Durations of frames are whole numbers of these."""
_KEY_SECONDS = 2
"""A player begins at key frames; Pillow's own choice of one in five takes 1.6 times the time and 1.1 times the size."""

MakeFrame = Callable[[int], Image.Image]
OnFrame = Callable[[int, int], None]


class FilmError(ValueError):
    """A sentence: why the film cannot be written."""


def has_video() -> bool:
    """Whether MP4 can be written."""
    return importlib.util.find_spec("av") is not None


def check_film(path: Path) -> None:
    """Raise `FilmError` unless the path's suffix is that of a format that can be written."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise FilmError(f"{path.name} must end with one of {', '.join(FORMATS)}")
    if suffix == ".mp4" and not has_video():
        raise FilmError(_NO_VIDEO.format(install_line("numpynet-playground[film]")))


def write_film(
    path: Path,
    count: int,
    fps: int,
    frame: MakeFrame,
    *,
    loop: bool = True,
    report: OnFrame | None = None,
    samples: Sequence[int] = (),
) -> None:
    """Write `count` frames in the format of the path's suffix. They are asked for in order, on another thread.

    A GIF has the colors of the frames `samples`, which are asked for before; without them, each frame has its own.
    `report` gets the number of frames and of bytes written; an exception that it raises cancels, and nothing is left of
    the film. Raises `FilmError` for an unknown suffix, and `OSError`.
    """
    check_film(path)
    suffix = path.suffix.lower()
    if suffix == ".gif":
        frame = _reduced(frame, _palette([frame(number) for number in samples]))
    with atomic_write(path) as file, _made_ahead(frame, count) as ahead:
        if suffix == ".mp4":
            _write_video(file, count, fps, ahead, report)
            return
        frames = _Frames(count, ahead, file, report)
        options: dict[str, object] = {"duration": _durations(count, fps, _UNIT_MS[suffix]), "save_all": True}
        if suffix == ".webp":
            keys = _KEY_SECONDS * fps
            options |= {
                "quality": 40, "method": 2, "loop": 0 if loop else 1, "kmin": keys - 1, "kmax": keys,
            }  # fmt: skip
        elif loop:
            options |= {"loop": 0}
        frames.save(file, FORMATS[suffix], **options)


def _durations(count: int, fps: int, unit: int) -> list[int]:
    """Duration of each frame, in milliseconds: the film is as long as it should be, whatever the unit."""
    ends = [unit * round(1000 * (number + 1) / fps / unit) for number in range(count)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _palette(frames: Sequence[Image.Image]) -> Image.Image | None:
    """The colors of some frames; the same for the whole film makes a GIF half as large."""
    if not frames:
        return None
    width, height = frames[0].size
    all_of_them = Image.new("RGB", (width, height * len(frames)))
    for index, image in enumerate(frames):
        all_of_them.paste(image, (0, index * height))
    return all_of_them.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _reduced(frame: MakeFrame, palette: Image.Image | None) -> MakeFrame:
    """Frames of at most 256 colors."""

    def reduced(number: int) -> Image.Image:
        if palette is None:
            return frame(number).quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        return frame(number).quantize(palette=palette, dither=Image.Dither.NONE)

    return reduced


@contextmanager
def _made_ahead(frame: MakeFrame, count: int) -> Iterator[MakeFrame]:
    """Frames that are made while the ones before them are encoded, which needs no interpreter lock."""
    with ThreadPoolExecutor(1, "film") as executor:
        waiting: list[Future[Image.Image]] = [executor.submit(frame, 0)]

        def made(number: int) -> Image.Image:
            image = waiting.pop().result()
            if number + 1 < count:
                waiting.append(executor.submit(frame, number + 1))
            return image

        yield made


class _Frames(Image.Image):
    """An image of many frames that are made when Pillow seeks them: it would keep a list of them in memory."""

    def __init__(self, count: int, make: MakeFrame, file: BinaryIO, report: OnFrame | None) -> None:
        super().__init__()
        self.n_frames = count
        self.is_animated = True
        self._make, self._file, self._report = make, file, report
        self._frame = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        if frame >= self.n_frames:
            raise EOFError("no more frames")
        # At the end, Pillow seeks where it began.
        if frame <= self._frame:
            return
        if self._report is not None and frame:
            self._report(frame, self._file.tell())
        made = self._make(frame)
        self._frame, self._mode, self._size, self.im = frame, made.mode, made.size, made.im
        self.palette = made.palette

    def tell(self) -> int:
        return self._frame


def _write_video(file: BinaryIO, count: int, fps: int, frame: MakeFrame, report: OnFrame | None) -> None:
    # 30 MB; an extra.
    av = importlib.import_module("av")
    with av.open(file, "w", format="mp4") as container:
        # Others than yuv420p do not play everywhere.
        stream = container.add_stream("libx264", rate=Fraction(fps), options={"crf": "23", "preset": "fast"})
        stream.pix_fmt = "yuv420p"
        for number in range(count):
            image = frame(number)
            if not number:
                stream.width, stream.height = image.size
            for packet in stream.encode(av.VideoFrame.from_image(image)):
                container.mux(packet)
            if report is not None:
                report(number, file.tell())
        for packet in stream.encode():
            container.mux(packet)
