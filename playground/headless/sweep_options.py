"""The options of `numpynet sweep`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

__all__ = ["add_sweep_options", "sweep_work"]


def add_sweep_options(parser: argparse.ArgumentParser) -> None:
    """Add them to a parser."""
    parser.add_argument("spec", metavar="SPEC", type=Path, nargs="?", help="the sweep, a .json file")
    parser.add_argument(
        "--example",
        metavar="SOURCE",
        help="print a SPEC for a preset, an experiment or a project, to begin with",
    )
    parser.add_argument(
        "--jobs", type=_jobs, metavar="N", help="processes of this computer (default: one a core)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with what the journal has")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="write a CSV file with a line for every trial"
    )
    parser.add_argument(
        "--no-runs", dest="runs", action="store_false", help="do not keep the trials among the window's runs"
    )
    group = parser.add_argument_group("cluster")
    group.add_argument("--dask", default="", metavar="ADDRESS", help="run on the workers of this scheduler")
    group.add_argument(
        "--detach",
        action="store_true",
        help="give the cluster all trials and leave; --resume follows them later",
    )
    for name, what in (("ca", "the authority's certificate"), ("cert", "a certificate"), ("key", "its key")):
        group.add_argument(f"--tls-{name}", type=Path, metavar="FILE", help=f"{what}, for tls:// addresses")


def sweep_work(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Callable[[], None]:
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
        from playground.headless.sweep import SweepPlace, print_example, run_sweep

        if options.example is not None:
            print_example(options.example)
            return
        files = TlsFiles(*tls) if all(tls) else None
        place = SweepPlace(options.jobs, options.dask, files, options.detach)
        run_sweep(options.spec, place, options.output, resume=options.resume, keeps_runs=options.runs)

    return work


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"jobs must be a whole number from 1 to 1024, got {text}")
    return int(text)
