"""The page that trains: its steps are the library's, what it refuses it says, and a browser trains with it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data.datasets import Painted
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_network, make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.project_file import TrainerState
from core.experiment.short_text import experiment_from_text
from core.formats import InteractivePage, TrainedModel
from core.formats.page import training_plan as plans
from core.formats.page.packing import packed_levels
from core.formats.page.proving import MAX_DIFFERENCE
from core.formats.page.training_plan import MAX_NUMBERS, STEPS, training_fault
from core.formats.trained_experiment import trained_model
from core.formats.weights.safetensors import safetensors_arrays
from core.nn import LAYERS, Activation, Dense, Dropout, Flatten
from core.nn.activations import ACTIVATIONS, ActivationFunction
from core.nn.interventions import Intervention
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Nesterov
from core.optim.regularizers import L1, L2, NoRegularizer
from core.optim.schedules import CosineDecay
from core.spec.regularizer import REGULARIZERS
from core.train.training_config import TrainingConfig
from tests.core.formats.page.test_exporter import (
    AUDIT,
    AXE,
    HOSTILE,
    NODE,
    content,
    needs_browser,
    needs_node,
    reported,
    trained,
    with_program,
)

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
BASES = (
    "spirals", "moons", "xor", "blobs", "iris", "wine", "hills", "tf_playground", "tf_plane", "digits",
)  # fmt: skip
FUNCTIONS = [kind.kind for kind in ACTIVATIONS]
_PAGES = """
const fs = require("fs");
const [first, ...pages] = process.argv.slice(1).map((path) => fs.readFileSync(path, "utf8"));
const part = (page, id) => new RegExp(`<script[^>]* id="${id}"[^>]*>([^]*?)</script>`).exec(page)[1];
new Function(part(first, "program"))();
console.log(JSON.stringify([first, ...pages].map((page) => {
  const model = JSON.parse(part(page, "model")), network = new NumpyNet.Network(model.graph);
  const before = JSON.stringify(network.constants);
  const found = NumpyNet.checkTraining(network, model.training);
  return { steps: found.steps, largest: found.largest, moved: before !== JSON.stringify(network.constants) };
})));
"""


def checked(pages: list[Path]) -> list[dict[str, Any]]:
    """What pages that train find of their own proofs, in one process of Node."""
    assert NODE is not None
    done = subprocess.run([NODE, "-e", _PAGES, *map(str, pages)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def drawn(number: int) -> TrainedModel:
    """A network with settings drawn at random that a page can train."""
    random = np.random.default_rng(number)
    base = preset_named(BASES[number % len(BASES)])
    layers: list[Any] = []
    if base.dataset.kind == "digits":
        layers += [Dropout(0.2)] * int(random.integers(2)) + [Flatten()]
    for _ in range(random.integers(1, 4)):
        function, units = str(random.choice(FUNCTIONS)), int(random.integers(2, 13))
        if random.random() < 0.2:
            layers += [Dense(units), Activation(function)]
        else:
            layers.append(Dense(units, function, use_bias=bool(random.random() < 0.9)))
        if random.random() < 0.3:
            layers.append(Dropout(float(random.choice([0.0, 0.1, 0.2, 0.5]))))
    optimizers = [Adam(0.01), Adam(0.03), SGD(0.1), Momentum(0.03), Nesterov(0.03), AdamW(0.01)]
    experiment = base.replace(layers=tuple(layers), seed=int(random.integers(1000))).with_training(
        optimizer=optimizers[random.integers(6)],
        regularizer=[NoRegularizer(), L1(0.001), L2(0.003)][random.integers(3)],
        batch_size=int(random.choice([1, 5, 10, 32])),
    )
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    try:
        for _ in range(random.integers(0, 3)):
            trainer.run_epoch()
    except ArithmeticError:
        trainer = make_trainer(experiment, prepared)
    return trained_model(experiment, TrainerState.of(trainer, prepared.pipeline))


@needs_node
@pytest.mark.parametrize(
    "numbers",
    [range(6), pytest.param(range(6, 60), marks=pytest.mark.slow("22 s"))],
    ids=["six", "sixty"],
)
def test_a_page_takes_the_same_steps_as_numpy(
    numbers: range, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InteractivePage, "_still", lambda *_: "")
    pages = [tmp_path / f"{number}.html" for number in numbers]
    for number, path in zip(numbers, pages, strict=True):
        InteractivePage(trains=True).write(drawn(number), path)
    found = checked(pages)
    worst = {
        number: each for number, each in zip(numbers, found, strict=True) if each["largest"] > MAX_DIFFERENCE
    }
    assert not worst
    assert not any(each["moved"] for each in found), "a proof must leave the page's own weights"
    # Float32 itself is reproducible in most of them.
    assert sum(each["steps"] == STEPS for each in found) >= 0.7 * len(found)


@needs_node
def test_steps_in_which_float32_parts_from_float64_are_not_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = trained("moons", 1)
    said = []
    for most in (1.0, 1e-6, 0.0):
        monkeypatch.setattr(plans, "MAX_PARTING", most)
        InteractivePage(trains=True).write(model, tmp_path / "page.html")
        (found,) = checked([tmp_path / "page.html"])
        page = (tmp_path / "page.html").read_text("utf-8")
        said.append(found["steps"])
        assert f"As the program does: {found['steps']} steps of 50 were compared." in page
        assert found["largest"] <= MAX_DIFFERENCE
    assert said[0] == STEPS > said[1] > said[2] == 0


def test_few_different_numbers_take_few_bits_and_come_back() -> None:
    digits = np.random.default_rng(0).choice([0.0, 0.0, 0.0, 1.5, -2.0], (40, 7)).astype(np.float32)
    kind, shape, text, bits, levels = packed_levels(digits)
    assert (kind, shape, bits, sorted(levels)) == ("levels", [40, 7], 1, [-2.0, 0.0, 1.5])
    assert len(text) < digits.size / 3
    assert packed_levels(np.arange(300.0))[0] == "float64"
    assert packed_levels(np.empty((0, 3), np.float32))[:2] == ["float32", [0, 3]]


# --- what a page cannot train ---------------------------------------------------------------------------------------


def moons(**changes: Any) -> Experiment:
    return preset_named("moons").with_training(**changes)


_HAS = (Dense, Activation, ActivationFunction, Flatten, Dropout)


@pytest.mark.parametrize("kind", tuple(LAYERS), ids=lambda kind: kind.kind)
def test_every_kind_of_layer_is_trained_or_named(kind: Any) -> None:
    fault = training_fault(preset_named("moons").replace(layers=(kind(),)), 100)
    trains = kind in _HAS or issubclass(kind, ActivationFunction)
    assert (fault == "") == trains
    assert trains or kind.title in fault


def test_a_function_without_slopes_in_the_page_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    spirals = preset_named("spirals")
    assert training_fault(spirals, 100) == ""
    monkeypatch.setattr(type(spirals.layers[0].activation), "onnx_nodes", _absolute)
    assert training_fault(spirals, 100) == "a page does not train Tanh"


def _absolute(self: Any, graph: Any, x: Any, weights: Any, input_shape: Any) -> Any:
    return graph.elementwise("Abs", x)


@pytest.mark.parametrize(
    ("setting", "registry", "known"),
    [
        ("optimizer", OPTIMIZERS, {"sgd", "momentum", "nesterov", "adam", "adamw"}),
        ("loss", LOSSES, {"binary_cross_entropy", "mean_squared_error", "half_squared_error"}),
        ("regularizer", REGULARIZERS, {"none", "l1", "l2"}),
    ],
)
def test_every_kind_of_training_is_followed_or_named(setting: str, registry: Any, known: set[str]) -> None:
    for kind in registry:
        if setting == "loss" and "classification" not in kind.tasks:
            continue
        fault = training_fault(moons(**{setting: kind()}), 100)
        if kind.kind == "cross_entropy":  # two outputs, behind softmax
            assert fault == ""
            continue
        assert (fault == "") == (kind.kind in known), kind
        assert kind.kind in known or kind.title in fault


def test_every_other_setting_of_a_training_must_be_as_by_default() -> None:
    for setting in TrainingConfig.settings():
        if setting.registry is None or setting.name in ("loss", "optimizer", "regularizer"):
            continue
        other = [kind() for kind in setting.registry if kind() != setting.default]
        changed = other or [setting.default.replace(shift=1)]
        for each in changed:
            assert setting.label in training_fault(moons(**{setting.name: each}), 100)


def test_what_else_a_page_cannot_train_is_said() -> None:
    spirals = preset_named("spirals")
    dense = Dense(3, kernel_regularizer="l2")
    loss = spirals.training.loss
    for experiment, samples, word in (
        (None, 10, "how it was trained"),
        (spirals, 0, "cannot be read here"),
        (spirals, MAX_NUMBERS, "at most 500,000 numbers"),
        (spirals.replace(layers=(dense,)), 10, "settings of its own"),
        (spirals.replace(interventions=(Intervention("mute", 0, 1),)), 10, "does not hold"),
        (spirals.with_training(loss=loss.replace(label_smoothing=0.1)), 10, "label smoothing"),
        (spirals.with_training(schedule=CosineDecay()), 10, "Schedule"),
        (preset_named("Digits through two numbers"), 10, "classes and values, not"),
        (preset_named("repeat"), 10, "classes and values, not"),
    ):
        assert word in training_fault(experiment, samples), word
    assert training_fault(spirals, 500) == ""
    assert "With my training samples" in training_fault(spirals, 500, stays=True)


def test_a_page_that_cannot_train_runs_and_says_why() -> None:
    model, _ = trained("moons", 1)
    assert model.experiment is not None
    other = replace(model, experiment=model.experiment.with_training(optimizer=OPTIMIZERS.get("rmsprop")()))
    page = InteractivePage(trains=True).source(other, Path("a.html"))
    found = content(page)
    assert found["training"] is None
    assert found["facts"][-1] == ["Runs only", "A page does not train with RMSprop."]
    assert "class Training" not in page
    assert "Drag the point" in found["about"]


@pytest.mark.parametrize("travels", [False, True])
def test_a_users_own_samples_travel_only_where_that_is_chosen(
    travels: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = trained("iris", 1)
    assert model.experiment is not None
    monkeypatch.setattr(type(model.experiment.dataset), "sha256", "0" * 64, raising=False)
    spec = InteractivePage(trains=True, with_samples=travels)
    found = content(spec.source(replace(model, data_sha256="0" * 64), Path("a.html")))
    assert (found["training"] is not None) == travels
    assert found["samples"] == {}
    notes = spec.notes(model.experiment, 150)
    assert ("150 samples of your own: whoever has it has them" in notes.values()) == travels
    assert "with_samples" not in spec.idle(model.description)
    assert "with_samples" in InteractivePage().idle(model.description)
    assert InteractivePage().notes(model.experiment, 150) == {}


def test_pages_are_small_and_go_back_into_the_program() -> None:
    for preset, most in (("spirals", 200_000), ("digits", 250_000)):
        model, _ = trained(preset, 1)
        page = InteractivePage(trains=True).source(model, Path("a.html"))
        assert len(page.encode()) < most
        assert experiment_from_text(content(page)["line"]) == model.experiment


def test_points_painted_by_the_thousand_have_no_line() -> None:
    random = np.random.default_rng(0)
    points = tuple((*random.uniform(-5, 5, 2).tolist(), int(random.integers(2))) for _ in range(3000))
    experiment = preset_named("moons").replace(dataset=Painted(points=points))
    data = prepare(experiment)
    model = TrainedModel(make_network(experiment), data.pipeline, "Mine", 0, 0, experiment=experiment)
    found = content(InteractivePage(trains=True).source(model, Path("a.html")))
    assert found["line"] == ""
    assert found["training"]["proof"]["steps"] > 0


# --- in a browser ---------------------------------------------------------------------------------------------------

_STATE = """
const t = NumpyNet.training, told = (one) => document.querySelector(one)?.textContent;
const button = (name) => document.querySelector(`.steer [aria-label="${name}"]`);
const violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
const report = () => ({
  epoch: t.epoch, steps: t.steps, score: NumpyNet.trainer.score(), playing: NumpyNet.trainer.playing(),
  pictures: NumpyNet.trainer.pictures(), shown: told(".setting.epoch .count"), proof: told(".proof [role=status]"),
  fault: told(".fault"), added: told(".points [role=status]"), rows: t.order.length, violations,
  wide: document.documentElement.scrollWidth - innerWidth, images: document.images.length,
  checked: NumpyNet.trainer.checked, held: NumpyNet.trainer.check().held, play: button("Play") ? "Play" : "Pause",
});
const found = [];
"""
_STEERED = """
const plane = document.querySelector(".plot");
const key = (name) => plane.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
const copied = [];
document.execCommand = (command) => Boolean(copied.push([command, document.activeElement.value]));
URL.createObjectURL = (blob) => {
  blob.arrayBuffer().then((buffer) => {
    const weights = t.parameters.map(({ d }) => Array.from(d));
    const file = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    found.push({ ...report(), file, weights, copied, said: told(".open") });
    document.title = JSON.stringify(found);
  });
  return "#";
};
found.push(report());
button("Play").click();
setTimeout(() => {
  found.push(report());
  button("Pause").click();
  button("Step").click();
  found.push(report());
  button("Reset").click();
  found.push(report());

  key("Enter");  // Off: nothing is added
  document.querySelectorAll(".segment button")[2].click();
  const box = plane.getBoundingClientRect();
  const there = { clientX: box.left + 20, clientY: box.top + 30, bubbles: true };
  plane.dispatchEvent(new PointerEvent("pointerdown", there));
  ["ArrowRight", "ArrowUp", "Enter", "Enter"].forEach(key);
  button("Take the last point back").click();
  button("Step").click();

  document.querySelector(".open").click();
  const taken = [...document.querySelectorAll("button")].find((one) => one.textContent === "Download these weights");
  setTimeout(() => taken.click(), 200);
}, 1500);
"""


def steered(page: str, action: str, folder: Path) -> Any:
    """What a page that trains reports in its title after `action`."""
    return reported(with_program(page, f"setTimeout(() => {{ {_STATE} {action} }}, 300);"), 1440, folder)


@pytest.fixture(scope="module")
def spirals() -> str:
    return InteractivePage(trains=True).source(trained("spirals", 0)[0], Path("a.html"))


@pytest.fixture(scope="module")
def seen(spirals: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Before, played, stepped, begun again, points added, weights taken: a browser takes a second to start."""
    found: list[dict[str, Any]] = steered(spirals, _STEERED, tmp_path_factory.mktemp("page"))
    return found


