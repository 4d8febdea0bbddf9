"""The left column: the data, what is made of them, and the selected layer."""

from __future__ import annotations

from playground.views.side_panel.augment_section import AugmentSection
from playground.views.side_panel.dataset_gallery import DatasetGallery
from playground.views.side_panel.dataset_panel import DatasetPanel
from playground.views.side_panel.input_section import InputSection
from playground.views.side_panel.layer_form import LayerForm
from playground.views.side_panel.panel import SidePanel

__all__ = ["AugmentSection", "DatasetGallery", "DatasetPanel", "InputSection", "LayerForm", "SidePanel"]
