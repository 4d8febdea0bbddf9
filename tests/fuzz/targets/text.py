"""Texts as lines and running text, of letters and words, in several encodings."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path

from core.data.dataset import Data, DataError
from core.data.datasets.text_datasets import TextFile
from core.data.pipeline import TokenInputs
from core.data.raw_form import RawTokens
from core.data.texts import guess_text, read_text, shown_text, shown_token
from tests.fuzz.mutations import mutate_text
from tests.fuzz.target import Target

_MOST = 20_000


@cache
def _seeds() -> list[bytes]:
    names = "\n".join(f"{a}{b}{c}a" for a, b, c in product("bdk", "aeiou", "lnr")) + "\n"
    prose = "Über den Fluß, sagte sie, führt keine Brücke.\n\n" * 12
    hidden = "".join(f"a\u202eb{chr(code)}c\u200f\n" for code in range(1, 40))
    return [
        names.encode(),
        prose.encode("cp1252"),
        prose.encode("utf-16"),
        hidden.encode(),
        "一二三四五六七\r\n".encode("utf-8-sig") * 20,
        b"x" * 500 + b"\n" * 500,
    ]


def _read_and_use(path: Path) -> None:
    text = read_text(path, _MOST)
    guess_text(text.text)
    shown_text(text.text)
    found = 0
    fault: DataError | None = None
    for samples_are, tokens in product(("lines", "text"), ("letters", "words")):
        try:
            dataset = TextFile.of(text, samples_are=samples_are, tokens=tokens, context=8, most=_MOST)
        except DataError as error:
            fault = error
            continue
        found += 1
        TextFile.forget()
        _use(dataset.load(0))
    if not found and fault is not None:
        raise fault


def _use(data: Data) -> None:
    raw = data.raw
    assert isinstance(raw, RawTokens)
    inputs = TokenInputs(raw.vocabulary, data.shape[0], raw.separator, raw.end)
    for token in raw.vocabulary:
        shown = shown_token(token)
        assert shown.isprintable(), token
    # What is read is written and read again.
    assert (inputs.encode(inputs.raw(data.inputs[:20])) == data.inputs[:20]).all()


TARGET = Target("text", ".txt", _seeds, mutate_text, _read_and_use, (DataError,))
