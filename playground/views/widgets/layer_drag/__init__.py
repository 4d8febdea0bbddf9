"""Shared by palette and canvas: the layers on offer and the drag gesture."""

from playground.views.widgets.layer_drag.layer_drag import LayerDrag, drag_picture, paint_swatch
from playground.views.widgets.layer_drag.palette_layers import palette_layers

__all__ = ["LayerDrag", "drag_picture", "paint_swatch", "palette_layers"]
