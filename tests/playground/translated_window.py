"""Shows every page and dialog of the window in another language, and prints what is read in them as JSON.

`python -m tests.playground.translated_window LANGUAGE FOLDER WIDTH HEIGHT PRESET...`; the language "xx" is made of the
sources: each message is ⟦like this⟧ and longer by a third, so that what has none of its brackets is no message, and a
bracket within one is a sentence that was joined.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import playground.translation as translation
from resources import make_catalogues

PSEUDO = "xx"


def speak(language: str, folder: Path) -> None:
    """Let what is imported from here on speak a language of the catalogues, or the one that is made here."""
    os.environ[translation.VARIABLE] = language
    file = make_catalogues.FOLDER / f"{language}.po"
    if language == PSEUDO:
        file = folder / "xx.po"
        nouns = {noun for _, tree in make_catalogues.modules() for noun in make_catalogues.nouns_of(tree)}
        said = {}
        texts = make_catalogues.messages()
        for text, places in texts.items():
            long = f"⟦{text}{'~' * (len(text) // 3)}⟧"
            told = f"{long}|{long}" if text in nouns else long
            said |= dict.fromkeys((translation.Message(place, text) for place in places), told)
        file.write_text(make_catalogues.written(texts, said), encoding="utf-8")
    # The catalogue's maker has read the presets: what it has imported is English.
    for name in [each for each in sys.modules if each.partition(".")[0] == "core"]:
        del sys.modules[name]
    if language != "en":
        translation.speak(file)


def main(language: str, folder: Path, size: tuple[int, int], presets: list[str]) -> None:
    """Print the texts by place, what is cut by place, and menus whose letters are not their own."""
    speak(language, folder)
    import pytest
    from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QStyle, QStyleOptionComboBox, QWidget

    from core.experiment.presets import preset_named
    from tests.benchmarks.open_window import as_the_application, close_window, make_window
    from tests.playground.driving import PLACES, show
    from tests.playground.opened_dialogs import choose_no_file, other_ways, over, ways_by_command, write_data
    from tests.walk import screen

    texts: dict[str, list[str]] = defaultdict(list)
    cut: dict[str, list[str]] = {}
    menus: dict[str, list[str]] = {}

    def read(top: QWidget) -> Iterator[str]:
        for node in screen.read(top):
            yield from (node.name, node.painted)
            if isinstance(node.widget, QWidget):
                yield node.widget.toolTip()
            if isinstance(node.widget, QLabel):
                yield node.widget.text()

    def cut_choices(top: QWidget) -> Iterator[str]:
        for combo in top.findChildren(QComboBox):
            option = QStyleOptionComboBox()
            combo.initStyleOption(option)
            part = QStyle.SubControl.SC_ComboBoxEditField
            room = (
                combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, combo).width()
            )
            text = combo.currentText()
            lacking = combo.fontMetrics().horizontalAdvance(text) - room
            if combo.isVisible() and lacking > 0 and text not in combo.toolTip():
                yield f"{text!r} of a choice lacks {lacking} pixels"

    def note(place: str, top: QWidget) -> None:
        for _ in range(8):  # layouts take some turns
            app.processEvents()
        texts[place] = sorted({text for text in read(top) if text.strip()})
        cut[place] = [*screen.cut(top), *cut_choices(top)]

    app = as_the_application()
    translation.translate_qt(app)
    for name in presets:
        window = make_window(app, folder / f"{name}.json", preset_named(name), size)
        window.session.start()
        for _ in range(50):
            app.processEvents()
        for place in PLACES:
            show(window, place)
            note(f"{name}: {place}", window)
            show(window, PLACES[0])
        with pytest.MonkeyPatch.context() as patch:
            choose_no_file(patch)
            patch.setattr(window.autosaves.store, "folder", folder / "autosave")
            data = folder / f"data_{name}"
            data.mkdir()
            ways = ways_by_command(window) | dict(other_ways(window, write_data(data)))
            for way, run in ways.items() if name == presets[0] else ():
                window.actions_by_name["page_build"].trigger()
                run()
                for dialog in over(window):
                    note(f"{way}: {type(dialog).__name__}", dialog)
                    dialog.close()
                window.activateWindow()
        for menu in window.findChildren(QMenu):
            # Those with data of their own, such as classes, have names that nobody chose here.
            shown = [action for action in menu.actions() if action.isVisible() and action.data() is None]
            rows = [action.text() for action in shown if action.text()]
            letters = [text[text.index("&") + 1].lower() for text in rows if "&" in text]
            if len(letters) != len(set(letters)):
                menus[menu.title()] = rows
        texts["menus"] = sorted(
            {text for menu in window.findChildren(QMenu) for text in map(str, _rows(menu))}
        )
        close_window(window)
    sys.stdout.write(json.dumps({"texts": texts, "cut": cut, "menus": menus}, ensure_ascii=False))


def _rows(menu: object) -> Iterator[str]:
    for action in menu.actions():  # type: ignore[attr-defined]
        yield from (action.text(), action.toolTip())


if __name__ == "__main__":
    _, chosen, at, width, height, *names = sys.argv
    main(chosen, Path(at), (int(width), int(height)), names)
