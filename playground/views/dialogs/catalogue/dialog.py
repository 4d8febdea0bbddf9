"""The catalogue: groups at the left, cards in the middle, what is known of the chosen one at the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QRectF,
    QSize,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import (
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QShortcut,
)
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from core.data.datasets import Dataset
from playground.views.dialogs.catalogue.entries import GROUPS, Entry, about, facts, matching
from playground.views.dialogs.dialog import SIDE_PX, KeyHints, WideDialog, box_button
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.chips import Segments
from playground.views.widgets.controls import push_button
from playground.views.widgets.dataset_thumbnails import (
    DatasetThumbnail,
    ThumbnailLoader,
    paint_thumbnail,
    paint_waiting,
)
from playground.views.widgets.labels import hairline
from playground.views.widgets.painted import (
    LEFT,
    LEFT_RIGHT,
    UP_DOWN,
    Index,
    PaintedDelegate,
    draw_box,
    draw_text,
)
from playground.views.widgets.settings_form.other_values import choices_of

ENTRY: Final = Qt.ItemDataRole.UserRole
THUMBNAIL: Final = Qt.ItemDataRole.UserRole + 1
_SIZE: Final = QSize(1120, 720)
_CARD_PX: Final = QSize(286, 128)
_PICTURE_PX: Final = QSize(84, 76)
_GROUPS_PX, _ABOUT_PX = 176, 296
_MARGIN_PX = 6
_MINE: Final = ("recent", "saved", "own")
_WRAPPED: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class CardPainter(PaintedDelegate):
    """Reads the item's roles ENTRY and THUMBNAIL (None while it is made, and where there is none)."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return _CARD_PX

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        entry, made = index.data(ENTRY), index.data(THUMBNAIL)
        if not isinstance(entry, Entry) or option.rect.isEmpty():
            return
        card = QRectF(option.rect).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        edge = theme.accent if chosen else theme.border_strong if hovered else theme.border
        inset = 1.0 if chosen else 0.5
        draw_box(
            painter,
            card.adjusted(inset, inset, -inset, -inset),
            RADIUS_PX,
            theme.surface_raised,
            edge,
            2 * inset,
        )
        inside, room = card.adjusted(12, 9, -10, -9), 0.0
        if entry.experiment is not None:
            ground = QRectF(inside.right() - _PICTURE_PX.width(), inside.top(), *_PICTURE_PX.toTuple())
            self._paint_picture(painter, ground, made, theme)
            room = ground.width() + 10
        title = QRectF(inside.left(), inside.top() - 2, inside.width() - room, 20)
        ink = theme.text if entry.opens else theme.text_faint
        draw_text(painter, title, entry.title, ink, font(bold=True), LEFT, cut=True)
        below = QRectF(
            inside.left(), title.bottom() + 2, title.width(), 4 * QFontMetrics(font("small")).lineSpacing()
        )
        draw_text(painter, below, entry.summary, theme.text_muted, font("small"), _WRAPPED)
        foot = QRectF(inside.left(), inside.bottom() - 15, inside.width() - room, 16)
        note = entry.note
        if not note and entry.choice is not None:
            note = " · ".join(label for _, label, _ in choices_of(entry.choice))
        draw_text(painter, foot, note, theme.text_muted, font("small"), LEFT, cut=True)

    def _paint_picture(self, painter: QPainter, ground: QRectF, made: object, theme: Theme) -> None:
        draw_box(painter, ground, RADIUS_PX - 3, theme.field)
        if isinstance(made, DatasetThumbnail):
            widget = self.parent()
            ratio = widget.devicePixelRatioF() if isinstance(widget, QWidget) else 1.0
            picture = paint_thumbnail(made, theme, int(ground.width()), int(ground.height()), ratio)
            painter.drawImage(ground.topLeft(), picture)
            return
        paint_waiting(painter, ground, theme)


