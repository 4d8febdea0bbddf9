"""Settings as texts, and what differs in the words of a user."""

from __future__ import annotations

import pytest

from core.data.datasets import Iris
from core.experiment.experiment import Experiment
from core.nn import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.nn.interventions import Intervention
from core.optim import SGD
from core.optim.regularizers import L2
from core.runs.run import data_key, data_text
from core.runs.run_settings import TITLES, RunSettings, changes, head_of, title_of

BASE = Experiment(layers=(Dense(units=8, activation="tanh"), Dense(units=8, activation="tanh")))


def _told(old: Experiment, new: Experiment) -> list[str]:
    return [change.text for change in changes(RunSettings.of(old), RunSettings.of(new))]


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (BASE.with_training(optimizer=BASE.training.optimizer.replace(learning_rate=0.1)), ["rate 0.1"]),
        (BASE.replace(layers=(*BASE.layers, Dropout(rate=0.3))), ["+ Dropout 0.3"]),
        (BASE.replace(layers=BASE.layers[:1]), ["− Dense 8"]),
        (
            BASE.replace(layers=(Dense(units=16, activation="tanh"), Dense(units=12, activation="tanh"))),
            ["8 · 8 → 16 · 12"],
        ),
        (
            BASE.replace(layers=(Dense(units=8, activation="relu"), Dense(units=4, activation="tanh"))),
            ["8 → 4", "ReLU"],
        ),
        (BASE.with_training(regularizer=L2(rate=0.01)), ["+ L2 0.01"]),
        (BASE.with_training(optimizer=SGD(learning_rate=0.03)), ["SGD"]),
        (BASE.with_training(batch_size=32), ["batch 32"]),
        (BASE.replace(seed=3), ["seed 3"]),
        (BASE.replace(interventions=(Intervention("mute", 0, 1),)), ["held 1 neuron"]),
        (BASE.replace(name="Another"), []),
    ],
)
def test_a_difference_is_told_as_a_user_would(new: Experiment, told: list[str]) -> None:
    assert _told(BASE, new) == told


def test_columns_of_a_table_are_told_by_those_that_are_fewer() -> None:
    iris = BASE.replace(dataset=Iris())
    three, one = Iris().with_columns(Iris.names[:3]), Iris().with_columns(Iris.names[2:3])
    assert _told(iris, iris.replace(dataset=three)) == ["inputs without petal width"]
    assert _told(iris, iris.replace(dataset=one)) == ["inputs petal length"]
    assert data_key(iris) == data_key(iris.replace(dataset=one))
    assert data_text(iris.replace(dataset=one), one.load(0)) == "150 rows, 4 columns"


def test_a_penalty_is_added_changed_and_removed() -> None:
    weak, strong = (
        BASE.with_training(regularizer=L2(rate=0.001)),
        BASE.with_training(regularizer=L2(rate=0.1)),
    )
    assert _told(weak, strong) == ["L2 0.1"]
    found = changes(RunSettings.of(weak), RunSettings.of(BASE))
    assert [(change.text, change.kind) for change in found] == [("− L2 0.001", "removed")]


def test_layers_are_summed_up() -> None:
    images = (Conv2D(filters=8), MaxPooling2D(), Flatten(), Dense(units=32))
    assert RunSettings.of(BASE).layers_text == "8 · 8 tanh"
    assert RunSettings.of(BASE.replace(layers=images)).layers_text.startswith("Conv2D 8, ")
    assert RunSettings.of(BASE.replace(layers=())).layers_text == "no hidden layers"
    assert RunSettings.of(BASE).summary == ("8 · 8 tanh", "Adam 0.03")


def test_settings_survive_json() -> None:
    settings = RunSettings.of(BASE.with_training(regularizer=L2()))
    assert RunSettings.from_json(settings.to_json()) == settings
    assert settings.by_name["units"] == "8 · 8"


def test_settings_of_older_programs_are_read() -> None:
    """They wrote the names and "None" as people read them."""
    old = '{"layers": [], "values": [["Learning rate", "0.03"], ["Regularization", "None"], ["Train / test", "0.5"]]}'
    found = RunSettings.from_json(old)
    assert found.by_name == {
        "layers": "none",
        "learning_rate": "0.03",
        "regularization": "None",
        "train_/_test": "0.5",
    }
    assert found.summary == ("no hidden layers", "0.03")
    now = RunSettings.from_json(
        RunSettings((), (("learning_rate", "0.1"), ("regularization", "L2"))).to_json()
    )
    assert [change.text for change in changes(found, now)] == ["rate 0.1", "+ L2"]
    assert [change.text for change in changes(now, found)] == ["rate 0.03", "− L2"]
    assert [*map(title_of, found.by_name)] == ["Layers", "Learning rate", "Regularization", "Train / test"]
    assert all(head_of(name) == title for name, title in TITLES.items())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"layers": 1, "values": []}',
        '{"layers": [["a"]], "values": []}',
        '{"layers": [], "values": [[1, 2]]}',
    ],
)
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|settings"):
        RunSettings.from_json(text)
