"""`numpynet probe` asks a network questions that take seconds."""

from __future__ import annotations

from collections.abc import Sequence

from playground.cli.command import Command, exit_code, make_parser
from playground.cli.options import add_changes, add_data_choices, changes_of, data_choices

_NAMES = ("rate", "gradients", "overfit")


def _run(arguments: Sequence[str]) -> int:
    parser = make_parser(
        "probe",
        "Look for a learning rate, check the gradients of every layer, and see whether the network can learn a batch.",
        """examples:
  numpynet probe spirals
  numpynet probe mine.nnplay --only gradients
  numpynet probe iris --layers "dense 16 relu" --only rate overfit

  rate       the loss while the rate grows from step to step; it falls fastest at the rate that is printed
  gradients  the backward pass of every layer against central differences; wrong ones make the exit code 1
  overfit    one batch, learned by heart; a network that cannot makes the exit code 1

What is trained is a copy. A project is probed with its weights, anything else with initial ones.
""",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a preset's name, an experiment, a project, a table or images, as for train",
    )
    parser.add_argument(
        "--only", nargs="+", choices=_NAMES, default=(), metavar="PROBE", help=f"some of {', '.join(_NAMES)}"
    )
    add_changes(parser)
    add_data_choices(parser)
    options = parser.parse_args(arguments)

    def work() -> None:
        from playground.headless.probe import print_probes

        print_probes(options.source, options.only, data_choices(options), changes_of(options))

    return exit_code(work)


COMMAND = Command(
    "probe", "SOURCE", "look for its learning rate, check its gradients, and overfit one batch", _run
)
