"""`numpynet generate` makes new samples with a model that has learned to: of noise, random codes, or texts."""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser, option
from playground.cli.options import add_force
from playground.cli.values import number, sample_count, seed, steps, temperature, text_length, top_k
from playground.headless.destinations import check_destination, write_file
from playground.headless.failure import HeadlessError, check_there, sentences
from playground.headless.reports import print_line, print_note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.data.pipeline import FittedInputs
    from core.formats import TrainedModel


_OF_SAMPLES = {"steps": 40, "method": "euler", "label": None, "guidance": 1.0}
_OF_TEXTS = {"prompt": "", "length": None, "temperature": 0.8, "top_k": 0}


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "generate",
        "Make new samples with a model that has learned to: a CSV with a line each, images, or texts.",
        """examples:
  numpynet generate moons.nnplay -n 500 -o points.csv
  numpynet generate digits.nnplay -n 20 --class 3 --guidance 2 -o threes
  numpynet generate names.nnplay ann -n 10 --temperature 0.5

The same seed makes the same samples, as `sample` in an exported program does. For a project standard error says how far
they are from the samples that it learned from.
""",
    )
    option(parser, "MODEL", MODEL_HELP, type=Path)
    option(parser, "PROMPT", "the text to continue", nargs="?", default="")
    option(parser, "-n, --count", "how many samples (100) or texts (5)", type=sample_count)
    option(parser, "--length N", "tokens to add at most (the context)", type=text_length)
    option(parser, "--temperature T", "0: always the likeliest token (0.8)", type=temperature, default=0.8)
    option(parser, "--top-k K", "draw from the K likeliest tokens (0: from all)", type=top_k, default=0)
    option(parser, "--steps N", "steps from noise to samples (40)", type=steps, default=40)
    option(
        parser, "--method", "heun asks the network twice a step", choices=("euler", "heun"), default="euler"
    )
    option(parser, "--seed", "the noise's seed (0)", type=seed, default=0)
    option(parser, "--class NAME", "the class to make", dest="label")
    option(parser, "--guidance W", "above 1: more typical of the class (1)", type=number, default=1.0)
    option(
        parser,
        "-o, --output OUT",
        "a file to write instead of standard output, or for images a folder that does not exist yet",
        type=Path,
    )
    add_force(parser)
    options = parser.parse_args(arguments)
    return exit_code(lambda: generate(options.model, options, options.output))


def generate(model_file: Path, options: argparse.Namespace, output: Path | None) -> None:
    """Write what a model makes to `output`, or to standard output for None and "-"."""
    from core.formats import load_model
    from core.predict.generate import makes_texts

    check_there(model_file)
    if output == Path("-"):
        output = None
    with sentences(f"{model_file} cannot be opened"):
        model = load_model(model_file)
    writes = makes_texts(model.pipeline)
    for name, usual in (_OF_SAMPLES if writes else _OF_TEXTS).items():
        if getattr(options, name) != usual:
            option = {"label": "--class", "prompt": "A PROMPT"}.get(name, f"--{name.replace('_', '-')}")
            what = "texts" if writes else "samples"
            raise HeadlessError(f"{option} is not for {model_file}, which makes {what}")
    if options.count is None:
        options.count = 5 if writes else 100
    (_write_texts if writes else _write_samples)(model_file, model, options, output)


def _write_texts(
    model_file: Path, model: TrainedModel, options: argparse.Namespace, output: Path | None
) -> None:
    """Texts, each in a line, or parted by a blank line where one has several."""
    from core.data.pipeline import TokenInputs
    from core.data.texts import shown_text
    from core.nn.blas_threads import one_thread
    from core.predict.generate import generate as generate_texts

    if output is not None:
        check_destination(output, [model_file], mark="", force=options.force)
    with sentences("The texts cannot be made"), one_thread():
        made = list(
            generate_texts(
                model.network, model.pipeline, options.prompt, options.count,
                options.length, options.temperature, options.top_k, options.seed,
            )
        )  # fmt: skip
        inputs = None if model.pipeline is None else model.pipeline.inputs
        note = inputs.read_as(options.prompt) if isinstance(inputs, TokenInputs) else ""
    if note:
        print_note(note)
    text = ("\n\n" if any("\n" in each for each in made) else "\n").join(made) + "\n"
    if output is None:
        # A terminal would obey what a text says to it.
        print_line(shown_text(text).removesuffix("\n"))
        return
    write_file(output, text.encode(errors="replace"), f": {len(made):,} texts")


