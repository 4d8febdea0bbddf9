"""The formulas that kinds give as text, which the pages of the API show, are what their code computes."""

import re
from typing import Any

import numpy as np
import pytest
from scipy.special import erf, expit

from core.nn import ACTIVATIONS
from core.nn.losses import LOSSES
from core.nn.network import Network
from core.optim import OPTIMIZERS
from core.optim.regularizers import REGULARIZERS
from core.optim.schedules import SCHEDULES

UNREAD = {"nadam": "a product over all steps", "lbfgs": "H stands for a list of steps"}
CALLED: dict[str, Any] = {
    "exp": np.exp, "ln": np.log, "sqrt": np.sqrt, "abs": np.abs, "mean": np.mean, "max": np.maximum, "min": np.minimum,
    "sign": np.sign, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "floor": np.floor, "where": np.where, "σ": expit,
    "total": np.sum, "h": None, "Φ": lambda x: (1 + erf(x / np.sqrt(2))) / 2,
    "φ": lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}  # fmt: skip
SPELLED = (
    (r"^(.+) if (.+), else (.+)$", r"where(\2, \1, \3)"), (r"\b([xtp])_n?k\b", r"\1"), (r"∂L/∂w", "slope"),
    (r"Σ(?:_\w+)? (.*)$", r"total(\1)"), (r"\|([^|]*)\|", r"abs(\1)"), (r"\bcos (\w+)", r"cos(\1)"), ("²", "^2"),
    (r"\^", "**"), ("·", "*"), ("−", "-"), ("≤", "<="),
)  # fmt: skip


def value(text: str, **names: Any) -> Any:
    """The value of a formula; what stands beside each other is multiplied, but for functions and what they take."""
    text, *rest = re.split(r", (?:h\(d\)|p) = ", text)
    if rest:
        names |= {"h": lambda d: value(rest[0], **{**names, "d": d})}
    for pattern, instead in SPELLED:
        text = re.sub(pattern, instead, text)
    code = before = ""
    for token in re.findall(r"\d+(?:\.\d+)?|\w+|\*\*|<=|\S", text):
        is_product = (before == ")" or before[-1:].isalnum()) and (token == "(" or token[0].isalnum())
        code += f"*{token}" if is_product and before not in CALLED else token
        before = token
    return eval(code, {**CALLED, **names})


def settings(made: Any) -> dict[str, Any]:
    return {item.name: getattr(made, item.name) for item in made.settings()}


def test_activations_are_their_formulas() -> None:
    x = np.array([[-2.0, -0.3, 0.4, 3.0]])
    for kind in ACTIVATIONS:
        written = {name: name for name in settings(kind())} | {"x": "x", "a": "y", "others": "x_k"}
        network, names = Network([kind()], (4,), dtype="float64"), settings(kind())
        y = value(kind.formula_text.format_map(written), x=x, **names)
        np.testing.assert_allclose(network.predict(x), y, rtol=1e-12, err_msg=kind.kind)
        found = (network.predict(x + 1e-6) - network.predict(x - 1e-6)) / 2e-6
        slope = value(kind.slope_text.format_map(written), x=x, y=y, **names) if kind.slope_text else found
        np.testing.assert_allclose(found, np.broadcast_to(slope, x.shape), rtol=1e-6, err_msg=kind.kind)


def test_losses_and_their_gradients_are_their_formulas() -> None:
    # The others have sums in sums and 0 ln(0), which `value` does not read; PyTorch and Keras compute them in tests.
    for kind in (kind for kind in LOSSES if not kind.__module__.endswith("more_losses")):
        rng, loss, shape = np.random.default_rng(2), kind(), (7, 3 if kind.fuses == "softmax" else 1)
        y, t = rng.uniform(0.1, 0.9, shape), rng.uniform(-3.0, 3.0, shape)
        t = np.eye(3)[rng.integers(3, size=7), : shape[1]] if loss.fuses else t
        names = {**settings(loss), "y": y, "p": y, "t": t, "n": len(y)}
        equations, found = dict(text.split(" = ", 1) for text in kind.equations), np.empty_like(y)
        names["L"] = value(equations.pop("L"), **names)
        assert loss.value(y, t) == pytest.approx(names["L"]), kind
        for left, right in equations.items():
            (loss.fused_gradient if left == "∂L/∂z" else loss.gradient)(y, t, found)
            p = value(right.split(", p = ")[1], z=y) if left == "∂L/∂z" else y
            np.testing.assert_allclose(found, value(right, **{**names, "p": p}), rtol=1e-6, err_msg=kind.kind)


def test_optimizers_make_the_steps_of_their_formulas() -> None:
    for kind in (kind for kind in OPTIMIZERS if kind.kind not in UNREAD):
        rng, made = np.random.default_rng(3), kind()
        names = dict.fromkeys("vmsu", 0.0) | {"w": rng.normal(size=6)} | settings(made)
        names |= {"rate": made.learning_rate, "s": names.get("initial_accumulator", 0.0)}
        names |= {f"β_{i}": names.get(f"beta_{i}") for i in (1, 2)}
        parameters, gradients = names["w"].copy(), np.empty(6)
        state = made.bind(parameters, gradients)
        for step in range(1, 5):
            names["t"], gradients[:] = step, rng.normal(size=6)
            state.update()
            for text in (text for text in kind.equations if " with " not in text):
                for part in re.split(r", (?=\w = )", text):
                    name, right = part.split(" = ", 1)
                    names[name] = value(right, **{"g": gradients, **names})
            np.testing.assert_allclose(parameters, names["w"], rtol=1e-12, err_msg=kind.kind)


def test_penalties_and_schedules_are_their_formulas() -> None:
    for kind in (kind for kind in REGULARIZERS if kind.equations):
        w, found = np.array([1.0, -2.0, 0.5]), np.full(3, 7.0)
        kind(rate=0.3).add_gradient(w, found, np.empty(3))
        penalty, slope = (text.split(" = ")[1] for text in kind.equations)
        assert kind(rate=0.3).penalty(w) == pytest.approx(value(penalty, L=0.0, w=w, rate=0.3))
        np.testing.assert_allclose(found, value(slope, slope=7.0, w=w, rate=0.3))
    for kind in (kind for kind in SCHEDULES if kind.equations):
        for epoch in (0, 1, 60):
            names = {"base": 0.1, "epoch": epoch, "p": epoch / settings(kind()).get("epochs", 1), "π": np.pi}
            wanted = value(kind.equations[0].split(" = ")[1], **names, **settings(kind()))
            assert kind().rate(0.1, 10 * epoch, 10) == pytest.approx(wanted), kind
