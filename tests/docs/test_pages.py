"""The documentation: its Python runs, its menu names every page, and the pages of kinds have every kind."""

from __future__ import annotations

import csv
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication
from sklearn.datasets import load_digits

import core
from core.data.datasets import DATASETS
from core.experiment.project_file import load_project
from core.formats import EXPORTERS
from core.lessons.lesson_file import read_lesson
from core.lessons.shipped import shipped_lessons
from core.nn import LAYERS
from core.nn.activations import ACTIVATIONS
from core.nn.initializers import INITIALIZERS
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS
from core.optim.regularizers import REGULARIZERS
from core.optim.schedules import SCHEDULES
from core.train.metric_kinds import METRICS
from playground.cli import entry
from playground.commands.action_table import TABLE
from tests.idioms import IDIOMS
from tests.sklearn_idioms import SKLEARN_IDIOMS
from tests.sources import ROOT, SOURCES

DOCS = ROOT / "docs"
EXAMPLES = DOCS / "library" / "examples.md"
"""Of the API; its page is made of them."""
PAGES = sorted(set(DOCS.rglob("*.md")) - {EXAMPLES})
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
OF_README = set(BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
"""They have a test of their own; pages in other languages repeat them."""
WITH_CODE = [page for page in PAGES if set(BLOCK.findall(page.read_text(encoding="utf-8"))) - OF_README]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_the_blocks_of_a_page_run_one_after_the_other(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    for number, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1):
        # Not with this module's own `from __future__`.
        exec(compile(block, f"{page.name}, block {number}", "exec", dont_inherit=True), names)


def test_readme_runs_and_saves_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnx")
    monkeypatch.chdir(tmp_path)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    X = np.random.default_rng(0).normal(size=(200, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    names: dict[str, Any] = {"X_train": X, "y_train": y, "X_test": X, "y_test": y}
    for block in BLOCK.findall(readme):
        exec(compile(block, "README.md", "exec"), names)
    (line,) = re.findall(r"^model\.save.*", readme, re.MULTILINE)
    for suffix in re.findall(r"\.(?:keras|onnx|safetensors|npz|html|nnplay)\b", line):
        names["model"].save(f"again{suffix}")
        if suffix != ".html":
            found = core.load_model(f"again{suffix}")
            np.testing.assert_allclose(found.predict(X), names["model"].predict(X), atol=1e-6)


NAMED = re.compile(r"`((?:core|playground|tests|resources|docs)[/.][\w./-]*\w)/?[`:]")
"""A path, or a dotted name, in a page or a source."""


def _is_there(name: str) -> bool:
    if "/" in name:
        return (ROOT / name).exists()
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:count])
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                words = set(re.findall(r"\w+", file.read_text(encoding="utf-8")))
                return words.issuperset(parts[count:])
    return False


def test_paths_and_names_in_pages_and_sources_lead_somewhere() -> None:
    assert _is_there("core/io/gate.py")
    assert _is_there("core.io.gate.check")
    assert not _is_there("core/io/gates.py")
    assert not _is_there("core.io.gate.checks")
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages} | SOURCES
    found = [(place, name) for place, text in texts.items() for name in NAMED.findall(text)]
    assert len(found) > 100
    # A folder that the reader makes.
    assert [each for each in found if "NAME" not in each[1] and not _is_there(each[1])] == []


def test_names_for_contributors_are_words_of_the_sources() -> None:
    words = {word for text in SOURCES.values() for word in re.findall(r"\w+", text)}
    pages = [ROOT / "CONTRIBUTING.md", DOCS / "about/architecture.md", DOCS / "contributing/add-a-page.md"]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    names = set(re.findall(r"`@?(\w*(?:[a-z]_[a-z]|[a-z][A-Z])\w*)\b[^`/]*`", text))
    assert len(names) > 30
    assert names - words == set()


def test_claims_of_speed_are_those_of_the_figures() -> None:
    figures = (DOCS / "benchmarks.md").read_text(encoding="utf-8").split("## What is wanted")[0]
    taken = re.findall(r"^\| (2-[48]\S* \w+|CNN \S+) \| ([\d,.]+) .*?\| ([\d,.]+) ", figures, re.MULTILINE)
    ratios = {
        name: float(numpy.replace(",", "")) / float(ours.replace(",", "")) for name, numpy, ours in taken
    }
    small = [ratio for name, ratio in ratios.items() if name.startswith("2-")]
    images = [ratio for name, ratio in ratios.items() if name.startswith("CNN")]
    said = (DOCS / "library" / "training.md").read_text(encoding="utf-8")
    found = re.search(
        r"(\d+) to (\d+) times as fast as numpy, and convolutions ([\d.]+) to\s([\d.]+) times", said
    )
    assert found is not None
    # Other machines and days differ; a claim must not be better than the figures by more.
    assert [float(each) for each in found.groups()] == pytest.approx(
        [min(small), max(small), min(images), max(images)], rel=0.2
    )
    assert min(small) > 10, "more than ten times, says the guide"


