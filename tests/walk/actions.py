"""All that a walk does, in tables: a row names an action, and says what it is made of."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from core.reports import REPORTS
from playground.training.state import TrainingState
from tests.playground.dropping import drop
from tests.walk import kills, screen
from tests.walk.files import WORDS
from tests.walk.room import ALT, CONTROL, KEY, PLAIN, SHIFT, Absent, Room

Run = Callable[[Room, float], str | None]
"""Does it, at a place from 0 to 1 where there are several; returns what it saw where that is gone again."""


@dataclass(frozen=True)
class Action:
    """`edits`: undo leads back from it. `writes`: a file that it may replace. `paints`: seen in the picture alone."""

    kind: str
    name: str
    run: Run
    edits: bool = False
    brings: bool = False
    """Whether other data come, or another task."""
    writes: bool = False
    paints: bool = False
    only_build: bool = True


def _keys(key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN, *, behind: bool = False) -> Run:
    return lambda room, _: room.key(key, modifier, behind=behind)


def _press(*names: str, within: str = "") -> Run:
    return lambda room, at: room.press(*names, at=at, within=within)


def _command(name: str) -> Run:
    return lambda room, _: room.command(name)


_QUICK_SECONDS = 0.7
"""Of an epoch and its pictures: of slower networks no ten are trained."""

# -- training -------------------------------------------------------------------------------------------


def _can_train(room: Room) -> None:
    node = room.shows("Button", "Play")
    if node is None or not node.enabled or room.window.session.state.value not in ("idle", "paused"):
        raise Absent("Play")
    if not room.window.training_bar.follows_document:
        raise Absent("the document's Play")


def _is_quick(room: Room) -> bool:
    """Train an epoch; whether that was quick."""
    begin = time.perf_counter()
    room.key(KEY.Key_Greater)
    return time.perf_counter() - begin < _QUICK_SECONDS


def _step(key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN, *, many: bool = False) -> Run:
    def run(room: Room, _: float) -> None:
        _can_train(room)
        if not many or _is_quick(room):
            room.key(key, modifier, behind=True)

    return run


def play(room: Room, _: float) -> str:
    """Space plays, wherever the focus is, and Space pauses."""
    _can_train(room)
    before = repr(room.window.document.experiment)
    focus = QApplication.focusWidget()
    if (
        isinstance(focus, QLineEdit)
        and not focus.isReadOnly()
        and "Combo" not in type(focus.parent()).__name__
    ):
        raise Absent("a text is typed")
    if focus is not None and focus.property("answers"):
        raise Absent("an answer is chosen")
    room.key(KEY.Key_Space, settles=False)
    played = room.until(lambda: room.window.session.state.value == "running", 10.0)
    where = (
        f"the focus is on {type(focus).__name__} {focus.accessibleName() or ''!r}" if focus else "no focus"
    )
    if not played:
        room.settle()
    assert played, f"space: it does not play, {where}"
    # Of the pictures while it trains, one has come.
    room.turn(8)
    room.key(KEY.Key_Space, settles=False)
    paused = room.until(lambda: room.window.session.state.value != "running", 5.0)
    if not paused:
        room.window.session.pause()
    room.settle()
    assert paused, f"space: it does not pause, {where}"
    assert repr(room.window.document.experiment) == before, f"space: it changes the experiment, {where}"
    return "it played"


def _run_until(room: Room, at: float) -> str:
    _can_train(room)
    if not _is_quick(room):
        return "an epoch"
    before = screen.places(room.nodes())
    room.key(KEY.Key_U)
    if room.dialog() is None:
        raise Absent("a dialog")
    epoch = (
        float(screen.place_number(before.get("readout", "0").split(" + ")[0]).replace(",", ""))
        if before
        else 0
    )
    room.write("Epoch", str(int(epoch) + 1 + int(at * 40) + (120 if at > 0.8 else 0)))
    room.press("Run")
    # Which epoch was measured says little: a network of images at full speed trained for two minutes.
    room.until(room.window.session.is_busy, 2.0)
    if not room.until(lambda: not room.window.session.is_busy(), 30.0):
        room.window.session.pause()
    room.close_dialogs()
    return "it ran"


def _reset(room: Room, _: float) -> None:
    if screen.place_number(screen.places(room.nodes()).get("readout", "0")) == "0":
        raise Absent("a training")
    if room.window.session.state.value == "blocked":
        raise Absent("a network that can run: the status bar says why, and nothing is there to reset")
    room.key(KEY.Key_R, behind=True)


def _slowly(room: Room, _: float) -> str:
    _can_train(room)
    room.key(KEY.Key_O)
    room.turn(20)
    for _ in range(3):
        room.key(KEY.Key_Escape)
    return "slow motion"


def _look_back(room: Room, at: float) -> str:
    """Earlier moments, and to now again, by Escape."""
    room.command("look_back")
    for _ in range(int(4 * at)):
        room.key(KEY.Key_Left)
    seen = room.shows("Button", "Back to live")
    room.key(KEY.Key_Escape)
    assert not room.window.actions_by_name["back_to_live"].isEnabled(), (
        "leave: Escape does not lead back to now"
    )
    return "back" if seen else ""


def _branch(room: Room, _: float) -> None:
    room.command("look_back")
    room.key(KEY.Key_Left)
    room.command("branch_here")


TRAIN = [
    Action("train", "step a batch", _step(KEY.Key_Period)),
    Action("train", "step an epoch", _step(KEY.Key_Greater)),
    Action("train", "step ten epochs", _step(KEY.Key_Period, CONTROL, many=True)),
    Action("train", "run until", _run_until),
    Action("train", "reset", _reset, edits=True),
    Action("train", "reset with new seed", _keys(KEY.Key_R, SHIFT, behind=True), edits=True),
    Action("train", "one step slowly", _slowly),
    Action("train", "look back", _look_back),
    Action("train", "branch", _branch),
]
PLAY = [Action("play", "Space", play, only_build=False)]

# -- edits ----------------------------------------------------------------------------------------------

_LAYERS = (
    "Dense",
    "Activation",
    "Dropout",
    "BatchNorm",
    "GaussianNoise",
    "LayerNorm",
    "Residual",
    "Conv2D",
    "Flatten",
)
_FEATURES = ("x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "cos x₂")
_BOXES = ("Learning rate", "Optimizer", "Batch size", "Loss", "Regularization")
_SLIDERS = ("Train / test", "Noise", "Samples", "Turns", "Window", "Horizon")


def _card(room: Room, at: float) -> Any:
    cards = [
        each.widget for each in room.nodes()
        if each.role == "ListItem" and type(each.widget).__name__ == "LayerCard" and "Layer" in each.name
    ]  # fmt: skip
    if not cards:
        raise Absent("a card")
    return cards[int(at * len(cards))]


def _select(room: Room, at: float) -> None:
    card = _card(room, at)
    room.click(card, QPoint(20, 12))


def _on_card(*keys: tuple[Qt.Key, Qt.KeyboardModifier], layer: bool = True) -> Run:
    def run(room: Room, at: float) -> str:
        card = _card(room, 0.99 * at)
        if layer and "Output" in card.accessibleName():
            raise Absent("a layer that is not the output")
        room.click(card, QPoint(20, 12))
        for key in keys:
            room.key(*key)
        return "" if len(keys) == 1 else "there"

    return run


def _weight(room: Room, at: float) -> None:
    room.type_weight(at, (0.0, 0.5, -1.0)[int(3 * at)])


def _box(caption: str) -> Run:
    return lambda room, at: room.choose(caption, at)


def _typed(caption: str, values: tuple[str, ...]) -> Run:
    def run(room: Room, at: float) -> None:
        value = values[int(at * len(values))]
        if room.field(caption).text() == value:
            raise Absent("another value")
        room.write(caption, value)

    return run


def _template(room: Room, at: float) -> None:
    menu = room.window.palette_bar.templates.menu()
    menu.aboutToShow.emit()
    actions = [each for each in menu.actions() if each.isEnabled() and not each.isChecked()]
    if not actions:
        raise Absent("templates")
    actions[int(at * len(actions))].trigger()
    room.settle()


def _undo_some(room: Room, at: float) -> None:
    for _ in range(1 + int(3 * at)):
        room.command("undo")


def _add(room: Room, name: str) -> None:
    found = [each for each in room.nodes() if each.role == "Button" and each.name.startswith(f"{name}:")]
    if not found or not found[0].enabled:
        raise Absent(name)
    before = room.window.document.experiment
    widget: Any = found[0].widget
    room.into_view(widget)
    QTest.mouseDClick(widget, Qt.MouseButton.LeftButton)
    room.settle()
    if room.window.document.experiment == before:
        room.click(widget)


def _copied(room: Room, _: float) -> str:
    """The experiment as a line, and back from it."""
    room.command("copy_experiment")
    line = QApplication.clipboard().text()
    assert line.startswith("nnplay"), f"idle: no line of the experiment, got {line[:30]!r}"
    return "a line"


EDIT = [
    *(
        Action("edit", f"add {name}", lambda room, at, name=name: _add(room, name), edits=True)
        for name in _LAYERS
    ),
    *(
        Action("edit", f"feature {name}", _press(name, within="Input features"), edits=True)
        for name in _FEATURES
    ),
    *(Action("edit", f"choose {name}", _box(name), edits=True) for name in _BOXES),
    *(
        Action("edit", f"slide {name}", lambda room, at, name=name: room.slide(name, at), edits=True)
        for name in _SLIDERS
    ),
    Action("edit", "type a rate", _typed("Learning rate", ("0.1", "0.003", "0.02")), edits=True),
    Action("edit", "type a batch size", _typed("Batch size", ("1", "7", "64")), edits=True),
    Action("edit", "one unit more", _press("One unit more"), edits=True),
    Action("edit", "one unit less", _press("One unit less"), edits=True),
    Action("edit", "set a weight", _weight, edits=True),
    Action("edit", "remove a layer", _on_card((KEY.Key_Delete, PLAIN)), edits=True),
    Action("edit", "double a layer", _on_card((KEY.Key_D, CONTROL)), edits=True),
    Action("edit", "move a layer", _on_card((KEY.Key_Left, ALT), (KEY.Key_Right, ALT))),
    Action("edit", "copy and paste a layer", _on_card((KEY.Key_C, CONTROL), (KEY.Key_V, CONTROL))),
    Action("edit", "select a layer", _select),
    Action("edit", "template", _template, edits=True),
    Action("edit", "data of another seed", _press("New seed", within="Data and layer"), edits=True),
    Action(
        "edit",
        "preprocess",
        lambda room, at: room.press("Raw", "Standardize", "0 … 1", "None", at=at),
        edits=True,
    ),
    Action("edit", "undo", _command("undo")),
    Action("edit", "undo some", _undo_some),
    Action("edit", "redo", _command("redo")),
    Action("edit", "copy as text", _copied),
]


# -- data -----------------------------------------------------------------------------------------------

POINTS = ("Moons", "Circles", "Blobs", "Quantiles", "XOR", "Spirals", "Disc", "Plane")
OTHERS = (
    "Iris",
    "Wine",
    "Digits",
    "MNIST",
    "Names",
    "Sunspots",
    "Letters",
    "Add",
    "Modular sums",
    "Waves",
)
_TASKS = ("Classify", "Generate", "Reconstruct", "Predict")


def tile(room: Room, name: str) -> None:
    """Click a data set's tile."""
    node = room.shows("CheckBox", name)
    if node is None or node.checked:
        raise Absent(name)
    chosen: Any = node.widget
    room.click(chosen)
    if room.dialog() is not None:  # To be downloaded.
        room.close_dialogs()
        raise Absent(name)


