"""Run many exported programs in one Python process of their own, so that PyTorch is imported once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.formats.external_reader import ReaderPredictions, write_raw

_RUNNER = """
import json, runpy, sys, traceback
import numpy as np
sys.dont_write_bytecode = True
faults = {}
for place, (program, given, found) in enumerate(json.loads(open(sys.argv[1], encoding="utf-8").read())):
    try:
        names = runpy.run_path(program)
        with np.load(given) as file:
            raw = file["array"] if "array" in file.files else json.loads(str(file["rows"]))
        predictions = names["predict"](raw)
        if isinstance(predictions, tuple):
            labels = np.array([str(label) for label in np.ravel(np.asarray(predictions[0], object))])
            np.savez(found, labels=labels, probabilities=np.asarray(predictions[1]))
        else:
            np.savez(found, values=np.asarray(predictions))
    except Exception:
        faults[place] = traceback.format_exc(limit=-3)
print(json.dumps(faults))
"""


def run_programs(folder: Path, programs: Sequence[tuple[str | Path, Any]]) -> list[ReaderPredictions | str]:
    """The predictions of each program (its text or its file) for its raw samples, or what went wrong."""
    calls = []
    for place, (program, raw) in enumerate(programs):
        if isinstance(program, str):
            text, program = program, folder / f"program_{place}.py"
            program.write_text(text, "utf-8")
        write_raw(folder / f"raw_{place}.npz", raw)
        calls.append([str(program), str(folder / f"raw_{place}.npz"), str(folder / f"found_{place}.npz")])
    (folder / "runner.py").write_text(_RUNNER, "utf-8")
    (folder / "calls.json").write_text(json.dumps(calls), "utf-8")
    command = [sys.executable, "-I", str(folder / "runner.py"), str(folder / "calls.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True)
    faults = json.loads(done.stdout.splitlines()[-1])
    return [faults.get(str(place)) or _read(Path(found)) for place, (_, _, found) in enumerate(calls)]


def _read(path: Path) -> ReaderPredictions:
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    labels = [str(label) for label in arrays.get("labels", ())]
    return ReaderPredictions("", labels, arrays.get("probabilities"), arrays.get("values"))
