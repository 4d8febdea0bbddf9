"""`numpynet runs` lists and writes the runs that the window has kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import Command, exit_code, make_parser


def _run(arguments: Sequence[str]) -> int:
    from playground.model.runs.run_search import ORDERS

    parser = make_parser(
        "runs",
        "List the runs that the window has kept, or write one of them as a project or model.",
        """examples:
  numpynet runs
  numpynet runs --search "spirals adam" --sort best --csv runs.csv
  numpynet runs 12 --export run12.nnplay --export run12.onnx
""",
    )
    parser.add_argument("run", metavar="RUN", type=int, nargs="?", help="the number of a run")
    parser.add_argument(
        "--search", default="", metavar="WORDS", help="only runs that have all of these words"
    )
    parser.add_argument("--sort", choices=tuple(ORDERS), default="newest", help="the order (default newest)")
    parser.add_argument("--csv", type=Path, metavar="OUT", help="write the list to a CSV file")
    parser.add_argument(
        "--export", type=Path, action="append", default=[], metavar="OUT",
        help="write the run; the suffix chooses the format (.nnplay is the whole project)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if (options.run is None) != (not options.export):
        parser.error("a run's number and --export go together: numpynet runs 12 --export run12.nnplay")

    def work() -> None:
        from playground.headless.runs import export_run, list_runs

        if options.run is None:
            list_runs(options.search, options.sort, options.csv)
        else:
            export_run(options.run, options.export)

    return exit_code(work)


COMMAND = Command(
    "runs", "[RUN] [--export OUT]", "list the runs that the window has kept, or write one of them", _run
)
