"""`numpynet datasets` lists the datasets."""

from __future__ import annotations

from collections.abc import Sequence

from playground.cli.command import Command, make_parser


def _run(arguments: Sequence[str]) -> int:
    make_parser("datasets", "List the datasets.").parse_args(arguments)
    from core.data.datasets import DATASETS

    for kind in DATASETS:
        info = kind().info()
        task = f"{info.outputs} classes" if info.labels == "classes" else "regression"
        shape = " × ".join(map(str, info.shape))
        print(f"{kind.kind:<20} {kind.family:<8} {shape:<12} {task:<12} {kind.summary}")
    return 0


COMMAND = Command("datasets", "", "list the datasets", _run)
