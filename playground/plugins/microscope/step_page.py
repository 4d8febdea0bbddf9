"""StepPage: one neuron in a step in slow motion, with its numbers at each stage."""

from __future__ import annotations

import html
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QWidget

from core.formats.programs.loading_code import numpy_model
from core.inspect.feature_map import FeatureMapView, MapPosition
from core.inspect.neuron import NeuronTrace, slow_neuron
from core.io.sentence import in_sentence
from core.nn.stage import Address
from core.spec import SettingError
from core.train.slow_step import STAGES, Stage
from playground.model.slow_motion import SlowMoment
from playground.plugin import GRID_PX, CutLabel, Segments, ThemeSource, font, show_markup
from playground.plugins.microscope import formulas
from playground.plugins.microscope.product_table import input_name, layer_name
from playground.views.widgets.boxes import STRETCH, Item, hbox, restyle, set_up, vbox
from playground.views.widgets.number_format import number

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData
    from core.probes.gradient_check import LayerCheck

_MAX_ROWS: Final = 12
_WEIGHTLESS: Final = "This layer has no weights of its own."
_HEADINGS: Final = ("from", "a", "w", "∂w", "new w")
_TORCH: Final[dict[Stage, str]] = {
    "forward": "output = model(x)",
    "loss": "loss = criterion(output, target)",
    "backward": "loss.backward()",
    "update": "optimizer.step()",
}
_NUDGE: Final = "Nudge the weights of this neuron up and down, and compare the loss with the backward pass."
_Row = tuple[str, float | None, float, float, float]


