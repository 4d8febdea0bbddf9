"""`numpynet export` writes a model in other formats."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser, option
from playground.cli.options import add_proof
from playground.headless.destinations import Destination, check_destinations, write_each
from playground.headless.failure import HeadlessError, check_there, sentences

if TYPE_CHECKING:
    from core.nn.autoencoder import Half


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "export",
        "Write a trained model in other formats; each suffix chooses one.",
        """examples:
  numpynet export penguins.nnplay penguins.safetensors penguins.npz
  numpynet export digits.nnplay codes.onnx --part encoder
  numpynet export spirals.nnplay spirals.html --trains

Each file is read back by its own library, and compared with the network on the project's test samples. One that
predicts something else is not written, and the exit code is 1.
""",
    )
    option(parser, "MODEL", MODEL_HELP, type=Path)
    option(parser, "OUT", "a file to write", dest="outputs", type=Path, nargs="+")
    option(
        parser,
        "--part",
        "the half of an autoencoder to write: to its code, or from it",
        choices=("encoder", "decoder"),
    )
    option(parser, "--trains", "let the interactive page (.html) go on training", action="store_true")
    option(
        parser,
        "--with-samples",
        "put your own training samples into a page that trains: whoever has it has them",
        action="store_true",
    )
    add_proof(parser)
    options = parser.parse_args(arguments)

    trains = {name: True for name in ("trains", "with_samples") if getattr(options, name)}
    return exit_code(lambda: export(options.model, options.outputs, options.proof, options.part, trains))


def export(
    model_file: Path,
    outputs: Sequence[Path],
    proves: bool = True,
    part: Half | None = None,
    trains: Mapping[str, bool] | None = None,
) -> None:
    """Write the model in `model_file`, or a `part` of it, to every output, if it predicts the same there.

    The suffix of an output is that of its format. `proves` compares each written file with the network on the
    project's test samples. `trains` are settings of pages, of which at least one must be written.
    """
    from core.experiment.project_file import SUFFIX, load_project
    from core.formats import InteractivePage, load_model
    from core.formats.trained_model import model_part, part_samples
    from core.io.sentence import in_sentence
    from playground.headless.proving import UNPROVEN, project_samples, trained_project

    check_there(model_file)
    with sentences(f"{model_file} cannot be opened"):
        model = load_model(model_file)
    if model.note:
        sys.stderr.write(f"numpynet: {model_file.name}: {model.note}\n")
    whole = model
    if part is not None:
        with sentences(f"{model_file} has no {part}"):
            model = model_part(model, part)
    sources = [model_file]
    if model_file.suffix.lower() == SUFFIX:
        sources += trained_project(model_file)[0].dataset.sources
    destinations = check_destinations(outputs, model.description, sources)
    if trains:
        if "trains" not in trains:
            raise HeadlessError("--with-samples goes with --trains")
        pages = [each for each in destinations if isinstance(each.exporter, InteractivePage)]
        if not pages:
            raise HeadlessError("--trains is for an interactive page; name an output that ends with .html")
        learning = InteractivePage().replace(**trains)
        destinations = [replace(each, exporter=learning) if each in pages else each for each in destinations]
    models = any(destination.exporter is not None for destination in destinations)
    samples = project_samples(model_file, whole) if models and (proves or trains) else UNPROVEN
    if not proves:
        samples = replace(UNPROVEN, count=samples.count)
    if part is not None and samples.raw is not None:
        samples = replace(samples, raw=part_samples(whole, part, samples.raw))

    def write(destination: Destination) -> str:
        if destination.exporter is None and part is not None:
            raise HeadlessError(f"{destination.path} cannot be written: a project holds a whole network")
        if destination.exporter is None and model_file.suffix.lower() == SUFFIX:
            # Everything that the project holds, under another name.
            with sentences(f"{model_file} cannot be opened"):
                experiment, state = load_project(model_file)
            if state is None:
                raise HeadlessError(f"{model_file.name} has no weights; train it first")
            return destination.write(experiment, state, samples)
        remark = destination.write_model(model, samples)
        if not trains or destination.exporter is None or model.experiment is None:
            return remark
        notes = destination.exporter.notes(model.experiment, samples.count).items()
        return ", ".join([remark, *(f"{in_sentence(title)}: {text}" for title, text in notes)])

    write_each(destinations, write)


COMMAND = Command(
    "export", "MODEL OUT...", "write a trained model in other formats, by their suffixes", _run, after="train"
)
