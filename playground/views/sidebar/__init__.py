"""The sidebar: data, inputs and the selected layer."""

from __future__ import annotations

from playground.views.sidebar.augment_section import AugmentSection
from playground.views.sidebar.dataset_gallery import DatasetGallery
from playground.views.sidebar.dataset_panel import DatasetPanel
from playground.views.sidebar.input_section import InputSection
from playground.views.sidebar.layer_form import LayerForm
from playground.views.sidebar.panel import SidePanel

__all__ = ["AugmentSection", "DatasetGallery", "DatasetPanel", "InputSection", "LayerForm", "SidePanel"]
