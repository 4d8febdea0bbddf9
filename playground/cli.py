"""The command `numpynet`: opens the window, or trains, predicts, evaluates and exports without one."""

from __future__ import annotations

import argparse
import difflib
import io
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core import __version__

if TYPE_CHECKING:
    from playground.headless.sources import Changes, TableChoices

__all__ = ["main"]

_DESCRIPTION = "Build a neural network, watch it learn, take it home."
_COMMANDS = """commands:
  numpynet [FILE]                   open the window, with a project, an experiment or a table
  numpynet train SOURCE             train a preset, a project, or a table: numpynet train data.csv --target species
  numpynet predict MODEL DATA       predict new rows or images with a trained model
  numpynet evaluate MODEL [DATA]    say how well it predicts a table with answers, or its own test samples
  numpynet export MODEL OUT...      write a trained model in other formats, by their suffixes
  numpynet report MODEL OUT...      write a model card, curves, predictions or metrics
  numpynet seeds SOURCE -n 30       train it from 30 seeds, and print median and spread
  numpynet film PROJECT OUT         write a film of a training: WebP, GIF or MP4
  numpynet sweep SPEC               train with many settings, and say which are best; --example PRESET prints a SPEC
  numpynet runs [RUN] [--export OUT] list the runs that the window has kept, or write one of them
  numpynet datasets | presets       list the datasets, or the presets
  numpynet download SET             fetch a dataset that does not come with the program

Each has a --help of its own.
"""
_EXIT_CODES = """exit codes:
  0    done
  1    it failed; standard error says why, in one line that begins with "numpynet: "
  2    the call is wrong: an unknown command, option or value, or no screen for the window
  130  stopped by Ctrl+C (143: by SIGTERM); what a training had learned by then is written first
"""
_MODEL_HELP = "a trained project (.nnplay), or a model that was exported from one (.npz, .safetensors)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code, as `--help` lists them."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _write_all_letters()
    if given and given[0] in _RUN:
        try:
            code = _RUN[given[0]](given[1:])
            sys.stdout.flush()
        except BrokenPipeError:
            # What reads the output has enough, as `head` does; Python would complain again when it closes the stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        return code
    parser = _parser("", _DESCRIPTION, _COMMANDS)
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="a project (.nnplay), an experiment (.json) or a table (.csv, .xlsx, ...)",
    )
    parser.add_argument("--version", action="version", version=f"NumpyNet Playground {__version__}")
    options, rest = parser.parse_known_args(given)
    if options.file is not None and not options.file.exists():
        return _no_such_file(parser, options.file)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    # The window's libraries are imported only when needed.
    from playground.app import run

    return run(options.file)


def _write_all_letters() -> None:
    """Let a terminal that lacks a letter, such as "→", show a question mark instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _parser(command: str, description: str, more: str = "") -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        f"numpynet {command}".strip(),
        description=description,
        epilog=f"{more}\n{_EXIT_CODES}" if more else _EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _no_such_file(parser: argparse.ArgumentParser, file: Path) -> int:
    """Say what was meant by a word that is neither a command nor a file."""
    from playground.headless.sources import preset_names

    word = str(file)
    presets = preset_names()
    near = difflib.get_close_matches(word.lower(), [*_RUN, *presets], 1, 0.7)
    if near:
        command = f"numpynet {near[0]}" if near[0] in _RUN else f"numpynet train {near[0]}"
        parser.error(f"there is no command or file called {word!r}; did you mean `{command}`?")
    if not file.suffix:
        parser.error(f"there is no command or file called {word!r}; commands are {', '.join(_RUN)}")
    sys.stderr.write(f"numpynet: There is no file {word}\n")
    return 1


def _train(arguments: Sequence[str]) -> int:
    parser = _parser(
        "train",
        "Train a network without a window, and print its losses and scores.",
        """examples:
  numpynet train spirals --epochs 200 --export spirals.safetensors
  numpynet train penguins.csv --target species --layers "dense 16 relu; dense 8 relu" --export penguins.nnplay
  numpynet train prices.csv --target price --regression --read "sold=days" --ignore id,notes
  numpynet train penguins.nnplay --epochs 50 --export penguins.nnplay

