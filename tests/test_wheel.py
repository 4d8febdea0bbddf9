"""The wheel works in an empty environment outside the source tree, with its resources."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

README = ROOT / "README.md"
LIBRARY_DATA = """
import numpy as np

X_train = np.random.default_rng(0).normal(size=(200, 2))
y_train = (X_train[:, 0] * X_train[:, 1] > 0).astype(int)
X_test, y_test = X_train, y_train
"""
SAME_NAMES = """
import core, numpynet

assert numpynet.Dense.__module__ == "numpynet.nn.dense"
assert numpynet.NetworkClassifier.__module__.startswith("numpynet.")
import core.nn.dense, numpynet.nn.dense, joblib

assert core is numpynet and core.nn.dense is numpynet.nn.dense
# Processes of loky find what is sent to them.
found = joblib.Parallel(n_jobs=2)(joblib.delayed(core.Dense)(units) for units in (3, 4))
print("same" if found == [numpynet.Dense(3), numpynet.Dense(4)] else "other", "names")
"""

LIGHT = """
import sys, numpynet

print([name for name in ("PySide6", "pyqtgraph", "scipy", "sklearn", "numba") if name in sys.modules])
"""

TYPED = """
from importlib.util import find_spec
from pathlib import Path

for name in ("core", "playground", "numpynet"):
    if Path(find_spec(name).origin).with_name("py.typed").is_file():
        print(name)
"""

AS_A_USER = """
import sys

sys.modules["core"] = None  # whatever imports it fails
import numpy as np
from numpynet import Dense, Input, Sequence

X = np.random.default_rng(0).normal(size=(64, 2)).astype(np.float32)
y = (X[:, 0] * X[:, 1] > 0).astype(int)
losses, predictions = [], {}
for engine in ("numpy", "compiled"):
    model = Sequence([Input(2), Dense(8, activation="tanh"), Dense(2, activation="softmax")], engine=engine)
    losses.append(model.fit(X, y, epochs=3, verbose=0)["loss"])
np.testing.assert_allclose(*losses, rtol=1e-4)
for suffix in ("nnmodel", "nnplay", "keras", "npz", "safetensors"):
    model.save(f"mine.{suffix}")
    np.testing.assert_allclose(Sequence.load(f"mine.{suffix}").predict(X), model.predict(X), atol=1e-6)
    print(suffix)
project = Sequence.load("window.nnplay")
print(project.predict(project.pipeline.transform(X)).shape)
"""

READ_PRESETS = """
import json, sys
from pathlib import Path
import core
from core.io.resources import resource

assert Path(core.__file__).is_relative_to(sys.prefix), core.__file__
for path in sorted(resource("presets").glob("*.json")):
    json.loads(path.read_text(encoding="utf-8"))
    print(path.name)
