"""What the doctor says of samples that are made of noise."""

from __future__ import annotations

import pytest

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import with_task
from core.inspect.findings import FindingsPart
from core.inspect.flow_field import STEPS, FlowWish
from core.inspect.snapshot import SnapshotRequest
from core.nn import Dense
from core.train.tasks.flow_matching import FlowMatching
from tests.core.inspect.started import start

FLOW = with_task(Experiment(dataset=Moons(samples=120), layers=(Dense(8, "silu"),)), FlowMatching())


@pytest.mark.parametrize(("steps", "found"), [(100, ["steps"]), (STEPS, [])])
def test_the_doctor_says_where_half_of_the_steps_make_the_same_samples(steps: int, found: list[str]) -> None:
    _, _, taker = start(FLOW, 30)
    request = SnapshotRequest(parts={"findings": True, "flow_paths": FlowWish(None, 1.0, steps)})
    findings = taker.take(request).part(FindingsPart)
    assert findings is not None
    assert [each.kind for each in findings if each.kind == "steps"] == found
    if found:
        assert findings[-1].sentence.startswith("100 steps from noise to data end where 50 do, to 0.0")