def _task(name: str) -> Run:
    def run(room: Room, at: float) -> None:
        if (chip := room.shows("CheckBox", name)) is None or chip.checked:
            raise Absent(name)
        room.press(name, at=at, within="Task")

    return run


_ASKED = ("Prompt", "Temperature")


def _there_and_back(room: Room, at: float) -> str:
    """Other data, and the first again: all is as it was."""
    nodes = room.nodes()
    now = next(
        (
            each
            for each in nodes
            if each.role == "CheckBox" and each.checked and "DatasetGallery" in each.within
        ),
        None,
    )
    if now is None:
        raise Absent("data of the gallery")
    before, names = screen.settings(nodes), [each for each in (*POINTS, *OTHERS) if each != now.name]
    other = names[int(at * len(names))]
    tile(room, other)
    tile(room, now.name)
    after = screen.settings(room.nodes())
    # Beside a stack that cannot run, what is asked of the one before it stays until the data are others.
    hidden = set(_ASKED) - after.keys() if room.window.session.state is TrainingState.BLOCKED else set()
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key) and key not in hidden]
    told = ", ".join(f"{key}: {before.get(key)} became {after.get(key)}" for key in keys[:6])
    assert not keys, f"back: {now.name}, {other}, {now.name} changes {told}"
    return "there"


