"""Write frames as WebP, GIF or MP4, one after the other, so that a long film takes little memory."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from core.io.atomic_write import atomic_write
from playground.film.settings import FORMATS

__all__ = ["FilmError", "check_film", "has_video", "write_film"]

_NO_VIDEO = "MP4 needs PyAV, which is not installed: pip install numpynet-playground[film]. WebP and GIF work"


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
        raise FilmError(_NO_VIDEO)


def write_film(
    path: Path,
    count: int,
    fps: int,
    frame: Callable[[int], Image.Image],
    *,
    loop: bool = True,
    report: Callable[[int, int], None] | None = None,
) -> None:
    """Write `count` frames, each asked for once and in order, in the format of the path's suffix.

    `report` gets the number of frames and of bytes written; an exception that it raises cancels, and nothing is left of
    the film. Raises `FilmError` for an unknown suffix, and `OSError`.
    """
    check_film(path)
    suffix = path.suffix.lower()
    with atomic_write(path) as file:
        if suffix == ".mp4":
            _write_video(file, count, fps, frame, report)
            return
        frames = _Frames(count, frame, file, report)
        options: dict[str, object] = {"duration": round(1000 / fps), "save_all": True}
        if suffix == ".webp":
            options |= {"quality": 40, "method": 2, "loop": 0 if loop else 1}
        elif loop:
            options |= {"loop": 0}
        frames.save(file, FORMATS[suffix], **options)


class _Frames(Image.Image):
    """An image of many frames that are made when Pillow seeks them: it would keep a list of them in memory."""

    def __init__(
        self,
        count: int,
        make: Callable[[int], Image.Image],
        file: BinaryIO,
        report: Callable[[int, int], None] | None,
    ) -> None:
        super().__init__()
        self.n_frames = count
        self.is_animated = True
        self._make, self._file, self._report = make, file, report
        self._frame = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        if frame >= self.n_frames:
            raise EOFError("no more frames")
        if frame == self._frame:
            return
        if self._report is not None and frame:
            self._report(frame, self._file.tell())
        made = self._make(frame)
        self._frame, self._mode, self._size, self.im = frame, made.mode, made.size, made.im

    def tell(self) -> int:
        return self._frame


def _write_video(
    file: BinaryIO,
    count: int,
    fps: int,
    frame: Callable[[int], Image.Image],
    report: Callable[[int, int], None] | None,
) -> None:
    # 30 MB; an extra.
    av = importlib.import_module("av")
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps), options={"crf": "23"})
        stream.pix_fmt = "yuv420p"
        for number in range(count):
            image = frame(number)
            stream.width, stream.height = image.size
            for packet in stream.encode(av.VideoFrame.from_image(image)):
                container.mux(packet)
            if report is not None:
                report(number, file.tell())
        for packet in stream.encode():
            container.mux(packet)
