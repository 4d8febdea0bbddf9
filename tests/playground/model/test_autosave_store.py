"""The folder of autosaves: whose they are, how many stay, and what else is removed."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from core.experiment.presets import first_preset
from core.experiment.project_file import load_project
from core.io.sentence import MAX_LETTERS
from playground.model import autosave_store
from playground.model.autosave_store import (
    MAX_AUTOSAVES,
    AutosaveNote,
    AutosaveStore,
    autosave_folder,
    write_autosave,
)
from playground.model.project_lock import acquire_lock


@pytest.fixture
def store(tmp_path: Path) -> AutosaveStore:
    return AutosaveStore(tmp_path / "state" / "autosave")


def note(name: str = "Mine", saved_at: float = 0.0) -> AutosaveNote:
    return AutosaveNote(name, "Moons", "3", saved_at)


def test_a_programs_own_is_offered_to_nobody_until_it_ends(store: AutosaveStore) -> None:
    write_autosave(store.own, first_preset(), None, note())
    assert store.own == store.own
    assert store.claim_left() == []
    other = AutosaveStore(store.folder)
    assert other.claim_left() == []
    file = store.own
    store.release_own()
    (left,) = other.claim_left()
    assert (left.file, left.note) == (file, note())
    assert load_project(left.file)[0] == first_preset()


def test_what_is_adopted_becomes_its_own_and_replaces_what_it_had(store: AutosaveStore) -> None:
    other = AutosaveStore(store.folder)
    write_autosave(other.own, first_preset(), None, note("Theirs"))
    other.release_own()
    write_autosave(store.own, first_preset(), None, note())
    mine = store.own
    (left,) = store.claim_left()
    store.adopt(left)
    assert store.own == left.file
    assert not mine.exists()
    store.release_own()
    assert [each.file for each in other.claim_left()] == [left.file]


def test_a_folder_that_is_removed_meanwhile_is_made_again(store: AutosaveStore) -> None:
    write_autosave(store.own, first_preset(), None, note())
    shutil.rmtree(store.folder)
    write_autosave(store.own, first_preset(), None, note())
    assert store.own.is_file()
    assert AutosaveStore(store.folder).claim_left() == []


def test_without_a_note_the_time_of_the_file_counts(store: AutosaveStore) -> None:
    store.folder.mkdir(parents=True)
    for number in range(MAX_AUTOSAVES + 1):
        write_autosave(store.folder / f"{number}.nnplay", first_preset(), None, note(saved_at=1.0 + number))
    (store.folder / "damaged.nnplay").write_bytes(b"PK")
    found = store.claim_left()
    assert found[0].file.name == "damaged.nnplay"
    assert len(found) == MAX_AUTOSAVES
    assert not (store.folder / "0.nnplay").exists()


def test_a_file_that_disappears_while_it_is_claimed_is_no_error(
    store: AutosaveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.folder.mkdir(parents=True)
    write_autosave(store.folder / "mine.nnplay", first_preset(), None, note())
    monkeypatch.setattr(autosave_store, "_read_note", lambda file: file.unlink())
    (left,) = store.claim_left()
    store.discard(left)
    assert store.claim_left() == []


def test_a_folder_that_takes_no_lock_is_an_error(
    store: AutosaveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.folder.mkdir(parents=True)
    write_autosave(store.folder / "left.nnplay", first_preset(), None, note())
    # As on a full or read-only disk.
    monkeypatch.setattr(
        autosave_store, "_lock_of", lambda _: acquire_lock(store.folder / "not there" / "lock")
    )
    assert store.claim_left() == []
    assert store.fault == f"The folder cannot be written to: {store.folder}"
    with pytest.raises(PermissionError, match="The folder cannot be written to"):
        store.own  # noqa: B018
    # Nothing to remove or to release.
    store.remove_own()
    store.release_own()


def test_what_is_left_takes_its_size_on_disk_and_can_be_cleared(store: AutosaveStore) -> None:
    assert store.left_bytes() == 0
    write_autosave(store.own, first_preset(), None, note())
    other = AutosaveStore(store.folder)
    write_autosave(other.own, first_preset(), None, note("Theirs"))
    theirs = other.own
    other.release_own()
    (store.folder / "no project.txt").write_bytes(bytes(1000))
    if hasattr(os, "symlink"):
        (store.folder / "link.nnplay").symlink_to("nowhere")
    assert store.left_bytes() == store.own.stat().st_size + theirs.stat().st_size
    store.clear()
    assert store.own.is_file()
    assert not theirs.exists()


def test_downloads_that_nobody_goes_on_with_are_removed(
    store: AutosaveStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave_store, "user_cache_path", lambda name: tmp_path / "cache" / name)
    folder = tmp_path / "cache" / "numpynet" / "datasets" / "mnist"
    folder.mkdir(parents=True)
    names = (".old.part", ".new.part", "kept.part", "images")
    for name in names:
        (folder / name).touch()
        age = 60.0 if name == ".new.part" else 4_000.0
        os.utime(folder / name, (time.time() - age,) * 2)
    (folder / ".folder.part").mkdir()
    store.remove_orphans()
    assert sorted(path.name for path in folder.iterdir()) == sorted({*names, ".folder.part"} - {".old.part"})


def test_the_sentence_about_a_foreign_note_is_short() -> None:
    with pytest.raises(ValueError, match=r"autosave\.json is incomplete: ") as caught:
        AutosaveNote.from_json(note().to_json() | {"epoch": "x" * 10_000})
    assert len(str(caught.value)) <= MAX_LETTERS


def test_autosaves_are_kept_in_the_users_folder_for_state() -> None:
    assert AutosaveStore().folder == autosave_folder()
    assert autosave_folder().name == "autosave"
