"""Texts are written token by token, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import Dense as PublicDense
from core import Sequence
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import ModularSums
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, save_project
from core.nn import Dense, Reshape
from core.predict.generate import generate, makes_texts


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("names"), Experiment(dataset=Names(samples=300)))


def saved(folder: Path, experiment: Experiment) -> Path:
    time = experiment.dataset.info().shape[0]
    made = experiment.replace(layers=(Reshape((time, 1)), Dense(8, "tanh"))).with_training(
        loss="cross_entropy"
    )
    prepared = prepare(made)
    trainer = make_trainer(made, prepared, record_initial=False)
    trainer.run_epoch()
    path = folder / "made.nnplay"
    save_project(path, made, TrainerState.of(trainer, prepared.pipeline))
    return path


def test_texts_continue_the_prompt_and_end(names: Path) -> None:
    model = Sequence.load(names)
    assert makes_texts(model.pipeline)
    texts = model.generate("ann", count=20, length=6, temperature=1.0)
    assert len(texts) == 20
    assert all(isinstance(text, str) and text.startswith("ann") and len(text) <= 9 for text in texts)
    assert not any("\n" in text for text in texts)
    assert texts == model.generate("ann", count=20, length=6, temperature=1.0)
    assert texts != model.generate("ann", count=20, length=6, temperature=1.0, seed=1)
    assert len(set(model.generate())) > 1
    # A prompt that is longer than what the network sees.
    assert model.generate("abcdefghijklmnopqrstuvwxyz", count=1)[0].startswith("abcdefghijklmnopqrstuvwxyz")


def test_temperature_0_is_the_likeliest_token(names: Path) -> None:
    model = Sequence.load(names)
    assert model.pipeline is not None
    text = model.generate("jo", count=2, length=1, temperature=0)
    shares = model.predict(model.pipeline.transform(["jo"]))[0, 2]
    likeliest = model.pipeline.inputs.text([shares.argmax()]).strip("\n")  # type: ignore[attr-defined]
    assert text == [f"jo{likeliest}"] * 2
    assert model.generate("jo", count=2, length=1, top_k=1) == text


def test_without_a_pipeline_tokens_are_numbers() -> None:
    model = Sequence([Reshape((4, 1)), PublicDense(5, activation="softmax")], loss="cross_entropy")
    X = np.arange(40).reshape(10, 4) % 5
    model.fit(X, (X + 1) % 5, epochs=1, verbose=0)
    made = model.generate([1, 2, 3], count=3, length=7)
    assert isinstance(made, np.ndarray)
    assert made.shape == (3, 10)
    assert (made[:, :3] == [1, 2, 3]).all()
    assert 0 <= made.min() <= made.max() < 5
    assert model.generate(count=1, length=2).shape == (1, 3)  # type: ignore[union-attr]
    for prompt in ([5], [-1], "ab"):
        with pytest.raises(
            ValueError, match=r"^generate: without texts the prompt must be token numbers below 5, got"
        ):
            model.generate(prompt)


def test_logits_are_probabilities_first() -> None:
    model = Sequence([Reshape((4, 1)), PublicDense(5, activation="softmax")], loss="cross_entropy")
    X = np.arange(40).reshape(10, 4) % 5
    model.fit(X, (X + 1) % 5, epochs=1, verbose=0)
    logits = Sequence([Reshape((4, 1)), PublicDense(5)], loss="mse")
    logits.fit(X.astype(float), np.zeros((10, 4, 5)), epochs=1, verbose=0)
    logits.set_weights(model.get_weights())
    np.testing.assert_array_equal(model.generate([1], 9, 9, 1.0), logits.generate([1], 9, 9, 1.0))


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"count": 0}, "count must be a whole number from 1 to 100,000, got 0$"),
        ({"length": 0}, "length must be a whole number from 1 to 100,000, got 0$"),
        ({"top_k": -1}, "top_k must be a whole number from 0 to 100,000, got -1$"),
        ({"seed": 1.5}, "seed must be a whole number from 0 to"),
        ({"temperature": -0.5}, r"temperature must be at least 0, got -0\.5$"),
        ({"temperature": float("nan")}, "temperature must be a number of at least 0, got nan$"),
        ({"prompt": "ann ß"}, "the prompt cannot be read: ' ' is none of the 27 tokens that are known$"),
        ({"prompt": [1, 2]}, r"the prompt must be a text, got \[1, 2\]$"),
    ],
)
def test_what_cannot_be_made_is_a_sentence(choices: dict[str, object], sentence: str, names: Path) -> None:
    with pytest.raises(ValueError, match=f"^generate: {sentence}"):
        Sequence.load(names).generate(**choices)  # type: ignore[arg-type]


def test_other_models_write_no_texts() -> None:
    model = Sequence([PublicDense(3)], loss="mse")
    model.fit(np.zeros((4, 2)), np.zeros((4, 3)), verbose=0)
    with pytest.raises(
        ValueError, match=r"^generate: only a network that tells at each position which token follows"
    ):
        model.generate("a")


def test_words_are_joined_by_spaces(tmp_path: Path) -> None:
    model = Sequence.load(saved(tmp_path, Experiment(dataset=ModularSums(modulus=5))))
    (text,) = model.generate("1 + 2 =", count=1, length=1)
    assert text.startswith("1 + 2 = ")
    assert len(text.split()) == 5
    # A first token is drawn where texts have no beginning.
    assert len({text.split()[0] for text in model.generate(count=1, seed=0)}) == 1
    assert generate(model.network, model.pipeline, "3", 1, 1)[0].startswith("3 ")
