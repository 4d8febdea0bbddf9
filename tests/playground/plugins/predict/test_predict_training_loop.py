"""A training that is stopped keeps what it learned; run as a program, and stopped by signals."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.playground.headless.flowers import make_flowers
from tests.playground.headless.test_training_loop import PROGRAM


def test_from_a_table_to_predictions_by_programs(tmp_path: Path) -> None:
    make_flowers(tmp_path / "flowers.csv")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=300
        )

    trained = run("train", "flowers.csv", "--target", "kind", "--epochs", "20", "--export", "f.nnplay")
    assert (trained.returncode, trained.stdout.splitlines()[-1]) == (0, "wrote f.nnplay"), trained.stderr
    predicted = run("predict", "f.nnplay", "flowers.csv")
    assert (predicted.returncode, len(predicted.stdout.splitlines())) == (0, 151), predicted.stderr
    assert run("evaluate", "f.nnplay").returncode == 0
    meant = run("flowers")
    assert meant.returncode == 2
    assert "there is no command or file called 'flowers'" in meant.stderr
