"""The network as editable cards and neurons."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGestureEvent, QPinchGesture, QScrollArea, QWidget

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import QuickFix
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.nn import Layer
from core.nn.stage import Address, layer_at
from playground.model.document import OUTPUT, Document
from playground.views.canvas.card_menu import CardMenu, InterventionMenu
from playground.views.canvas.cards import LayerCard, command_of
from playground.views.canvas.column_layout import INPUT, shows_rows
from playground.views.canvas.drop_zone import DropZone
from playground.views.canvas.hit_items import Link, Neuron
from playground.views.canvas.interventions import InterventionEditor
from playground.views.canvas.layer_commands import LayerSelection, SelectedLayers
from playground.views.canvas.layer_palette import ArrowButton
from playground.views.canvas.scene import NetworkScene
from playground.views.canvas.stack_editor import StackEditor
from playground.views.canvas.zoom import Panning, bounded, next_step, wheel_factor
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.layer_drag import LayerDrag

_SEEN_MARGIN_PX = 40
_FREEZABLE = ("dense", "conv2d")  # layers whose units have weights


class NetworkCanvas(QScrollArea):
    """Draws the document's stack and edits it; scrolls horizontally when the stack is wider than the window.

    Drags from other widgets call its `zone`.
    """

    form_requested = Signal()
    """Requests the settings form of the selected layer."""
    neuron_hovered = Signal(object)
    neuron_clicked = Signal(object)
    position_chosen = Signal(object)
    """Carries the position of a sequence that is looked at, or None."""
    weight_edit_requested = Signal(int, int, int, float)
    bias_edit_requested = Signal(int, int, float)
    download_requested = Signal()
    """Requests the missing download of the experiment's dataset."""
    choice_requested = Signal()
    """Requests the dialog that chooses the data's file or folder again."""
    message_requested = Signal(str)
    """Carries a message for the status bar."""
    draw_requested = Signal()
    """Requests the pad for a drawing in place of the sample."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._themes = themes
        self.editor = StackEditor(document)
        self.selection = LayerSelection(document)
        self.selected = SelectedLayers(document, self.editor, self.selection, self)
        self.intervention_editor = InterventionEditor(document)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # A click leaves the field in which somebody types.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Network")
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setCornerWidget(QWidget(self))  # empty corner between the scroll bars
        self.scene = NetworkScene(document.experiment, themes, self)
        self.scene.card_added.connect(self._wire)
        self.scene.fix_chosen.connect(self._on_fix_chosen)
        self.setWidget(self.scene)
        self.setMinimumHeight(self.scene.minimumHeight())
        self._panning = Panning(self)
        self._panning.watch(self.scene)
        self._panning.watch(self.scene.field)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        self.zone = DropZone(self, self.scene, self.editor, themes)
        ends = (self.scene.input_card, -1, "To the input"), (self.scene.output_card, 1, "To the output")
        self.ends = {card: ArrowButton(step, text, themes, self.viewport()) for card, step, text in ends}
        """Ways to the cards at both ends, while these are outside."""
        for card, button in self.ends.items():
            self._wire(card)
            button.clicked.connect(partial(self.ensureWidgetVisible, card, _SEEN_MARGIN_PX, 0))
        scroll = self.horizontalScrollBar()
        for changed in (scroll.valueChanged, scroll.rangeChanged):
            changed.connect(self._show_ends)
        field = self.scene.field
        field.neuron_hovered.connect(self.neuron_hovered)
        field.neuron_clicked.connect(self.neuron_clicked)
        field.position_chosen.connect(self.position_chosen)
        field.mute_requested.connect(self.intervention_editor.toggle)
        field.weight_edit_requested.connect(self.weight_edit_requested)
        field.bias_edit_requested.connect(self.bias_edit_requested)
        field.visible_requested.connect(self._show_tile)
        field.draw_requested.connect(self.draw_requested)
        field.menu_requested.connect(self.open_intervention_menu)
        field.clamp_requested.connect(self.intervention_editor.clamp)
        document.experiment_changed.connect(self._on_experiment_changed)
        document.selection_changed.connect(self._on_selection_changed)
        self.selection.changed.connect(self._mark_selected)
        self.selected.message_requested.connect(self.message_requested)
        self._on_experiment_changed(document.experiment)

    @property
    def cards(self) -> tuple[LayerCard, ...]:
        """The cards of the input, each layer, and the output."""
        return self.scene.cards

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if self.isVisible():
            self.scene.field.show_snapshot(snapshot)

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Show the position that another view has chosen."""
        if state.position != self.scene.field.position:
            self.scene.field.keep_position(state.position)

    def show_past(self, experiment: Experiment | None) -> None:
        """Draw the network of an earlier moment, which cannot be edited here; None: the document's."""
        if self.zone.source is not None:
            self.cards[self.zone.source + 1].drag.cancel()
        self.scene.show_experiment(experiment or self._document.experiment)
        for card in self.cards:
            card.setEnabled(experiment is None)
        self._mark_selected()

    def show_data(self, prepared: Any) -> None:
        """Set the data of a run (core.experiment.prepare.PreparedData)."""
        self.scene.field.show_data(prepared)

    def clear(self) -> None:
        """Drop the run and its data; the document's network stays."""
        self.scene.field.clear()

    def set_zoom(self, zoom: float | None, about: QPointF | None = None) -> None:
        """Set the zoom factor, 0.5 to 2; None fits the stack into the window and keeps it fitted.

        The viewport position `about`, by default its center, stays in place.
        """
        wanted = None if zoom is None else bounded(zoom)
        if wanted == self.scene.requested_zoom:
            return
        at = QPointF(self.viewport().rect().center()) if about is None else about
        before, corner = self.scene.zoom, QPointF(self.scene.pos())
        self.scene.set_zoom(wanted)
        self._let_scroll()
        # Update the scroll bar ranges at once instead of at the next layout pass.
        self.scene.resize(self.scene.minimumSize().expandedTo(self.viewport().size()))
        place = (at - corner) / before * self.scene.zoom
        self.horizontalScrollBar().setValue(round(place.x() - at.x()))
        self.verticalScrollBar().setValue(round(place.y() - at.y()))

    def _let_scroll(self) -> None:
        """Allow the vertical scroll bar where it is needed: columns are as high as the window unless magnified."""
        zoom, rows = self.scene.requested_zoom, shows_rows(self._document.experiment)
        needed = rows or (zoom is not None and zoom > 1.0)
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if needed else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)

    def zoom_in(self) -> None:
        self.set_zoom(next_step(self.scene.zoom, 1))

    def zoom_out(self) -> None:
        self.set_zoom(next_step(self.scene.zoom, -1))

    def zoom_fit(self) -> None:
        """Fit the whole stack into the window."""
        self.set_zoom(None)

    def focus_selected(self) -> None:
        """Focus the selected card, or the input's."""
        self._selected_card().setFocus(Qt.FocusReason.OtherFocusReason)

    def open_menu(self, card: LayerCard, at: QPoint) -> CardMenu:
        """Open the menu of `card` at a global position."""
        address = self.scene.address_of(card)
        assert address is not None
        count = len(self._document.layers_beside(address))
        menu = CardMenu(self.editor, address, count, self._themes.theme, card)
        menu.popup(at)
        return menu

    def open_intervention_menu(self, item: Neuron | Link, at: QPoint) -> InterventionMenu:
        """Open the menu of a neuron or a link at a global position."""
        experiment = self._document.experiment
        address = item.layer if isinstance(item, Link) else item.address
        layer = layer_at(experiment.stack(), address)
        menu = InterventionMenu(
            item,
            self.intervention_editor.of(item),
            silent=address != len(experiment.layers),
            learns=layer is not None and layer.kind in _FREEZABLE,
            has_interventions=bool(experiment.interventions),
            parent=self.scene.field,
        )
        menu.toggle_requested.connect(self.intervention_editor.toggle)
        menu.release_requested.connect(self.intervention_editor.release)
        menu.release_all_requested.connect(self.intervention_editor.release_all)
        menu.clamp_requested.connect(self.scene.field.open_clamp)
        menu.popup(at)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        card, command = self._focused_card(), command_of(event)
        index = self.scene.address_of(card)
        if card is None or index is None or command is None:
            super().keyPressEvent(event)
            return
        match command:
            case "left" | "right":
                self._select(index)
                self.editor.step_selection(-1 if command == "left" else 1)
            case "extend_left" | "extend_right" if isinstance(index, int):
                if not self.selection.indices:
                    self._select(index)
                self.selection.extend_to(index + (-1 if command == "extend_left" else 1))
            case "move_left" | "move_right":
                self.editor.move(index, -1 if command == "move_left" else 1)
            case "less" | "more":
                self.editor.resize(index, -1 if command == "less" else 1)
            case "remove" | "duplicate" if index in self.selection.indices:
                self.selected.remove() if command == "remove" else self.selected.duplicate()
            case "remove":
                self.editor.remove(index)
            case "duplicate":
                self.editor.duplicate(index)
            case "form":
                self._request_form(card)
            case "menu":
                card.open_menu()

    def set_room_below(self, height_px: int) -> None:
        """Keep the lowest pixels free, for what is shown over them."""
        self.setViewportMargins(0, 0, 0, height_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scene.set_available_size(self.viewport().size())
        self._show_ends()

    def _show_ends(self) -> None:
        """Offer the ways to what is outside, at the height of the cards."""
        room = self.viewport().rect()
        for card, button in self.ends.items():
            at = card.mapTo(self.scene, card.rect().center()) + self.scene.pos()
            button.setVisible(not 0 <= at.x() < room.width())
            left = 0 if at.x() < 0 else room.width() - button.width()
            button.move(left, at.y() - button.height() // 2)
            button.raise_()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if delta.y():
                at = QPointF(self.viewport().mapFromGlobal(event.globalPosition()))
                self.set_zoom(self.scene.zoom * wheel_factor(delta.y()), at)
            event.accept()
        elif not self.verticalScrollBar().maximum() and not delta.x():
            # Scroll horizontally with the vertical wheel if there is nothing to scroll vertically.
            scroll = self.horizontalScrollBar()
            scroll.setValue(scroll.value() - delta.y())
            event.accept()
        else:
            super().wheelEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                at = QPointF(self.viewport().mapFromGlobal(event.globalPosition()))
                self.set_zoom(self.scene.zoom * (1.0 + event.value()), at)
                return True
        elif event.type() == QEvent.Type.Gesture and isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                at = QPointF(self.viewport().mapFromGlobal(pinch.centerPoint()))
                self.set_zoom(self.scene.zoom * pinch.scaleFactor(), at)
                event.accept(pinch)
                return True
        return super().viewportEvent(event)

    def _wire(self, card: LayerCard) -> None:
        card.select_requested.connect(self._on_select_requested)
        card.resize_requested.connect(self._on_resize_requested)
        card.menu_requested.connect(self._on_menu_requested)
        card.form_requested.connect(self._on_form_requested)
        self._panning.watch(card)
        card.drag.started.connect(self._on_card_drag_started)
        card.drag.moved.connect(self._on_card_drag_moved)
        card.drag.dropped.connect(self.zone.drop)
        card.drag.cancelled.connect(self.zone.cancel)

    def _focused_card(self) -> LayerCard | None:
        return next((card for card in self.scene.cards_in_order if card.hasFocus()), None)

    def _selected_card(self) -> LayerCard:
        address, last = self._document.address, len(self.scene.layer_cards)
        column = INPUT if address is None else last if address == OUTPUT else address
        return self.scene.card_of(column) or self.cards[0]

    def _select(self, address: Address) -> None:
        count = len(self._document.experiment.layers)
        self._document.select(None if address == INPUT else OUTPUT if address == count else address)

    def _select_alone(self, index: Address) -> None:
        if isinstance(index, int) and 0 <= index < len(self._document.experiment.layers):
            self.selection.choose((index,))
        else:
            self._select(index)

    def _request_form(self, card: LayerCard) -> None:
        index = self.scene.address_of(card)
        if index is not None:
            self._select(index)
            self.form_requested.emit()

    def _sender_card(self) -> LayerCard:
        sender = self.sender()
        card = sender.parent() if isinstance(sender, LayerDrag) else sender
        assert isinstance(card, LayerCard)
        return card

    def _show_tile(self, tile: QRectF) -> None:
        middle = self.scene.field.mapToParent(tile.center().toPoint())
        self.ensureVisible(middle.x(), middle.y(), _SEEN_MARGIN_PX, _SEEN_MARGIN_PX)

    def _on_experiment_changed(self, experiment: Experiment) -> None:
        if self.zone.source is not None:
            self.cards[self.zone.source + 1].drag.cancel()
        self.scene.show_experiment(experiment)
        self._let_scroll()
        self._show_ends()
        self._mark_selected()

    def _mark_selected(self) -> None:
        self.scene.open_block(self._document.selected)
        selected, several = self._selected_card(), self.selection.indices
        for card in self.scene.cards_in_order:
            alone = card is selected and self._document.address is not None
            card.set_selected(alone or self.scene.address_of(card) in several)

    def _on_selection_changed(self) -> None:
        self._mark_selected()
        selected = self._selected_card()
        if self._document.selected is not None:
            self.ensureWidgetVisible(selected, _SEEN_MARGIN_PX, 0)
        if self._focused_card() is not None:
            selected.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_select_requested(self, modifiers: Qt.KeyboardModifier) -> None:
        index = self.scene.address_of(self._sender_card())
        if index is None:
            return
        if isinstance(index, str):
            self._select(index)
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.selection.extend_to(index)
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self.selection.toggle(index)
        elif self.selection.indices == (index,):
            self._select(index)
        else:
            self._select_alone(index)

    def _on_resize_requested(self, step: int) -> None:
        self.editor.resize(self.scene.address_of(self._sender_card()), step)

    def _on_menu_requested(self, at: QPoint) -> None:
        self.open_menu(self._sender_card(), at)

    def _on_form_requested(self) -> None:
        self._request_form(self._sender_card())

    def _on_card_drag_started(self, layer: Layer) -> None:
        index = self.scene.address_of(self._sender_card())
        self.zone.begin(layer, index if isinstance(index, int) else None)

    def _on_card_drag_moved(self, at: QPoint) -> None:
        self.zone.hover(at)
        self._sender_card().drag.set_dooming(not self.zone.contains(at))

    def _on_fix_chosen(self, fix: QuickFix) -> None:
        if fix.download:
            self.download_requested.emit()
            return
        if fix.chooses:
            self.choice_requested.emit()
            return
        self._document.change(fix.text, fix.experiment)
