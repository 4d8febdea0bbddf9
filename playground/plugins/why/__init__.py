"""The page "Why": what moved a prediction, and how far predictions can be trusted."""

from playground.plugin import PLUGINS, PageRow, Plugin, late

_PAGE = PageRow(
    "why", "Why", "See what moved a prediction, and how far predictions can be trusted.", 55, 6,
    late(__name__, "WhyController"),
)  # fmt: skip
PLUGINS.register(Plugin("why", "Why", pages=(_PAGE,), gives={"ask_what_if": late(__name__, "ask_what_if")}))
