"""Curves over epochs as an SVG that takes the color of the text around it."""

from __future__ import annotations

import math

import numpy as np

from ..io.number_text import rounded_text
from ..spec.arrays import Array

_WIDTH, _HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 28
_MAX_POINTS = 400
_COLORS = ("#2563eb", "#e11d48")


def curve_svg(epoch: Array, curves: dict[str, Array], caption: str) -> str:
    """At most two curves, (rows,) each, over `epoch`; rows that are not finite are left out."""
    shown = {name: values for name, values in curves.items() if np.isfinite(values).any()}
    if not shown or not len(epoch):
        return ""
    values = np.concatenate([each[np.isfinite(each)] for each in shown.values()])
    low, high = float(values.min()), float(values.max())
    high = high if high > low else low + 1.0
    last = max(float(epoch[-1]), 1.0)
    parts = [_axes(low, high, last, caption)]
    for (name, each), color in zip(shown.items(), _COLORS, strict=False):
        parts.append(_line(epoch / last, (each - low) / (high - low), color))
        parts.append(_legend(name, color, list(shown).index(name)))
    inside = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="sans-serif" font-size="11" fill="currentColor">{inside}</svg>'
    )


def _line(across: Array, up: Array, color: str) -> str:
    rows = np.flatnonzero(np.isfinite(up))
    if len(rows) > _MAX_POINTS:
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, _MAX_POINTS).astype(int))]
    points = " ".join(f"{_x(across[row]):.1f},{_y(up[row]):.1f}" for row in rows)
    return f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.6"/>'


def _axes(low: float, high: float, last: float, caption: str) -> str:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" '
            f'opacity="0.15"/><text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
            f"{_number(low + share * (high - low))}</text>"
        )
        parts.append(
            f'<text x="{_x(share):.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{share * last:,.0f}</text>'
        )
    return "".join(parts) + f'<text x="{_LEFT}" y="10">{caption}</text>'


def _legend(name: str, color: str, place: int) -> str:
    x = _WIDTH - _RIGHT - 150 + 80 * place
    return f'<text x="{x}" y="10" fill="{color}">— {name}</text>'


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _number(value: float) -> str:
    return rounded_text(value) if math.isfinite(value) else ""
