"""A table of runs as CSV: one line for each, with all settings as columns."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from core.io.csv_rows import csv_text
from playground.model.runs.run_record import RunSummary


def runs_csv(runs: Sequence[RunSummary]) -> str:
    """The runs in their order; a value that was not measured is an empty cell."""
    settings = [run.settings.by_name for run in runs]
    names = list(dict.fromkeys(name for found in settings for name in found))
    facts = [_facts(run) for run in runs]
    head = [*(facts[0] if facts else ("Run", "Date", "Name")), *names]
    rows = zip(facts, settings, strict=True)
    return csv_text(
        [head, *([*fact.values(), *(found.get(name, "") for name in names)] for fact, found in rows)]
    )


def _facts(run: RunSummary) -> dict[str, str]:
    accuracy, r2 = (run.classifies, not run.classifies)
    return {
        "Run": str(run.id),
        "Date": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.created)),
        "Name": run.name,
        "Note": run.note,
        "Starred": "yes" if run.starred else "",
        "Data": f"{run.data_label}, {run.data_text}",
        "Epochs": f"{run.epochs:g}",
        "Seconds": f"{run.seconds:.3f}",
        "Parameters": str(run.parameters),
        "Training loss": _number(run.train_loss),
        "Test loss": _number(run.test_loss),
        "Training accuracy": _number(run.train_score) if accuracy else "",
        "Test accuracy": _number(run.test_score) if accuracy else "",
        "Training R²": _number(run.train_score) if r2 else "",
        "Test R²": _number(run.test_score) if r2 else "",
    }


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"