@needs_browser
def test_a_browser_trains_pauses_steps_and_begins_again(seen: list[dict[str, Any]]) -> None:
    before, played, stepped, again = seen[:4]
    assert before["epoch"] == 0
    assert "✓ Same as the program’s numbers to 0.0001 over 50 steps" in before["proof"]
    assert before["held"]
    assert before["checked"]["largest"] < MAX_DIFFERENCE
    assert played["playing"]
    assert played["play"] == "Pause"
    assert played["epoch"] > 15
    assert played["pictures"] > 20
    assert played["score"]["right"] > 0.9
    assert stepped["steps"] == played["steps"] + 1
    assert not stepped["playing"]
    assert (again["epoch"], again["shown"], again["steps"]) == (0, "000,000", 0)
    assert again["score"] == before["score"]
    assert all(each["wide"] <= 0 and each["violations"] == [] for each in seen)


@needs_browser
def test_points_are_added_by_click_and_by_key_and_taken_back(seen: list[dict[str, Any]]) -> None:
    assert seen[-1]["added"] == "2 added"
    assert seen[-1]["rows"] == 352


@needs_browser
def test_the_weights_of_the_moment_and_the_experiment_are_taken_away(
    seen: list[dict[str, Any]], tmp_path: Path
) -> None:
    taken = seen[-1]
    path = tmp_path / "taken.safetensors"
    path.write_bytes(base64.b64decode(taken["file"]))
    arrays, _ = safetensors_arrays(path)
    numbers = sorted(float(number) for array in arrays.values() for number in array.read(path).ravel())
    assert numbers == sorted(number for each in taken["weights"] for number in each)
    assert taken["held"]
    assert taken["said"] == "Copied: now Edit › Paste experiment"
    [(command, line)] = taken["copied"]
    assert command == "copy"
    assert experiment_from_text(line).dataset.kind == "spirals"


