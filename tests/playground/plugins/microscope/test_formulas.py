"""A neuron's numbers, written as formulas."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.data.datasets import Wine
from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.experiment.presets import preset_named
from core.inspect.attention import HeadTrace
from core.inspect.neuron import CellTrace
from core.nn import ACTIVATIONS, ELU, Dense, Embedding, LeakyReLU, MaxPooling2D, Tanh
from core.nn.interventions import Intervention, InterventionKind
from core.nn.losses import CrossEntropy, Loss, MeanSquaredError
from core.optim import OPTIMIZERS, Adam
from core.train.training_config import TrainingConfig
from playground.plugins.microscope.formulas import (
    activation_formula,
    cell_formula,
    filled,
    gradient_formula,
    head_formula,
    loss_formula,
    number,
    setting_texts,
    sum_formula,
    summand,
    update_formula,
)
from playground.plugins.microscope.product_table import input_name, prediction_names
from tests.playground.fakes import points_experiment
from tests.playground.plugins.microscope.lenses import plain, trace_of

pytestmark = pytest.mark.usefixtures("themed")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.42494, "0.4249"),
        (-0.77, "−0.7700"),
        (0.0001, "0.0001"),
        (-5.3e-05, "−5.3e−05"),
        (4.2e-05, "4.2e−05"),
        (-12.3456, "−12.346"),
        (123.456, "123.46"),
        (-31_000.0, "−31,000"),
    ],
)
def test_summands_have_the_digits_to_add_them_up(value: float, text: str) -> None:
    assert summand(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.4249, "0.42"),
        (-0.77, "−0.77"),
        (-12.345, "−12.35"),
        (0.0312, "0.031"),
        (0.0071, "0.0071"),
        (4.2e-05, "4.2e−05"),
        (123.45, "123.5"),
        (-31_000.0, "−31,000"),
        (5e6, "5 million"),
        (float("inf"), "∞"),
    ],
)
def test_numbers_have_about_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_the_sum_is_written_with_its_largest_products_first() -> None:
    trace = dataclasses.replace(
        trace_of(points_experiment(4), 0, 0),
        inputs=np.array([0.25, 1.3, 0.01, 2.0]),
        weights=np.array([-0.77, 0.42, 3.0, -0.05]),
        bias=-0.2,
        total=0.0834,
    )
    text = plain(sum_formula(trace))
    assert text == "z = 0.42·1.30 + (−0.77)·0.25 + (−0.050)·2.00 + … + (−0.20) = 0.083"


@pytest.mark.parametrize("kind", [kind.kind for kind in ACTIVATIONS if kind.kind != "softmax"])
def test_every_activation_has_a_formula_that_ends_in_its_output(kind: str) -> None:
    experiment = Experiment(layers=(Dense(3, ACTIVATIONS.make(kind)),))
    trace = trace_of(experiment, 0, 1)
    text = plain(activation_formula(trace))
    assert text.startswith("a = ")
    assert text.endswith(f"= {number(trace.output)}")
    assert "((" not in text
    assert kind == "linear" or number(trace.total) in text


def test_tanh_reads_as_in_a_book() -> None:
    trace = dataclasses.replace(trace_of(points_experiment(2), 0, 0), total=-0.31, output=-0.3004)
    assert plain(activation_formula(trace)) == "a = tanh(z) = tanh(−0.31) = −0.30"


@pytest.mark.parametrize(
    ("kind", "value", "words"), [("clamp", 0.5, "Clamped"), ("mute", 0.0, "Muted"), ("freeze", 0.0, "")]
)
def test_a_neuron_that_is_held_says_what_it_passes_on(
    kind: InterventionKind, value: float, words: str
) -> None:
    held = points_experiment(4).replace(interventions=(Intervention(kind, 0, 2, value=value),))
    trace = trace_of(held, 0, 2)
    own, *said = activation_formula(trace).split("<br>")
    assert plain(own) == plain(activation_formula(trace_of(points_experiment(4), 0, 2)))
    if not words:
        assert not said
        return
    assert "<b>" not in own, "the result is what the network goes on with"
    assert (
        plain(said[0]) == f"{words}: the network goes on with a = {number(value)}, whatever the inputs are."
    )
    assert f"<b>{number(value)}</b>" in said[0]
    assert f"∂L/∂a = 0, because the neuron is {words.lower()}" in plain(gradient_formula(trace))
    assert activation_formula(trace_of(held, 0, 1)).count("<br>") == 0


def test_the_loss_names_the_class() -> None:
    experiment = Experiment(
        dataset=Wine(), layers=(Dense(4, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    trace = trace_of(experiment, 1, 0)
    text = plain(loss_formula(trace, experiment, ("red", "white", "rosé")))
    target = ("red", "white", "rosé")[int(np.argmax(trace.target))]
    assert f"the target is {target} (1.00)" in text
    assert f"cross-entropy = {number(trace.loss)}" in text


def test_the_loss_of_next_letters_is_told_at_the_place() -> None:
    experiment = preset_named("repeat")
    prepared, trace = prepare(experiment), trace_of(experiment, "3/1", 5)
    names = prediction_names(prepared)
    prediction, target = trace.prediction.reshape(16, 12)[15], int(prepared.test.targets[0][15])
    best = int(prediction.argmax())
    assert plain(loss_formula(trace, experiment, names)).startswith(
        f"At place 16 the network predicts {names[best]} ({number(prediction[best])}), the target is {names[target]}."
    )
    # The inputs are those of the position, which are no pixels.
    assert trace.total == pytest.approx(trace.inputs @ trace.weights + trace.bias)
    assert input_name(trace, 2, experiment, prepared) == "Input 3"
    assert input_name(trace_of(experiment, "3/2", 0), 2, experiment, prepared) == "Neuron 3"
    assert input_name(trace_of(experiment, 7, 0), 2, experiment, prepared) == "Input 3"


@pytest.mark.parametrize(
    ("name", "ending"), [("moons_from_noise", ")"), ("digits_through_two_numbers", ", …)")]
)
def test_the_loss_of_several_values_names_no_class(name: str, ending: str) -> None:
    experiment = preset_named(name)
    trace = trace_of(experiment, 1, 0)
    text = plain(loss_formula(trace, experiment, prepare(experiment).data.class_names))
    prediction, target = (
        ", ".join(map(number, values[:3].tolist())) for values in (trace.prediction, trace.target)
    )
    assert f"predicts ({prediction}{ending}, the target is ({target}{ending}." in text


def test_the_gradient_is_the_chain_rule() -> None:
    trace = trace_of(points_experiment(4, loss=MeanSquaredError()), 0, 2)
    assert trace.slope is not None
    text = plain(gradient_formula(trace))
    assert f"∂L/∂a = {number(trace.output_gradient)}" in text
    assert f"1 − a² = {number(trace.slope)}" in text
    assert f"= {number(trace.total_gradient)}" in text


@pytest.mark.parametrize(
    ("loss", "words"), [(CrossEntropy(), "a − target ="), (MeanSquaredError(), "all outputs")]
)
def test_softmax_says_how_its_gradient_comes_about(loss: Loss, words: str) -> None:
    experiment = Experiment(dataset=Wine(), layers=(Dense(4, Tanh()),), training=TrainingConfig(loss=loss))
    experiment = experiment.replace(output=experiment.output.replace(activation="softmax"))
    trace = trace_of(experiment, 1, 2)
    text = plain(gradient_formula(trace))
    assert words in text
    assert f"= {number(trace.total_gradient)}" in text


def test_the_update_says_where_the_weight_goes() -> None:
    trace = trace_of(points_experiment(4, optimizer=Adam(0.03)), 0, 2)
    assert trace.bias_step is not None
    text = plain(update_formula(trace, Adam(0.03)))
    assert "Adam at a learning rate of 0.03" in text
    assert f"{trace.bias + trace.bias_step:.4f}".replace("-", "−") in text  # type: ignore[operator]
    lbfgs = OPTIMIZERS.make("lbfgs")
    assert "all samples" in update_formula(trace_of(points_experiment(4, optimizer=lbfgs), 0, 0), lbfgs)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("tanh({x})", "tanh(−2)"),
        ("max({slope}·{x}, {x})", "max(0.1·(−2), −2)"),
        ("{x} · σ({x})", "−2 · σ(−2)"),
        ("1 / (1 + exp(−{x}))", "1 / (1 + e<sup>−(−2)</sup>)"),
        ("{x} if {x} > 0 & so on", "−2 if −2 &gt; 0 &amp; so on"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_fields_are_filled_and_signs_bracketed_where_two_would_meet(pattern: str, text: str) -> None:
    assert filled(pattern, {"x": "−2", "slope": "0.1"}) == text


def test_a_field_without_a_value_leaves_all_out() -> None:
    assert filled("{x} + {y}", {"x": "1"}) is None


def test_settings_that_are_numbers_can_be_fields() -> None:
    assert setting_texts(LeakyReLU(0.25)) == {"negative_slope": "0.25"}
    assert setting_texts(ELU()) == {"alpha": "1"}
    assert setting_texts(MaxPooling2D()) == {}


def test_the_gates_and_the_state_of_a_gru_are_written_out() -> None:
    sums = np.array([0.5, -1.0, 0.25]), np.array([0.1, -0.2, -0.5])
    values = np.array([0.65, 0.23, 0.13])
    text = cell_formula(CellTrace("gru", 1, 4, *sums, values, -0.4, -0.21), "“a”, place 5")
    assert text.startswith("Unit 2 at “a”, place 5; its state before was −0.40.")
    assert "keep <i>z</i> = σ(inputs + state before) = σ(0.50 + 0.10) = <b>0.65</b>" in text
    assert "tanh(inputs + <i>r</i>·state before) = tanh(0.25 + 0.23·(−0.50)) = <b>0.13</b>" in text
    assert "= 0.65·(−0.40) + 0.35·0.13 = <b>−0.21</b>" in text


def test_those_of_an_lstm_and_of_a_plain_one_too() -> None:
    four = np.array([0.5, 1.0, -0.5, 0.2])
    text = cell_formula(CellTrace("lstm", 0, 0, four, 0 * four, four, 0.1, 0.3, (0.6, 0.7)), "place 1")
    assert (
        "cell <i>c</i> = <i>f</i>·before + <i>i</i>·<i>g</i> = 1.00·0.60 + 0.50·(−0.50) = <b>0.70</b>" in text
    )
    assert "<i>o</i>·tanh(<i>c</i>) = 0.20·tanh(0.70) = <b>0.30</b>" in text
    one = np.array([0.5])
    plain = cell_formula(CellTrace("simple_rnn", 0, 0, one, -one, 0 * one, 0.0, 0.0), "place 1")
    assert plain.endswith("<i>h</i> = tanh(inputs + state before) = tanh(0.50 + (−0.50)) = <b>0</b>")


@pytest.mark.parametrize("is_muted", [False, True])
def test_the_score_and_the_look_of_a_head_are_written_out(is_muted: bool) -> None:
    made = Experiment(dataset=Repeat(samples=100), layers=(Embedding(12, 4),))
    prepared = prepare(made.with_training(loss="cross_entropy"))
    letters = prepared.pipeline.inputs.raw(prepared.test.inputs[:1])[0]
    keys = np.zeros((16, 4))
    keys[1], keys[2] = (2.0, 0.0, -1.0, 0.0), (1.0, 0.0, 0.0, 0.0)
    query = np.array([3.0, 0.5, 1.0, 0.0])
    scores = keys @ query / 2.0
    scores[3:] = -np.inf
    looks = np.exp(scores) / np.exp(scores).sum()
    text = head_formula(HeadTrace(0, 2, query, keys, scores, looks, is_muted), prepared, 0)
    assert f"Head 1 at “{letters[2]}”, place 3, looks most at “{letters[1]}”, place 2." in text
    assert "3.00·2.00 + 1.00·(−1.00)" in text
    # (6 - 1) / √4
    assert "/ √4 = <b>2.50</b>" in text
    assert f"<b>{100 * looks[1]:.1f} %</b>" in text
    assert f"“{letters[2]}”, place 3: score 1.50, look " in text
    # Later positions are none of its.
    assert "place 4" not in text
    assert ("Muted" in text) == is_muted
