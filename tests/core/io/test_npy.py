"""Arrays of .npy files: what numpy wrote comes back, and what a header claims is not believed."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.io.npy import read_npy, read_npy_header


def written(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def with_header(descr: str, shape: str = "(2,)", order: str = "False", content: bytes = bytes(64)) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + content


def read(content: bytes) -> NDArray[Any]:
    return read_npy(io.BytesIO(content), len(content), "weights")


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.asfortranarray(np.arange(24, dtype=np.int16).reshape(2, 3, 4)),
        np.arange(4, dtype=">f8"),
        np.array([True, False]),
        np.array(["", "grün", "𝄞"]),
        np.array([b"a", b"bc"]),
        np.float64(3.5).reshape(()),
        np.zeros((0, 5), np.uint8),
    ],
    ids=lambda array: f"{array.dtype.str}{list(array.shape)}",
)
def test_what_numpy_wrote_comes_back(array: NDArray[Any]) -> None:
    found = read(written(array))
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(found, array)


def test_the_header_alone_is_read_without_its_numbers() -> None:
    file = io.BytesIO(written(np.zeros((3, 4), np.float32, order="F")))
    assert read_npy_header(file, "weights") == ((3, 4), np.dtype(np.float32), True)
    assert len(file.read()) == 48


class Trickle(io.BytesIO):
    """Gives one byte at a time, as a packed entry of a zip may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 1))


def test_a_file_that_comes_in_single_bytes_is_read_whole() -> None:
    content = written(np.arange(5, dtype=np.int64))
    np.testing.assert_array_equal(read_npy(Trickle(content), len(content), "weights"), np.arange(5))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 no array", "is no array of numpy's"),
        (b"\x93NUM", "is cut off"),
        (written(np.zeros(4))[:-1], "is cut off"),
        (with_header("'|O'"), "must hold numbers or texts, got object"),
        (with_header("[('a', '<f4')]"), "must hold numbers or texts, got another type"),
        (with_header("'<c8'"), "numbers of at most 8 bytes"),
        (with_header("'<f16'"), "f"),
        (with_header("'<U0'"), "numbers of at most 8 bytes"),
        (with_header("'<f3'"), "has the type <f3, which is none of numpy's"),
        (with_header("'<f4'", shape="(99,)"), "has the shape (99,), which does not fit its size"),
        (with_header("'<f4'", shape="(999999999999, 999999999999)"), "which does not fit its size"),
        (with_header("'<f4'", shape="(" + "1," * 33 + ")"), "which does not fit its size"),
        (with_header("'<f4'", shape="(-1,)"), "has a damaged header"),
        (with_header("'<f4'", shape="(1 2,)"), "has a damaged header"),
        (with_header("'<f4'", shape=f"({'9' * 400}x"), "has a damaged header"),
        (with_header("'<f4'", shape=f"({'9' * 400},)"), "has a damaged header"),
        (with_header("'<f4'", order="maybe"), "has a damaged header"),
        (b"\x93NUMPY\x02\x00" + (10_001).to_bytes(4, "little"), "must be at most 10,000 bytes, got 10,001"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^weights") as caught:
        read(content)
    assert sentence in str(caught.value)


def test_truth_values_are_zero_or_one_whatever_the_bytes() -> None:
    found = read(with_header("'|b1'", shape="(3,)", content=b"\x00\x02\xff"))
    assert found.view(np.uint8).tolist() == [0, 1, 1]


@pytest.mark.parametrize("letter", [0x110000, 0xD800])
def test_letters_that_no_text_can_hold_are_refused(letter: int) -> None:
    for order, type_name in (("little", "'<U1'"), ("big", "'>U1'")):
        content = letter.to_bytes(4, order)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="holds letters that do not exist"):
            read(with_header(type_name, shape="(1,)", content=content))


def test_an_array_that_no_memory_holds_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise MemoryError

    content = written(np.arange(5.0))
    monkeypatch.setattr(np, "empty", refuse)
    with pytest.raises(ValueError, match="weights is too large for this computer's memory"):
        read(content)
