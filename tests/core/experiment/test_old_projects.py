"""Projects of every earlier version open, predict as before, and continue training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "projects"
EXPECTED: dict[Path, dict[str, Any]] = {
    version / f"{name}.nnplay": values
    for version in sorted(path for path in FOLDER.iterdir() if path.is_dir())
    for name, values in json.loads((version / "expected.json").read_text(encoding="utf-8")).items()
}


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_a_project_of_an_earlier_version_goes_on_where_it_stood(path: Path, tmp_path: Path) -> None:
    expected = EXPECTED[path]
    experiment, state = load_project(path)
    assert state is not None
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared, record_initial=False)
    state.restore(trainer)
    assert (trainer.epoch, trainer.step_in_epoch) == (expected["epoch"], expected["step"])
    assert trainer.figures.test.loss == pytest.approx(expected["loss"], rel=1e-6)
    outputs = trainer.network.predict(prepared.test.inputs[:5])
    # BLAS kernels round differently.
    np.testing.assert_allclose(outputs, expected["outputs"], rtol=1e-4, atol=1e-5)
    trainer.run_epoch()
    assert np.isfinite(trainer.network.parameters).all()
    save_project(tmp_path / "again.nnplay", experiment, state)
    assert load_project(tmp_path / "again.nnplay")[0] == experiment


def test_a_project_from_before_the_dropout_stream_keeps_its_masks(tmp_path: Path) -> None:
    # What the network predicted after three more epochs when dropout drew from the network's generator.
    wanted = [0.565463, 0.366563, 0.462470, 0.431141, 0.335159]
    experiment, state = load_project(FOLDER / "0.1.0" / "points.nnplay")
    prepared = prepare(experiment)
    for saved in range(2):
        assert state is not None
        trainer = make_trainer(experiment, prepared, record_initial=False)
        state.restore(trainer)
        for _ in range(3 - saved):
            trainer.run_epoch()
        found = trainer.network.predict(prepared.test.inputs[:5])[:, 0]
        np.testing.assert_allclose(found, wanted, rtol=1e-3, err_msg=f"saved again: {saved}")
        # Saved again after one epoch, it still draws as then.
        again = make_trainer(experiment, prepared, record_initial=False)
        state.restore(again)
        again.run_epoch()
        save_project(tmp_path / "again.nnplay", experiment, TrainerState.of(again))
        experiment, state = load_project(tmp_path / "again.nnplay")


@pytest.mark.parametrize("version", sorted({path.parent for path in EXPECTED}), ids=lambda path: path.name)
def test_an_untrained_project_opens(version: Path) -> None:
    _, state = load_project(version / "untrained.nnplay")
    assert state is None
