"""The interactive page: run by Node.js on raw samples and by a browser, and what it refuses or hides."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    NumberColumn,
    Pipeline,
    TableInputs,
    VelocityOutputs,
)
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.project_file import TrainerState
from core.formats import EXPORTERS, InteractivePage, TrainedModel
from core.formats.page.packing import operators
from core.formats.page.proving import page_predictions
from core.formats.page.still_picture import SIDE
from core.formats.proof import prove
from core.formats.trained_experiment import trained_model
from core.nn import Dense
from core.nn.network import Network
from core.spec import SettingError
from playground.views.theme.colors import CLASS_COLORS, NEGATIVE, POSITIVE
from tests.core.formats.test_every_format import naming, stack
from tests.core.onnx_runner import assert_same_predictions

NODE, BROWSER = shutil.which("node"), shutil.which("chromium")
needs_node = pytest.mark.skipif(NODE is None, reason="needs Node.js")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
AXE = Path(__file__).parents[4] / ".tools" / "web" / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = '</script><img src=x onerror="document.title=1">'


def trained(preset: str, epochs: int = 2, **changes: Any) -> tuple[TrainedModel, Any]:
    experiment = preset_named(preset).replace(**changes)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(epochs):
        trainer.run_epoch()
    model = trained_model(experiment, TrainerState.of(trainer, prepared.pipeline))
    return model, prepared.raw_test_samples(50)


@pytest.fixture(scope="module")
def moons() -> tuple[TrainedModel, Any]:
    return trained("moons")


def hostile() -> TrainedModel:
    """A table whose column, category and class are markup."""
    inputs = TableInputs((NumberColumn(HOSTILE), CategoryColumn("kind", categories=(HOSTILE, "b"))))
    outputs = ClassOutputs((HOSTILE, "{{PROGRAM}}", "c"), 3)
    return TrainedModel(
        Network((Dense(3, "softmax"),), (3,), seed=1), Pipeline(inputs, outputs), name=HOSTILE
    )


def content(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="model">(.*?)</script>', page, re.DOTALL)
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


@needs_node
@pytest.mark.parametrize("number", range(6))
def test_every_kind_of_layer_predicts_the_same_in_the_page(number: int, tmp_path: Path) -> None:
    assert NODE is not None
    case = stack(number)
    assert case.model.pipeline is not None
    path = tmp_path / "page.html"
    InteractivePage().write(case.model, path)
    found = page_predictions(NODE, path, case.model.pipeline, case.raw)
    with naming(case.name):
        assert_same_predictions(case.model.network, case.model.pipeline, case.raw, found, case.close)


@needs_node
def test_a_page_is_proved_as_every_export_is(moons: tuple[TrainedModel, Any]) -> None:
    model, raw = moons
    proof = prove(InteractivePage(), model, raw)
    assert proof.holds, proof.fault
    assert proof.reader.startswith("Node.js ")
    assert (proof.samples, proof.same) == (50, 50)


@needs_node
def test_a_page_says_the_second_class_from_a_moved_threshold_on() -> None:
    model, raw = trained("moons", threshold=0.9)
    proof = prove(InteractivePage(), model, raw)
    assert (proof.samples, proof.same) == (50, 50), proof.fault
    assert (model.predictions(raw).numbers != trained("moons")[0].predictions(raw).numbers).any()  # type: ignore[union-attr]


def test_a_page_without_node_is_written_and_says_that_nothing_was_compared(
    moons: tuple[TrainedModel, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "Node.js is not installed" in prove(InteractivePage(), *moons).sentence


def test_what_a_page_cannot_show_is_refused_by_a_sentence() -> None:
    network = Network((Dense(2),), (2,), seed=1)
    with pytest.raises(SettingError, match="must take raw samples"):
        InteractivePage().check(TrainedModel(network).description)
    flow = VelocityOutputs((NumberColumn("x1"), NumberColumn("x2")))
    table = TableInputs((NumberColumn("a"), NumberColumn("b")))
    with pytest.raises(SettingError, match="must predict classes, values or tokens"):
        InteractivePage().check(TrainedModel(network, Pipeline(table, flow)).description)
    forecast, _ = trained("sunspots", 1)
    with pytest.raises(
        SettingError, match="none yet for series; programs and the formats of models hold this"
    ):
        InteractivePage().check(forecast.description)
    for kind in ("onnx", "keras", "safetensors"):
        EXPORTERS.get(kind)().check(forecast.description)


def test_an_operator_that_the_page_lacks_is_refused(
    moons: tuple[TrainedModel, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"Gemm", "Conv", "LabelEncoder"} <= operators()
    monkeypatch.setattr("core.formats.page.exporter.operators", lambda: frozenset({"Gemm"}))
    with pytest.raises(SettingError, match=r"^Tanh cannot be written as a page yet"):
        InteractivePage().check(moons[0].description)
    monkeypatch.setattr("core.formats.page.exporter.operators", lambda: frozenset({"Tanh"}))
    with pytest.raises(SettingError, match=r"^Dense cannot be written as a page yet"):
        InteractivePage().check(moons[0].description)


def test_the_policy_allows_this_program_and_style_and_no_address(moons: tuple[TrainedModel, Any]) -> None:
    page = InteractivePage().source(moons[0], Path("moons.html"))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'")
    for tag in (r'<script id="program">(.*?)</script>', r"<style>(.*?)</style>"):
        text = re.search(tag, page, re.DOTALL)
        assert text
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in html.unescape(policy[1])
    assert "http" not in re.sub(r'"http://www.w3.org/2000/svg"|http-equiv', "", page)
    assert len(page) < 300_000


def test_texts_from_outside_are_no_markup() -> None:
    page = InteractivePage(about=HOSTILE).source(hostile(), Path("a.html"))
    assert "<img" not in page
    assert page.count("</script>") == 2
    assert content(page)["inputs"]["columns"][0]["name"] == HOSTILE
    assert content(page)["outputs"]["names"][1] == "{{PROGRAM}}"


def test_samples_of_a_users_own_file_stay_out(moons: tuple[TrainedModel, Any]) -> None:
    model, _ = moons
    assert len(content(InteractivePage().source(model, Path("a.html")))["samples"]["test"]) > 10
    for page, own in (
        (InteractivePage(holds_data=False), model),
        (InteractivePage(), replace(model, data_sha256="0")),
    ):
        assert content(page.source(own, Path("a.html")))["samples"] == {}


@pytest.mark.parametrize("preset", ["moons", "iris", "hills", "digits"])
def test_without_its_program_a_page_shows_a_picture_and_the_facts(preset: str) -> None:
    model, _ = trained(preset, 1)
    page = InteractivePage().source(model, Path("a.html"))
    still = page.partition("<noscript>")[2].partition("</noscript>")[0]
    coded = re.search(r'src="data:image/webp;base64,([\w+/=]+)" alt="[^"]{10,}"', still)
    assert coded
    with Image.open(io.BytesIO(base64.b64decode(coded[1]))) as picture:
        assert picture.width == SIDE
        pixels = np.asarray(picture.convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 10
    assert "How it was trained" in page.partition("</main>")[2]
    assert ("→ 12 → 12 → 1<" in page.partition("</main>")[2]) == (preset == "hills")
    # Of the user's own images none may be in it; of own rows the colours alone are.
    own = InteractivePage().source(replace(model, data_sha256="0"), Path("a.html"))
    assert ("test samples" in own) is False
    assert ("data:image/webp" in own) == (preset != "digits")


def test_a_page_of_too_many_weights_is_refused_with_their_number(
    moons: tuple[TrainedModel, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.formats.page.exporter.MAX_WEIGHTS", 20)
    with pytest.raises(SettingError, match=r"weights must be at most 20, got (?!1$)\d+"):
        InteractivePage().check(moons[0].description)


def test_a_tables_form_has_the_ranges_and_categories_of_its_columns() -> None:
    model, _ = trained("iris", 1)
    first = content(InteractivePage().source(model, Path("iris.html")))["inputs"]["columns"][0]
    assert (first["low"], first["high"]) == pytest.approx((4.3, 7.9))
    hidden = content(InteractivePage().source(hostile(), Path("a.html")))["inputs"]["columns"]
    assert hidden[1]["categories"] == [HOSTILE, "b"]


def test_the_pages_colors_are_the_windows() -> None:
    style = InteractivePage().source(hostile(), Path("a.html"))
    found = dict(re.findall(r"--([\w-]+): (#\w{6});", style.partition(":root[")[0]))
    assert [found[f"class-{number}"] for number in range(10)] == list(CLASS_COLORS)
    assert (found["negative"], found["positive"]) == (NEGATIVE, POSITIVE)


_POINT = """
const canvas = document.querySelector(".plot"), box = canvas.getBoundingClientRect();
canvas.setPointerCapture = () => {};
const place = { clientX: box.left + 0.3 * box.width, clientY: box.top + 0.4 * box.height, buttons: 1, bubbles: true };
canvas.dispatchEvent(new PointerEvent("pointerdown", place));
"""
_FORM = """
const field = document.querySelector(".form input[type=number]");
field.value = "6.5";
field.dispatchEvent(new Event("input", { bubbles: true }));
"""
_ROW = """
const [number] = document.querySelectorAll(".form input[type=number]"), choice = document.querySelector(".form select");
number.value = "2.5";
number.dispatchEvent(new Event("input", { bubbles: true }));
choice.value = "b";
choice.dispatchEvent(new Event("change", { bubbles: true }));
"""
_DIGIT = """
const sheet = document.querySelector(".pad"), box = sheet.getBoundingClientRect();
sheet.setPointerCapture = () => {};
const at = (x, y) => ({
  clientX: box.left + x * box.width, clientY: box.top + y * box.height, buttons: 1, bubbles: true,
});
sheet.dispatchEvent(new PointerEvent("pointerdown", at(0.5, 0.15)));
sheet.dispatchEvent(new PointerEvent("pointermove", at(0.5, 0.85)));
"""
_TEXT = """
const prompt = document.getElementById("prompt");
prompt.value = "abca";
prompt.dispatchEvent(new Event("input", { bubbles: true }));
"""
_FILM = """
const [x, y] = document.querySelectorAll(".place input[type=number]");
for (const [field, value] of [[x, "0.5"], [y, "-0.25"]]) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
const film = document.querySelector(".film input");
film.value = "%d";
film.dispatchEvent(new Event("input", { bubbles: true }));
"""
_MIN_PX = 500
"""Of a window of Chromium."""
_PHONE = """<title></title><iframe src="shown.html" width="%d" height="900" style="border: 0"></iframe>
<script>addEventListener("message", ({ data }) => { document.title = data; });</script>
"""
_REPORT = """
const frames = (count, call) => (count ? requestAnimationFrame(() => frames(count - 1, call)) : call());
frames(3, () => {
  const s = NumpyNet.state, names = Object.keys(s.raw);
  const values = s.values, output = JSON.parse(document.getElementById("model").textContent).graph.outputs.at(-1);
  const wide = document.documentElement.scrollWidth - innerWidth;
  const found = Array.from(values[output].d), images = document.images.length;
  const audit = globalThis.audit ?? null, back = document.querySelector(".seen.small");
  const [texts, letters] = [".texts li", ".letter b"].map(
    (one) => Array.from(document.querySelectorAll(one), (each) => each.textContent));
  const drawn = back ? Array.from(back.getContext("2d").getImageData(0, 0, back.width, back.height).data) : [];
  document.title = JSON.stringify({ raw: s.raw, found, wide, images, audit, texts, letters, drawn });
  if (parent !== globalThis) parent.postMessage(document.title, "*");
});
"""


@needs_browser
@pytest.mark.parametrize(
    ("preset", "action", "width"),
    [
        ("moons", _POINT, 1440),
        ("moons", _POINT, 390),
        ("iris", _FORM, 1440),
        ("iris", _FORM, 390),
        ("digits", _DIGIT, 1440),
        ("mnist", _DIGIT, 390),
        ("mnist cnn", _DIGIT, 1440),
    ],
)
def test_a_browser_shows_what_the_network_predicts(
    preset: str, action: str, width: int, tmp_path: Path
) -> None:
    model, _ = trained(preset, 0 if preset.startswith("mnist") else 2)
    page = InteractivePage().source(model, tmp_path / "page.html")
    shown = in_browser(page, action, width, tmp_path)
    raw = shown["raw"]
    assert model.pipeline is not None
    if preset == "iris":
        given: Any = {name: np.array(values) for name, values in raw.items()}
        assert raw["sepal length (cm)"] == [6.5]
    else:
        shape = {"moons": (2,), "digits": (8, 8, 1)}.get(preset, (28, 28, 1))
        given = np.array(next(iter(raw.values())), np.float32).reshape(1, *shape)
    probabilities = model.predictions(given).probabilities
    assert probabilities is not None
    assert np.abs(np.array(shown["found"]) - probabilities[0]).max() < 1e-5
    assert shown["wide"] <= 0


@needs_browser
def test_a_row_with_a_text_is_typed(tmp_path: Path) -> None:
    model = hostile()
    shown = in_browser(InteractivePage().source(model, tmp_path / "a.html"), _ROW, 390, tmp_path)
    assert shown["raw"] == {HOSTILE: [2.5], "kind": ["b"]}
    probabilities = model.predictions(
        {HOSTILE: np.array([2.5]), "kind": np.array(["b"], object)}
    ).probabilities
    assert probabilities is not None
    assert np.abs(np.array(shown["found"]) - probabilities[0]).max() < 1e-5
    assert shown["wide"] <= 0


@needs_browser
def test_a_text_is_continued_as_the_network_does(tmp_path: Path) -> None:
    model, _ = trained("repeat", 1)
    shown = in_browser(InteractivePage().source(model, tmp_path / "a.html"), _TEXT, 390, tmp_path)
    probabilities = model.predictions(["abca"]).probabilities
    assert probabilities is not None
    assert np.abs(np.array(shown["found"]) - probabilities.ravel()).max() < 1e-5
    assert shown["wide"] <= 0
    assert shown["letters"][:3] == ["a", "b", "c"]
    assert len(shown["texts"]) == 6
    assert all(text.startswith("abca") for text in shown["texts"])


@needs_browser
def test_what_an_autoencoder_gives_back_is_drawn(tmp_path: Path) -> None:
    model, _ = trained("Digits through two numbers", 1)
    shown = in_browser(InteractivePage().source(model, tmp_path / "a.html"), "", 1440, tmp_path)
    given = np.array(next(iter(shown["raw"].values())), np.float32).reshape(1, 8, 8, 1)
    values = model.predictions(given).values
    assert values is not None
    assert np.abs(np.array(shown["found"]) - values[0]).max() < 1e-5
    # Grey levels of what is drawn, from black to white.
    assert np.abs(np.array(shown["drawn"])[::4] - 255 * values[0].clip(0, 1)).max() <= 1


@needs_node
@pytest.mark.parametrize("preset", ["repeat", "Digits through two numbers"])
def test_texts_and_reconstructions_are_proved(preset: str) -> None:
    proof = prove(InteractivePage(), *trained(preset, 1))
    assert proof.holds, proof.fault


@needs_browser
def test_the_film_of_a_page_computes_with_the_weights_of_earlier_moments(tmp_path: Path) -> None:
    experiment = preset_named("moons")
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    film, wanted, place = [], [], np.array([[0.5, -0.25]], np.float32)
    for epoch in (0, 1, 2):
        film.append((float(epoch), (trainer.network.parameters.copy(), trainer.network.state.copy())))
        wanted.append(trainer.network.predict(prepared.pipeline.transform(place))[0])
        trainer.run_epoch()
    model = trained_model(experiment, TrainerState.of(trainer, prepared.pipeline))
    page = InteractivePage().source(replace(model, film=tuple(film)), tmp_path / "page.html")
    for at in (0, 2):
        shown = in_browser(page, _FILM % at, 1440, tmp_path)
        found = shown["found"][1] if len(wanted[at]) == 1 else shown["found"]
        assert found == pytest.approx(wanted[at][0], abs=2e-3)
    # None where there is no room for two moments, or no wish.
    for spec, given in ((InteractivePage(film_kb=0), film), (InteractivePage(), film[:1])):
        assert content(spec.source(replace(model, film=tuple(given)), Path("a.html")))["film"] == {}


@needs_node
def test_a_page_of_half_the_digits_says_how_much_differs(tmp_path: Path) -> None:
    model, raw = trained("digits")
    exact, half = InteractivePage(), InteractivePage(weights="float16")
    proof = prove(half, model, raw)
    assert proof.holds
    assert 1e-7 < proof.largest < 0.01
    assert prove(exact, model, raw).largest < 1e-5
    sizes = [
        len(json.dumps(content(spec.source(model, tmp_path / "a.html"))["graph"])) for spec in (exact, half)
    ]
    assert sizes[1] < 0.6 * sizes[0]


AUDIT = """
axe.run(document, { resultTypes: ["violations"] }).then((found) => {
  const said = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  globalThis.audit = said.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
});
"""


@needs_browser
@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core")
@pytest.mark.parametrize(("preset", "width"), [("moons", 1440), ("iris", 390), ("digits", 1440)])
def test_axe_finds_nothing_serious_in_a_page(preset: str, width: int, tmp_path: Path) -> None:
    page = InteractivePage().source(trained(preset)[0], tmp_path / "page.html")
    program = AXE.read_text("utf-8").replace("</script", "<\\/script")
    assert in_browser(page, f"{program};{AUDIT}", width, tmp_path, wait_ms=3000)["audit"] == []


@needs_browser
def test_hostile_names_are_shown_as_text_in_a_browser(tmp_path: Path) -> None:
    shown = in_browser(InteractivePage().source(hostile(), tmp_path / "a.html"), "", 1440, tmp_path)
    assert shown["images"] == 0
    assert len(shown["found"]) == 3


def in_browser(page: str, action: str, width: int, folder: Path, wait_ms: int = 0) -> dict[str, Any]:
    """What the page reports in its title after `action`, which its policy is made to allow; no word on the console."""
    report = f"setTimeout(() => {{ {_REPORT} }}, {wait_ms});"
    return reported(with_program(page, f"setTimeout(() => {{ {action}\n{report} }}, 300);"), width, folder)


def with_program(page: str, added: str) -> str:
    """The page with more behind its program, which its policy allows."""
    text = re.search(r'<script id="program">(.*?)</script>', page, re.DOTALL)
    assert text
    # A browser without a screen draws no frames while its time is made to pass.
    frames = "globalThis.requestAnimationFrame = (call) => setTimeout(call, 16);"
    program = f"{frames}\n{text[1]}\n{added}\n"
    hashes = [
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (text[1], program)
    ]
    return page.replace(text[1], program).replace(hashes[0], hashes[1])


def reported(page: str, width: int, folder: Path) -> dict[str, Any]:
    """The JSON that a page has for a title in the end; it says no word on the console."""
    assert BROWSER is not None
    path = folder / "shown.html"
    path.write_text(page, "utf-8")
    if width < _MIN_PX:
        path = folder / "phone.html"
        path.write_text(_PHONE % width, "utf-8")
    command = [
        BROWSER,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--window-size={width},900",
    ]
    command += [
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=5000",
        "--enable-logging=stderr",
        # A frame in a process of its own has another time.
        "--disable-features=IsolateSandboxedIframes",
    ]
    done = subprocess.run(
        [*command, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    assert "CONSOLE" not in done.stderr, done.stderr
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert title
    found: dict[str, Any] = json.loads(html.unescape(title[1]))
    return found
