"""Why data could not be loaded is remembered until they change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.data.datasets import ImageFolder, Moons
from core.data.load_errors import forget_load_errors, load_error, remember_load_error


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_load_errors()
    yield
    forget_load_errors()


@pytest.fixture
def images(tmp_path: Path) -> ImageFolder:
    return ImageFolder(path=str(tmp_path))


def test_it_is_known_until_the_folder_changes(images: ImageFolder, tmp_path: Path) -> None:
    assert load_error(images) == ""
    remember_load_error(images, "It holds no images")
    assert load_error(images) == "It holds no images"
    (tmp_path / "a.png").touch()
    assert load_error(images) == ""


def test_it_is_forgotten_so_that_loading_is_tried_again(images: ImageFolder) -> None:
    remember_load_error(images, "It may not be read")
    forget_load_errors()
    assert load_error(images) == ""


def test_data_that_are_gone_say_so_themselves(images: ImageFolder, tmp_path: Path) -> None:
    remember_load_error(images, "It holds no images")
    tmp_path.rename(tmp_path.with_name("elsewhere"))
    assert "is not there any more; choose it again" in load_error(images)


def test_data_without_a_file_cannot_change_and_are_not_remembered() -> None:
    remember_load_error(Moons(), "The disk is gone")
    assert load_error(Moons()) == ""


def test_a_folder_that_cannot_be_listed_is_compared_by_that(
    images: ImageFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", refuse)
        remember_load_error(images, "It may not be read")
        assert load_error(images) == "It may not be read"
    assert load_error(images) == ""
