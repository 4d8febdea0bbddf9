"""What the fields of the bar offer."""

from __future__ import annotations

import pytest

from core.data.datasets import DATASETS
from core.experiment.experiment import Experiment
from core.nn.losses import LOSSES
from core.optim.regularizers import L1, L2, NoRegularizer
from core.train.training_config import TrainingConfig
from playground.views.training_bar import field_choices as fields
from tests.playground.views.training_bar.made_bar import Made, choose, pick

pytestmark = pytest.mark.usefixtures("themed")


def losses_offered(made: Made) -> set[str]:
    loss = made.bar.fields.loss
    return {str(loss.itemData(index)) for index in range(loss.count())}


def with_facts(labels: str, outputs: int) -> Experiment:
    for kind in DATASETS:
        info = kind().info()
        if info.labels == labels and (info.outputs == outputs or labels == "values"):
            loss = "mean_squared_error" if labels == "values" or outputs != 2 else "binary_cross_entropy"
            return Experiment(dataset=kind(), training=TrainingConfig(loss=LOSSES.make(loss)))
    raise LookupError(labels)


def test_only_losses_that_fit_are_offered(made: Made) -> None:
    of_classes = {kind.kind for kind in LOSSES if "classification" in kind.tasks}
    assert losses_offered(made) == of_classes
    made.document.change("Data", with_facts("classes", 10))
    assert losses_offered(made) == of_classes - {"binary_cross_entropy", "binary_focal_crossentropy"}
    made.document.change("Data", with_facts("values", 1))
    assert losses_offered(made) == {kind.kind for kind in LOSSES if "regression" in kind.tasks}
    pick(made.bar.fields.loss, "huber")
    assert made.document.experiment.training.loss == LOSSES.make("huber")
    # A loss that does not fit is still shown until it is fixed.
    unfit = made.document.experiment.with_training(loss=LOSSES.make("cross_entropy"))
    made.document.change("Unfit", unfit)
    assert made.bar.fields.loss.current == "cross_entropy"


def test_regularization_is_one_list_of_kind_and_rate(made: Made) -> None:
    combo = made.bar.fields.regularizer
    assert [combo.itemText(index) for index in range(3)] == ["None", "L1 · 0.0001", "L1 · 0.001"]
    choose(combo, combo.findText("L2 · 0.001"))
    assert made.document.experiment.training.regularizer == L2(rate=0.001)
    assert made.document.undo_stack.undoText() == "Regularization L2 · 0.001"
    made.document.change("File", made.document.experiment.with_training(regularizer=L1(rate=0.002)))
    assert combo.currentText() == "L1 · 0.002"
    choose(combo, 0)
    assert made.document.experiment.training.regularizer == NoRegularizer()


@pytest.mark.parametrize("regularizer", [NoRegularizer(), L1(rate=0.03), L2(rate=1 / 3)])
def test_regularizer_keys_are_exact(regularizer: NoRegularizer | L1 | L2) -> None:
    assert fields.regularizer_from_key(fields.regularizer_key(regularizer)) == regularizer