Ctrl+C ends the training early: what was learned is reported and written. Pressed twice, it ends at once.
A project goes on where it stood, also with another optimizer, learning rate or engine; other changes start anew.
""",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a preset's name, an experiment (.json) or its text (nnplay1...), a project (.nnplay) or a table",
    )
    parser.add_argument("--epochs", type=_count, default=50, help="how many epochs to train (default 50)")
    parser.add_argument(
        "--export",
        type=Path,
        action="append",
        default=[],
        metavar="OUT",
        help="write what was learned; the suffix chooses the format (.nnplay is the whole project); may be given "
        "several times",
    )
    _add_proof(parser)
    _add_changes(parser)
    _add_table_choices(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.training import train

        choices, changes = _table_choices(options), _changes(options)
        train(options.source, options.epochs, options.export, choices, changes, options.proof)

    return _exit_code(work)


def _add_proof(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-proof",
        dest="proof",
        action="store_false",
        help="do not read the files of models back to compare their predictions",
    )


def _add_changes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("network and training")
    group.add_argument(
        "--layers", help='the hidden layers, such as "dense 16 relu; dropout 0.2; dense 8 relu"; "" for none'
    )
    group.add_argument("--optimizer", help="such as adam, sgd or rmsprop")
    group.add_argument(
        "--learning-rate", type=_positive, metavar="RATE", help="the optimizer's learning rate"
    )
    group.add_argument("--batch-size", type=_size, metavar="N", help="samples in a step")
    group.add_argument(
        "--engine",
        choices=("auto", "numpy", "compiled"),
        help="what computes the steps; compiled: machine code, many times as fast for small networks",
    )
    group.add_argument("--seed", type=_seed, help="another seed for weights and shuffling")
    group.add_argument(
        "--data-seed", type=_seed, metavar="SEED", help="another seed for the data and their split"
    )
    group.add_argument(
        "--train-share",
        type=_share,
        metavar="SHARE",
        help="the share to learn from, 0.1 to 0.9; the rest tests",
    )


def _add_table_choices(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("tables")
    group.add_argument("--target", default="", metavar="COLUMN", help="the column to predict; tables need it")
    _add_task(group)
    _add_columns(group)
    _add_header(group)


def _add_task(group: argparse._ArgumentGroup) -> None:
    task = group.add_mutually_exclusive_group()
    task.add_argument(
        "--regression",
        dest="task",
        action="store_const",
        const="regression",
        default="",
        help="predict a value",
    )
    task.add_argument(
        "--classification", dest="task", action="store_const", const="classification", help="predict a class"
    )


def _add_columns(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--features",
        type=_names,
        default=(),
        metavar="A,B",
        help="the columns to learn from; all, if not given",
    )
    group.add_argument("--ignore", type=_names, default=(), metavar="A,B", help="columns not to learn from")
    group.add_argument(
        "--missing",
        choices=("drop", "fill"),
        default="",
        help="rows that lack a value: leave them out, or fill in the mean or most frequent category",
    )
    group.add_argument(
        "--scaling", default="", metavar="KIND", help="standardize (the default), minmax or none"
    )
    group.add_argument(
        "--read",
        type=_reading,
        action="append",
        default=[],
        metavar="COLUMN=HOW",
        help="how a column is read: point (1,234.5), comma (1.234,5), category, days (dates as days since the first), "
        '"days dmy" or "days mdy"; may be given several times',
    )


def _add_header(parser: argparse._ActionsContainer) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--header",
        dest="header",
        action="store_true",
        default=None,
        help="the first row has the columns' names",
    )
    group.add_argument("--no-header", dest="header", action="store_false", help="the first row is data")


def _table_choices(options: argparse.Namespace) -> TableChoices:
    from playground.headless.sources import TableChoices

    return TableChoices(
        options.target,
        options.features,
        options.ignore,
        options.task,
        options.missing,
        options.scaling,
        tuple(options.read),
        options.header,
    )


def _changes(options: argparse.Namespace) -> Changes:
    from playground.headless.sources import Changes

    return Changes(
        options.layers,
        options.optimizer,
        options.learning_rate,
        options.batch_size,
        options.train_share,
        options.seed,
        options.data_seed,
        options.engine,
    )


def _predict(arguments: Sequence[str]) -> int:
    parser = _parser(
        "predict",
        "Predict new rows or images with a trained model, as a CSV with a line for each.",
        """examples:
  numpynet predict penguins.nnplay new.csv -o answers.csv
  numpynet predict digits.nnplay scan1.png scan2.png

Rows are read as those that the model learned from; a row that lacks a value has an empty line.
""",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help=_MODEL_HELP)
    parser.add_argument(
        "data", metavar="DATA", type=Path, nargs="+", help="a table, or images and folders of images"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="write there instead of standard output"
    )
    parser.add_argument(
        "--with-columns", action="store_true", help="write the model's columns before each prediction"
    )
    parser.add_argument(
        "--invert",
        action="store_true",
        help="take light for dark in images: for black on white, where the model learned from white on black",
    )
    _add_header(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.prediction import predict

        changes = {"with_inputs": options.with_columns, "invert": options.invert}
        predict(options.model, options.data, options.output, options.header, **changes)

    return _exit_code(work)


def _evaluate(arguments: Sequence[str]) -> int:
    parser = _parser(
        "evaluate",
        "Print how well a trained model predicts a table that has the answers, or its own test samples.",
        """examples:
  numpynet evaluate penguins.nnplay
  numpynet evaluate penguins.nnplay others.csv
