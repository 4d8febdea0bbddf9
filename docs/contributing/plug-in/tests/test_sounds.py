"""The kinds, without a window. `pip install -e . pytest`, then `pytest`."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpynet.data.dataset import DataError
from numpynet_sounds.kinds import WIDTH, Fold, Sound

from numpynet import Dense, Input, Sequence


def test_a_network_learns_how_a_sound_goes_on(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes((20_000 * np.sin(np.arange(4_000) / 7)).astype("<i2").tobytes())
    data = Sound(path=str(tmp_path / "tone.wav")).load(0)
    model = Sequence([Input(WIDTH), Dense(12), Fold(), Dense(1)], loss="mean_squared_error")
    losses = model.fit(data.inputs, data.targets, epochs=20, verbose=0)["loss"]
    assert losses[-1] < losses[0] / 10


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound" * 99])
def test_what_is_no_sound_is_refused_by_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.wav cannot be read"):
        Sound(path=str(file)).load(0)
