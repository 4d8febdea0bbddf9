"""Options that several commands share."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from playground.cli.command import option
from playground.cli.values import (
    characters,
    context,
    image_size,
    names,
    per_class,
    positive,
    reading,
    sealed,
    seed,
    share,
    size,
)

if TYPE_CHECKING:
    from playground.headless.sources import Changes, DataChoices


def add_proof(parser: argparse.ArgumentParser) -> None:
    option(
        parser,
        "--no-proof",
        "do not read the files of models back to compare their predictions",
        dest="proof",
        action="store_false",
    )


def add_force(parser: argparse.ArgumentParser) -> None:
    option(parser, "--force", "replace a file that is there and not by this command", action="store_true")


def add_source(parser: argparse.ArgumentParser) -> None:
    option(parser, "SOURCE", "a preset's name, an experiment, a project, a table or images, as for train")


def add_changes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("network and training")
    option(
        group,
        "--layers",
        'the hidden layers, such as "dense 16 relu; dropout 0.2; dense 8 relu"; "" for none',
    )
    option(group, "--optimizer", "such as adam, sgd or rmsprop")
    option(group, "--learning-rate RATE", "the optimizer's learning rate", type=positive)
    option(group, "--batch-size N", "samples in a step", type=size)
    option(
        group,
        "--engine",
        "what computes the steps; compiled: machine code, many times as fast for small networks",
        choices=("auto", "numpy", "compiled"),
    )
    option(group, "--seed", "another seed for weights and shuffling", type=seed)
    option(group, "--data-seed SEED", "another seed for the data and their split", type=seed)
    option(group, "--train-share SHARE", "the share to learn from, 0.1 to 0.9; the rest tests", type=share)
    text = "the share to set aside before all else, 0 to 0.3, until evaluate --open-test; what tests then validates"
    option(group, "--sealed SHARE", text, type=sealed)


def add_data_choices(parser: argparse.ArgumentParser) -> None:
    _add_images(parser.add_argument_group("folders of images"))
    _add_texts(parser.add_argument_group("texts"))
    group = parser.add_argument_group("tables")
    option(group, "--target COLUMN", "the column to predict; tables need it, or --no-target", default="")
    _add_choice(
        group,
        "task",
        ("--regression", "regression", "predict a value"),
        ("--classification", "classification", "predict a class"),
        ("--no-target", "none", "predict nothing: give the rows back through few numbers"),
    )
    _add_columns(group)
    add_reading(group)


def _add_images(group: argparse._ArgumentGroup) -> None:
    option(
        group,
        "--image-size PX",
        "the pixels on each side, 8 to 64 (default 32)",
        dest="size",
        type=image_size,
    )
    option(
        group,
        "--colors",
        "ink is grey, dark on bright; if not given, what some of the images are",
        choices=("grey", "ink", "color"),
        default="",
    )
    option(
        group,
        "--fit",
        "how images become squares: cut off the long side (the default), pad the short one, or stretch",
        choices=("crop", "pad", "stretch"),
        default="",
    )
    option(
        group,
        "--per-class N",
        "read at most so many of each class (default 1000)",
        dest="limit",
        type=per_class,
    )


def _add_texts(group: argparse._ArgumentGroup) -> None:
    _add_choice(
        group,
        "samples_are",
        ("--lines", "lines", "each line is a sample"),
        ("--running", "text", "the text runs on"),
    )
    option(group, "--words", "cut the text into words, and not into letters", action="store_true")
    option(group, "--context N", "how many tokens the network sees at once", type=context)
    option(group, "--characters N", "learn from the first N characters (default 1,000,000)", type=characters)


def _add_choice(group: argparse._ArgumentGroup, dest: str, *choices: tuple[str, str, str]) -> None:
    """Options of which one at most can be given: each with what it stands for, and its help."""
    one_of = group.add_mutually_exclusive_group()
    for words, value, help_ in choices:
        option(one_of, words, help_, dest=dest, action="store_const", const=value, default="")


def _add_columns(group: argparse._ArgumentGroup) -> None:
    option(group, "--features A,B", "the columns to learn from; all, if not given", type=names, default=())
    option(group, "--ignore A,B", "columns not to learn from", dest="ignored", type=names, default=())
    option(
        group,
        "--missing",
        "rows that lack a value: leave them out, or fill in the mean or most frequent category, or the mean or a "
        "category of their own; if not given, they are left out unless most rows are such",
        choices=("drop", "fill", "category"),
        default="",
    )
    option(group, "--scaling KIND", "standardize (the default), minmax or none", default="")
    option(
        group,
        "--read COLUMN=HOW",
        "how a column is read: point (1,234.5), comma (1.234,5), category, days (dates as days since the first), "
        '"days dmy" or "days mdy"; may be given several times',
        dest="formats",
        type=reading,
        action="append",
        default=[],
    )


def add_reading(parser: argparse._ActionsContainer) -> None:
    option(parser, "--sheet NAME", "the sheet of an Excel file; the one in front, if not given", default="")
    group = parser.add_mutually_exclusive_group()
    option(
        group,
        "--header",
        "the first row has the columns' names",
        dest="header",
        action="store_true",
        default=None,
    )
    option(group, "--no-header", "the first row is data", dest="header", action="store_false")


def data_choices(options: argparse.Namespace) -> DataChoices:
    """Options of `add_data_choices`, which are called as the fields."""
    from playground.headless.sources import DataChoices

    given = {field.name: getattr(options, field.name) for field in dataclasses.fields(DataChoices)}
    return DataChoices(**given | {"formats": tuple(options.formats)})


def changes_of(options: argparse.Namespace) -> Changes:
    """Options of `add_changes`."""
    from playground.headless.sources import Changes

    return Changes(**{field.name: getattr(options, field.name) for field in dataclasses.fields(Changes)})
