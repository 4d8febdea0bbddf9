"""`numpynet generate`: points, rows and images from a trained field, and what it says of others, with plug-ins."""

from __future__ import annotations

import csv
from pathlib import Path

from core.data.datasets import Iris
from core.experiment.experiment import Experiment
from core.experiment.templates import TEMPLATES, with_template
from core.formats import load_model
from playground.cli import main
from tests.core.experiment.on_data import with_dataset
from tests.playground.cli.test_generate import Capture, trained
from tests.playground.command_line import failing


def test_a_vae_makes_rows_and_its_halves_are_files(tmp_path: Path, capsys: Capture) -> None:
    template = next(each for each in TEMPLATES if each.title == "VAE" and not each.for_images)
    made = with_template(with_dataset(Experiment(), Iris()), template).replace(name="iris")
    project = trained(tmp_path, made, None)
    assert main(["generate", str(project), "-n", "9"]) == 0
    out, err = capsys.readouterr()
    names, *rows = csv.reader(out.splitlines())
    assert (len(names), len(rows)) == (4, 9)
    assert err.startswith("numpynet: mean distance to the nearest training sample ")
    halves = [tmp_path / "encoder.npz", tmp_path / "decoder.npz"]
    for half in halves:
        assert main(["export", str(project), str(half), "--part", half.stem]) == 0
        assert f"wrote {half}, proven by numpy" in capsys.readouterr().out
    assert [load_model(half).network.output_shape for half in halves] == [(2,), (4,)]
    said = failing(["export", str(project), str(tmp_path / "a.nnplay"), "--part", "encoder"], capsys)
    assert said.endswith("cannot be written: a project holds a whole network")
    # The column of unusual samples.
    table = tmp_path / "rows.csv"
    table.write_text(f"{','.join(names)}\n{','.join(rows[0])}\n{','.join('1' for _ in names)}\n")
    assert main(["predict", str(project), str(table)]) == 0
    header, usual, odd = csv.reader(capsys.readouterr().out.splitlines())
    assert header == [*(f"prediction of {name}" for name in names), "reconstruction error"]
    assert float(odd[-1]) > float(usual[-1]) > 0.0
