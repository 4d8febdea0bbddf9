"""Rows, which are read at each start: neither Qt nor the engine is imported before one is called."""

from collections.abc import Sequence

from playground.plugin import ActionRow, Command, PageRow, Plugin, late, make_parser


def _print(words: Sequence[str]) -> int:
    make_parser("wobble", "Print Wobble and its slope.").parse_args(words)
    from numpynet_wobble.kinds import values

    for row in zip(*values(-2.0, 2.0, 9), strict=True):
        print("{:5.1f} {:8.4f} {:8.4f}".format(*row))
    return 0


_MAKE = late(__name__, "WobbleController")
_PAGE = PageRow("wobble", "Wobble", "See Wobble and its slope.", 200, 0, late(__name__, "WobblePage"))
_TABLE = Command("wobble", "", "print Wobble and its slope", _print)
_USE = ActionRow("use_wobble", "Use Wobble", "", "", "", "Give it to all hidden layers.", run="wobble.use")
PLUGIN = Plugin(
    "wobble", "Wobble", pages=(_PAGE,), commands=(_USE,), command_line=(_TABLE,), controller=_MAKE, api=2
)
