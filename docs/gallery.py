"""The gallery: presets that are trained while the site is built, each as an interactive page and as a project."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Final

from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import load_experiment, preset_files
from core.experiment.project_file import TrainerState, save_project
from core.formats import InteractivePage
from core.formats.page.still_picture import SIDE, still_picture
from core.formats.trained_experiment import trained_model
from core.spec.notation import specs_to_text

EPOCHS: Final = {
    "01_spirals": 200,
    "03_moons": 100,
    "04_xor": 100,
    "05_blobs": 60,
    "06_quantiles": 120,
    "07_hills": 150,
    "08_iris": 60,
    "09_wine": 60,
    "10_digits": 40,
    "11_mnist": 8,
    "12_mnist_softmax": 10,
    "13_mnist_cnn": 4,
}
"""How long each preset is trained, by its file in `resources/presets`."""

_FILMED: Final = (*range(12), *range(12, 30, 3), *range(30, 100, 10), *range(100, 1000, 25))
"""Epochs before which a moment is kept for the page's film."""


def files(stem: str, epochs: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a preset's page, project and picture."""
    path = next(each for each in preset_files() if each.stem == stem)
    experiment = load_experiment(path)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    film = []
    for epoch in range(epochs):
        if epoch in _FILMED:
            vectors = (trainer.network.parameters.copy(), trainer.network.state.copy())
            film.append((float(epoch), vectors))
        trainer.run_epoch()
    state = TrainerState.of(trainer, prepared.pipeline)
    model = replace(trained_model(experiment, state), film=tuple(film))
    with tempfile.TemporaryDirectory() as folder:
        page, project = Path(folder) / "page.html", Path(folder) / "project.nnplay"
        InteractivePage().write(model, page)
        save_project(project, experiment, state)
        yield f"{stem}.html", page.read_bytes()
        yield f"{stem}.nnplay", project.read_bytes()
    yield f"{stem}.webp", still_picture(model, prepared)[0]


def page() -> str:
    """The page that shows them; the files lie beside it, in `gallery/`."""
    cards = []
    for stem in EPOCHS:
        experiment = load_experiment(next(each for each in preset_files() if each.stem == stem))
        name, network = (
            escape(experiment.name),
            escape(specs_to_text(experiment.layers)) or "no hidden layers",
        )
        beside = f"../gallery/{stem}"
        cards.append(
            f'<figure><a href="{beside}.html"><img src="{beside}.webp" alt="{name}" width="{SIDE}"></a>'
            f'<figcaption><a href="{beside}.html"><b>{name}</b></a><br>{network}<br>'
            f'<a href="{beside}.nnplay">Project</a></figcaption></figure>'
        )
    return (
        "# Gallery\n\nTwelve networks that were trained while this site was built. Each opens as an **interactive "
        "page**: one file that runs the network in your browser, as **Export > Interactive page** writes it. Its "
        "project opens in the window, and trains on there.\n\n"
        f'<div class="cards">\n{"".join(cards)}\n</div>\n\n'
        "## The window\n\n| light | dark |\n| --- | --- |\n"
        "| ![Spirals, light](../pictures/points-light.png) | ![Spirals, dark](../pictures/points-dark.png) |\n"
        "| ![MNIST, light](../pictures/images-light.png) | ![MNIST, dark](../pictures/images-dark.png) |\n"
    )
