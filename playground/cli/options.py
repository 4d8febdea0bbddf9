"""Options that several commands share."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from playground.cli.values import (
    characters,
    context,
    image_size,
    names,
    per_class,
    positive,
    reading,
    seed,
    share,
    size,
)

if TYPE_CHECKING:
    from playground.headless.sources import Changes, DataChoices


def add_proof(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-proof",
        dest="proof",
        action="store_false",
        help="do not read the files of models back to compare their predictions",
    )


def add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a preset's name, an experiment, a project, a table or images, as for train",
    )


def add_changes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("network and training")
    group.add_argument(
        "--layers", help='the hidden layers, such as "dense 16 relu; dropout 0.2; dense 8 relu"; "" for none'
    )
    group.add_argument("--optimizer", help="such as adam, sgd or rmsprop")
    group.add_argument("--learning-rate", type=positive, metavar="RATE", help="the optimizer's learning rate")
    group.add_argument("--batch-size", type=size, metavar="N", help="samples in a step")
    group.add_argument(
        "--engine",
        choices=("auto", "numpy", "compiled"),
        help="what computes the steps; compiled: machine code, many times as fast for small networks",
    )
    group.add_argument("--seed", type=seed, help="another seed for weights and shuffling")
    group.add_argument(
        "--data-seed", type=seed, metavar="SEED", help="another seed for the data and their split"
    )
    group.add_argument(
        "--train-share",
        type=share,
        metavar="SHARE",
        help="the share to learn from, 0.1 to 0.9; the rest tests",
    )


def add_data_choices(parser: argparse.ArgumentParser) -> None:
    _add_images(parser.add_argument_group("folders of images"))
    _add_texts(parser.add_argument_group("texts"))
    group = parser.add_argument_group("tables")
    group.add_argument(
        "--target", default="", metavar="COLUMN", help="the column to predict; tables need it, or --no-target"
    )
    _add_task(group)
    _add_columns(group)
    add_reading(group)


def _add_images(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--image-size",
        dest="size",
        type=image_size,
        metavar="PX",
        help="the pixels on each side, 8 to 64 (default 32)",
    )
    group.add_argument(
        "--colors",
        choices=("grey", "ink", "color"),
        default="",
        help="ink is grey, dark on bright; if not given, what some of the images are",
    )
    group.add_argument(
        "--fit",
        choices=("crop", "pad", "stretch"),
        default="",
        help="how images become squares: cut off the long side (the default), pad the short one, or stretch",
    )
    group.add_argument(
        "--per-class",
        dest="limit",
        type=per_class,
        metavar="N",
        help="read at most so many of each class (default 1000)",
    )


def _add_texts(group: argparse._ArgumentGroup) -> None:
    samples = group.add_mutually_exclusive_group()
    samples.add_argument(
        "--lines",
        dest="samples_are",
        action="store_const",
        const="lines",
        default="",
        help="each line is a sample",
    )
    samples.add_argument(
        "--running", dest="samples_are", action="store_const", const="text", help="the text runs on"
    )
    group.add_argument("--words", action="store_true", help="cut the text into words, and not into letters")
    group.add_argument(
        "--context", type=context, metavar="N", help="how many tokens the network sees at once"
    )
    group.add_argument(
        "--characters",
        type=characters,
        metavar="N",
        help="learn from the first N characters (default 1,000,000)",
    )


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
    task.add_argument(
        "--no-target",
        dest="task",
        action="store_const",
        const="none",
        help="predict nothing: give the rows back through few numbers",
    )


def _add_columns(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--features",
        type=names,
        default=(),
        metavar="A,B",
        help="the columns to learn from; all, if not given",
    )
    group.add_argument(
        "--ignore", dest="ignored", type=names, default=(), metavar="A,B", help="columns not to learn from"
    )
    group.add_argument(
        "--missing",
        choices=("drop", "fill", "category"),
        default="",
        help="rows that lack a value: leave them out, or fill in the mean or most frequent category, or the mean or a "
        "category of their own; if not given, they are left out unless most rows are such",
    )
    group.add_argument(
        "--scaling", default="", metavar="KIND", help="standardize (the default), minmax or none"
    )
    group.add_argument(
        "--read",
        dest="formats",
        type=reading,
        action="append",
        default=[],
        metavar="COLUMN=HOW",
        help="how a column is read: point (1,234.5), comma (1.234,5), category, days (dates as days since the first), "
        '"days dmy" or "days mdy"; may be given several times',
    )


def add_reading(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--sheet",
        default="",
        metavar="NAME",
        help="the sheet of an Excel file; the one in front, if not given",
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--header",
        dest="header",
        action="store_true",
        default=None,
        help="the first row has the columns' names",
    )
    group.add_argument("--no-header", dest="header", action="store_false", help="the first row is data")


def data_choices(options: argparse.Namespace) -> DataChoices:
    """What is chosen by `add_data_choices`, whose options are called as the fields."""
    from playground.headless.sources import DataChoices

    given = {field.name: getattr(options, field.name) for field in dataclasses.fields(DataChoices)}
    return DataChoices(**given | {"formats": tuple(options.formats)})


def changes_of(options: argparse.Namespace) -> Changes:
    """What is chosen by `add_changes`."""
    from playground.headless.sources import Changes

    return Changes(**{field.name: getattr(options, field.name) for field in dataclasses.fields(Changes)})
