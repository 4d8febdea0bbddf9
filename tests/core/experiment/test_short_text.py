"""An experiment as a line of text: the same again, short, and sentences for what is damaged."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.datasets import Painted, PaintedPoints
from core.experiment.experiment import Experiment
from core.experiment.presets import first_preset, preset_files
from core.experiment.project_file import load_experiment
from core.experiment.short_text import (
    DICTIONARY,
    MAX_LETTERS,
    ShortTextError,
    experiment_from_text,
    experiment_to_text,
    is_short_text,
)
from core.nn import LAYERS
from core.nn.interventions import Intervention

TEXT = experiment_to_text(first_preset())


def packed(content: bytes, version: int = 1, zdict: bytes = DICTIONARY) -> str:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=zdict)
    data = base64.urlsafe_b64encode(compressor.compress(content) + compressor.flush()).decode().rstrip("=")
    return f"nnplay{version}.{data}.{zlib.crc32(content):08x}"


@pytest.mark.parametrize("path", preset_files(), ids=lambda path: path.stem)
def test_every_preset_is_the_same_again_from_a_short_line(path: Path) -> None:
    experiment = load_experiment(path)
    text = experiment_to_text(experiment)
    assert experiment_from_text(text) == experiment
    # Blocks of attention are long, and the dictionary of version 1 has none.
    assert len(text) < (400 if experiment.dataset.family == "sequences" else 250)
    assert re.fullmatch(r"[\w.-]+", text), "no letter that a message or a shell would change"


def test_holds_and_blocks_travel_too() -> None:
    layers = LAYERS.parse("residual, dense 4 relu, dropout 0.1, batch_normalization")
    held = (Intervention("mute", 1, 0), Intervention("cut_link", 1, 2, 1))
    experiment = first_preset().replace(name="Größe → 2", layers=layers, interventions=held)
    assert experiment_from_text(experiment_to_text(experiment)) == experiment


def test_it_is_found_in_a_message_that_was_wrapped_and_quoted() -> None:
    wrapped = "\n> ".join(TEXT[start : start + 20] for start in range(0, len(TEXT), 20))
    assert experiment_from_text(f"Look at this:\n> {wrapped}, is it not nice?") == first_preset()
    assert is_short_text(f"Look: {TEXT}")
    assert not is_short_text("nnplay.json")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "An experiment's text begins with nnplay1, got ''"),
        ("dense 8 relu", "begins with nnplay1, got 'dense 8 relu'"),
        (
            TEXT.replace("nnplay1", "nnplay2"),
            "The text has version 2, made by a newer program; this one reads 1",
        ),
        (TEXT[:-1], "is cut off; copy the whole line"),
        (TEXT[:30], "is cut off; copy the whole line"),
        (TEXT[:-1] + ("0" if TEXT[-1] != "0" else "1"), "is damaged: a letter is missing or was changed"),
        ("nnplay1.!!!.00000000", "is cut off"),
        ("nnplay1.A.00000000", "is damaged; copy it again"),
        ("nnplay1." + "A" * 30_000 + ".00000000", "is cut off"),
        (packed(b"[]"), "The text holds no experiment of this program: This is not an experiment"),
        (packed(b'{"kind":"experiment","version":1,"a":1}'), "Experiment has no setting called 'a'"),
        (packed(b'{"kind":"experiment","version":9}'), "version must be at most 1, got 9; a newer program"),
        (packed(b"[" * 100_000), "The text holds no experiment of this program: its text must be nested"),
        (packed(b" " * 500_001), "must unpack to at most 500,000 bytes, got more"),
    ],
)
def test_what_is_no_experiment_is_a_short_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ShortTextError, match=re.escape(sentence)) as raised:
        experiment_from_text(text)
    assert len(str(raised.value)) <= 200


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda data: packed(data)))
def test_any_text_is_an_experiment_or_a_sentence(text: str) -> None:
    try:
        found = experiment_from_text(text)
    except ShortTextError:
        return
    assert isinstance(found, Experiment)


@given(st.integers(0, len(TEXT) - 1), st.sampled_from("Az09-_."))
def test_any_changed_letter_is_noticed(place: int, letter: str) -> None:
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    if changed != TEXT:
        try:
            # The last letter of base64 has bits that count for nothing.
            assert experiment_from_text(changed) == first_preset()
        except ShortTextError:
            return


def test_what_is_too_long_says_what_to_do_instead() -> None:
    points = tuple((i * 0.123457 % 5, i * 0.7654321 % 5, i % 2) for i in range(4_000))
    experiment = Experiment(dataset=Painted(points=PaintedPoints(points)))
    with pytest.raises(
        ShortTextError, match=f"at most {MAX_LETTERS:,} characters, got .*; save it as a project"
    ):
        experiment_to_text(experiment)


def test_the_dictionary_never_changes() -> None:
    """Texts that people have sent are unpacked with it."""
    assert (
        hashlib.sha256(DICTIONARY).hexdigest()
        == "8e74cfb88beb50f387c19067cbe7a79db93eccbd23542a7d534595c584523a0c"
    )
