"""The command `numpynet`: opens the window, or runs the same experiments without one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from core import __version__

__all__ = ["main"]

_COMMANDS = """commands:
  numpynet [FILE]                 open the window, with a project or an experiment
  numpynet train EXPERIMENT ...   train without a window; EXPERIMENT is a .nnplay, a .json or a preset's name
  numpynet datasets               list the datasets
  numpynet presets                list the presets
  numpynet download SET           fetch a dataset that does not come with the program: mnist or fashion-mnist
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 success, 1 a reported failure, 2 a usage error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    commands = {"train": _train, "datasets": _datasets, "presets": _presets, "download": _download}
    if given and given[0] in commands:
        return commands[given[0]](given[1:])
    parser = argparse.ArgumentParser(
        "numpynet",
        description="Build a neural network, watch it learn, take the weights home.",
        epilog=_COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", type=Path, help="a project (.nnplay) or an experiment (.json)")
    parser.add_argument("--version", action="version", version=f"NumpyNet Playground {__version__}")
    options = parser.parse_args(given)
    # The window's libraries are imported only when needed.
    from playground.app import run

    return run(options.file)


def _train(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("numpynet train", description="Train an experiment without a window.")
    parser.add_argument("experiment", help="a .nnplay or .json file, or a preset's name")
    parser.add_argument("--epochs", type=_count, default=50, help="how many epochs to train (default 50)")
    parser.add_argument("--seed", type=_seed, help="another seed for weights and shuffling")
    parser.add_argument(
        "--export",
        type=Path,
        action="append",
        default=[],
        metavar="OUT",
        help="write the trained network; the suffix chooses the format (.npz, .safetensors, or .nnplay for the "
        "whole project); may be given several times",
    )
    options = parser.parse_args(arguments)
    from playground.headless import train

    return _exit_code(lambda: train(options.experiment, options.epochs, options.seed, options.export))


def _datasets(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser("numpynet datasets", description="List the datasets.").parse_args(arguments)
    from core.data.datasets import DATASETS

    for kind in DATASETS:
        info = kind().info()
        task = f"{info.outputs} classes" if info.task == "classification" else "regression"
        shape = " × ".join(map(str, info.shape))
        print(f"{kind.kind:<20} {kind.family:<8} {shape:<12} {task:<12} {kind.summary}")
    return 0


def _presets(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser("numpynet presets", description="List the presets.").parse_args(arguments)
    from core.experiment.presets import preset_files
    from core.experiment.project_file import load_experiment

    for path in preset_files():
        experiment = load_experiment(path)
        stack = " → ".join(layer.title for layer in experiment.stack())
        print(f"{path.stem.lstrip('0123456789_'):<16} {experiment.name:<28} {stack}")
    return 0


def _download(arguments: Sequence[str]) -> int:
    from core.data.downloads.archives import ARCHIVES

    parser = argparse.ArgumentParser(
        "numpynet download",
        description="Fetch a dataset that does not come with the program, or check the files that are there.",
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
    from playground.headless import fetch

    return _exit_code(lambda: fetch(ARCHIVES[options.archive], options.sources))


def _exit_code(work: Callable[[], None]) -> int:
    """Run a command; errors become one line on stderr."""
    from playground.headless import HeadlessError

    try:
        work()
    except HeadlessError as error:
        print(f"numpynet: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("numpynet: stopped", file=sys.stderr)
        return 130
    return 0


def _count(text: str) -> int:
    return _whole("epochs", text, 0)


def _seed(text: str) -> int:
    return _whole("seed", text, 0)


def _whole(name: str, text: str, low: int) -> int:
    if not text.isdecimal() or not low <= int(text) < 2**31:
        raise argparse.ArgumentTypeError(
            f"{name} must be a whole number from {low} to {2**31 - 1}, got {text}"
        )
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
