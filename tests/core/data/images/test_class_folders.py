"""Subfolders with images are classes; invalid folders raise a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.data.images import class_folders
from core.data.images.class_folders import FolderError, empty_folders, find_classes
from core.data.images.read_folder import ImageChoice, read_folder
from tests.core.data.images.painted import paint, read


def test_every_subfolder_with_images_is_a_class_in_natural_order(tmp_path: Path) -> None:
    for name in ("10", "2", "Ähre", "apfel", "日本"):
        for file in ("img10.png", "img9.png", "IMG1.PNG"):
            paint(tmp_path / name / file, 0)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    classes = find_classes(tmp_path)
    assert [item.name for item in classes] == ["2", "10", "apfel", "Ähre", "日本"]
    assert [path.name for path in classes[0].files] == ["IMG1.PNG", "img9.png", "img10.png"]


def test_hidden_files_and_what_is_no_image_are_left_out(folder: Path) -> None:
    paint(folder / "dark" / ".thumb.png", 0)
    paint(folder / ".cache" / "a.png", 0)
    paint(folder / "__MACOSX" / "a.png", 0)
    (folder / "dark" / "readme.md").write_text("")
    paint(folder / "dark" / "more" / "deeper" / "x.png", 0)
    found = {item.name: len(item.files) for item in find_classes(folder)}
    assert found == {"bright": 4, "dark": 7}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes as Unix has them")
def test_links_are_followed_but_not_in_circles_and_pipes_are_left_alone(folder: Path, tmp_path: Path) -> None:
    (folder / "dark" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "dark" / "self").symlink_to(folder / "dark", target_is_directory=True)
    (folder / "bright" / "nowhere.png").symlink_to(tmp_path / "gone.png")
    paint(tmp_path / "elsewhere" / "e.png", 0)
    (folder / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    os.mkfifo(folder / "dark" / "pipe.png")
    images = read(folder)
    assert dict(zip(images.class_names, images.found, strict=True)) == {"bright": 5, "dark": 6, "linked": 1}
    assert images.failures == (("bright/nowhere.png", "it is not there"),)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda f: None, "F holds no images; it needs one folder with images"),
        (lambda f: paint(f / "a.png", 0), "F holds images, but no folders; put the images of each class"),
        (lambda f: (f / "a").mkdir(), "The folders in F hold no images"),
        (lambda f: paint(f / "cats" / "a.png", 0), "F has only one folder with images, cats; at least two"),
        (
            lambda f: [paint(f / part / "cats" / "a.png", 0) for part in ("Train", "test")],
            "F is divided into test and Train; choose one of them",
        ),
        (lambda f: [paint(f / str(i) / "a.png", 0) for i in range(101)], "F holds more than 100 folders"),
        (lambda f: f.rmdir(), "F is not there any more; choose it again"),
        (lambda f: (f.rmdir(), f.write_text("")), "F is a file; choose the folder that holds"),
    ],
)
def test_a_folder_that_cannot_serve_is_told_in_a_sentence(
    build: Callable[[Path], Any], sentence: str, tmp_path: Path
) -> None:
    folder = tmp_path / "F"
    folder.mkdir()
    build(folder)
    with pytest.raises(FolderError) as caught:
        read_folder(folder, ImageChoice())
    assert sentence in str(caught.value)
    assert not str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_names_that_are_no_text_are_refused_before_they_reach_a_project(folder: Path) -> None:
    place = folder / os.fsdecode(b"caf\xe9")
    try:
        place.mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    paint(place / "a.png", 0, mode="L")
    with pytest.raises(FolderError, match=r"The name caf\? in shades is no valid text; rename that folder"):
        read(folder)


def test_a_folder_whose_own_name_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    with pytest.raises(FolderError, match=r"^The name .*caf\? is no valid text; rename the folder$"):
        find_classes(folder)


def test_more_images_than_can_be_listed_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_folders, "_MAX_FILES", 9)
    with pytest.raises(FolderError, match="shades holds more than 9 images; choose a folder below it"):
        find_classes(folder)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied"), "shades may not be read"),
        (OSError(5, "Input/output error"), "shades cannot be read: Input/output error"),
    ],
)
def test_a_folder_that_the_system_refuses_is_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, sentence: str
) -> None:
    def refuse(_: Path) -> None:
        raise error

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(FolderError, match=f"^{sentence}$"):
        find_classes(folder)


@pytest.mark.skipif(os.name != "posix", reason="links as Unix has them")
def test_a_link_to_itself_is_passed_over(folder: Path) -> None:
    (folder / "circle").symlink_to(folder / "circle")
    (folder / "dark" / "circle").symlink_to(folder / "dark" / "circle")
    assert {item.name: len(item.files) for item in find_classes(folder)} == {"bright": 4, "dark": 6}


def test_a_folder_that_goes_while_others_are_searched_is_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint(folder / "middle" / "m.png", 0)
    monkeypatch.setattr(class_folders, "_TOLD_EVERY", 10)

    def remove(count: int) -> None:
        if (folder / "middle").exists():
            (folder / "middle" / "m.png").unlink()
            (folder / "middle").rmdir()

    assert [item.name for item in find_classes(folder, remove)] == ["bright", "dark"]


def test_subfolders_without_images_are_named(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert empty_folders(folder, ["dark", "bright"]) == ("empty",)
