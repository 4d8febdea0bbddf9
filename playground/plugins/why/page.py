"""The page "Why": what moved a prediction, what one column alone does, and how far predictions can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QScrollArea, QStackedWidget, QWidget

from core.data.pipeline import ImageInputs, TokenInputs
from core.data.raw_form import RawTokens
from core.experiment.prepare import PreparedData
from core.explain.attribution import Attribution, baseline_kinds, contributions
from core.explain.counterfactual import Counterfactual
from core.explain.dependence import Dependence, dependence_columns
from core.explain.prediction import why_not
from core.inspect.explanations import (
    AttributionPart,
    AttributionWish,
    Certainty,
    CertaintyPart,
    DependencePart,
    WhatIfPart,
)
from core.inspect.snapshot import Snapshot
from core.inspect.texts import positions_of
from core.io.number_text import rounded_text
from playground.plugin import (
    STRETCH,
    Captioned,
    ChoiceCombo,
    CutLabel,
    PartsPage,
    SampleStepper,
    Segments,
    SpinBox,
    ThemeSource,
    class_labels,
    class_words,
    fill_card,
    hbox,
    restyle,
    set_up,
    show_markup,
    titled,
    vbox,
)
from playground.plugins.why.cards import CertaintyCard, DependenceCard
from playground.plugins.why.waterfall import ImageReasons, Waterfall, amount_text, prediction_text
from playground.plugins.why.what_if import WhatIfForm

_SIDE_PX: Final = 208
_PREDICTED: Final = "predicted"
_MAX_NAMES: Final = 256
"""Of classes or tokens to choose from."""
_HINT: Final = "Press Space: what moved the predictions appears here"
_METHOD: Final = (
    "Integrated gradients: the way from the one to the other is walked in small steps, and each input gets what it "
    "changed on the way."
)


class WhyPage(PartsPage):
    """Shows snapshots with the parts that it asks for."""

    position_chosen = Signal(int)
    """Carries the position of a text after which the prediction is explained."""
    hold_requested = Signal(bool)
    """Requests to set training samples apart, or to learn from all of them."""

    def __init__(self, themes: ThemeSource, plot: QWidget, parent: QWidget | None = None) -> None:
        """`plot` draws the changes of points."""
        super().__init__("why", themes, parent)
        self._plot = plot
        self.question = Segments(
            [
                ("why", "Why", "What moved the prediction"),
                ("what_if", "What if", "The smallest change that turns the prediction"),
            ],
            name="Question",
            parent=self,
        )
        self.what_if = WhatIfForm(self)
        self._forget(None)
        self.row = SampleStepper("The sample whose prediction is explained", self, counts=True)
        self.place = self._spin(
            "Predicted after", "The place in the text after which the prediction is explained"
        )
        self.other = self._spin("Compared sample", "The sample that it is compared with")
        self.prediction = ChoiceCombo(
            name="Prediction", tooltip="The class or value whose number is explained", parent=self
        )
        self.baseline = ChoiceCombo(
            name="Compared with", tooltip="Where the way to this sample begins", parent=self
        )
        self.log_odds = QCheckBox("In log-odds", self)
        self.log_odds.setToolTip(
            "Log-odds have no ends: near 0 and 100 % bars of probabilities hide what moved them"
        )
        self.held = QCheckBox("A tenth set apart", self)
        self.held.setToolTip("Learn from nine tenths of the training samples, to calibrate by the others")
        self.prediction_label = set_up(QLabel(self), wordWrap=True)
        self.method = set_up(QLabel(_METHOD, self), role="caption", wordWrap=True)
        self.waterfall, self.images = Waterfall(themes, self), ImageReasons(themes, self)
        self.sum = set_up(CutLabel(self), role="caption")
        self.depends, self.certainty = DependenceCard(themes, self), CertaintyCard(themes, self)
        self.csv = self._button(
            "Save as CSV…", "save", "Save what each column adds to the prediction as a table"
        )
        self.picture = self._button("Save picture…", "export", "Save this page as a picture: PNG, SVG or PDF")
        self._lay_out()
        self._connect()
        self._restyle()
        self._show_question()
        self.clear()

    @property
    def parts(self) -> Mapping[str, Any]:
        prepared = self._prepared
        if prepared is None or why_not(prepared):
            return {}
        label = None if self.prediction.current == _PREDICTED else int(self.prediction.current)
        kinds = [kind for kind, _ in baseline_kinds(prepared)]
        kind = kinds[max(0, self.baseline.currentIndex())]
        wish = AttributionWish(label, self.log_odds.isChecked(), kind, self.other.value() - 1)
        parts: dict[str, Any] = {AttributionPart.kind: wish}
        if self.asks_what_if:
            parts = {WhatIfPart.kind: self.what_if.goal}
        if dependence_columns(prepared):
            shown = self.found.prediction.label if label is None and self.found is not None else label or 0
            parts[DependencePart.kind] = max(0, self.depends.column.currentIndex()), shown
        if prepared.task.classifies:
            # Of two classes the second says all.
            every = 1 if prepared.encoding.classes == 2 else -1
            parts[CertaintyPart.kind] = every if label is None else label
        return parts

    @property
    def asks_what_if(self) -> bool:
        """Whether it shows what would turn the prediction, and not what moved it."""
        return self.question.current == "what_if"

    def clear(self) -> None:
        self._forget(None)
        self._show_found()
        self.depends.show_dependence(None, "", 0)
        self.certainty.show_certainty(None, "", None)
        self.prediction_label.setText("")
        self.stack.setEnabled(False)

    def _forget(self, prepared: PreparedData | None) -> None:
        self._prepared = prepared
        self._snapshot: Snapshot | None = None
        self.found: Attribution | None = None
        """What the page shows: the reasons for a prediction; None while there are none."""
        self.change: Counterfactual | None = None
        """The change that turns that prediction, where the page asks for it."""
        self._dependence: Dependence | None = None
        self._certainty: Certainty | None = None

    def show_data(self, prepared: PreparedData) -> None:
        before = self._prepared
        self._forget(prepared)
        self.show_message(why_not(prepared))
        self.stack.setEnabled(not why_not(prepared))
        self.row.show_sample(prepared)
        with QSignalBlocker(self.other):
            self.other.setRange(1, max(1, len(prepared.test)))
            self.other.setSuffix(f" of {len(prepared.test):,}")
        names, of_tokens = self._names_of(prepared), prepared.encoding.tokens
        same = before is not None and self._names_of(before) == names
        raw, predicted = prepared.data.raw, "the predicted class"
        predicted = f"the predicted {raw.noun}" if isinstance(raw, RawTokens) else predicted
        first = [(_PREDICTED, predicted)] if prepared.encoding.classes else []
        few = names if len(names) <= _MAX_NAMES or not first else ()
        choices = [*first, *((str(number), name) for number, name in enumerate(few))]
        self.prediction.set_choices(choices, self.prediction.current if same else choices[0][0])
        self.prediction.setEnabled(len(choices) > 1)
        kinds = baseline_kinds(prepared)
        kept = self.baseline.current if self.baseline.current in dict(kinds) else None
        self.baseline.set_choices(kinds, kept)
        self.depends.show_columns(dependence_columns(prepared))
        self.certainty.setVisible(prepared.task.classifies)
        self.beside.setVisible(prepared.task.classifies or bool(dependence_columns(prepared)))
        self.certainty.show_cut(prepared.encoding.cut)
        self.log_odds.setVisible(prepared.encoding.classes > 0)
        self.held.setVisible(prepared.task.classifies)
        self.held.setChecked(prepared.held is not None)
        self.place_field.setVisible(of_tokens)
        self.question.setVisible(not of_tokens)
        if of_tokens:
            self.question.set_current("why")
        else:
            self.what_if.show_data(prepared, names)
        self._show_question()
        self._show_found()
        self._on_wish()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if self._prepared is None:
            return
        self._snapshot = snapshot
        self.row.show_sample(self._prepared, snapshot.request.sample)
        if self._prepared.encoding.tokens:
            request = snapshot.request
            position, last = positions_of(self._prepared, request, is_drawn=snapshot.shows_drawing)
            with QSignalBlocker(self.place):
                self.place.setRange(1, last + 1)
                self.place.setValue(position + 1)
        found, turned = snapshot.part(AttributionPart), snapshot.part(WhatIfPart)
        if self.asks_what_if:
            found = None if turned is None else turned.found
        before = self.found
        if found is not before and found is not None:
            self.found = found
            self.change = turned.change if self.asks_what_if and turned is not None else None
            self._show_found()
            if before is None or before.prediction.label != found.prediction.label:
                self.parts_changed.emit()
        depends = snapshot.part(DependencePart)
        if depends is not self._dependence and depends is not None:
            self._dependence = depends
            name = self._name(snapshot.request.parts[DependencePart.kind][1])
            self.depends.show_dependence(depends, name, self._prepared.encoding.classes)
        certainty = snapshot.part(CertaintyPart)
        if certainty is not None and (certainty is not self._certainty or self.found is not before):
            self._certainty = certainty
            name = "" if certainty.label < 0 else self._name(certainty.label)
            self.certainty.show_certainty(certainty, name, self._said(certainty.label))

    def _said(self, label: int) -> float | None:
        """The probability of a class, or of the predicted one for -1, for the chosen sample, if it is known."""
        found = self.found
        if found is None or found.prediction.log_odds:
            return None
        if self.change is not None:
            return found.before if label == found.prediction.label else None
        return found.after if label in (-1, found.prediction.label) else None

    @staticmethod
    def _names_of(prepared: PreparedData) -> tuple[str, ...]:
        """The classes, or the values."""
        if isinstance(inputs := prepared.pipeline.inputs, TokenInputs):
            return tuple("end" if number == inputs.end else name for number, name in enumerate(inputs.shown))
        if prepared.encoding.classes:
            return class_labels(prepared.data)
        count, name = prepared.encoding.outputs, prepared.data.target_name or "the value"
        return (name,) if count == 1 else tuple(f"value {number + 1}" for number in range(count))

    def _name(self, label: int) -> str:
        assert self._prepared is not None
        names = self._names_of(self._prepared)
        return class_words(names, label) if self._prepared.encoding.classes else names[label]

    def _show_found(self) -> None:
        """The attribution in bars or over the image, its sum, and what the sample is."""
        found, prepared = self.found, self._prepared
        if found is None or prepared is None:
            self.waterfall.show_attribution(None, (), ("", ""))
            self.images.show_attribution(None, ("", "", ""), "")
            self.colors.setText("")
            self.sum.setText("" if prepared is not None and why_not(prepared) else _HINT)
            self.csv.setEnabled(False)
            return
        self.csv.setEnabled(True)
        name = self._name(found.prediction.label)
        what = f"log-odds of {name}" if found.prediction.log_odds else name
        self.title.setText(f"What {'moved' if self.change is None else 'turns'} the prediction: {what}")
        toward = f"toward {name}" if found.prediction.encoding.classes else "up"
        away = "away from it" if found.prediction.encoding.classes else "down"
        theme, against, change = self._themes.theme, self.baseline.currentText(), self.change
        inputs = prepared.pipeline.inputs
        # Of what if only bars have these colors: the plot has those of its classes, the image says lighter or darker.
        shown = change is None or not (isinstance(inputs, ImageInputs) or change.points is not None)
        key = (
            f'<span style="color:{theme.positive}">■</span> {escape(toward)} &nbsp; '
            f'<span style="color:{theme.negative}">■</span> {away}'
        )
        show_markup(self.colors, key if shown else "")
        if change is not None:
            self.what_if.show_change(change, self._names_of(prepared))
        before, after = (prediction_text(each, found) for each in (found.before, found.after))
        if isinstance(inputs, ImageInputs):
            captions = "the image", f"why {name}: {after}", f"{against}: {before}"
            if change is not None:
                captions = f"{name}: {before}", "the change, enlarged", f"{name}: {after}"
            range_ = None if change is None else 1.0 / inputs.scale
            self.images.show_attribution(found, captions, name, range_=range_)
        else:
            noun = "This row" if prepared.data.form == "row" else "This sample"
            noun = "This point" if prepared.features else "This text" if prepared.encoding.tokens else noun
            names = against[:1].upper() + against[1:], noun
            if change is not None:
                names = noun, "It becomes"
            parts = contributions(prepared, found)
            self.waterfall.show_attribution(found, parts, names, changes=change is not None)
        self._show_sum(found)
        self._show_prediction()

    def _show_sum(self, found: Attribution) -> None:
        start, end = prediction_text(found.before, found), prediction_text(found.after, found)
        total = amount_text(_summed(found), found)
        unit = " %" if found.prediction.encoding.classes and not found.prediction.log_odds else ""
        left = abs(found.remainder) * (100 if unit else 1)
        if self.change is not None and self.change.points is not None:
            before, after = (", ".join(map(rounded_text, each)) for each in self.change.points.tolist())
            self.sum.setText(f"From ({before}) to ({after}): {start} becomes {end}")
            restyle(self.sum, role="caption")
            return
        if not math.isfinite(left):
            text = "The prediction is no number now"
        elif found.is_exact:
            rest = f"{left:.1g}{unit}" if left > 1e-9 else "nothing"
            text = f"Adds up: {start} {total}{unit} = {end}, left over {rest}, in {found.steps:,} steps"
        else:
            text = (
                f"Does not add up: {start} {total}{unit} is off {end} by {rounded_text(left)}{unit}, "
                f"even in {found.steps:,} steps"
            )
        self.sum.setText(text)
        restyle(self.sum, role="caption" if found.is_exact else "danger")

    def _show_prediction(self) -> None:
        """Prediction of the network for the sample, and its label."""
        prepared, snapshot, found = self._prepared, self._snapshot, self.found
        assert prepared is not None
        if snapshot is None or found is None:
            return
        (samples, row, _), encoding = prepared.find(snapshot.request.sample), prepared.encoding
        truth = prepared.truth_of(samples.part(slice(row, row + 1)))[0]
        label, wrong, place = found.prediction.label, False, found.prediction.position
        if encoding.classes:
            output = snapshot.sample_output
            if place is not None:
                # It is of the request, and what is drawn may be another's for a moment.
                truth, output = truth[place], None if output is None else output[place]
            is_chosen = self.prediction.current == _PREDICTED or output is None
            said = label if is_chosen or output is None else int(encoding.decode(output[None])[0])
            said = said if self.change is None else self.change.before
            wrong, name = said != int(truth), self._name(said)
            is_so = self._name(int(truth))
            text = f"Says {name}, is {is_so}" if wrong else f"Says {name}, which it is"
            if self.change is None and self.prediction.current != _PREDICTED and output is None:
                text, wrong = f"Is {is_so}", False
            if place is not None and truth < 0:
                text, wrong = f"Says {name}; the data say nothing of what follows", False
        else:
            value = found.after if self.change is None else found.before
            text = (
                f"Says {prediction_text(value, found)}, is {rounded_text(float(np.ravel(truth)[label]), 4)}"
            )
        if snapshot.shows_drawing:
            label = label if self.change is None else self.change.before
            what = "drawing" if place is None else "prompt"
            text, wrong = f"The {what}: says {self._name(label)}", False
        self.prediction_label.setText(text)
        restyle(self.prediction_label, role="danger" if wrong else "muted")

    def _show_question(self) -> None:
        """The form and the picture of what is asked."""
        asks, prepared = self.asks_what_if, self._prepared
        self.why_form.setVisible(not asks)
        self.form_area.setVisible(asks)
        shown: QWidget = self.waterfall
        if prepared is not None and isinstance(prepared.pipeline.inputs, ImageInputs):
            shown = self.images
        elif prepared is not None and prepared.features and asks:
            shown = self._plot
        self.reasons.setCurrentWidget(shown)

    def _on_question(self) -> None:
        self.found = self.change = None
        self._show_question()
        self._show_found()
        self.parts_changed.emit()

    def _on_held(self, on: bool) -> None:
        # It is checked when the samples are apart.
        self.held.setChecked(not on)
        self.hold_requested.emit(on)

    def _on_wish(self) -> None:
        self.other_field.setVisible(self.baseline.current == "row")
        self.parts_changed.emit()

    def _connect(self) -> None:
        self.row.chosen.connect(self.row_chosen)
        self.other.valueChanged.connect(self._on_wish)
        self.place.valueChanged.connect(lambda number: self.position_chosen.emit(number - 1))
        for combo in (self.prediction, self.baseline, self.depends.column):
            combo.chosen.connect(self._on_wish)
        for changed in (self.log_odds.toggled, self.what_if.changed):
            changed.connect(self._on_wish)
        self.question.chosen.connect(self._on_question)
        self.waterfall.column_chosen.connect(self._choose_column)
        self.held.clicked.connect(self._on_held)
        self.csv.clicked.connect(self.csv_requested)

    def _choose_column(self, place: int) -> None:
        """Show what a column of the waterfall does alone."""
        column = self.depends.column
        if 0 <= place < column.count():
            column.set_current(column.itemData(place))
            self._on_wish()

    def _spin(self, name: str, tip: str) -> SpinBox:
        box = set_up(SpinBox(self), accessibleName=name, toolTip=tip, keyboardTracking=False)
        box.setRange(1, 1)
        return box

    def _lay_out(self) -> None:
        heading = set_up(QLabel("Why this prediction", self), role="heading")
        self.title = titled("What moved the prediction", self)
        self.colors = set_up(QLabel(self), role="caption")
        self.reasons = QStackedWidget(self)
        for picture in (self.waterfall, self.images, self._plot):
            self.reasons.addWidget(picture)
        self.other_field = Captioned("Which", self.other, self)
        self.place_field = Captioned("Predicted after", self.place, self)
        # It would make the window higher until data come.
        self.place_field.hide()
        side, self.why_form, self.form_area = QWidget(self), QWidget(self), QScrollArea(self)
        # Low windows have no room for it.
        self.form_area.setWidget(self.what_if)
        self.form_area.setWidgetResizable(True)
        self.form_area.setFrameShape(QFrame.Shape.NoFrame)
        self.form_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.form_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFixedWidth(_SIDE_PX)
        prediction, baseline = (
            Captioned("Prediction", self.prediction),
            Captioned("Compared with", self.baseline),
        )
        asked = (
            self.place_field,
            prediction,
            baseline,
            self.other_field,
            self.log_odds,
            self.held,
            self.method,
        )
        vbox(*asked, parent=self.why_form, margins=0, spacing=10)
        above, forms = (
            (heading, self.question, self.row, self.prediction_label),
            (self.why_form, (self.form_area, 100)),
        )
        vbox(*above, *forms, STRETCH, self.csv, self.picture, parent=side, margins=0, spacing=10)
        reasons = QFrame(self)
        fill_card(reasons, hbox((self.title, 1), self.colors), (self.reasons, 1), self.sum)
        self.beside = QWidget(self)
        vbox((self.depends, 1), (self.certainty, 1), parent=self.beside, margins=0, spacing=10)
        self.stack = QWidget(self)
        hbox(side, (reasons, 5), (self.beside, 3), parent=self.stack, margins=0, spacing=12)
        vbox(self.message, (self.stack, 1), parent=self, margins=(16, 10, 16, 8), spacing=6)
        for label in (self.prediction_label, self.method):
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


def _summed(found: Attribution) -> float:
    """What is added in all; where it is exact, the distance of the ends as they are written."""
    total = float(found.values.sum())
    if not found.is_exact or not (found.prediction.log_odds or found.prediction.encoding.classes):
        return total
    digits = 2 if found.prediction.log_odds else 3
    before, after = (round(each, digits) for each in (found.before, found.after))
    return after - before
