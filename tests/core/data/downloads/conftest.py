"""A generated archive or the real MNIST, and mirrors of it on localhost."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.data.downloads.archives import MNIST
from tests.loopback_mirror import Mirror, serving
from tests.made_images import MadeArchive, make_archive


@pytest.fixture(scope="module")
def made() -> MadeArchive:
    return make_archive(MNIST)


@pytest.fixture(scope="module", params=["made here", "real"])
def either(request: pytest.FixtureRequest, made: MadeArchive) -> MadeArchive:
    """A small archive and the real MNIST."""
    if request.param != "real":
        return made
    folder: Path = request.getfixturevalue("mnist_folder")
    packed = {file.name: (folder / f"{file.name}.gz").read_bytes() for file in MNIST.files}
    return MadeArchive(MNIST, {name: gzip.decompress(data) for name, data in packed.items()}, packed)


@pytest.fixture
def mirrors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[MadeArchive], Mirror]]:
    """Factory of mirrors of an archive."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    stack = []

    def start(archive: MadeArchive) -> Mirror:
        context = serving({f"{name}.gz": data for name, data in archive.packed.items()})
        mirror = context.__enter__()
        stack.append(context)
        return mirror

    yield start
    for context in stack:
        context.__exit__(None, None, None)
