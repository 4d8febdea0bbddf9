"""Write a trained project in other formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.experiment.project_file import SUFFIX, load_project
from core.model.readers import load_model
from playground.headless.destinations import check_destinations
from playground.headless.failure import HeadlessError, check_there, sentences
from playground.headless.reports import print_line

__all__ = ["export"]


def export(model_file: Path, outputs: Sequence[Path]) -> None:
    """Write the model in `model_file` to every output, in the format of its suffix."""
    check_there(model_file)
    with sentences(f"{model_file} cannot be opened"):
        model = load_model(model_file)
    destinations = check_destinations(outputs, model.description, [model_file])
    for destination in destinations:
        if destination.exporter is not None:
            destination.write_model(model)
        elif model_file.suffix.lower() == SUFFIX:
            # Everything that the project holds, under another name.
            with sentences(f"{model_file} cannot be opened"):
                experiment, state = load_project(model_file)
            if state is None:
                raise HeadlessError(f"{model_file.name} has no weights; train it first")
            destination.write(experiment, state)
        else:
            destination.write_model(model)
        print_line(f"wrote {destination.path}")