def test_counts_of_idioms_are_those_of_the_tests() -> None:
    page = (DOCS / "from" / "keras.md").read_text(encoding="utf-8")
    assert f"{len(IDIOMS)} idioms of Keras and {len(SKLEARN_IDIOMS)} of scikit-learn run" in page


TUTORIALS = {"table": "same.csv", "images": "predictions.csv"}
"""Each with the last of its files of predictions."""


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_runs_from_raw_data_to_the_exported_program(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "tutorial" / f"{name}.md").read_text(encoding="utf-8")
    for language, block in re.findall(r"```(python|sh)\n(.*?)```", page, re.DOTALL):
        if language == "python":
            exec(compile(block, f"{name}.md", "exec"), {"__name__": "page"})
            continue
        for program, *words in map(shlex.split, block.splitlines()):
            if program == "numpynet":
                assert entry.main(words) == 0, words
            else:
                subprocess.run([sys.executable, *words], check=True)
    with Path(TUTORIALS[name]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    predictions = [row.get("label", row.get("prediction")) for row in rows]
    digits = load_digits().target[1500:].astype(str)
    wanted = digits if name == "images" else ["Barolo"] * 4
    assert np.mean(np.array(predictions) == wanted) > 0.85
    assert Path("scans_numpy.py" if name == "images" else "wine_numpy.py").is_file()


FIRST, *_ = BLOCK.findall(EXAMPLES.read_text(encoding="utf-8"))
OF_API = dict(
    re.findall(r"^## (\w+)\n\n```python\n(.*?)```", EXAMPLES.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)


@pytest.mark.parametrize("name", OF_API)
def test_an_example_of_the_api_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name.startswith("plot"):
        pytest.importorskip("matplotlib").use("Agg")
    if name.startswith("live") or name == "LivePlot":
        pytest.importorskip("anywidget")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("core.model.keras_functions._seeds", [])  # for this example alone
    monkeypatch.setattr("playground.watching.watch", lambda *given, **named: None)  # it would open a window
    names: dict[str, Any] = {"__name__": "page"}
    for block in (FIRST, OF_API[name]):
        exec(compile(block, f"the example of {name}", "exec"), names)


def test_the_version_is_the_same_everywhere() -> None:
    found = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert found
    assert found[1] == core.__version__
    assert f"version: {core.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"## [{core.__version__}] - " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_menu_names_every_page() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [page for page in PAGES if page.relative_to(DOCS).as_posix() not in menu] == []


@pytest.mark.parametrize("path", shipped_lessons(), ids=lambda path: path.stem)
def test_every_lesson_has_a_page_for_its_teacher_and_a_sheet_from_13_on(path: Path) -> None:
    lesson = read_lesson(path)
    assert lesson.teacher.keys() >= {"aim", "print", "misconceptions", "ask"}
    assert lesson.teacher["ask"].count("?") >= 3
    words = sum(len(text.split()) for text in lesson.teacher.values())
    assert 60 <= words <= 350, "it must fit a page"
    if path.name >= "13":
        assert list((DOCS / "about" / "lessons").glob(f"{path.name[:2]}-*.md"))


@pytest.mark.parametrize(
    "path", sorted((DOCS / "about" / "lessons").glob("*.md")), ids=lambda path: path.stem
)
def test_sheets_fit_two_sides_of_a4_and_courses_one(qapp: QApplication, path: Path) -> None:
    sheet, mm = QTextDocument(), 96 / 25.4
    sheet.setMarkdown(path.read_text(encoding="utf-8"), QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    sheet.setPageSize(QSizeF(170 * mm, 257 * mm))
    is_sheet = path.name[:2].isdigit()
    assert sheet.pageCount() <= 1 + is_sheet
    heads = [
        head for head in ("## Cut", "## Colour", "## Vote", "## Guess") if head in path.read_text("utf-8")
    ]
    assert len(heads) == 4 * is_sheet


@pytest.fixture
def hooks() -> ModuleType:
    pytest.importorskip("mkdocs")
    import importlib.util

    spec = importlib.util.spec_from_file_location("docs_hooks", DOCS / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.foreign
def test_the_pages_of_kinds_have_every_kind_and_setting(hooks: ModuleType) -> None:
    for name, registry in (
        ("layers", LAYERS),
        ("optimizers", OPTIMIZERS),
        ("metrics", METRICS),
        ("datasets", DATASETS),
        ("formats", EXPORTERS),
    ):
        page = hooks.kinds_page(*hooks.KINDS[name])
        for kind in registry:
            section = page.split(f"\n## {kind.title}\n")[1].split("\n## ")[0]
            assert all(f"| `{item.name}` |" in section for item in kind.settings())


@pytest.mark.foreign
def test_the_page_of_commands_has_every_command(hooks: ModuleType) -> None:
    page = hooks.commands_page()
    assert all(f"| {row.text.replace('&', '').rstrip('…')} |" in page for row in TABLE)


@pytest.mark.foreign
def test_every_public_name_has_a_section_of_the_api(hooks: ModuleType) -> None:
    page = hooks.api_page()
    assert [name for name in core.__all__ if f".{name}\n" not in page and f"`{name}`" not in page] == []


@pytest.mark.foreign
def test_kinds_have_formulas_that_can_be_set_and_examples_that_run(hooks: ModuleType) -> None:
    registries = (LAYERS, ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, REGULARIZERS, SCHEDULES, METRICS)
    for kind in dict.fromkeys(kind for registry in registries for kind in registry):
        for text in hooks.equations(kind):
            ElementTree.fromstring(hooks.mathml(text).replace("&nbsp;", " "))
        exec(compile(hooks.example(kind), f"the example of {kind.__name__}", "exec"), {})
    for registry in (LAYERS, LOSSES, OPTIMIZERS, INITIALIZERS):
        assert [
            kind for kind in registry if not hooks.equations(kind) and kind.__name__ != "Activation"
        ] == []
    for kind in (*LOSSES, *LAYERS):
        backward = [text for text in hooks.equations(kind) if text.startswith("∂L/∂")]
        assert backward or kind.__name__ == "Activation", kind


@pytest.mark.foreign
def test_a_formula_is_set_as_it_reads(hooks: ModuleType) -> None:
    for text, wanted in (
        ("a / (b + 1)", "<mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac>"),
        ("w_ij^2", '<msubsup><mi>w</mi><mi mathvariant="normal">ij</mi><mn>2</mn></msubsup>'),
        ("sqrt(s)", "<msqrt><mrow><mi>s</mi></mrow></msqrt>"),
        ("exp(−x)", "<msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup>"),
    ):
        assert wanted in hooks.mathml(text)
    with pytest.raises(ValueError, match="is missing"):
        hooks.mathml("f(x")


@pytest.mark.foreign
def test_the_gallery_has_a_page_a_project_and_a_picture_of_each_network(
    hooks: ModuleType, tmp_path: Path
) -> None:
    assert len(hooks.gallery.EPOCHS) == 19
    shown = hooks.gallery.page()
    assert shown.count("<figure>") == 19
    for stem in hooks.gallery.LEARNING:
        assert f'href="../gallery/{stem}-learns.html#play"' in shown
    made = dict(hooks.gallery.files("04_xor", 2))
    assert sorted(made) == ["04_xor-learns.html", "04_xor.html", "04_xor.nnplay", "04_xor.webp"]
    assert b'id="program"' in made["04_xor.html"]
    (tmp_path / "xor.nnplay").write_bytes(made["04_xor.nnplay"])
    assert load_project(tmp_path / "xor.nnplay")[0].name == "XOR"
    assert Image.open(io.BytesIO(made["04_xor.webp"])).width > 100


@pytest.mark.foreign
def test_the_first_page_and_the_gallery_have_pages_that_train(hooks: ModuleType) -> None:
    for stem in hooks.gallery.LEARNING:
        learning = next(content for name, content in hooks.gallery.files(stem, 1) if "learns" in name)
        assert b"class Training" in learning, stem
        assert len(learning) < 250_000
    framed = re.search(
        r'src="gallery/(\S+)-learns.html#play" sandbox="allow-scripts"',
        (DOCS / "index.md").read_text("utf-8"),
    )
    assert framed is not None
    assert framed[1] in hooks.gallery.LEARNING