def _import(name: str) -> Run:
    def run(room: Room, _: float) -> str:
        path = room.files.folder / name
        is_open = getattr(room.window.document.experiment.dataset, "path", "") == str(path)
        if path.is_dir():
            room.window.plugins["imports"].open_folder(path)
        elif not drop(room.window, _dragged(path)):
            room.window.plugins["imports"].open(path)
        room.settle()
        dialog = room.dialog()
        if dialog is None:
            raise Absent("a dialog")
        button = getattr(dialog, "use_button", None)
        room.until(lambda: button is not None and button.isEnabled(), 10.0)
        if button is None or not button.isEnabled():
            room.close_dialogs()
            raise Absent("a button to use it")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        room.turn(3)
        room.close_dialogs()
        return "the same" if is_open else ""

    return run


def _dragged(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


DATA = [
    Action("data", name, lambda room, _, name=name: tile(room, name), edits=True, brings=True)
    for name in (*POINTS, *OTHERS)
]
TASK = [Action("data", name, _task(name), edits=True, brings=True) for name in _TASKS]
IMPORT = [Action("data", f"import {name}", _import(name), brings=True) for name in WORDS]
BACK = [Action("data", "other data and back", _there_and_back)]

# -- pages, tabs, docks ---------------------------------------------------------------------------------

_TABS = ("Curves", "Confusion", "Residuals", "Map", "Doctor")


def _page(number: int) -> Run:
    def run(room: Room, _: float) -> str:
        room.key(KEY(KEY.Key_0.value + number), CONTROL)
        shown = room.window.pages.current
        texts = [each for each in room.nodes() if each.role == "StaticText"]
        assert texts, f"empty: the page {shown} says nothing"
        room.key(KEY.Key_1, CONTROL)
        return shown

    return run


def _to_page(number: int) -> Run:
    def run(room: Room, _: float) -> str:
        before = room.window.pages.current
        room.key(KEY(KEY.Key_0.value + number), CONTROL)
        if number == 1 and before == "build":
            raise Absent("another page")
        # A page's key on that page does nothing, as it should.
        return before if before == room.window.pages.current != "build" else ""

    return run


def _set(view: int) -> Run:
    """A set of the page Runs in one of its views: shown, and the page Build again."""

    def run(room: Room, at: float) -> str:
        room.key(KEY.Key_2, CONTROL)
        if room.window.plugins["runs"].page.page.has_form:
            room.press("Sets")
        sets = room.window.plugins["runs"].page.page.sets
        place = sets.item(int(at * sets.count()))
        sets.scrollToItem(place)
        room.click(sets.viewport(), sets.visualItemRect(place).center())
        room.key(KEY(KEY.Key_0.value + view), ALT)
        board = room.window.plugins["runs"].page.board.board
        shown = f"{sets.rows[sets.currentRow()].title} as {board.view.current}"
        texts = [each for each in room.nodes() if each.role == "StaticText"]
        assert texts, f"empty: {shown} says nothing"
        room.key(KEY.Key_1, CONTROL)
        return shown

    return run


def _tab(name: str) -> Run:
    return lambda room, _: room.tab(name)


def _dock(key: Qt.Key, name: str) -> Run:
    def run(room: Room, _: float) -> str:
        if not room.window.actions_by_name[name].isEnabled():
            raise Absent(name)
        before = [each.told for each in room.nodes()]
        room.key(key)
        shown = [each.told for each in room.nodes()]
        room.close_dialogs()
        return "" if shown == before else "seen"

    return run


LOOK = [
    *(Action("look", f"page {number} and back", _page(number), only_build=False) for number in range(2, 8)),
    *(Action("look", f"to page {number}", _to_page(number), only_build=False) for number in (1, 1, 4, 7)),
    *(Action("look", f"a set in view {view}", _set(view), only_build=False) for view in range(1, 6)),
    *(Action("look", f"tab {name}", _tab(name)) for name in _TABS),
    Action("look", "microscope", _dock(KEY.Key_M, "microscope")),
    Action("look", "mistakes", _dock(KEY.Key_G, "mistakes")),
    Action("look", "doctor", _dock(KEY.Key_D, "doctor")),
    Action("look", "draw", _dock(KEY.Key_W, "draw")),
    Action("look", "test points", _press("Test points"), paints=True),
    Action("look", "discretize", _press("Discretize"), paints=True),
]

# -- dialogs, each there and left by Escape -------------------------------------------------------------

_DIALOGS = (
    "predict", "new", "preferences", "probes", "run_until", "shortcuts", "commands", "about", "prune", "export",
    "probe_baselines", "restore",
)  # fmt: skip


def _dialog(name: str) -> Run:
    def run(room: Room, _: float) -> str:
        room.command(name)
        seen = room.over()
        titles = ", ".join(each.windowTitle() or type(each).__name__ for each in seen)
        left = room.close_dialogs()
        assert not left, f"leave: Escape does not close {', '.join(left)}"
        return titles if seen else ""

    return run


def _predicted(room: Room, _: float) -> str:
    """Predict stays open while data and training change."""
    room.command("predict")
    room.window.activateWindow()
    return "open" if room.over() else ""


DIALOG = [
    *(Action("dialog", name, _dialog(name), only_build=False) for name in _DIALOGS),
    Action("dialog", "predict stays", _predicted),
]

# -- files ----------------------------------------------------------------------------------------------


def _export_dialog(room: Room, kind: str) -> Any:
    room.command(f"export_{kind}")
    dialog = room.dialog()
    if dialog is None or not hasattr(dialog, "export_button"):
        raise Absent(kind)
    return dialog


def export(room: Room, kind: str, path: Path | None) -> Path | None:
    """Write a format by its dialog; `path` None takes what is proposed. Returns the file, None where it is refused."""
    written = write(room, _export_dialog(room, kind), path)
    room.close_dialogs()
    return written


def write(room: Room, dialog: Any, path: Path | None) -> Path | None:
    """Press Save in an open dialog; see `export`."""
    if path is not None:
        dialog.path.setText(str(path))
        dialog.path.textEdited.emit(str(path))
    target, written = Path(dialog.file.target), None
    if dialog.export_button.isEnabled():
        before = target.stat().st_mtime_ns if target.exists() else 0
        asked = len(room.asked)
        QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
        room.until(
            lambda: (target.exists() and target.stat().st_mtime_ns != before)
            or dialog.error.isVisible() or len(room.asked) > asked or room.faults.texts or not dialog.isVisible()
        )  # fmt: skip
        room.turn(4)
        written = target if target.exists() and target.stat().st_mtime_ns != before else None
    return written


def _exported(kind: str, name: str = "") -> Run:
    def run(room: Room, _: float) -> str:
        path = room.files.folder / name if name else None
        export(room, kind, path)
        return kind

    return run


def _previewed(room: Room, at: float) -> str:
    """Every document is made in the end, or says why not."""
    kinds = REPORTS.names()
    dialog = _export_dialog(room, kinds[int(at * len(kinds))])
    making = "being made"
    made = room.until(lambda: not any(making in text for text in _texts_of(dialog)), 8.0)
    kind = dialog.exporter.kind
    room.close_dialogs()
    assert made, f"wait: the preview of {kind} stays “It is being made”"
    return kind


def _texts_of(dialog: Any) -> list[str]:
    found = [f"{each.painted} {each.value}" for each in screen.read(dialog)]
    views = (*dialog.findChildren(QPlainTextEdit), *dialog.findChildren(QTextEdit))
    return found + [each.toPlainText() for each in views]


def _search_formats(room: Room, at: float) -> str:
    """Return in a search only selects."""
    dialog = _export_dialog(room, "npz")
    before = room.files.bytes_of()
    dialog.search.setFocus()
    QTest.keyClicks(dialog.search, ("Curves", "csv", "play", "onnx")[int(4 * at)])
    QTest.keyClick(dialog.search, KEY.Key_Return)
    room.turn(30)
    after = room.files.bytes_of()
    room.close_dialogs()
    assert before.keys() == after.keys(), (
        f"files: Return in the search writes {', '.join(after.keys() - before.keys())}"
    )
    return "searched"


def _save(room: Room, at: float) -> str:
    """Save to a name of its own, or to one where a project stands: then it must ask."""
    room.chosen = room.files.folder / ("Walk.nnplay" if at < 0.7 else "Kept.nnplay")
    room.command("save_as")
    room.until(lambda: not room.window.files.busy)
    room.chosen = None
    return "saved"


def _save_again(room: Room, _: float) -> str:
    if room.window.document.path is None:
        raise Absent("a file of its own")
    room.command("save")
    room.until(lambda: not room.window.files.busy)
    return "saved"


def _close_and_open(room: Room, _: float) -> str:
    room.chosen = path = room.files.folder / "Again.nnplay"
    path.unlink(missing_ok=True)
    room.command("save_as")
    room.until(lambda: not room.window.files.busy)
    if not path.exists():
        raise Absent("a saved file")
    before, shown = room.state(), _of_window(room)
    room.reopen(path)
    room.until(lambda: not room.window.files.busy)
    room.settle()
    after, again = room.state(), _of_window(room)
    assert same(before, after), f"again: closed and opened, {difference(before, after)}"
    # A stack that cannot run has no figures and no place: those that were shown beside it are of what ran before.
    blocked = room.window.session.state is TrainingState.BLOCKED
    for key, text in shown.items():
        told = again.get(key)
        if blocked and not key.startswith("setting") and (told == "–" or key == "epoch of the readout"):
            continue
        # What was not kept may be said in a sentence instead.
        assert told == text or again.get("not kept"), (
            f"again: closed and opened, {key} was {text!r} and is {told!r}"
        )
    return "the same"


def _of_window(room: Room) -> dict[str, str]:
    """What the window shows of a training, to be the same after it was opened again."""
    nodes = room.nodes()
    found = {f"{split} {noun}": each.text for each in screen.tiles(nodes) for split, noun in (each.key,)}
    found |= {
        f"epoch of the {where}": screen.place_number(text) for where, text in screen.places(nodes).items()
    }
    slider = next((each for each in nodes if each.role == "Slider" and each.name == "Timeline"), None)
    if slider is not None:
        found["the timeline"] = "can be used" if slider.enabled else "is dead"
    for each in nodes:
        told = f"{each.painted} {getattr(each.widget, 'accessibleDescription', str)()}"
        if "not kept" in told:
            found["not kept"] = told
    return found | {f"setting {key}": text for key, text in screen.settings(nodes).items()}


def _open(name: str) -> Run:
    def run(room: Room, _: float) -> str:
        room.chosen = room.files.folder / name
        room.command("open")
        room.until(lambda: not room.window.files.busy)
        room.chosen = None
        room.settle()
        return "asked"

    return run


def _preset(name: str) -> Run:
    def run(room: Room, _: float) -> None:
        from core.experiment.presets import preset_files

        path = next(each for each in preset_files() if each.stem.split("_", 1)[1] == name)
        room.window.files.open_preset(path)
        room.settle()

    return run


EXPORT = [
    *(
        Action("file", f"export {kind} as proposed", _exported(kind))
        for kind in ("predictions_table", "curves_table", "weights_csv", "npz")
    ),
    *(
        Action("file", f"export {kind} over a table", _exported(kind, "Spirals.csv"))
        for kind in ("curves_table", "metrics_table")
    ),
    Action("file", "export predictions over the source", _exported("predictions_table", "survey.csv")),
    Action("file", "preview a document", _previewed),
    Action("file", "search a format", _search_formats),
]
FILE = [
    Action("file", "save as", _save),
    Action("file", "save", _save_again, writes=True),
    Action("file", "close and open", _close_and_open, writes=True),
    Action("file", "open a project", _open("Kept.nnplay"), brings=True),
    Action("file", "open a broken project", _open("broken.nnplay")),
    Action("file", "kill while it saves", kills.while_saving, writes=True),
    *(
        Action("file", f"preset {name}", _preset(name), brings=True)
        for name in ("iris", "names", "sunspots", "digits_from_noise")
    ),
]

# -- views ----------------------------------------------------------------------------------------------

_SIZES = ((1280, 720), (1440, 900), (1920, 1080), (1366, 768))


def _size(room: Room, at: float) -> str:
    width, height = _SIZES[int(at * len(_SIZES))]
    room.window.resize(width, height)
    room.turn(4)
    room.settle()
    return f"{width} x {height}"


def _simple(room: Room, _: float) -> str:
    """The simple view and back."""
    room.command("simple_view")
    room.command("simple_view")
    return "simple"


VIEW = [
    Action("view", "theme", _command("theme"), paints=True, only_build=False),
    Action("view", "size", _size, only_build=False),
    Action("view", "simple view and back", _simple),
    Action("view", "zoom in", _command("zoom_in"), paints=True),
    Action("view", "zoom to fit", lambda room, at: _command("zoom_fit")(room, at) or "fits"),
    Action(
        "view", "panels in their places", lambda room, at: _command("restore_panels")(room, at) or "there"
    ),
    Action("view", "full speed", lambda room, at: _keys(KEY.Key_F)(room, at) or "toggled"),
]

# -- lessons --------------------------------------------------------------------------------------------


def _lesson(room: Room, at: float) -> str:
    """Begin one, do what it asks by its own help, and leave."""
    number = 1 + int(at * 12)
    before = repr(room.window.document.experiment)
    room.agrees = False
    room.command(f"lesson_{number}")
    node = room.shows("Button", "Close the lesson")
    assert node is not None, f"leave: no visible way out of lesson {number}"
    for page in (4, 1) if at * 100 % 2 else ():
        room.key(KEY(KEY.Key_0.value + page), CONTROL)
    room.key(KEY.Key_Escape)
    if room.shows("Button", "Close the lesson") is not None:
        room.command("lesson_leave")
    after = repr(room.window.document.experiment)
    assert after == before, f"again: after lesson {number} the work is another"
    return f"lesson {number}"


LESSON = [Action("lesson", "a lesson and back", _lesson)]

TABLES = (
    (TRAIN, 5.0), (PLAY, 2.0), (EDIT, 5.0), (DATA, 2.0), (TASK, 1.0), (IMPORT, 1.0), (BACK, 1.0), (LOOK, 2.0),
    (DIALOG, 2.0), (EXPORT, 1.5), (FILE, 1.0), (VIEW, 1.0), (LESSON, 0.4),
)  # fmt: skip
"""All actions, and how often of a table one is taken."""
ACTIONS = {each.name: each for table, _ in TABLES for each in table}


def same(one: Any, other: Any) -> bool:
    """Whether two states are equal to the last bit."""
    import numpy as np

    return bool(
        one[0] == other[0]
        and one[1].keys() == other[1].keys()
        and all(np.array_equal(array, other[1][name], equal_nan=True) for name, array in one[1].items())
    )


def difference(one: Any, other: Any) -> str:
    """Where two states differ first."""
    if one[0] == other[0]:
        return "the weights are others"
    place = next((at for at, (a, b) in enumerate(zip(one[0], other[0], strict=False)) if a != b), 0)
    near = slice(max(0, place - 40), place + 30)
    return f"…{one[0][near]}… became …{other[0][near]}…"
