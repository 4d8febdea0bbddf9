"""`numpynet download` fetches a dataset."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli.command import Command, exit_code, make_parser, option
from playground.headless.failure import HeadlessError
from playground.headless.reports import print_line

if TYPE_CHECKING:
    from core.data.downloads.archives import Archive
    from core.data.downloads.download import DownloadProgress


def _run(arguments: Sequence[str]) -> int:
    from core.data.downloads.archives import ARCHIVES

    parser = make_parser(
        "download", "Fetch a dataset that does not come with the program, or check the files that are there."
    )
    parser.add_argument("archive", choices=tuple(ARCHIVES), help="which one")
    option(
        parser,
        "--from FILE",
        "use these files instead of the network: .gz, unpacked, or an .npz",
        type=Path,
        nargs="+",
        default=[],
        dest="sources",
    )
    options = parser.parse_args(arguments)

    return exit_code(lambda: fetch(ARCHIVES[options.archive], options.sources))


def fetch(archive: Archive, sources: Sequence[Path] = ()) -> None:
    """Download an archive with a progress bar, or take it from files; then verify it by reading all of it."""
    from core.data.downloads.archive_cache import ArchiveError, ImageStore
    from core.data.downloads.download import DownloadError

    store = ImageStore(archive)
    try:
        if sources:
            store.take(sources)
        elif not store.complete:
            _download(archive)
        missing = store.missing
        if missing:
            names = ", ".join(file.name for file in missing)
            raise HeadlessError(f"{archive.title} is not complete yet; missing are {names}")
        store.load()
    except (ArchiveError, DownloadError) as error:
        raise HeadlessError(str(error)) from None
    print_line(f"{archive.title} is in {store.folder}")


def _download(archive: Archive) -> None:
    from tqdm import tqdm

    from core.data.downloads.download import download

    with tqdm(
        total=archive.packed_bytes, unit="B", unit_scale=True, file=sys.stderr, dynamic_ncols=True
    ) as bar:

        def report(progress: DownloadProgress) -> None:
            bar.total = progress.total
            bar.set_description_str(progress.mirror, refresh=False)
            bar.update(progress.received - bar.n)

        download(archive, report=report)


COMMAND = Command("download", "SET", "fetch a dataset that does not come with the program", _run)
