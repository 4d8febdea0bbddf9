"""The gallery: networks that are trained while the site is built, each as an interactive page and as a project.

Some have a second page, in which the network has learned nothing yet and learns where it is opened.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Final

from core.data.datasets import Circles
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import load_experiment, preset_files
from core.experiment.project_file import TrainerState, save_project
from core.formats import InteractivePage
from core.formats.page.still_picture import SIDE, still_picture
from core.formats.trained_experiment import trained_model
from core.spec.notation import specs_to_text

EPOCHS: Final = {
    "01_spirals": 200,
    "circles": 40,
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
    "20_tf_playground": 60,
    "21_tf_xor": 60,
    "22_tf_gauss": 40,
    "23_tf_spiral": 150,
    "24_tf_plane": 60,
    "25_tf_multi_gauss": 60,
}
"""How long each preset is trained, by its file in `resources/presets`."""
LEARNING: Final = (
    "01_spirals",
    "circles",
    "04_xor",
    "08_iris",
    "10_digits",
    *(stem for stem in EPOCHS if "_tf_" in stem),
)
"""Those with a page that trains."""

_FILMED: Final = (*range(12), *range(12, 30, 3), *range(30, 100, 10), *range(100, 1000, 25))
"""Epochs before which a moment is kept for the page's film."""


def files(stem: str, epochs: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a preset's page, project and picture."""
    experiment = _experiment(stem)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    if stem in LEARNING:
        fresh = trained_model(experiment, TrainerState.of(trainer, prepared.pipeline))
        learning = InteractivePage(trains=True)
        yield f"{stem}-learns.html", learning.source(fresh, Path("page.html")).encode()
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


def _experiment(stem: str) -> Experiment:
    """A preset by its file; circles have none."""
    if stem == "circles":
        return _experiment("03_moons").replace(name="Circles", dataset=Circles())
    return load_experiment(next(each for each in preset_files() if each.stem == stem))


def page() -> str:
    """The page that shows them, those that learn first; the files lie beside it, in `gallery/`."""
    cards = []
    for stem in sorted(EPOCHS, key=lambda stem: stem not in LEARNING):
        experiment = _experiment(stem)
        name, network = (
            escape(experiment.name),
            escape(specs_to_text(experiment.layers)) or "no hidden layers",
        )
        beside = f"../gallery/{stem}"
        first = f"{beside}-learns.html#play" if stem in LEARNING else f"{beside}.html"
        trained = f'<a href="{beside}.html">Trained</a> · ' if stem in LEARNING else ""
        cards.append(
            f'<figure><a href="{first}"><img src="{beside}.webp" alt="{name}" width="{SIDE}"></a>'
            f'<figcaption><a href="{first}"><b>{name}</b></a><br>{network}<br>'
            f'{trained}<a href="{beside}.nnplay">Project</a></figcaption></figure>'
        )
    return (
        f"# Gallery\n\nThe first {len(LEARNING)} open and learn, before your eyes, in your browser: change the "
        "learning rate, add points of your own, begin again. Each is one file, as **Export > Interactive page** "
        "writes it with **Let it train**. *Trained*, and the others, were trained while this site was built, as "
        "pages that run them. A project opens in the window, and trains on there.\n\n"
        f'<div class="cards">\n{"".join(cards)}\n</div>\n\n'
        "## The window\n\n| light | dark |\n| --- | --- |\n"
        "| ![Spirals, light](../pictures/points-light.png) | ![Spirals, dark](../pictures/points-dark.png) |\n"
        "| ![MNIST, light](../pictures/images-light.png) | ![MNIST, dark](../pictures/images-dark.png) |\n"
    )
