"""Templates fit the data they are offered for."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import DATASETS, Dataset, Digits, Iris, Moons
from core.data.datasets.image_folder_dataset import ImageFolder
from core.data.datasets.series_file_dataset import SeriesFile
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import Brackets, Repeat, Waves
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_network
from core.experiment.problems import find_problems
from core.experiment.templates import TEMPLATES, Template, templates_for, with_template
from core.nn import Dense
from core.nn.interventions import Intervention
from core.train.training_config import TrainingConfig
from tests.core.experiment.on_data import with_dataset

SEQUENCES = (Repeat(), Names(), Brackets(asked="balanced"), Waves(), SeriesFile(target="v", features="v"))
IMAGES = [template for template in TEMPLATES if template.for_images]


def named(title: str) -> Template:
    return next(template for template in TEMPLATES if template.title == title)


@pytest.mark.parametrize("kind", list(DATASETS), ids=lambda kind: kind.kind)
def test_what_is_offered_runs_on_the_data(kind: type) -> None:
    experiment = with_dataset(Experiment(), kind())
    offered = templates_for(experiment)
    assert len(offered) >= 4
    for template in offered:
        made = with_template(experiment, template)
        assert [p for p in find_problems(made) if not p.download] == [], template.title


@pytest.mark.parametrize(
    ("title", "parameters"),
    [
        ("Softmax regression", 784 * 10 + 10),
        ("Perceptron 160", 784 * 160 + 160 + 160 * 10 + 10),
        ("LeNet-5", 156 + 2416 + 400 * 120 + 120 + 120 * 84 + 84 + 84 * 10 + 10),
    ],
)
def test_the_networks_on_mnist_have_the_parameters_of_their_papers(title: str, parameters: int) -> None:
    experiment = with_template(
        Experiment(dataset=Digits(size="28x28"), training=TrainingConfig(loss="cross_entropy")), named(title)
    )
    assert make_network(experiment).parameter_count == parameters


@pytest.mark.parametrize("template", IMAGES, ids=lambda template: template.title)
def test_images_of_8_pixels_are_not_shrunk_to_nothing(template: Template) -> None:
    experiment = with_template(
        Experiment(dataset=Digits(), training=TrainingConfig(loss="cross_entropy")), template
    )
    assert find_problems(experiment) == ()
    assert all(size > 0 for shape in make_network(experiment).shapes for size in shape)


def test_only_the_network_is_another() -> None:
    experiment = Experiment(
        dataset=Moons(noise=0.3),
        layers=(Dense(3),),
        interventions=(Intervention("mute", 0, 1),),
        training=TrainingConfig(batch_size=7),
    )
    made = with_template(experiment, named("Wide"))
    assert made.layers != experiment.layers
    assert made.interventions == ()
    assert (
        made.replace(
            layers=experiment.layers, output=experiment.output, interventions=experiment.interventions
        )
        == experiment
    )


def test_points_and_tables_have_the_same_ones() -> None:
    assert templates_for(Experiment(dataset=Iris())) == templates_for(Experiment())


@pytest.mark.parametrize("dataset", SEQUENCES, ids=lambda data: data.kind)
def test_what_is_offered_for_sequences_runs_and_sees_no_later_token(dataset: Dataset) -> None:
    experiment = with_dataset(Experiment(), dataset)
    offered = templates_for(experiment)
    assert len(offered) == 5
    for template in offered:
        made = with_template(experiment, template)
        assert [p for p in find_problems(made) if "file" not in p.sentence] == [], template.title
        network = make_network(made)
        if dataset.info().labels != "tokens":
            continue
        tokens = np.random.default_rng(0).integers(0, dataset.info().vocabulary, (3, *network.input_shape))
        before = network.predict(tokens)
        tokens[:, 9:] = 1
        np.testing.assert_allclose(
            network.predict(tokens)[:, :9], before[:, :9], atol=1e-6, err_msg=template.title
        )


def test_a_task_that_does_not_take_samples_so_large_has_no_template() -> None:
    for size, is_offered in ((32, True), (33, False)):
        experiment = Experiment(dataset=ImageFolder(size=size))
        assert ("From noise" in [each.title for each in templates_for(experiment)]) == is_offered
