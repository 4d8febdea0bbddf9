"""The AUGMENT section: random augmentation of training images, with a live preview."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QCheckBox, QWidget

from core.data.augmentation import Augmentation
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.spec import Setting
from playground.model.document import Document
from playground.views.sidebar.augment_preview import AugmentPreview
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import Captioned, ChoiceCombo, LabeledSlider, SectionTitle
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.settings_form import Disclosure, slider_for

_SLIDERS = ("shift", "rotate", "zoom", "noise")
_GAP_PX = 6
_BORDERS = {"blank": "Blank", "edge": "Edge continued"}


class AugmentSection(QWidget):
    """A summary line; unfolded, settings and preview. A slider drag applies while it moves and is one undo step."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._drags = 0
        self.more = Disclosure(
            themes,
            "Off",
            "Close",
            tooltip="Learn from images that are moved, turned, zoomed and noisy: it keeps the network from learning "
            "the training images by heart.",
            parent=self,
        )
        self.more.toggled_open.connect(self._open)
        self.preview = AugmentPreview(themes, self)
        self._sliders = {name: self._make_slider(Augmentation.setting(name)) for name in _SLIDERS}
        self.flip = self._make_flip()
        self.border = self._make_border()
        self._body = QWidget(self)
        self._lay_out()
        document.experiment_changed.connect(self._show_experiment)
        self._show_experiment(document.experiment)

    def slider(self, name: str) -> LabeledSlider:
        """The slider of the setting `name`."""
        return self._sliders[name]

    def show_data(self, prepared: PreparedData) -> None:
        """Set the images of the preview, which is hidden without images."""
        self.preview.show_data(prepared)

    def clear(self) -> None:
        """Drop the images of the preview."""
        self.preview.clear()

    def _lay_out(self) -> None:
        head = hbox((SectionTitle("Augment", self), 1), self.more)
        inner = vbox(self.preview, parent=self._body, margins=0, spacing=2)
        for slider in self._sliders.values():
            inner.addWidget(slider)
        inner.addWidget(self.flip)
        inner.addSpacing(_GAP_PX - 2)
        inner.addWidget(Captioned("Border", self.border, self._body))
        vbox(head, self._body, parent=self, margins=(0, _GAP_PX, 0, 0), spacing=4)
        self._body.hide()

    def _make_slider(self, rule: Setting) -> LabeledSlider:
        slider = slider_for(rule, rule.default, self)
        slider.track.sliderPressed.connect(self._begin_drag)
        slider.value_changed.connect(partial(self._slide, rule))
        return slider

    def _make_flip(self) -> QCheckBox:
        rule = Augmentation.setting("flip")
        box = set_up(QCheckBox(rule.label, self), toolTip=rule.help, accessibleDescription=rule.help)
        box.clicked.connect(self._flip)
        return box

    def _make_border(self) -> ChoiceCombo:
        rule = Augmentation.setting("border")
        combo = ChoiceCombo(
            list(_BORDERS.items()), rule.default, name=rule.label, tooltip=rule.help, parent=self
        )
        combo.chosen.connect(self._pick_border)
        return combo

    def _show_experiment(self, experiment: Experiment) -> None:
        images = len(experiment.input_shape) == 3
        self.setVisible(images)
        chosen = experiment.training.augmentation
        for name, slider in self._sliders.items():
            if getattr(chosen, name) != slider.value:
                slider.set_value(getattr(chosen, name))
        self.flip.setChecked(chosen.flip)
        self.border.set_current(chosen.border)
        self.border.setEnabled(chosen.warps)
        self.preview.show_augmentation(chosen)
        self.more.set_texts(_summary(chosen), "Close")

    def _open(self, is_open: bool) -> None:
        self._body.setVisible(is_open)

    def _begin_drag(self) -> None:
        # Each drag is an undo step of its own.
        self._drags += 1

    def _slide(self, rule: Setting, value: float) -> None:
        self._change(
            rule, round(value) if rule.type == "int" else value, f"augment {rule.name} {self._drags}"
        )

    def _flip(self, on: bool) -> None:
        self._change(Augmentation.setting("flip"), on)

    def _pick_border(self, key: str) -> None:
        self._change(Augmentation.setting("border"), key)

    def _change(self, rule: Setting, value: Any, merge_key: str = "") -> None:
        experiment = self._document.experiment
        changed = experiment.training.augmentation.replace(**{rule.name: value})
        self._document.change(
            f"Augment: {rule.label}", experiment.with_training(augmentation=changed), merge_key=merge_key
        )


def _summary(chosen: Augmentation) -> str:
    """The augmentations in use, in brief: "±2 px, ±10°"."""
    parts = []
    if chosen.shift:
        parts.append(f"±{chosen.shift} px")
    if chosen.rotate:
        parts.append(f"±{chosen.rotate:g}°")
    if chosen.zoom:
        parts.append("zoom")
    if chosen.noise:
        parts.append("noise")
    if chosen.flip:
        parts.append("flip")
    if len(parts) > 2:
        parts = [*parts[:2], "…"]
    return ", ".join(parts) or "Off"
