"""Conditions: what can be compared, when they hold, and where training may stop for them."""

from __future__ import annotations

import math

import pytest

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.lessons.conditions import ConditionCheck, Moment, looked_at, parse_condition, stop_condition
from core.nn import LAYERS
from core.train.stop_condition import StopCondition

NETWORK = Experiment(layers=LAYERS.parse("dense 8 relu, dropout 0.2, dense 4 tanh"), dataset=Moons(noise=0.3))


@pytest.mark.parametrize(
    "text",
    [
        "hidden layers = 2",
        "hidden units <= 12",
        "hidden units > 11",
        "test accuracy >= 95 %",
        "accuracy gap < 4%",
        "training loss <= 0.2",
        "dataset.noise = 0.3",
        "dataset = moons",
        "dataset != circles",
        "layers.dense.units >= 8",
        "layers.0.activation != tanh",
        "layers = dense 8 relu,  dropout 0.2, dense 4 tanh",
        "features = x2 x1",
        "optimizer = adam",
        "layers.0.use_bias = true",
        "seed = 0",
        "export was used",
        "an epoch was looked at",
        "3 hidden neurons were looked at",
        "test   accuracy\n>= 95 % was tried",
    ],
)
def test_a_condition_holds(text: str) -> None:
    measured = {"test accuracy": 0.95, "training loss": 0.1, "accuracy gap": 0.03}
    done = {"export was used", "an epoch was looked at", "3 hidden neurons were looked at"}
    moment = Moment(NETWORK, measured, frozenset(done))
    assert parse_condition(text).holds(moment)
    assert parse_condition(text).share(moment) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "test accuracy >= 95 %",
        "test loss <= 1",
        "typed weights >= 1",
        "regularizer.rate >= 0",
        "layers.flatten.units = 1",
        "hidden units <= 11",
        "hidden units != 12",
        "dataset != moons",
        "a mistake was looked at",
        "undo was used",
    ],
)
def test_a_condition_does_not_hold_nor_where_it_is_about_nothing(text: str) -> None:
    moment = Moment(NETWORK, {"test accuracy": math.nan})
    assert not parse_condition(text).holds(moment)
    assert parse_condition(text).share(moment) < 1.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("accuracy", "a condition must be a comparison"),
        ("(epoch >= 3)", "must compare a setting by its path or one of epoch"),
        ("epoch >= 3 or epoch <= 1", "a condition must be a comparison"),
        ("epoch >= many", "'epoch' must be compared with a number, got 'many'"),
        ("epoch >= 1e999", "must be compared with a number"),
        ("dataset >= moons", "must be compared with a number, got 'moons'"),
        ("test accuracy >= 95", "compared with a percentage such as \"95 %\", got '95'"),
        (3, "a condition must be a text of at most 200 characters, got 3"),
        ("epoch >= " + "1" * 200, "at most 200 characters"),
        ("a thing was looked at", "a condition must be a comparison"),
    ],
)
def test_what_is_no_condition_is_a_sentence(text: object, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_condition(text)
    assert sentence in str(caught.value)


def test_what_was_tried_once_stays_and_the_rest_does_not() -> None:
    check = ConditionCheck(map(parse_condition, ("dataset.noise = 0.3 was tried", "dataset.noise = 0.3")))
    assert check.holding(Moment(Experiment())) == (False, False)
    assert check.holding(Moment(NETWORK)) == (True, True)
    assert check.holding(Moment(Experiment())) == (True, False)


def test_a_goal_shows_how_far_it_is() -> None:
    accuracy = parse_condition("test accuracy >= 95 %")
    near = Moment(NETWORK, {"test accuracy": 0.646})
    assert accuracy.share(near) == pytest.approx(0.646 / 0.95)
    assert (accuracy.text(0.946), accuracy.text(accuracy.value)) == ("94.6 %", "95 %")
    assert parse_condition("hidden units <= 3").share(near) == 0.0
    # It does not hold yet, however near.
    assert accuracy.share(Moment(NETWORK, {"test accuracy": 0.9499999})) == 0.99
    assert accuracy.text(0.94999) == "94.9 %"
    assert (accuracy.text(None), accuracy.label_in()) == ("–", "Test accuracy")
    assert parse_condition("optimizer.learning_rate = 0.03").label_in() == "Learning rate"
    assert str(parse_condition("test accuracy >= 95 % was tried")) == "test accuracy >= 95 % was tried"


@pytest.mark.parametrize(
    ("texts", "stop"),
    [
        (("epoch >= 60", "hidden layers = 0"), StopCondition(epoch=60)),
        (("epoch > 60",), StopCondition(epoch=61)),
        (("test accuracy >= 95 %", "epoch <= 40"), StopCondition(epoch=40, accuracy=0.95)),
        (("training loss <= 0.1",), StopCondition(loss=0.1, on_test=False)),
        (("test accuracy >= 90 %", "epoch >= 20"), StopCondition(epoch=20)),
        (("test accuracy >= 95 %", "epoch <= 0"), StopCondition(epoch=0, accuracy=0.95)),
        (("epoch <= 9",), StopCondition(epoch=9)),
        (("hidden units <= 3", "accuracy gap <= 5 %", "export was used"), None),
        (("epoch >= 0",), None),
        ((), None),
    ],
)
def test_conditions_on_training_say_where_it_may_stop(
    texts: tuple[str, ...], stop: StopCondition | None
) -> None:
    assert stop_condition(map(parse_condition, texts)) == stop


@pytest.mark.parametrize(
    ("text", "measured", "said"),
    [
        ("test accuracy >= 95 %", {"test accuracy": 0.874}, "87.4 % of at least 95 %"),
        ("test accuracy >= 95 %", {"test accuracy": 0.96}, "96.0 % of at least 95 % ✓"),
        # Rounded as everywhere, unless that would look like what it is not.
        ("accuracy gap <= 5 %", {"accuracy gap": 0.01667}, "1.7 % of at most 5 % ✓"),
        ("accuracy gap <= 5 %", {"accuracy gap": 0.05003}, "5.1 % of at most 5 %"),
        ("test accuracy >= 95 %", {"test accuracy": 0.94996}, "94.9 % of at least 95 %"),
        ("hidden units <= 3", {}, "12 of at most 3"),
        ("epoch <= 0", {"epoch": 0}, "0 ✓"),
        ("epoch <= 0", {"epoch": 2}, "2, not 0"),
        ("layers.0.activation != relu", {}, "still relu"),
        ("layers.0.activation != tanh", {}, "relu ✓"),
        ("layers.0.activation = tanh", {}, "relu, not tanh"),
        ("export was used", {}, "not yet"),
        ("turned = true", {"turned": "false"}, "no, not yes"),
        ("steps = 1", {"steps": 20}, "20, not 1"),
        ("steps = 1", {"steps": 1}, "1 ✓"),
        ("better seeds >= 0", {}, "not yet"),
        ("prompt = ka", {"prompt": ""}, "–, not ka"),
        ("better seeds >= 14", {}, "– of at least 14"),
        ("turned = false", {"turned": "false"}, "no ✓"),
    ],
)
def test_how_far_a_condition_is_reads_well(text: str, measured: dict[str, float | str], said: str) -> None:
    moment = Moment(NETWORK, measured)
    condition = parse_condition(text)
    assert condition.state_text(moment, condition.holds(moment)) == said


def test_epochs_are_spent_at_their_limit() -> None:
    limit = parse_condition("epoch <= 40")
    spent = [limit.is_spent(Moment(NETWORK, {"epoch": epoch})) for epoch in (0, 39, 40, 41)]
    assert spent == [False, False, True, True]
    assert not limit.is_spent(Moment(NETWORK))
    assert not parse_condition("epoch >= 40").is_spent(Moment(NETWORK, {"epoch": 50}))
    # By hand, without training.
    assert not parse_condition("epoch <= 0").is_spent(Moment(NETWORK, {"epoch": 0}))


def test_neurons_are_counted_by_kind() -> None:
    three = parse_condition("3 hidden neurons were looked at")
    done: set[str] = set()
    for count, said in ((1, "1 of 3"), (2, "2 of 3"), (3, "✓")):
        done.add(looked_at("hidden neuron", count))
        moment = Moment(NETWORK, done=frozenset(done | {looked_at("input", 1), looked_at("neuron", 9)}))
        assert three.state_text(moment, three.holds(moment)) == said
    assert (three.way({"neuron": "see"}), three.way({})) == ("see", "")
    assert three.label_in() == "Look at 3 hidden neurons"
    assert parse_condition("an input was looked at").holds(moment)
    assert parse_condition("an output was looked at").state_text(moment, False) == "not yet"


@pytest.mark.parametrize(
    ("value", "said"), [(0.9731, "97.3 %"), (0.9496, "94.9 %"), (0.95, "95 %"), (0.95004, "95.0 %")]
)
def test_a_share_is_said_in_tenths_of_a_percent_and_never_on_the_wrong_side(value: float, said: str) -> None:
    assert parse_condition("test accuracy >= 95 %").text(value) == said
