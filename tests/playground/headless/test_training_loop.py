"""A training that is stopped keeps what it learned; run as a program, and stopped by signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.project_file import load_project
from playground.headless.training_loop import StopRequest, listening, train_epochs

PROGRAM = [sys.executable, "-m", "playground"]


def started(*arguments: str) -> subprocess.Popen[bytes]:
    """A training that has begun: its progress bar has losses."""
    program = subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stderr is not None
    seen = b""
    while b"loss" not in seen:
        letter = program.stderr.read(1)
        assert letter, seen.decode()
        seen += letter
    return program


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_the_training_and_what_was_learned_is_written(tmp_path: Path) -> None:
    out, weights = tmp_path / "out.nnplay", tmp_path / "out.npz"
    program = started("train", "moons", "--epochs", "1000000", "--export", str(out), "--export", str(weights))
    program.send_signal(signal.SIGINT)
    text, err = program.communicate(timeout=300)
    assert program.returncode == 130
    assert b"Moons: stopped at epoch" in text
    assert f"wrote {out}\nwrote {weights}, not proven: the training was stopped\n" in text.decode()
    assert err.decode().endswith("numpynet: stopped\n")
    state = load_project(out)[1]
    assert state is not None
    assert 0 < state.epoch < 1_000_000
    assert weights.exists()


def test_a_project_that_is_stopped_in_an_epoch_goes_on_there() -> None:
    experiment = preset_named("moons").with_training(batch_size=2)
    stopped, whole = (make_trainer(experiment, prepare(experiment)) for _ in range(2))
    request = StopRequest()
    stopped.run_for(10.0, 5)
    request(signal.SIGTERM, None)
    train_epochs(stopped, 3, request)
    assert (stopped.epoch, stopped.step_in_epoch) == (0, 5), "the request ends it before another step"
    train_epochs(stopped, 3, StopRequest())
    for _ in range(3):
        whole.run_epoch()
    np.testing.assert_array_equal(stopped.network.parameters, whole.network.parameters)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_ends_at_once(number: signal.Signals) -> None:
    request = StopRequest()
    with listening(request):
        signal.raise_signal(number)
        assert request.signal == number
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) is not request


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_list_that_nobody_reads_fails_without_a_word(unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    unread = subprocess.run(
        [*PROGRAM, "presets"], stdout=writing, stderr=subprocess.PIPE, env=environment, timeout=300
    )
    os.close(writing)
    assert (unread.returncode, unread.stderr) == (1, b"")