""",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help=_MODEL_HELP)
    parser.add_argument(
        "data", metavar="DATA", type=Path, nargs="?", help="a table with the column that is predicted"
    )
    _add_header(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.prediction import evaluate

        evaluate(options.model, [options.data] if options.data else [], options.header)

    return _exit_code(work)


def _export(arguments: Sequence[str]) -> int:
    parser = _parser(
        "export",
        "Write a trained model in other formats; each suffix chooses one.",
        """examples:
  numpynet export penguins.nnplay penguins.safetensors penguins.npz

Each file is read back by its own library, and compared with the network on the project's test samples. One that
predicts something else is not written, and the exit code is 1.
""",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help=_MODEL_HELP)
    parser.add_argument("outputs", metavar="OUT", type=Path, nargs="+", help="a file to write")
    _add_proof(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.conversion import export

        export(options.model, options.outputs, options.proof)

    return _exit_code(work)


def _report(arguments: Sequence[str]) -> int:
    parser = _parser(
        "report",
        "Write documents about a trained project; the end of each name chooses one.",
        """examples:
  numpynet report penguins.nnplay card.html README.md
  numpynet report penguins.nnplay curves.csv predictions.csv metrics.csv
""",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help=_MODEL_HELP)
    parser.add_argument("outputs", metavar="OUT", type=Path, nargs="+", help="a file to write")
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.report import write_reports

        write_reports(options.model, options.outputs)

    return _exit_code(work)


def _seeds(arguments: Sequence[str]) -> int:
    parser = _parser(
        "seeds",
        "Train one experiment from many seeds, and print the median and the spread of what comes of them.",
        """examples:
  numpynet seeds spirals -n 30
  numpynet seeds mine.nnplay -n 16 --epochs 200 --layers "dense 8 relu" -o seeds.csv

The data and their split stay the same; initial weights, order of samples and dropout differ. Each seed ends with the
numbers of its own `numpynet train`. Ctrl+C ends the training early: what is there is printed and written.
""",
    )
    parser.add_argument(
        "source", metavar="SOURCE", help="a preset's name, an experiment, a project or a table, as for train"
    )
    parser.add_argument(
        "-n", dest="count", type=_seed_count, default=30, metavar="N", help="how many seeds, 2 to 64 (30)"
    )
    parser.add_argument("--epochs", type=_positive_count, default=50, help="how many epochs (50)")
    parser.add_argument(
        "--jobs",
        type=_positive_count,
        metavar="N",
        help="threads or processes (default: one for every core)",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="CSV", help="write a line for every seed")
    _add_changes(parser)
    _add_table_choices(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.seeds import print_seeds

        print_seeds(
            options.source, options.count, options.epochs, options.output, _table_choices(options),
            _changes(options), options.jobs,
        )  # fmt: skip

    return _exit_code(work)


def _film(arguments: Sequence[str]) -> int:
    from playground.film.settings import SHAPES

    parser = _parser(
        "film",
        "Train a project or a preset again from its seed, and write a film of it: .webp, .gif or .mp4.",
        """examples:
  numpynet film spirals spirals.webp --epochs 500 --caption "Two spirals"
  numpynet film mine.nnplay mine.gif --side 720 --shape 16:9 --dark