@needs_browser
@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core")
def test_axe_finds_nothing_serious_in_a_page_that_trains(spirals: str, tmp_path: Path) -> None:
    program = AXE.read_text("utf-8").replace("</script", "<\\/script")
    report = "setTimeout(() => (document.title = JSON.stringify(globalThis.audit)), 3000);"
    assert steered(spirals, f"{program};{AUDIT}{report}", tmp_path) == []


_FRAME = """<title></title>
<iframe sandbox="allow-scripts" src="inside.html#play" width="390" height="900" style="border: 0"></iframe>
<script>addEventListener("message", ({ data }) => { document.title = data; });</script>
"""
_LEARNED = """
const sizes = () => [
  ...Array.from(t.arenas.values(), (each) => each.arrays.length), document.querySelectorAll("*").length,
];
setTimeout(() => {
  const before = sizes();
  setTimeout(() => parent.postMessage(JSON.stringify({ ...report(), before, after: sizes() }), "*"), 1000);
}, 1000);
"""


@needs_browser
def test_a_narrow_frame_without_rights_trains_by_its_link_in_arrays_that_stay(
    spirals: str, tmp_path: Path
) -> None:
    page = with_program(spirals, f"setTimeout(() => {{ {_STATE} {_LEARNED} }}, 300);")
    (tmp_path / "inside.html").write_text(page, "utf-8")
    found = reported(_FRAME, 1440, tmp_path)
    assert found["playing"]
    assert found["epoch"] > 15
    assert found["held"]
    assert found["violations"] == []
    assert found["wide"] <= 0
    assert found["before"] == found["after"]


