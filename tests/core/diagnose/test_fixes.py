"""The doctor's fixes change the existing settings."""

from __future__ import annotations

from core.data.datasets import Moons
from core.nn import Dense, Tanh
from core.optim import Adam
from core.optim.regularizers import L2
from tests.core.diagnose.illnesses import findings, mended, moons


def test_a_penalty_that_is_there_becomes_stronger() -> None:
    experiment = moons(
        dataset=Moons(samples=60, noise=0.45),
        train_share=0.5,
        layers=(Dense(32, Tanh()), Dense(32, Tanh())),
        optimizer=Adam(0.02),
        regularizer=L2(1e-5),
    )
    finding = findings(experiment, 120)["overfitting"]
    assert mended(finding, "L2 penalty 3e-05").training.regularizer == L2(3e-5)