def _write_samples(
    model_file: Path, model: TrainedModel, options: argparse.Namespace, output: Path | None
) -> None:
    """New samples as CSV; images as a folder of PNG files."""
    from core.data.pipeline import ImageInputs
    from core.nn.blas_threads import one_thread
    from core.predict.sample import sample, sampled_inputs

    if options.guidance != 1.0 and options.label is None:
        raise HeadlessError("--guidance needs a --class")
    with sentences(f"{model_file} cannot be opened"):
        known = sampled_inputs(model)
        if known is None:
            raise HeadlessError(
                f"{model_file} does not say what its numbers are; load it as a library's model"
            )
    inputs, classes = known
    is_images = isinstance(inputs, ImageInputs)
    in_folder = is_images and output is not None and output.suffix.lower() != ".csv"
    if output is not None:
        if in_folder and output.exists():
            raise HeadlessError(f"{output} is there already; images need a folder that is not")
        # What is made has the columns of what was learned from: only a name tells them apart.
        check_destination(output, [model_file], mark="", force=options.force)
    with sentences("The samples cannot be made"), one_thread():
        made = sample(
            model.network, model.pipeline, options.count, options.steps, options.method, options.seed,
            label=options.label, guidance=options.guidance,
        )  # fmt: skip
    if in_folder and output is not None:
        with sentences(f"{output} cannot be written"):
            _write_images(output, inputs, made)
        print_line(f"wrote {output}: {len(made):,} images")
    else:
        text = io.StringIO()
        _write_table(text, inputs, made)
        if output is None:
            sys.stdout.write(text.getvalue())
        else:
            write_file(output, text.getvalue(), f": {len(made):,} samples")
    _print_likeness(model_file, model, inputs, classes, made, options.label)


def _write_table(file: Any, inputs: FittedInputs, made: NDArray[Any]) -> None:
    """A line for each sample: columns as they came, or pixels."""
    from core.data.pipeline import ImageInputs
    from core.io.csv_rows import write_rows
    from core.predict.row_columns import columns_of_inputs

    raw = inputs.raw(made)
    if isinstance(inputs, ImageInputs):
        rows: Iterator[list[Any]] = (
            [f"{value:.6g}" for value in image] for image in raw.reshape(len(made), -1)
        )
        write_rows(file, [inputs.names_out, *rows])
        return
    columns = columns_of_inputs(inputs)
    values = raw if isinstance(raw, dict) else dict(zip(inputs.names_in, raw.T, strict=True))
    write_rows(file, [[column.name for column in columns]])
    given = [values[column.name] for column in columns]
    write_rows(
        file,
        (
            [column.written(cell) for column, cell in zip(columns, row, strict=True)]
            for row in zip(*given, strict=True)
        ),
    )


def _write_images(folder: Path, inputs: FittedInputs, made: NDArray[np.floating[Any]]) -> None:
    import numpy as np
    from PIL import Image

    high = getattr(inputs, "high", 1.0)
    images = inputs.raw(made) * (255.0 / high)
    pixels = np.rint(images.clip(0.0, 255.0)).astype(np.uint8)
    digits = len(str(len(pixels)))
    # All of them or none.
    with tempfile.TemporaryDirectory(dir=folder.absolute().parent) as place:
        part = Path(place) / folder.name
        part.mkdir()
        for number, image in enumerate(pixels, 1):
            shown = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
            shown.save(part / f"{number:0{digits}}.png")
        part.rename(folder)


def _print_likeness(
    model_file: Path,
    model: TrainedModel,
    inputs: FittedInputs,
    classes: tuple[str, ...],
    made: NDArray[Any],
    label: str | None,
) -> None:
    """Distance of the samples from the project's data, on standard error; nothing for other files."""
    from core.data.dataset import DataError
    from core.experiment.prepare import prepare
    from core.experiment.project_file import SUFFIX
    from core.predict.sample import likeness
    from playground.headless.proving import trained_project

    if model_file.suffix.lower() != SUFFIX:
        return
    experiment, _ = trained_project(model_file)
    try:
        prepared = prepare(experiment)
    except DataError as error:
        print_note(f"the samples are not compared: {error}")
        return
    if prepared.pipeline != model.pipeline:
        print_note("the samples are not compared: the data are not those that it learned from")
        return
    place = None if label is None else classes.index(label) if label in classes else int(label)
    print_note(likeness(inputs.scaled(made).reshape(len(made), -1), prepared, place).text)


COMMAND = Command("generate", "MODEL", "make new samples with a model that has learned to", _run)
