"""`numpynet presets` lists the presets."""

from __future__ import annotations

from collections.abc import Sequence

from playground.cli.command import Command, make_parser


def _run(arguments: Sequence[str]) -> int:
    make_parser("presets", "List the presets.").parse_args(arguments)
    from core.experiment.presets import preset_files
    from core.experiment.project_file import load_experiment

    for path in preset_files():
        experiment = load_experiment(path)
        stack = " → ".join(layer.title for layer in experiment.stack())
        print(f"{path.stem.lstrip('0123456789_'):<16} {experiment.name:<28} {stack}")
    return 0


COMMAND = Command("presets", "", "list the presets", _run)