"""


def uv_program() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".tools" / "bin"))
    if found is None:
        pytest.skip("uv is not here to build the wheel with")
    return found


class Installed:
    """An environment of a Python with the wheel and its dependencies, in the versions of uv.lock."""

    def __init__(
        self, folder: Path, environment: dict[str, str], interpreter: str, wheel: Path | None = None
    ) -> None:
        self.folder = folder
        # Neither the source tree nor the environment of the tests may be importable.
        ours = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
        self.environment = {name: value for name, value in environment.items() if name not in ours}
        uv = uv_program()
        locked, python = folder / "locked.txt", folder / "env"
        if wheel is None:
            self.run(uv, "build", "-q", "--wheel", "--out-dir", str(folder), str(ROOT))
            (wheel,) = folder.glob("*.whl")
        self.wheel = wheel
        self.run(
            *(
                uv,
                "export",
                "-q",
                "--frozen",
                "--no-dev",
                "--no-emit-project",
                "--no-hashes",
                "--extra",
                "fast",
            ),
            *("--project", str(ROOT), "-o", str(locked)),
        )
        self.run(uv, "venv", "-q", "--python", interpreter, str(python))
        self.run(uv, "pip", "install", "-q", "--python", str(python), "-r", str(locked), str(wheel))

    def run(self, *command: str) -> str:
        result = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=1800
        )
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def keep_compiled(self, kept: Path) -> None:
        """Find the machine code and the bytecode that an earlier run of pytest has kept in its cache folder.

        Both are known by the path of a source and its time, which is made of its content here.
        """
        (package,) = self.folder.glob("env/lib/python*/site-packages")
        for source in package.glob("numpynet/**/*.py"):
            time = zlib.crc32(source.read_bytes())
            os.utime(source, (time, time))
        # Those of earlier sources; two Pythons have one each.
        compiled = sorted(
            (kept / "numpynet-playground/compiled").glob("*"), key=lambda each: each.stat().st_mtime
        )
        for old in compiled[:-2]:
            shutil.rmtree(old)
        link = kept / package.parent.name
        link.unlink(missing_ok=True)
        link.symlink_to(package, target_is_directory=True)
        self.environment |= {
            "PYTHONPATH": str(link),
            "PYTHONPYCACHEPREFIX": str(kept / "bytecode"),
            "XDG_CACHE_HOME": str(kept),
        }

    def program(self, name: str) -> str:
        return str(self.folder / "env" / ("Scripts" if os.name == "nt" else "bin") / name)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, users_environment: dict[str, str]) -> Installed:
    return Installed(tmp_path_factory.mktemp("wheel"), users_environment, sys.executable)


@pytest.fixture(scope="module", params=["this Python", "the newest Python"])
def each_installed(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    users_environment: dict[str, str],
) -> Installed:
    if request.param == "this Python":
        return request.getfixturevalue("installed")
    listed = subprocess.run(
        [uv_program(), "python", "list", "--only-installed", "--output-format", "json", ">=3.12,<3.15"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    found = [each for each in json.loads(listed.stdout) if each["implementation"] == "cpython"]
    newer = max(found, key=lambda each: tuple(each["version_parts"].values()), default=None)
    if newer is None or newer["version"].startswith(f"3.{sys.version_info.minor}."):
        pytest.skip("uv finds no newer Python here than the tests' own")
    wheel = request.getfixturevalue("installed").wheel
    return Installed(tmp_path_factory.mktemp("newest"), users_environment, newer["path"], wheel)


@pytest.mark.slow(reason="4 s")
def test_every_preset_is_in_the_wheel(installed: Installed) -> None:
    names = installed.run(installed.program("python"), "-c", READ_PRESETS).split()
    expected = sorted(path.name for path in (ROOT / "resources" / "presets").glob("*.json"))
    assert names == expected
    assert expected, "there are no presets"


@pytest.mark.slow(reason="15 s")
def test_two_builds_of_one_commit_are_the_same(tmp_path: Path) -> None:
    digests = []
    for name in ("first", "second"):
        source = tmp_path / name
        left_out = shutil.ignore_patterns(".*[!i]", "site", "dist", "__pycache__")
        shutil.copytree(ROOT, source, ignore=left_out, copy_function=shutil.copyfile)
        subprocess.run(
            [uv_program(), "build", "-q", "-o", str(tmp_path / f"{name}-dist"), str(source)], check=True
        )
        built = sorted((tmp_path / f"{name}-dist").iterdir())
        digests.append([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in built])
    assert digests[0] == digests[1]
    assert len(digests[0]) >= 2


@pytest.mark.slow(reason="1 s")
def test_every_thumbnail_is_in_the_wheel(installed: Installed) -> None:
    code = "from core.io.resources import resource; print(*sorted(p.name for p in resource('thumbnails').iterdir()))"
    names = installed.run(installed.program("python"), "-c", code).split()
    assert names == sorted(path.name for path in (ROOT / "resources" / "thumbnails").iterdir())
    assert names, "there are no thumbnails"


@pytest.mark.slow(reason="5 s")
def test_the_library_runs_beside_a_core_of_ones_own(installed: Installed) -> None:
    block = re.search(
        r"```python\n(from numpynet import .*?)```", README.read_text(encoding="utf-8"), re.DOTALL
    )
    assert block is not None
    folder = installed.folder / "mine"
    (folder / "core").mkdir(parents=True)
    (folder / "core" / "__init__.py").write_text("MINE = 1\n")
    program = folder / "program.py"
    program.write_text(f"import core\n\nassert core.MINE\n{LIBRARY_DATA}{block[1]}\nassert core.MINE\n")
    printed = installed.run(installed.program("python"), str(program))
    assert "accuracy" in printed
    # Nor does one on the path stop a command, or what a command starts.
    installed.environment["PYTHONPATH"] = str(folder)
    trained = installed.run(installed.program("numpynet"), "train", "spirals", "--epochs", "1")
    del installed.environment["PYTHONPATH"]
    assert trained
    assert not list(installed.folder.glob("env/lib/*/site-packages/core/nn")), "one copy"
    assert installed.run(installed.program("python"), "-c", LIGHT) == "[]\n"
    found = installed.run(installed.program("python"), "-c", SAME_NAMES).split()
    assert found == ["same", "names"]
    marks = installed.run(installed.program("python"), "-c", TYPED).split()
    assert marks == ["core", "playground", "numpynet"], "type checkers read the annotations of these"


@pytest.mark.slow(reason="65 s, 39 s where machine code is kept")
def test_a_user_trains_with_both_engines_exports_and_opens(
    each_installed: Installed, pytestconfig: pytest.Config
) -> None:
    each_installed.run(
        each_installed.program("numpynet"), "train", "spirals", "--epochs", "2", "--export", "window.nnplay"
    )
    # Machine code that is hardly optimized is made in half the time; numba keeps none that is not at all.
    each_installed.environment |= {"NUMBA_OPT": "1", "XDG_CACHE_HOME": str(each_installed.folder / "cache")}
    if pytestconfig.pluginmanager.hasplugin("cacheprovider") and os.name != "nt":
        each_installed.keep_compiled(pytestconfig.cache.mkdir("wheel"))  # type: ignore[union-attr]
    printed = each_installed.run(each_installed.program("python"), "-c", AS_A_USER).split(maxsplit=5)
    assert printed == ["nnmodel", "nnplay", "keras", "npz", "safetensors", "(64, 1)\n"]


def programs() -> dict[str, str]:
    """The blocks of every page in order, by page and once; README's also saves in every format that its line names."""
    found: dict[str, str] = {}
    before: list[list[str]] = []
    for page in (README, *sorted((ROOT / "docs").rglob("*.md"))):
        text = page.read_text(encoding="utf-8")
        if page.name == "examples.md":
            # Those that open a window or a notebook, or draw, need what the wheel alone does not bring.
            text = re.sub(r"## (plot_\w+|live|LivePlot|watch)\n.*?(?=\n## |\Z)", "", text, flags=re.DOTALL)
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if blocks in before:
            continue  # the page in another language, whose blocks tests/docs compares
        before.append(blocks)
        if page == README:
            (line,) = re.findall(r"^model\.save.*", text, re.MULTILINE)
            suffixes = set(re.findall(r"\.(?:keras|safetensors|npz|html|nnplay)\b", line))
            assert len(suffixes) == 5
            saves = [f'model.save("again{suffix}")\n' for suffix in sorted(suffixes)]
            blocks = [LIBRARY_DATA, *blocks, *saves]
        if blocks:
            found[page.relative_to(ROOT).as_posix()] = "\n".join(blocks)
    return found


