"""A live page: what it is sent, and in a browser what it shows then, within the frame of a notebook's view."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Conv2D, CrossEntropy, Dense, Flatten, Input, Sequence
from core.io.resources import resource
from core.notebook.live_page import LivePage, Message
from tests.core.formats.page.test_exporter import content, needs_browser, reported, with_program

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
PLACE = np.array([[0.5, -0.25]], np.float32)


def classifier(**settings: Any) -> Sequence:
    return Sequence(
        [Input(2), Dense(8, "tanh"), Dense(2, "softmax")],
        **{"feedback_steps": 0, "learning_rate": 0.05, **settings},
    )


def arrays(message: Message) -> dict[str, Any]:
    """The arrays of a message by name."""
    described = zip(message[0]["arrays"], message[1], strict=True)
    return {name: np.frombuffer(data, "<f4").reshape(shape) for (name, shape), data in described}


def test_a_moment_has_the_weights_as_they_are_now_and_the_curves() -> None:
    model = classifier()
    page = LivePage(model, X, Y)
    first = content(page.source(0.0))
    assert first["live"] is True
    assert first["inputs"]["kind"] == "points"
    assert ["Network", "2 → 8 → 2"] in first["facts"]
    assert len(first["samples"]["train"]) == 84
    model.fit(X, Y, epochs=3, verbose=0)
    page.record(3.0, 0.5, 0.6)
    message = page.message(3.0, " of 9")
    sent = arrays(message)
    kernel = model.get_weights()[0]
    assert any(array.shape == (2, 8) and np.array_equal(array, kernel) for array in sent.values())
    assert set(sent) <= set(first["graph"]["constants"])
    assert message[0]["text"] == "epoch 3 of 9"
    page.record(4.0, 0.25, math.nan)
    light, none = page.message(4.0, weights=False)
    assert (light["arrays"], none) == ([], [])
    assert light["curves"]["train"] == [0.5, 0.25]
    assert light["curves"]["test"] == [0.6, None]
    # A page that is opened later has the moments that there were.
    assert content(page.source(4.0))["film"]["epochs"] == [0.0, 3.0]


def test_the_film_is_thinned_and_begins_anew_with_an_earlier_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.notebook.live_page._MAX_MOMENTS", 6)
    page = LivePage(classifier(), X, Y)
    for epoch in range(30):
        page.message(float(epoch))
    kept = content(page.source(30.0))["film"]["epochs"]
    assert len(kept) <= 6
    assert kept[0] == 0.0
    page.message(0.0)
    assert content(page.source(1.0))["film"] == {}


def test_images_tables_values_and_scores_are_shown_as_the_model_takes_them() -> None:
    images = RNG.integers(0, 17, (40, 8, 8, 1)).astype(np.float32)
    digits = Sequence([Conv2D(2, 3), Flatten(), Dense(4, "softmax")])
    page = LivePage(digits, images, RNG.permutation(40) % 4)
    assert content(page.source(0.0))["inputs"]["kind"] == "images"
    shown = page._trained(0.0)
    np.testing.assert_allclose(
        shown.predictions(images[:5]).probabilities, digits.predict(images[:5]), atol=1e-5
    )
    table = RNG.normal(size=(40, 3)).astype(np.float32)
    scores = Sequence([Dense(3)], loss=CrossEntropy(from_logits=True))
    page = LivePage(
        scores, table, np.arange(40) % 3, feature_names=["a", "b", "c"], class_names=["p", "q", "r"]
    )
    found = content(page.source(0.0))
    assert [column["name"] for column in found["inputs"]["columns"]] == ["a", "b", "c"]
    assert found["outputs"]["names"] == ["p", "q", "r"]
    outputs = scores.predict(table[:5])
    wanted = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    rows = dict(zip("abc", table[:5].T, strict=True))
    np.testing.assert_allclose(page._trained(0.0).predictions(rows).probabilities, wanted, atol=1e-5)
    values = content(LivePage(Sequence([Dense(1)], loss="mse"), X, 100 + X[:, 0]).source(0.0))["outputs"]
    assert values["middle"][0] == pytest.approx(100, abs=1)
    assert values["scale"][0] == pytest.approx(1, abs=0.5)


def test_what_a_page_cannot_show_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="X must be at least two samples"):
        LivePage(classifier(), X[0], Y)
    with pytest.raises(ValueError, match=r"X must be samples of shape \(2,\), got \(3,\)"):
        LivePage(classifier(), np.ones((9, 3)), Y[:9])
    with pytest.raises(ValueError, match="y must be class numbers, texts or one-hot rows"):
        LivePage(classifier(), X, np.ones((120, 2), int))


_FRAME = """
const [page, state, moments] = JSON.parse(document.getElementById("given").textContent);
const told = {}, sent = [], el = document.getElementById("el");
const model = {
  get: (name) => ({ page, state })[name], on: (name, call) => (told[name] = call), off: (name) => delete told[name],
  send: (message) => sent.push(message),
};
const end = render({ model, el });
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
addEventListener("message", ({ data }) => {
  if (data.report) document.title = JSON.stringify({ ...data.report, sent, height: el.firstChild.style.height });
});
const frame = () => el.firstChild.contentWindow;
await wait(500);
for (const [content, texts] of moments) {
  const bytes = texts.map((text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
  told["msg:custom"](content, bytes.map((each) => new DataView(each.buffer)));
  await wait(300);
}
frame().postMessage({ go: 1 }, "*");
await wait(500);
end();
frame()?.postMessage({ ask: 1 }, "*");
"""
_WITHIN = """
addEventListener("message", ({ data }) => {
  const set = (field, value) => { field.value = value; field.dispatchEvent(new Event("input", { bubbles: true })); };
  if (data.go) {
    document.querySelectorAll(".plotbox + .place input").forEach((field, at) => set(field, ["0.5", "-0.25"][at]));
    document.querySelector(".tools button").click();
    const rate = document.getElementById("rate");
    rate.value = "0.25";
    rate.dispatchEvent(new Event("change"));
    if (globalThis.EARLIER) set(document.querySelector(".film input"), "0");
  }
  if (data.ask) {
    const graph = JSON.parse(document.getElementById("model").textContent).graph;
    const film = document.querySelector(".film input");
    parent.postMessage({ report: {
      found: Array.from(NumpyNet.state.values[graph.outputs.at(-1)].d),
      text: document.querySelector(".tools .hint").textContent,
      fault: document.querySelector(".fault").textContent, theme: document.documentElement.dataset.theme,
      moments: [film.value, film.max],
      line: document.querySelector("polyline.train").getAttribute("points").split(" ").length,
    } }, "*");
  }
});
"""


@needs_browser
@pytest.mark.parametrize("earlier", [False, True])
def test_a_frame_shows_the_moments_that_it_is_sent(earlier: bool, tmp_path: Path) -> None:
    model = classifier()
    page = LivePage(model, X, Y)
    wanted, moments = model.predict(PLACE)[0], []
    source = with_program(page.source(0.0), f"globalThis.EARLIER = {str(earlier).lower()};{_WITHIN}")
    for epoch in (5, 10):
        model.fit(X, Y, epochs=epoch, initial_epoch=epoch - 5, verbose=0)
        page.record(float(epoch), 1 / epoch, 2 / epoch)
        said, buffers = page.message(float(epoch))
        moments.append([said, [base64.b64encode(each).decode() for each in buffers]])
    if not earlier:
        wanted = model.predict(PLACE)[0]
    state = {"playing": False, "rate": 0.05, "sentence": "A <b>sentence</b>", "controls": True}
    given = json.dumps([source, state, moments]).replace("<", "\\u003c")
    program = resource("page", "notebook.js").read_text("utf-8").replace("export default { render };", _FRAME)
    shown = reported(
        '<!doctype html><title>{}</title><body data-jp-theme-light="false"><div id="el"></div>'
        f'<script type="application/json" id="given">{given}</script><script type="module">{program}</script>',
        1000,
        tmp_path,
    )
    assert np.abs(np.array(shown["found"]) - wanted).max() < 1e-5
    assert shown["text"] == "epoch 10"
    assert shown["fault"] == "A <b>sentence</b>"
    assert shown["theme"] == "dark"
    assert shown["moments"] == ["0" if earlier else "2", "2"]
    assert shown["line"] == 2
    assert int(shown["height"].removesuffix("px")) > 500
    asked = [each["do"] for each in shown["sent"]]
    assert asked[0] == "shown"
    assert asked[-1] == "gone"
    assert asked.count("drawn") == 2
    assert {"play", "rate"} <= set(asked)
    assert next(each for each in shown["sent"] if each["do"] == "rate")["value"] == "0.25"
    assert len({each["view"] for each in shown["sent"]}) == 1
