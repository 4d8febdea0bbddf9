"""`numpynet download` fetches a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import Command, exit_code, make_parser


def _run(arguments: Sequence[str]) -> int:
    from core.data.downloads.archives import ARCHIVES

    parser = make_parser(
        "download", "Fetch a dataset that does not come with the program, or check the files that are there."
    )
    parser.add_argument("archive", choices=tuple(ARCHIVES), help="which one")
    parser.add_argument(
        "--from",
        type=Path,
        nargs="+",
        default=[],
        dest="sources",
        metavar="FILE",
        help="use these files instead of the network: .gz, unpacked, or an .npz",
    )
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.download import fetch

        fetch(ARCHIVES[options.archive], options.sources)

    return exit_code(work)


COMMAND = Command("download", "SET", "fetch a dataset that does not come with the program", _run)
