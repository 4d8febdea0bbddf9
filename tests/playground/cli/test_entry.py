"""The command line without a window: output, files and errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from core import __version__
from core.compiled import readiness
from core.data.datasets import DATASETS, Moons
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files
from core.experiment.project_file import save_project
from core.io.strict_json import dump
from core.nn import Dense
from core.train.training_config import TrainingConfig
from playground import app
from playground.cli import main
from playground.cli.entry import all_commands
from playground.plugins import PLUGINS
from tests.playground.command_line import failing

pytestmark = pytest.mark.environment


@pytest.fixture
def experiment() -> Experiment:
    return Experiment(name="Small", dataset=Moons(samples=100), layers=(Dense(8, "tanh"),))


@pytest.fixture
def json_file(experiment: Experiment, tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_bytes(dump(experiment.to_json()).encode())
    return path


def test_an_unknown_preset_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = failing(["train", "nothing"], capsys)
    assert "'nothing'" in sentence
    assert "spirals" in sentence


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "gone.json" in failing(["train", str(tmp_path / "gone.json")], capsys)


def test_a_sentence_is_one_line_that_moves_no_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(["train", str(tmp_path / "a\x1b[2J\nb.json")], capsys).endswith("/a [2J b.json")


@pytest.mark.parametrize("name", ["broken.json", "broken.nnplay"])
def test_a_broken_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / name).write_bytes(b"{ this is nothing")
    assert name in failing(["train", str(tmp_path / name)], capsys)


def test_a_stack_that_cannot_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experiment = Experiment(
        name="Wrong", dataset="mnist", layers=(Dense(4),), training=TrainingConfig(loss="cross_entropy")
    )
    save_project(tmp_path / "wrong.nnplay", experiment, None)
    assert "Wrong cannot run" in failing(["train", str(tmp_path / "wrong.nnplay")], capsys)


def test_a_folder_that_is_not_there_is_told(
    json_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "a.npz"
    assert main(["train", str(json_file), "--epochs", "1", "--export", str(out)]) == 1
    assert "a.npz cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["train", "moons", "--epochs", "-1"],
        ["train", "moons", "--epochs", "many"],
        ["train", "moons", "--seed", str(2**31)],
        ["train", "moons", "--unknown"],
        ["--unknown"],
        ["datasets", "too", "many"],
        ["train", "moons", "--learning-rate", "0"],
        ["train", "moons", "--learning-rate", "fast"],
        ["train", "moons", "--batch-size", "0"],
        ["train", "moons", "--train-share", "1"],
        ["train", "a.csv", "--read", "days"],
        ["train", "a.csv", "--regression", "--classification"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: numpynet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("spirals", "did you mean `numpynet train spirals`?"),
        ("sprials", "did you mean `numpynet train spirals`?"),
        ("trian", "did you mean `numpynet train`?"),
        ("preset", "did you mean `numpynet presets`?"),
        ("xyzzy", f"commands are {', '.join(all_commands())}"),
    ],
)
def test_a_mistyped_word_opens_no_window(word: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([word])
    assert end.value.code == 2
    err = capsys.readouterr().err
    assert f"there is no command or file called {word!r}" in err
    assert meant in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--lessons", ".", "train"], "the command train comes first"),
        (["--no-plugins", "ripples"], "called 'ripples'; a plug-in that is left out may have it; commands are"),
        (["--no-plugins", "trian"], "a plug-in that is left out may have it; did you mean `numpynet train`?"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_options_do_not_mislead_about_a_command(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PLUGINS, "are_off", False)
    with pytest.raises(SystemExit):
        main(words)
    assert told in capsys.readouterr().err


def test_a_file_that_is_not_there_opens_no_window(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(["gone.nnplay"], capsys) == "numpynet: There is no file gone.nnplay"


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], ["train"]])
def test_a_name_that_is_too_long_for_a_file_is_told(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = failing([*command, f"{'long' * 75}.nnplay"], capsys)
    end = " cannot be used: File name too long" if command else ""
    assert sentence.endswith(f"long.nnplay{end}")
    assert len(sentence) < 450


def test_a_file_of_the_current_folder_is_opened_by_its_whole_path(
    json_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window keeps it, in its recent files and autosaves, and the next start may be in another folder."""
    opened: list[tuple[Path | None, Path | None]] = []
    monkeypatch.setattr(app, "run", lambda file, lessons: opened.append((file, lessons)) or 0)
    monkeypatch.chdir(json_file.parent)
    assert main([json_file.name]) == 0
    assert main(["--lessons", "."]) == 0
    assert opened == [(json_file, None), (None, json_file.parent)]


def test_a_folder_of_lessons_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(["--lessons", "gone"], capsys) == "numpynet: There is no folder gone"


def test_datasets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [kind.kind for kind in DATASETS]
    assert any(line.split()[:2] == ["mnist", "images"] or "28 × 28 × 1" in line for line in lines)


def test_presets_are_listed_and_each_name_opens(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert len(names) == len(preset_files())
    for name in names:
        if not name.startswith("mnist"):
            assert main(["train", name, "--epochs", "0"]) == 0, name


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, part in (
        (["--help"], "numpynet train"),
        (["train", "--help"], "--export"),
        (["--help"], "130  stopped by Ctrl+C"),
        *(([command, "--help"], "exit codes:") for command in all_commands()),
        (["--version"], __version__),
    ):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 0
        assert part in capsys.readouterr().out


def test_help_waits_for_no_library() -> None:
    code = (
        "import sys; from playground.cli import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in ('core', 'numpy', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "[]", "")


def test_compile_makes_the_engine_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ready: list[bool] = []
    monkeypatch.setattr(readiness, "is_installed", lambda: True)
    monkeypatch.setattr(readiness, "is_compiled", lambda: bool(ready))
    shares = iter((0.1, 0.3, 0.4, 0.9))
    left = iter((None, None, None, None, 0))
    process = SimpleNamespace(poll=lambda: next(left), terminate=lambda: None)
    monkeypatch.setattr("playground.cli.compile._LOOK_SECONDS", 0.0)
    monkeypatch.setattr(readiness, "compiled_share", lambda: next(shares))
    monkeypatch.setattr(readiness, "start_compiling", lambda niceness: process)
    monkeypatch.setattr(readiness, "load", lambda: ready.append(True))
    assert main(["compile"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "Compiling, which takes about half a minute of one core ...",
        "30 %",
        "90 %",
        "The compiled engine is ready, after 0 s",
    ]
    assert main(["compile"]) == 0
    assert capsys.readouterr().out == "The compiled engine is ready\n"


def test_compile_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(readiness, "_kernel", None)
    monkeypatch.setattr(readiness, "is_installed", lambda: False)
    assert "needs numba: install numpynet-playground[fast]" in failing(["compile"], capsys)
