"""Points that are painted by mouse."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from core.data.datasets import Painted, PaintedPoints
from playground.model.document import Document
from playground.views.output import PaintController

FOUR = Painted(points=PaintedPoints.of([(-3, 0, 0), (-3, 1, 0), (3, 0, 1), (3, 1, 1)]))


def painted(document: Document) -> Painted:
    dataset = document.experiment.dataset
    assert isinstance(dataset, Painted)
    return dataset


def spot(painting: PaintController, x: float, y: float) -> QPoint:
    """Widget position of plane coordinates, -6 to 6."""
    side = painting.pad.width()
    return QPoint(round((x + 6) / 12 * side), round((6 - y) / 12 * side))