class SearchField(QLineEdit):
    """Arrows move among the cards; Escape empties it before it closes the dialog."""

    moved = Signal(object)
    """Carries the QKeyEvent for the cards."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in UP_DOWN or (key in LEFT_RIGHT and not self.text()):
            # Left and Right are of a text that is there: Up and Down lead to every card then.
            if self.text():
                key = Qt.Key.Key_Right if key == Qt.Key.Key_Down else Qt.Key.Key_Left
            self.moved.emit(QKeyEvent(event.type(), key, event.modifiers()))
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class CardModel(QAbstractListModel):
    """The cards that are shown, and the pictures of their data as far as they are made."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._made: dict[Dataset, DatasetThumbnail] = {}

    def show_entries(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def exchange(self, index: Index, entry: Entry) -> None:
        self._entries[index.row()] = entry
        self.dataChanged.emit(index, index)

    def add_picture(self, dataset: Dataset, made: DatasetThumbnail) -> None:
        self._made[dataset] = made
        self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.ToolTipRole:
                return f"{entry.title}\n{about(entry)}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{entry.title}, {entry.summary}"
        if role == ENTRY:
            return entry
        return self._made.get(entry.experiment.dataset) if role == THUMBNAIL and entry.experiment else None


class CatalogueDialog(WideDialog):
    """Enter, a double click or "Open" chooses a card; the signals are emitted after closing. Deleted on close."""

    chosen = Signal(object)
    """Carries the Entry that is to be opened."""
    data_chosen = Signal(object)
    """Carries a Dataset for the network that is there."""
    open_requested = Signal()
    """Requests a file dialog for a project."""
    import_requested = Signal()
    """Requests a file dialog for a table."""
    keep_requested = Signal()
    """Asks that what is open becomes a preset of the user's."""

    def __init__(self, entries: Sequence[Entry], themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("New", "New", _SIZE, parent)
        self.subtitle.setText("Data and its network")
        self._entries = list(entries)
        self._model = CardModel(self)
        self.search = set_up(SearchField(self), placeholderText="Find data, a lesson or a paper")
        set_up(self.search, accessibleName="Find data, a lesson or a paper", clearButtonEnabled=True)
        self.search.setToolTip("Words of what you look for; / begins.")
        self.search.textChanged.connect(self._show_cards)
        self.search.moved.connect(self._move)
        slash = QShortcut(QKeySequence("/"), self)
        slash.activated.connect(self._find)
        self.groups = self._make_groups()
        self.list = self._make_list(themes)
        self._make_about()
        self._make_buttons()
        self._lay_out()
        self._loader = ThumbnailLoader(self)
        self._loader.thumbnail_ready.connect(self._model.add_picture)
        self._glass = self.search.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        themes.theme_changed.connect(self._follow_theme)
        self._follow_theme(themes.theme)
        self.groups.setCurrentRow(0)
        self._fit_screen()
        self._load_thumbnails()
        self.search.setFocus()

    @property
    def loading(self) -> bool:
        """Whether thumbnails are still being made."""
        return self._loader.busy

    @property
    def current(self) -> Entry | None:
        """The chosen card."""
        entry = self.list.currentIndex().data(ENTRY)
        return entry if isinstance(entry, Entry) else None

    def _make_groups(self) -> QListWidget:
        groups = set_up(QListWidget(self), accessibleName="Groups", role="formats")
        groups.setFixedWidth(_GROUPS_PX)
        groups.setFrameShape(QListWidget.Shape.NoFrame)
        for name, (title, _) in GROUPS.items():
            if count := sum(entry.group == name for entry in self._entries):
                if name in _MINE and groups.item(groups.count() - 1).data(ENTRY) not in _MINE:
                    QListWidgetItem("Mine", groups).setFlags(Qt.ItemFlag.NoItemFlags)
                item = QListWidgetItem(f"{title}  ({count})", groups)
                item.setData(ENTRY, name)
        groups.currentRowChanged.connect(self._show_group)
        return groups

    def _make_list(self, themes: ThemeSource) -> QListView:
        view = set_up(QListView(self), accessibleName="Cards", role="formats")
        view.setModel(self._model)
        view.setItemDelegate(CardPainter(themes, view))
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setMovement(QListView.Movement.Static)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setGridSize(_CARD_PX)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setFrameShape(QListView.Shape.NoFrame)
        view.activated.connect(self._choose)
        view.selectionModel().currentChanged.connect(self._show_about)
        return view

    def _make_about(self) -> None:
        self.about = QWidget(self)
        self.about.setFixedWidth(_ABOUT_PX)
        self.about_title = set_up(QLabel(self.about), role="title", wordWrap=True)
        self.about_text = set_up(QLabel(self.about), role="muted", wordWrap=True)
        self.about_facts = set_up(QLabel(self.about), wordWrap=True)
        for label in (self.about_title, self.about_text, self.about_facts):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.choice: Segments | None = None
        """What else the chosen data can be."""
        self._choice_room = hbox()
        self.nothing = set_up(QLabel("Nothing has all of these words.", self), role="muted", visible=False)

    def _make_buttons(self) -> None:
        self.buttons = QDialogButtonBox(self)
        add = partial(box_button, self.buttons)
        tip = "Begin with the chosen card, as a new document; what is open now stays in Runs."
        self.open_chosen = add(
            "Open", tip, "AcceptRole", clicked=lambda: self._choose(self.list.currentIndex()), primary=True
        )
        tip = "Learn these data with the network that is there. It can be undone."
        self.only_data = add("Only the data", tip, "ActionRole", clicked=self._choose_data)
        make = partial(push_button, parent=self)
        self.own_file = make(
            "Open a file…",
            "Go on with an experiment of your own.",
            clicked=partial(self._leave, self.open_requested),
        )
        self.own_data = make(
            "Import a table…",
            "Learn from data of your own.",
            clicked=partial(self._leave, self.import_requested),
        )
        tip = (
            "Keep data, network and training as they are now, without what was learned, to begin with again."
        )
        self.keep = make("Keep as a preset", tip, clicked=partial(self._leave, self.keep_requested))

    def _lay_out(self) -> None:
        left = vbox(
            (self.groups, 1), self.own_file, self.own_data, self.keep, margins=(12, 10, 4, 12), spacing=6
        )
        middle = vbox(self.nothing, (self.list, 1), margins=(6, 8, 6, 8))
        vbox(
            self.about_title,
            self.about_text,
            self._choice_room,
            self.about_facts,
            STRETCH,
            parent=self.about,
            margins=(8, 16, 20, 12),
        )
        body = hbox(
            left, hairline(self, vertical=True), (middle, 1), hairline(self, vertical=True), self.about
        )
        titles = vbox(self.heading, self.subtitle, spacing=2)
        head = hbox((titles, 1), (self.search, 2), STRETCH, margins=(SIDE_PX, 14, SIDE_PX, 14))
        keys = KeyHints([("↑", "↓", "choose"), ("Enter", "open"), ("/", "find")], self)
        self._frame(body, hbox(keys, STRETCH, self.buttons, margins=(SIDE_PX, 10, SIDE_PX, 10)), head=head)

    # --- what is shown --------------------------------------------------------------------------------------------

    def _show_group(self) -> None:
        if self.search.text():
            self.search.clear()
        else:
            self._show_cards()

    def _show_cards(self) -> None:
        """Those of the group, or all that have the words that are looked for."""
        item, text = self.groups.currentItem(), self.search.text().strip()
        group = "" if item is None else item.data(ENTRY)
        shown = (
            matching(self._entries, text) if text else [each for each in self._entries if each.group == group]
        )
        self._model.show_entries(shown)
        self.nothing.setVisible(not shown)
        self.list.setCurrentIndex(self._model.index(0))
        if not shown:
            self._show_about(QModelIndex())

    def _show_about(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        is_there = isinstance(entry, Entry)
        self.about_title.setText(entry.title if is_there else "")
        self.about_text.setText(about(entry) if is_there else "")
        rows = facts(entry) if is_there else []
        self.about_facts.setText("\n".join(f"{name}: {value}" for name, value in rows))
        self._show_choice(entry if is_there else None)
        self.open_chosen.setEnabled(is_there and entry.opens)
        self.only_data.setEnabled(is_there and entry.experiment is not None)

    def _show_choice(self, entry: Entry | None) -> None:
        if self.choice is not None:
            self.choice.deleteLater()
        self.choice = None
        if entry is not None and entry.experiment is not None and entry.choice is not None:
            name = entry.choice.name
            self.choice = Segments(
                choices_of(entry.choice), name=entry.choice.label, parent=self.about, room_px=14
            )
            self.choice.set_current(getattr(entry.experiment.dataset, name))
            self.choice.chosen.connect(self._take_choice)
            self._choice_room.addWidget(self.choice)
            self.choice.show()

    def _take_choice(self, value: str) -> None:
        """Offer the card with other data of its kind."""
        old = self.current
        assert old is not None
        new = old.with_choice(value)
        assert new.experiment is not None
        self._entries[self._entries.index(old)] = new
        self._model.exchange(self.list.currentIndex(), new)
        self._loader.load(new.experiment.dataset, new.experiment.data_seed, new.title)
        self._show_about(self.list.currentIndex())

    def _load_thumbnails(self) -> None:
        """Make a thumbnail per dataset; presets with the same data share it."""
        asked: dict[Dataset, int] = {}
        for entry in self._entries:
            if entry.experiment is not None:
                asked.setdefault(entry.experiment.dataset, entry.experiment.data_seed)
        for number, (dataset, seed) in enumerate(asked.items()):
            self._loader.load(dataset, seed, str(number))

    def _follow_theme(self, theme: Theme) -> None:
        self._glass.setIcon(icon("search", theme, "muted"))
        self.list.viewport().update()

    # --- what is chosen -------------------------------------------------------------------------------------------

    def _move(self, event: QKeyEvent) -> None:
        QCoreApplication.sendEvent(self.list, event)

    def _find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if isinstance(entry, Entry) and entry.opens:
            self.accept()
            self.chosen.emit(entry)

    def _choose_data(self) -> None:
        if (entry := self.current) is not None and entry.experiment is not None:
            self.accept()
            self.data_chosen.emit(entry.experiment.dataset)

    def _leave(self, request: SignalInstance) -> None:
        self.accept()
        request.emit()