@needs_browser
def test_hostile_names_are_text_and_steps_that_are_too_large_a_sentence(tmp_path: Path) -> None:
    model, _ = trained("iris", 1)
    assert model.pipeline is not None
    outputs = model.pipeline.outputs.replace(names=(HOSTILE, "{{PROGRAM}}", "c"))
    page = InteractivePage(trains=True, about=HOSTILE).source(
        replace(model, name=HOSTILE, pipeline=replace(model.pipeline, outputs=outputs)), Path("a.html")
    )
    assert page.count("</script>") == 2
    action = """
    button("Step").click();
    found.push(report());
    NumpyNet.training.settings.rate = 1e39;
    for (let step = 0; step < 60; step++) button("Step").click();
    found.push(report());
    button("Reset").click();
    found.push(report());
    document.title = JSON.stringify(found);
    """
    stepped, bad, again = steered(page, action, tmp_path)
    assert (stepped["images"], stepped["steps"], stepped["violations"]) == (0, 1, [])
    assert bad["fault"] == "The steps were too large: press Reset and choose a smaller learning rate."
    assert (again["fault"], again["steps"]) == ("", 0)


@pytest.mark.slow("4 s")
@pytest.mark.skipif(FIREFOX is None, reason="needs Firefox")
def test_firefox_proves_the_page_by_itself(spirals: str, tmp_path: Path) -> None:
    assert FIREFOX is not None
    (tmp_path / "page.html").write_text(spirals, "utf-8")
    picture = tmp_path / "shown.png"
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(tmp_path / "profile")]
    (tmp_path / "profile").mkdir()
    subprocess.run(
        [*command, f"--screenshot={picture}", "--window-size=1440,1400", (tmp_path / "page.html").as_uri()],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    with Image.open(picture) as image:
        counts = image.convert("RGB").getcolors(1 << 20)
    assert counts is not None
    # The strip of a proof that holds is pale green, of another one pale red.
    green = sum(count for count, (r, g, b) in counts if g > r + 8 and g > b + 4 and r > 200)
    assert green > 20_000
