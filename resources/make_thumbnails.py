"""Makes the thumbnails in `resources/thumbnails`: one sketch for each kind of dataset that needs scikit-learn.

Run it from the root of the project after a change of such a kind's defaults, of how sketches are made, or of
scikit-learn's data: `python resources/make_thumbnails.py`. A test compares the files with what it makes.
"""

from __future__ import annotations

from core.data.datasets import DATASETS
from core.io.resources import resource
from playground.views.widgets.dataset_thumbnails import make_thumbnail, save_thumbnail


def main() -> None:
    """Write every file anew."""
    folder = resource("thumbnails")
    folder.mkdir(exist_ok=True)
    for kind in DATASETS:
        if kind().uses_sklearn:
            save_thumbnail(make_thumbnail(kind(), 0), folder / f"{kind.kind}.npz")


if __name__ == "__main__":
    main()
