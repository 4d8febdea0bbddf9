"""Which control has a setting or a command."""

from __future__ import annotations

import pytest

from playground.model.hideable_controls import control_for


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("play", "play"),
        ("optimizer.learning_rate", "learning_rate"),
        ("optimizer.momentum", "optimizer"),
        ("layers", "palette"),
        ("layers.0.activation", "layer"),
        # Every card has buttons for them.
        ("layers.dense.units", ""),
        ("dataset", "gallery"),
        ("dataset.noise", "data_sliders"),
    ],
)
def test_settings_and_commands_have_a_control(name: str, control: str | None) -> None:
    assert control_for(name) == control
