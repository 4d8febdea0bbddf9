"""Typeset formulas that are written as plain text, such as "w = w - rate · m / (sqrt(s) + epsilon)", as MathML.

Browsers draw MathML themselves, so that pages need no script. `a / b` is a fraction of the two things beside it, `_`
and `^` put what follows below and above, `sqrt`, `exp`, `Σ` and `|...|` are drawn as such; all else is as it stands.
"""

from __future__ import annotations

import re
from html import escape

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[^\W\d_]{2,}(?:_[a-z]{2,})+|[^\W\d_]+|\.\.\.|[²ᵀ]|.)")
_WORDS = {"if", "else", "with", "the", "probability", "is", "first", "or", "broad"}
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "rho": "ρ", "mu": "μ",
}  # fmt: skip
_ABOVE = {"²": "<mn>2</mn>", "ᵀ": "<mi>T</mi>"}


def mathml(text: str) -> str:
    """A `<math>` element that stands by itself. Raises `ValueError` for brackets that do not close."""
    reader = _Reader(text)
    row = reader.row("")
    return f'<math display="block">{row}</math>'


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            (found[1], found.start(1) > found.start()) for found in _TOKEN.finditer(text) if found[1].strip()
        ]
        self._place = 0

    def _next(self) -> str:
        return self._tokens[self._place][0] if self._place < len(self._tokens) else ""

    def _take(self) -> str:
        if self._place == len(self._tokens):
            raise ValueError(f"formula: something is missing at the end of {self._text!r}")
        self._place += 1
        return self._tokens[self._place - 1][0]

    def row(self, end: str) -> str:
        """All up to a closing token, which is taken; "" for the end of the text."""
        parts: list[str] = []
        while self._next() != end:
            if not self._next():
                raise ValueError(f"formula: {end!r} is missing in {self._text!r}")
            if self._next() == "/":
                self._take()
                above = _bare(parts.pop())
                parts.append(f"<mfrac>{above}{_bare(self._factor())}</mfrac>")
            else:
                parts.append(self._factor())
        if end:
            self._take()
        return f"<mrow>{''.join(parts)}</mrow>"

    def _factor(self) -> str:
        """A thing with what is below and above it."""
        name = self._next()
        found = self._thing()
        below = above = ""
        while self._next() in ("_", "^", "'", *_ABOVE):
            mark = self._take()
            if mark == "_":
                below = _bare(self._index())
            elif mark == "'":
                above = "<mo>′</mo>"
            else:
                above = _ABOVE.get(mark) or _bare(self._index())
        if name == "Σ":
            sign = f"<munder>{found}{below}</munder>" if below else found
            return f"<mrow>{sign}{self._factor()}</mrow>"
        if self._next() == "(" and not self._tokens[self._place][1] and name.isalpha():
            return self._called(name, found, below, above)
        return _scripted(found, below, above)

    def _index(self) -> str:
        return self._thing()

    def _called(self, name: str, found: str, below: str, above: str) -> str:
        self._take()
        inside = self.row(")")
        if name == "sqrt":
            return f"<msqrt>{inside}</msqrt>"
        if name == "exp":
            return f"<msup><mi>e</mi>{inside}</msup>"
        return f"<mrow>{_scripted(found, below, above)}{_bracketed(inside)}</mrow>"

    def _thing(self) -> str:
        token = self._take()
        if token == "(":
            return _bracketed(self.row(")"))
        if token == "|":
            return f"<mrow><mo>|</mo>{self.row('|')}<mo>|</mo></mrow>"
        if token == "∂":
            return f"<mrow><mo>∂</mo>{self._factor()}</mrow>"
        if token == "√" and self._next() == "(":
            self._take()
            return f"<msqrt>{self.row(')')}</msqrt>"
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token in _WORDS:
            return f"<mtext>&nbsp;{token}&nbsp;</mtext>"
        if token[0].isalpha():
            name = _GREEK.get(token, token)
            upright = ' mathvariant="normal"' if len(name) > 1 else ""
            return f"<mi{upright}>{escape(name)}</mi>" if token != "Σ" else "<mo>∑</mo>"
        return f"<mo>{'−' if token == '-' else escape(token)}</mo>"


def _bracketed(inside: str) -> str:
    return f"<mrow><mo>(</mo>{inside}<mo>)</mo></mrow>"


def _bare(part: str) -> str:
    """Without the brackets around it, which a fraction or an index does not need."""
    inside = part.removeprefix("<mrow><mo>(</mo>").removesuffix("<mo>)</mo></mrow>")
    return inside if inside != part and inside.count("<mrow>") == inside.count("</mrow>") else part


def _scripted(found: str, below: str, above: str) -> str:
    if below and above:
        return f"<msubsup>{found}{below}{above}</msubsup>"
    if below:
        return f"<msub>{found}{below}</msub>"
    return f"<msup>{found}{above}</msup>" if above else found