@pytest.mark.slow(reason="2 to 10 s")
@pytest.mark.parametrize("page", [*programs(), "one after another"])
def test_the_blocks_of_a_page_run_in_a_process_of_their_own(page: str, installed: Installed) -> None:
    """As a reader has it: the wheel, nothing of a checkout, warnings of old names as errors."""
    program = installed.folder / "page.py"
    if page in programs():
        program.write_text(programs()[page], encoding="utf-8")
    else:
        run = 'exec(compile(text, "page", "exec"), {"__name__": "page"})'
        runs = f"for text in {[*programs().values()]!r}:\n    {run}\n"
        program.write_text(runs, encoding="utf-8")
    installed.run(installed.program("python"), "-W", "error::DeprecationWarning:__main__", str(program))


DASK = """
import sys
from dask.distributed import Client
import {name}
from {name} import Dense, Sequence


def learned(seed):
    model = Sequence([Dense(2, activation="softmax")], seed=seed, feedback_steps=0, epochs=2)
    return model.train([[0.0], [1.0]] * 8, [0, 1] * 8)


if __name__ == "__main__":
    with Client(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as client:
        found = client.gather(client.map(learned, [1, 2]))
    assert all(isinstance(model, Sequence) for model in found)
    again = learned(2)
    assert (found[1].get_weights()[0] == again.get_weights()[0]).all()
    print("same")
"""
LOKY = """
import joblib, {name}
from {name} import NetworkClassifier
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score

if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    model = NetworkClassifier(epochs=5, random_state=0)
    one = cross_val_score(model, X, y, cv=2)
    assert (cross_val_score(model, X, y, cv=2, n_jobs=2) == one).all()
    models = joblib.Parallel(n_jobs=2)(joblib.delayed(model.__class__.fit)(model, X, y) for _ in range(2))
    assert all(isinstance(each, {name}.NetworkClassifier) for each in models)
    print("same")
"""


