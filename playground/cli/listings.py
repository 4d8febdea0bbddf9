"""`numpynet presets` lists the presets, `numpynet datasets` the datasets."""

from __future__ import annotations

from collections.abc import Sequence

from playground.cli.command import Command, make_parser


def _run_presets(arguments: Sequence[str]) -> int:
    make_parser("presets", "List the presets.").parse_args(arguments)
    from core.experiment.presets import preset_files
    from core.experiment.project_file import load_experiment

    for path in preset_files():
        experiment = load_experiment(path)
        stack = " → ".join(layer.title for layer in experiment.stack())
        print(f"{path.stem.lstrip('0123456789_'):<16} {experiment.name:<28} {stack}")
    return 0


def _run_datasets(arguments: Sequence[str]) -> int:
    make_parser("datasets", "List the datasets.").parse_args(arguments)
    from core.data.datasets import DATASETS

    for kind in DATASETS:
        info = kind().info()
        task = f"{info.outputs} classes" if info.labels == "classes" else "regression"
        shape = " × ".join(map(str, info.shape))
        print(f"{kind.kind:<20} {kind.family:<8} {shape:<12} {task:<12} {kind.summary}")
    return 0


PRESETS = Command("presets", "", "list the presets", _run_presets)
DATASETS = Command("datasets", "", "list the datasets", _run_datasets)
