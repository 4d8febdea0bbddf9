"""`numpynet export` writes a model in other formats."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser
from playground.cli.options import add_proof
from playground.headless.destinations import Destination, check_destinations, write_each
from playground.headless.failure import HeadlessError, check_there, sentences


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "export",
        "Write a trained model in other formats; each suffix chooses one.",
        """examples:
  numpynet export penguins.nnplay penguins.safetensors penguins.npz

Each file is read back by its own library, and compared with the network on the project's test samples. One that
predicts something else is not written, and the exit code is 1.
""",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help=MODEL_HELP)
    parser.add_argument("outputs", metavar="OUT", type=Path, nargs="+", help="a file to write")
    add_proof(parser)
    options = parser.parse_args(arguments)

    return exit_code(lambda: export(options.model, options.outputs, options.proof))


def export(model_file: Path, outputs: Sequence[Path], proves: bool = True) -> None:
    """Write the model in `model_file` to every output, in the format of its suffix, if it predicts the same there.

    `proves` compares each written file with the network on the project's test samples.
    """
    from core.experiment.project_file import SUFFIX, load_project
    from core.formats import load_model
    from playground.headless.proving import UNPROVEN, project_samples

    check_there(model_file)
    with sentences(f"{model_file} cannot be opened"):
        model = load_model(model_file)
    if model.note:
        sys.stderr.write(f"numpynet: {model_file.name}: {model.note}\n")
    destinations = check_destinations(outputs, model.description, [model_file])
    models = any(destination.exporter is not None for destination in destinations)
    samples = project_samples(model_file, model) if proves and models else UNPROVEN

    def write(destination: Destination) -> str:
        if destination.exporter is None and model_file.suffix.lower() == SUFFIX:
            # Everything that the project holds, under another name.
            with sentences(f"{model_file} cannot be opened"):
                experiment, state = load_project(model_file)
            if state is None:
                raise HeadlessError(f"{model_file.name} has no weights; train it first")
            return destination.write(experiment, state, samples)
        return destination.write_model(model, samples)

    write_each(destinations, write)


COMMAND = Command("export", "MODEL OUT...", "write a trained model in other formats, by their suffixes", _run)
