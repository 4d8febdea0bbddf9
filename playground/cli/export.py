"""`numpynet export` writes a model in other formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playground.cli.command import MODEL_HELP, Command, exit_code, make_parser
from playground.cli.options import add_proof


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

    def work() -> None:
        from playground.headless.conversion import export

        export(options.model, options.outputs, options.proof)

    return exit_code(work)


COMMAND = Command("export", "MODEL OUT...", "write a trained model in other formats, by their suffixes", _run)
