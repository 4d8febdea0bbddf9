"""Background reads of the import dialogs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.data.datasets import TextFile
from core.data.images.class_folders import empty_folders
from core.data.images.read_folder import ImageChoice, ImageSet, guess_choice, read_folder
from core.data.tables.read_table import read_table
from core.data.tables.table import ColumnFormats, Table
from core.data.tables.table_schema import tasks_of
from core.data.texts import guess_text, read_text
from core.io.budget import OnProgress

_BEGINNING = 10_000


@dataclass(frozen=True, eq=False)
class ReadImages:
    """The images read, whether grey ones are dark on bright paper, and the subfolders without images."""

    images: ImageSet
    invert: bool
    empty: tuple[str, ...] = ()


def load_images(folder: Path, choice: ImageChoice, invert: bool | None, report: OnProgress) -> ReadImages:
    """Read a folder of images; if `invert` is None, guess it and the color mode first."""
    report(0.0)
    if invert is None:
        choice, invert = guess_choice(folder, choice)
    images = read_folder(folder, choice, report)
    return ReadImages(images, invert, empty_folders(folder, images.class_names))


@dataclass(frozen=True, eq=False)
class ReadText:
    """A text as a dataset: how many samples and characters there are, and how it begins.

    `is_cut`: the file, of so many `megabytes`, has more characters than are learned from.
    """

    dataset: TextFile
    samples: int
    characters: int
    beginning: str
    is_cut: bool
    megabytes: int


def load_text(path: Path, choice: TextFile | None, report: OnProgress) -> ReadText:
    """Read a text as the settings of a dataset say; None guesses them."""
    most = TextFile.setting("most").default if choice is None else choice.most
    text = read_text(path, most, lambda share: report(0.6 * share))
    if choice is None:
        guessed = guess_text(text.text)
        choice = TextFile(samples_are=guessed.samples_are, context=guessed.context)
    names = ("samples_are", "tokens", "context", "most")
    dataset = TextFile.of(text, **{name: getattr(choice, name) for name in names})
    report(0.8)
    samples = dataset.load(0).samples
    report(1.0)
    count = len(text.text)
    megabytes = round(path.stat().st_size / 1_000_000)
    return ReadText(dataset, samples, count, text.text[:_BEGINNING], count >= most, megabytes)


@dataclass(frozen=True)
class ReadingChoices:
    """Options of reading a table; None to find it by evidence."""

    header: bool | None = None
    comments: bool | None = None
    formats: ColumnFormats | None = None
    sheet: str = ""


def load_table(path: Path, choices: ReadingChoices, report: OnProgress) -> Table:
    """Read a table as chosen."""
    share = 0.0

    def remember(done: float) -> None:
        nonlocal share
        share = done
        report(done)

    table = read_table(path, remember, choices.header, choices.formats, choices.comments, choices.sheet)
    # Fill the columns' caches here, off the GUI thread.
    for column in table.columns:
        tasks_of(column)
        report(share)
    return table
