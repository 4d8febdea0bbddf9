"""Write a trained project in other formats."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from core.experiment.project_file import SUFFIX, load_project
from core.formats import load_model
from playground.headless.destinations import Destination, check_destinations, write_each
from playground.headless.failure import HeadlessError, check_there, sentences
from playground.headless.proving import UNPROVEN, project_samples


def export(model_file: Path, outputs: Sequence[Path], proves: bool = True) -> None:
    """Write the model in `model_file` to every output, in the format of its suffix, if it predicts the same there.

    `proves` compares each written file with the network on the project's test samples.
    """
    check_there(model_file)
    with sentences(f"{model_file} cannot be opened"):
        model = load_model(model_file)
    if model.note:
        sys.stderr.write(f"numpynet: {model_file.name}: {model.note}\n")
    destinations = check_destinations(outputs, model.description, [model_file])
    models = any(destination.exporter is not None for destination in destinations)
    samples = project_samples(model_file, model) if proves and models else UNPROVEN

    def write(destination: Destination) -> str:
        if destination.exporter is None and model_file.suffix.lower() == SUFFIX:
            # Everything that the project holds, under another name.
            with sentences(f"{model_file} cannot be opened"):
                experiment, state = load_project(model_file)
            if state is None:
                raise HeadlessError(f"{model_file.name} has no weights; train it first")
            return destination.write(experiment, state, samples)
        return destination.write_model(model, samples)

    write_each(destinations, write)
