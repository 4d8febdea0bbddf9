"""`numpynet sweep` trains with many settings."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from playground.cli.command import Command, exit_code, make_parser
from playground.cli.values import jobs


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "sweep",
        "Train one experiment with many settings, in all cores or on a cluster, and say which are best.",
        """examples:
  numpynet sweep --example spirals > rates.json
  numpynet sweep rates.json -o results.csv
  numpynet sweep rates.json --resume
  numpynet sweep rates.json --dask tcp://127.0.0.1:8786

What is finished is kept in a journal beside the spec (rates.trials): after Ctrl+C, a crash or a power cut, --resume
goes on, and runs no finished trial again. Every trial is also kept among the runs of the window.
""",
    )
    _add_options(parser)
    options = parser.parse_args(arguments)
    return exit_code(_work(parser, options))


def _add_options(parser: argparse.ArgumentParser) -> None:
    """Add them to a parser."""
    parser.add_argument("spec", metavar="SPEC", type=Path, nargs="?", help="the sweep, a .json file")
    parser.add_argument(
        "--example",
        metavar="SOURCE",
        help="print a SPEC for a preset, an experiment or a project, to begin with",
    )
    parser.add_argument(
        "--jobs", type=jobs, metavar="N", help="processes of this computer (default: one a core)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with what the journal has")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="write a CSV file with a line for every trial"
    )
    parser.add_argument(
        "--no-runs", dest="runs", action="store_false", help="do not keep the trials among the window's runs"
    )
    group = parser.add_argument_group(
        "cluster", "Use only a scheduler you trust: it can run any program on this computer."
    )
    group.add_argument("--dask", default="", metavar="ADDRESS", help="run on the workers of this scheduler")
    group.add_argument(
        "--detach",
        action="store_true",
        help="give the cluster all trials and leave; --resume follows them later",
    )
    for name, what in (("ca", "the authority's certificate"), ("cert", "a certificate"), ("key", "its key")):
        group.add_argument(f"--tls-{name}", type=Path, metavar="FILE", help=f"{what}, for tls:// addresses")


def _work(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Callable[[], None]:
    """What the options ask for; options that do not go together end the program."""
    if (options.spec is None) == (options.example is None):
        parser.error(
            "name a SPEC, or print one by --example, such as: numpynet sweep --example spirals > rates.json"
        )
    tls = (options.tls_ca, options.tls_cert, options.tls_key)
    if any(tls) and not all(tls):
        parser.error("--tls-ca, --tls-cert and --tls-key go together")
    if not options.dask and (options.detach or any(tls)):
        parser.error("--detach and --tls-... are for a cluster, which --dask names")
    if options.dask and options.jobs:
        parser.error("--jobs is for this computer, --dask for a cluster")

    def work() -> None:
        from core.sweep.cluster import TlsFiles
        from core.sweep.place import SweepPlace
        from playground.headless.sweep import print_example, run_sweep

        if options.example is not None:
            print_example(options.example)
            return
        files = TlsFiles(*tls) if all(tls) else None
        place = SweepPlace(options.jobs, options.dask, files)
        run_sweep(
            options.spec, place, options.output,
            resume=options.resume, keeps_runs=options.runs, detach=options.detach,
        )  # fmt: skip

    return work


COMMAND = Command(
    "sweep", "SPEC", "train with many settings, and say which are best; --example PRESET prints a SPEC", _run
)