""",
    )
    parser.add_argument(
        "project", metavar="PROJECT", help="a project, an experiment, or the name of a preset"
    )
    parser.add_argument("output", metavar="OUT", type=Path, help="the film to write")
    parser.add_argument("--epochs", type=_count, help="the last epoch (default: the project's, else 200)")
    parser.add_argument("--caption", default="", help="a line at the top")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="1:1", help="width to height (1:1)")
    parser.add_argument("--side", type=_count, default=480, help="pixels of the shorter side (480)")
    parser.add_argument("--seconds", type=float, default=10.0, help="length (10)")
    parser.add_argument("--fps", type=_count, default=30, help="frames per second (30)")
    parser.add_argument("--hold", type=float, default=1.5, help="seconds that the last frame stays (1.5)")
    parser.add_argument("--title", type=float, default=0.0, help="seconds of a title card (0)")
    parser.add_argument(
        "--even", action="store_true", help="give all epochs the same time, not the first ones more"
    )
    parser.add_argument("--dark", action="store_true", help="light on dark")
    parser.add_argument("--without", nargs="+", default=[], choices=("boundary", "network", "curves", "epoch"),
                        help="parts to leave out")  # fmt: skip
    parser.add_argument("--once", action="store_true", help="do not loop")
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.film.settings import FilmSettings
        from playground.headless.failure import sentences
        from playground.headless.film import write_project_film

        with sentences():
            settings = FilmSettings(
                caption=options.caption, shape=options.shape, side=options.side, dark=options.dark,
                slow_start=not options.even, seconds=options.seconds, fps=options.fps,
                loop=not options.once, hold=options.hold, title=options.title,
                **dict.fromkeys(options.without, False),
            )  # fmt: skip
        write_project_film(options.project, options.output, settings, options.epochs)

    return _exit_code(work)


def _runs(arguments: Sequence[str]) -> int:
    from playground.model.runs.run_search import ORDERS

    parser = _parser(
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

    return _exit_code(work)


def _sweep(arguments: Sequence[str]) -> int:
    from playground.headless.sweep_options import add_sweep_options, sweep_work

    parser = _parser(
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
    add_sweep_options(parser)
    options = parser.parse_args(arguments)
    return _exit_code(sweep_work(parser, options))


def _datasets(arguments: Sequence[str]) -> int:
    _parser("datasets", "List the datasets.").parse_args(arguments)
    from core.data.datasets import DATASETS

    for kind in DATASETS:
        info = kind().info()
        task = f"{info.outputs} classes" if info.task == "classification" else "regression"
        shape = " × ".join(map(str, info.shape))
        print(f"{kind.kind:<20} {kind.family:<8} {shape:<12} {task:<12} {kind.summary}")
    return 0


def _presets(arguments: Sequence[str]) -> int:
    _parser("presets", "List the presets.").parse_args(arguments)
    from core.experiment.presets import preset_files
    from core.experiment.project_file import load_experiment

    for path in preset_files():
        experiment = load_experiment(path)
        stack = " → ".join(layer.title for layer in experiment.stack())
        print(f"{path.stem.lstrip('0123456789_'):<16} {experiment.name:<28} {stack}")
    return 0


def _download(arguments: Sequence[str]) -> int:
    from core.data.downloads.archives import ARCHIVES

    parser = _parser(
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

    return _exit_code(work)


_RUN: dict[str, Callable[[Sequence[str]], int]] = {
    "train": _train,
    "predict": _predict,
    "evaluate": _evaluate,
    "export": _export,
    "report": _report,
    "seeds": _seeds,
    "film": _film,
    "runs": _runs,
    "sweep": _sweep,
    "datasets": _datasets,
    "presets": _presets,
    "download": _download,
}


def _exit_code(work: Callable[[], None]) -> int:
    """Run a command; errors become one line on stderr."""
    from playground.headless.failure import HeadlessError, StoppedError

    try:
        work()
    except HeadlessError as error:
        print(f"numpynet: {error}", file=sys.stderr)
        return 1
    except StoppedError as error:
        print("numpynet: stopped", file=sys.stderr)
        return 128 + error.signal
    except KeyboardInterrupt:
        print("numpynet: stopped", file=sys.stderr)
        return 130
    return 0


def _count(text: str) -> int:
    return _whole("epochs", text, 0)


def _positive_count(text: str) -> int:
    return _whole("it", text, 1)


def _seed_count(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"seeds must be a whole number from 2 to 64, got {text}")
    return int(text)


def _seed(text: str) -> int:
    return _whole("seed", text, 0)


def _size(text: str) -> int:
    return _whole("batch size", text, 1)


def _whole(name: str, text: str, low: int) -> int:
    if not text.isdecimal() or not low <= int(text) < 2**31:
        raise argparse.ArgumentTypeError(
            f"{name} must be a whole number from {low} to {2**31 - 1}, got {text}"
        )
    return int(text)


def _positive(text: str) -> float:
    value = _number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"it must be a number above 0, got {text}")
    return value


def _share(text: str) -> float:
    value = _number(text)
    if not 0.1 <= value <= 0.9:
        raise argparse.ArgumentTypeError(f"it must be a number from 0.1 to 0.9, got {text}")
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"it must be a number, got {text}")
    return value


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _reading(text: str) -> tuple[str, str]:
    name, sign, how = text.rpartition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f'it must be COLUMN=HOW, such as "price=comma", got {text}')
    return name.strip(), how.strip()


if __name__ == "__main__":
    sys.exit(main())