@pytest.mark.slow(reason="5 s")
@pytest.mark.parametrize("name", ["core", "numpynet"])
@pytest.mark.parametrize("workers", [LOKY, DASK], ids=["loky", "Dask"])
def test_workers_know_the_library_by_either_name(workers: str, name: str, installed: Installed) -> None:
    if workers == DASK:
        python = installed.program("python")
        locked = re.findall(
            r"^distributed==\S+", (installed.folder / "locked.txt").read_text("utf-8"), re.MULTILINE
        )
        installed.run(uv_program(), "pip", "install", "-q", "--python", python, *(locked or ["distributed"]))
    program = installed.folder / f"workers_of_{name}.py"
    program.write_text(workers.format(name=name), encoding="utf-8")
    assert installed.run(installed.program("python"), str(program)).split() == ["same"]


@pytest.mark.slow(reason="10 s")
@pytest.mark.parametrize("name", ["core", "numpynet"])
def test_a_fresh_editable_install_answers_to_either_name_first(
    name: str, tmp_path: Path, users_environment: dict[str, str]
) -> None:
    other = "numpynet" if name == "core" else "core"
    uv, python = uv_program(), str(tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python")
    environment = {key: each for key, each in users_environment.items() if not key.startswith("PYTHON")}
    code = (
        f"import {name}; from {name} import Dense; import {other}.nn.dense, {name}.nn.dense, pathlib; "
        f"assert {other} is {name} and {other}.nn.dense.Dense is Dense; print(pathlib.Path({name}.__file__).parent)"
    )
    for command in (
        (uv, "venv", "-q", "--python", sys.executable, str(tmp_path / "env")),
        (uv, "pip", "install", "-q", "--python", python, "--no-deps", "-e", str(ROOT)),
        (uv, "pip", "install", "-q", "--python", python, "numpy", "platformdirs", "threadpoolctl"),
        (python, "-W", "error", "-c", code),
    ):
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == ROOT / "core"


def type_checker(name: str, installed: Installed) -> list[str]:
    """The command of a type checker that knows the environment."""
    python = installed.program("python")
    if name == "mypy":
        return [sys.executable, "-m", "mypy", "--strict", "--python-executable", python]
    found = shutil.which("pyright") or shutil.which(
        "pyright", path=str(ROOT / ".tools/web/node_modules/.bin")
    )
    if found is None:
        pytest.skip("pyright is not here: make foreign, where npm is")
    return [found, "--pythonpath", python]


@pytest.mark.slow(reason="6 s")
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_type_checkers_take_a_users_program(checker: str, installed: Installed) -> None:
    program = installed.folder / "users_program.py"
    shutil.copy(ROOT / "tests" / "fixtures" / "users_program.py", program)
    installed.run(*type_checker(checker, installed), str(program))
    wrong = {
        "Dense(16, activation=3)": "activation",
        'Dense(16, activation="rellu")': "rellu",
        'Dense(16, kernel_initializer="he_norm")': "he_norm",
        'Sequence([Dense(2)], loss="mes")': "mes",
        'Sequence([Dense(2)]).compile(optimizer="adm")': "adm",
        "Sequence([Dense(2)]).evaluate([[0.0]], [0], return_dict=True).upper()": "upper",
        "numpynet.Dens(2)": "Dens",
    }
    lines = ("import numpynet", "from numpynet import Dense, Sequence", *wrong)
    (installed.folder / "wrong.py").write_text("\n".join(lines))
    with pytest.raises(AssertionError) as refused:
        installed.run(*type_checker(checker, installed), str(installed.folder / "wrong.py"))
    for line, named in enumerate(wrong.values(), 3):
        said = re.search(rf"wrong\.py:{line}:.*(\n +.*)*", str(refused.value))
        assert said is not None, line
        assert named in said[0]


@pytest.mark.slow(reason="3 s")
def test_a_users_program_runs(installed: Installed) -> None:
    program = ROOT / "tests" / "fixtures" / "users_program.py"
    installed.run(installed.program("python"), str(program))


@pytest.mark.slow(reason="1 s")
def test_the_program_is_there(installed: Installed) -> None:
    assert "usage" in installed.run(installed.program("numpynet"), "--help").lower()


@pytest.mark.slow(reason="1 s")
def test_a_sheet_of_excel_is_trained_on_and_predicted(installed: Installed) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["size", "price", "kind"])
    for row in range(60):
        book.active.append([row % 2 + row / 100, "$1,200" if row % 3 else "$950", "ab"[row % 2]])
    book.save(installed.folder / "sheet.xlsx")
    program = installed.program("numpynet")
    printed = installed.run(program, "train", "sheet.xlsx", "--target", "kind", "--export", "sheet.nnplay")
    assert printed.endswith("wrote sheet.nnplay\n")
    answers = installed.run(program, "predict", "sheet.nnplay", "sheet.xlsx").splitlines()
    assert (answers[0], len(answers)) == ("prediction,P(a),P(b)", 61)
