"""The plane of a finished trial, predicted from the weights that it kept."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.datasets import Digits, Sunspots
from core.experiment.prepare import prepare
from core.experiment.project_file import unpack_project
from core.formats.trained_experiment import trained_model
from core.inspect.plane_scan import PlaneScan
from core.sweep import trial_plane as module
from core.sweep.run_trial import Task, run_trial
from core.sweep.trial import Trial
from core.sweep.trial_plane import TrialPlanes
from tests.core.sweep.small_sweeps import TINY


def project(**settings: object) -> bytes:
    return run_trial(Task(Trial(0, 0, 7, 3, tuple(settings.items())), TINY)).project


def test_a_trial_is_predicted_from_its_weights_at_every_pixel() -> None:
    packed = project()
    scan = TrialPlanes().scan(packed, 30)
    assert scan is not None
    found = scan.result()
    experiment, state = unpack_project(packed)
    assert state is not None
    prepared = prepare(experiment)
    wanted = PlaneScan(trained_model(experiment, state).network, prepared, prepared.plane, 30).result()
    np.testing.assert_array_equal(found.values, wanted.values)


def test_data_are_prepared_once_for_trials_that_share_them(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[object] = []
    monkeypatch.setattr(module, "prepare", lambda given: prepared.append(given) or prepare(given))
    planes = TrialPlanes()
    for packed in (project(), project(batch_size=5)):
        assert planes.scan(packed, 20) is not None
    assert len(prepared) == 1
    planes.scan(project(train_share=0.5), 20)
    assert len(prepared) == 2


@pytest.mark.parametrize("data", [Digits(), Sunspots()], ids=["images", "series"])
def test_other_pictures_and_trials_without_weights_have_none(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    planes = TrialPlanes()
    assert planes.scan(b"", 20) is None
    packed = project()
    monkeypatch.setattr(
        module, "unpack_project", lambda given: (TINY.replace(dataset=data), unpack_project(given)[1])
    )
    assert planes.scan(packed, 20) is None
