"""`numpynet presets` lists the presets, `numpynet datasets` the datasets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from playground.cli.command import Command, exit_code, make_parser, option


def _run_presets(arguments: Sequence[str]) -> int:
    parser = make_parser("presets", "List the presets; of the classics also what their papers say.")
    option(parser, "--group NAME", 'only those of a group, such as Classics or "TF Playground"')
    group = parser.parse_args(arguments).group
    return exit_code(partial(_list_presets, group))


def _list_presets(group: str | None) -> None:
    from core.experiment.presets import presets
    from playground.headless.failure import HeadlessError

    chosen = [each for each in presets() if group is None or each.group.lower() == group.lower()]
    if not chosen:
        groups = ", ".join(dict.fromkeys(each.group for each in presets() if each.group))
        raise HeadlessError(f"There is no group of presets called {group!r}; there are {groups}")
    for preset in chosen:
        classic = preset.classic
        if group is None or classic is None:
            stack = " → ".join(layer.title for layer in preset.experiment.stack())
            print(f"{preset.short:<22} {preset.experiment.name:<34} {stack}")
        else:
            print(f"{preset.short}: {preset.heading}\n  {classic.claim}")
            print(f"  The paper: {classic.paper}. Counted here: {classic.share}.")
            print("".join(f"  {line}\n" for line in (classic.differs, classic.source) if line))


def _run_datasets(arguments: Sequence[str]) -> int:
    make_parser("datasets", "List the datasets.").parse_args(arguments)
    from core.data.datasets import DATASETS

    for kind in DATASETS:
        info = kind().info()
        task = f"{info.outputs} classes" if info.labels == "classes" else "regression"
        shape = " × ".join(map(str, info.shape))
        print(f"{kind.kind:<20} {kind.family:<8} {shape:<12} {task:<12} {kind.summary}")
    return 0


PRESETS = Command("presets", "[--group NAME]", "list the presets", _run_presets)
DATASETS = Command("datasets", "", "list the datasets", _run_datasets)