class StepPage(QWidget):
    """Shows `place`, (layer, unit), of the step."""

    check_requested = Signal()
    """Asks for `show_check`, of the neuron that is shown."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._moment: SlowMoment | None = None
        self.prepared: PreparedData | None = None
        """The run's data; None while there is no slow step."""
        self.place: tuple[Address, int] = (0, 0)
        self._key: object = None
        self._fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        set_up(self, objectName="step_neuron", accessibleName="This neuron in the step")
        area = self._area = set_up(QScrollArea(self), accessibleName="What it computes")
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget(area)
        self.title = set_up(CutLabel(self), role="title")
        self.form = Segments(
            (
                ("numbers", "Numbers", "The formulas with the numbers of this sample"),
                ("code", "Code", "What NumPy and PyTorch run for it, and the equations"),
            ),
            name="Show",
            parent=self,
        )
        self.form.chosen.connect(self.refresh)
        self.blocks: dict[Stage, QFrame] = {}
        self.texts: dict[Stage, QLabel] = {}
        for stage in STAGES:
            block, text = QFrame(inside), QLabel(inside)
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            vbox(text, parent=block, margins=(GRID_PX, 6, GRID_PX, 6))
            self.blocks[stage], self.texts[stage] = block, text
        self.table = QFrame(inside)
        self._grid = QGridLayout(self.table)
        self._grid.setHorizontalSpacing(GRID_PX)
        self._grid.setVerticalSpacing(2)
        self._grid.setContentsMargins(GRID_PX, 0, GRID_PX, 0)
        self._grid.setColumnStretch(0, 1)
        self.checked = set_up(QLabel(self), role="muted", wordWrap=True)
        self.check = set_up(QPushButton("Check", self), toolTip=_NUDGE, clicked=self.check_requested)
        rows: list[Item] = [*self.blocks.values(), self.table, STRETCH]
        vbox(*rows, parent=inside, margins=(0, 0, GRID_PX, 0), spacing=2)
        area.setWidget(inside)
        head = hbox((self.title, 1), self.check, self.form, spacing=GRID_PX)
        # Below: what is read stays where it is when it appears.
        vbox(head, (area, 1), self.checked, parent=self, margins=(0, 4, 0, 0), spacing=2)
        themes.theme_changed.connect(self.refresh)

    def show_moment(self, moment: SlowMoment | None) -> None:
        """Show a step; None ends it."""
        if moment is None or self._moment is None or moment.step is not self._moment.step:
            self._say("")
        self._moment = moment
        # Between two stops nothing new is to be read.
        key = moment and (moment.step, moment.shown, moment.stop, int(moment.position), self.place)
        if key != self._key:
            self._key = key
            self.refresh()

    def choose(self, place: tuple[Address, int]) -> None:
        """Look at another neuron."""
        if place[0] != -1:
            self.place, self._key = place, None
            self._say("")
            self.show_moment(self._moment)

    def show_check(self, found: LayerCheck | None) -> None:
        """Say how far the gradients of this neuron are off; None: that they are being checked."""
        if found is None:
            self._say("Checking…")
        elif found.passed:
            self._say(f"✓ {found.checked:,} nudges agree with the backward pass, within {found.error:.0e}")
        else:
            self._say(f"Off by {found.error:.0e}: a nudge crosses a kink, or the backward pass is wrong")

    def _say(self, text: str) -> None:
        self.checked.setText(text)
        self.checked.setVisible(bool(text))

    def refresh(self) -> None:
        """Write everything anew."""
        moment, prepared = self._moment, self.prepared
        if moment is None or prepared is None:
            return
        layer, last = self.place[0], len(moment.step.network.layers) - 1
        layer = layer if str(layer) in moment.step.layers else last
        unit = min(self.place[1], moment.shape(layer)[-1] - 1)
        self.place = layer, unit
        trace, map_, _ = slow_neuron(moment.step, moment.shown, layer, unit)
        position = map_.at(map_.strongest if map_.is_map else map_.place)
        noun = "map" if map_.is_map else "neuron"
        name = layer_name(moment.experiment, layer)
        self.title.setText(f"{name.partition(' · ')[0]}: {noun} {unit + 1}")
        self.title.setToolTip(name)
        shows_code = self.form.current == "code"
        texts: dict[Stage, str] = {
            "forward": self._forward(trace, map_, position),
            "loss": self._loss(moment, trace, prepared),
            "backward": self._backward(moment, layer, trace, map_, position),
            "update": self._update(moment, layer),
        }
        if shows_code:
            texts = self._code(moment, layer)
        stop = moment.stop
        for stage in STAGES:
            done, is_here = moment.share(stage, layer) == 1.0, stop is not None and stop.stage == stage
            self.blocks[stage].setVisible(done or is_here or shows_code)
            restyle(self.blocks[stage], role="tile" if is_here else "plain")
            text = texts[stage] if done or shows_code else self._waiting(stage, moment, layer)
            ink = self._themes.theme.gradient if stage == "backward" else self._themes.theme.text
            self.texts[stage].setFont(self._fixed if shows_code else font())
            show_markup(self.texts[stage], f'<b style="color:{ink}">{stage.capitalize()}</b><br>{text}')
        rows = self._rows(moment, layer, unit, trace, prepared)
        is_back = bool(rows) and moment.share("backward", layer) == 1.0
        self.table.setVisible(is_back and not shows_code)
        self.check.setEnabled(is_back)
        self._fill_table(rows, moved=moment.share("update", layer) == 1.0)
        if stop is not None:
            QTimer.singleShot(0, self, partial(self._reveal, stop.stage))

    @staticmethod
    def _code(moment: SlowMoment, layer: Address) -> dict[Stage, str]:
        """The layer's NumPy of an exported file, the equations behind the other stages, and PyTorch's lines."""
        place, training = moment.step.network.places[str(layer)], moment.experiment.training
        try:
            forward = numpy_model((place.layer,), place.input_shape, "forward")[1].strip()
        except SettingError as error:
            forward = f"# {error}"
        lines: dict[Stage, tuple[str, ...]] = {
            "forward": (forward,),
            "loss": training.loss.equations[:1],
            "backward": tuple(text for text in place.layer.equations if text.startswith(("δ", "∂"))),
            "update": training.optimizer.equations,
        }
        return {
            stage: html.escape("\n".join([*own, f"# PyTorch: {_TORCH[stage]}"]))
            .replace("    ", "&nbsp;" * 4)
            .replace("\n", "<br>")
            for stage, own in lines.items()
        }

    def _reveal(self, stage: Stage) -> None:
        """Scroll to what the step has come to, once it is laid out."""
        block = self.table if stage == "update" and self.table.isVisible() else self.blocks[stage]
        self._area.ensureWidgetVisible(block, 0, 0)
        self._area.ensureWidgetVisible(self.blocks[stage], 0, 0)

    def _waiting(self, stage: Stage, moment: SlowMoment, layer: Address) -> str:
        if stage == "backward" and not moment.is_reached_by_gradients(layer):
            return "No gradient comes here: no layer up to this one has weights to learn."
        if stage == "update" and not moment.step.layers[str(layer)].gradients:
            return _WEIGHTLESS
        return "δ = ?" if stage == "backward" else "…"

    def _forward(self, trace: NeuronTrace | None, map_: FeatureMapView, position: MapPosition) -> str:
        row, column = (number + 1 for number in position.place)
        ending = f"<br>at row {row}, column {column} of the map" if map_.is_map else ""
        if trace is None:
            return formulas.what_it_does(map_, position) + ending
        several = map_.is_map and len(position.channel_sums) > 1
        summed = formulas.channel_formula(map_, position) if several else formulas.sum_formula(trace)
        return f"{summed}<br>{formulas.activation_formula(trace)}{ending}"

    def _loss(self, moment: SlowMoment, trace: NeuronTrace | None, prepared: PreparedData) -> str:
        if trace is not None and trace.prediction.size == trace.target.size:
            return formulas.loss_formula(trace, moment.experiment, prepared.data.class_names)
        loss = moment.experiment.training.loss
        value = number(float(moment.step.done.losses[moment.shown]))
        return f"<i>L</i> = {html.escape(in_sentence(loss.title))} = <b>{value}</b>"

    def _backward(
        self,
        moment: SlowMoment,
        layer: Address,
        trace: NeuronTrace | None,
        map_: FeatureMapView,
        position: MapPosition,
    ) -> str:
        if trace is None:
            return formulas.map_gradient(map_, position)
        ink = self._themes.theme.gradient
        result = f'<b style="color:{ink}">{number(trace.total_gradient)}</b>'
        is_last = layer == len(moment.step.network.layers) - 1
        behind = "∂<i>L</i>/∂<i>a</i>" if is_last else "Σ <i>w</i>·δ behind it"
        line = f"δ = ∂<i>L</i>/∂<i>z</i> = {result}"
        if trace.slope is not None:
            product = f"{number(trace.slope)} · ({number(trace.output_gradient)})"
            line = f"δ = slope · {behind}<br>&nbsp;&nbsp;= {product} = {result}"
        count = len(moment.step.rows)
        over = " over all places of the map" if map_.is_map or position.patch.ndim > 3 else ""
        over += f" over the {count:,} samples of the batch" if count > 1 else ""
        if count > 1:
            line += f"<br>divided by {count:,}, as <i>L</i> is the mean of the batch"
        return f"{line}<br>∂<i>w</i> = {'Σ ' if over else ''}δ·<i>a</i>{over}"

    def _update(self, moment: SlowMoment, layer: Address) -> str:
        if not moment.step.layers[str(layer)].gradients:
            return _WEIGHTLESS
        optimizer = moment.experiment.training.optimizer
        title, rate = html.escape(optimizer.title), f"{moment.step.rate:g}"
        if optimizer.kind == "sgd" and not getattr(optimizer, "momentum", 0.0):
            return f"<i>w</i> ← <i>w</i> − {rate} · ∂<i>w</i>"
        return f"{title} at a learning rate of {rate} moves <i>w</i> by ∂<i>w</i> and what it has kept of earlier steps"

    def _rows(
        self, moment: SlowMoment, layer: Address, unit: int, trace: NeuronTrace | None, prepared: PreparedData
    ) -> list[_Row]:
        """The weights that count most, then the bias; of other layers one number of each array."""
        made = moment.step.layers[str(layer)]
        if trace is not None and trace.weight_steps is not None:
            rows: list[_Row] = [
                (
                    input_name(trace, index, moment.experiment, prepared),
                    float(trace.inputs[index]),
                    float(trace.weights[index]),
                    float(trace.weight_gradients[index]),
                    float(trace.weights[index] + trace.weight_steps[index]),
                )
                for index in formulas.strongest(trace, _MAX_ROWS)
            ]
            if trace.bias is not None and trace.bias_step is not None and trace.bias_gradient is not None:
                rows.append(("bias", 1.0, trace.bias, trace.bias_gradient, trace.bias + trace.bias_step))
            return rows
        rows = []
        for name, gradients in made.gradients.items():
            own = [made.weights[name], gradients, made.new_weights[name]]
            if gradients.shape[-1] == moment.shape(layer)[-1]:
                own = [array[..., unit] for array in own]
            flat = [np.asarray(array).ravel() for array in own]
            at = int(np.argmax(np.abs(flat[1])))
            label = name if flat[1].size == 1 else f"{name}, largest of {flat[1].size:,}"
            rows.append((label, None, float(flat[0][at]), float(flat[1][at]), float(flat[2][at])))
        return rows

    def _fill_table(self, rows: list[_Row], *, moved: bool) -> None:
        lines = [_HEADINGS, *((name, *map(_cell, numbers)) for name, *numbers in rows)]
        ink = self._themes.theme.gradient
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                label = self._label(row, column)
                if row and column == 3:
                    show_markup(label, f'<span style="color:{ink}">{text}</span>')
                else:
                    label.setText(text if moved or column < 4 or not row else "")
                label.show()
        for row in range(len(lines), self._grid.rowCount()):
            for column in range(len(_HEADINGS)):
                self._label(row, column).hide()

    def _label(self, row: int, column: int) -> QLabel:
        item = self._grid.itemAtPosition(row, column)
        if item is not None and isinstance(found := item.widget(), QLabel):
            return found
        label = QLabel(self.table)
        label.setFont(font("small"))
        label.setTextFormat(Qt.TextFormat.PlainText)
        if not row:
            label.setProperty("role", "caption")
        side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
        self._grid.addWidget(label, row, column, side)
        return label


def _cell(value: float | None) -> str:
    return "" if value is None else formulas.summand(value)
