"""The page "Compare": the open network beside another model."""

from playground.plugin import PLUGINS, PageRow, Plugin, late

_PAGE = PageRow(
    "compare", "Compare", "See this network beside another model.", 57, 7,
    late(__name__, "CompareController"),
)  # fmt: skip
PLUGINS.register(
    Plugin("compare", "Compare", pages=(_PAGE,), looks_back=True, gives={"compare_run": late(__name__, "compare_run")})
)  # fmt: skip
