"""What must always hold of a window, looked at after each step; see docs/contributing/invariants.md.

A finding is a sentence that begins with its kind: "figures: ...".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from core.experiment.adapt import fit_of
from core.io.number_text import loss_text
from tests.walk import screen
from tests.walk.actions import Action, difference, export, same
from tests.walk.files import WORDS
from tests.walk.room import CONTROL, KEY, Absent, Room

KINDS = (
    "figures", "spoken", "texts", "files", "undo", "back", "brings", "old", "space", "leave", "errors", "again", "idle",
    "wait", "empty", "rest", "left",
)  # fmt: skip
_METRICS_EVERY = 5
_ERROR = re.compile(r"\b[A-Z][a-z]\w*(?:Error|Exception)\b|Traceback")
# Data that come with what they need do not ask what was there before.
BROUGHT: dict[str, tuple[str, dict[str, str]]] = {}


class Oracles:
    """Looks at one walk; `only` names the kinds that count, all by default."""

    def __init__(self, room: Room, report: Callable[[str], None], only: tuple[str, ...] = ()) -> None:
        """`report` gets each finding, and raises unless it is known."""
        self.room, self.only, self._report = room, only or KINDS, report
        self._undone: set[str] = set()
        self._figures: dict[str, tuple[dict[tuple[str, str], screen.Figure], str]] = {}
        self._steps = 0
        self._seen: set[str] = set()
        self._fits: set[str] = set()
        self._before: Any = None
        self._place: tuple[dict[str, str], dict[tuple[str, str], screen.Figure]] = ({}, {})
        self._fresh = True

    def begin(self) -> None:
        """Look at a window that was just made."""
        self._note_brought("")
        for sentence in self._always("begin"):
            self._report(sentence)

    def step(self, action: Action, at: float) -> None:
        """Do it, and report what does not hold. Raises `Absent` where it cannot be done now."""
        room = self.room
        over = room.dialog() is not None and action.kind not in ("data", "train", "edit")
        if action.only_build and (room.window.pages.current != "build" or over):
            raise Absent("the first page")
        if action.kind == "play" and room.dialog() is not None:
            raise Absent("the window in front")
        self._steps += 1
        room.asked.clear()
        room.agrees = at > 0.5
        before = room.fingerprint(pixels=action.paints)
        self._before = room.nodes() if action.brings else None
        self._fits.add(self._fit())
        state = before[1], before[2]
        said = room.timed(action.name, lambda: action.run(room, at))
        after = room.fingerprint(pixels=action.paints)
        if "idle" in self.only and not said and _equal(before, after):
            self._report(f"idle: {action.name} changes nothing that can be seen")
        for sentence in self._of_step(action, state, before[-1], after[-1]):
            self._report(sentence)
        for sentence in self._always(action.name):
            self._report(sentence)

    # -- of this step -------------------------------------------------------------------------------------------------

    def _of_step(
        self, action: Action, state: Any, before: dict[str, bytes], after: dict[str, bytes]
    ) -> Iterator[str]:
        if "files" in self.only:
            yield from self._replaced(action, before, after)
        if action.brings:
            yield from self._brought(action)
        if action.edits and "undo" in self.only and action.name not in self._undone:
            yield from self._undo(action, state)

    def _replaced(self, action: Action, before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[str]:
        """A file that was there is as it was, unless it was asked for or is the document's own."""
        own = self.room.window.document.path
        for name, content in before.items():
            if after.get(name) == content or (action.writes and own is not None and own.name == name):
                continue
            if name.startswith(("Killed", "Again")) or "preferences" in name or self.room.asked:
                continue
            what = "is gone" if name not in after else "is replaced"
            yield f"files: {name} {what} unasked by {action.name}"

    def _undo(self, action: Action, before: Any) -> Iterator[str]:
        room, after = self.room, self.room.state()
        if room.dialog() is not None or same(before, after):
            return
        self._undone.add(action.name)
        if not room.window.actions_by_name["undo"].isEnabled():
            yield f"undo: {action.name} changed the project, and Undo is grey"
            return
        room.timed("undo", lambda: room.key(KEY.Key_Z, CONTROL))
        back = room.state()
        if not same(before, back):
            yield f"undo: {action.name} is not undone: {difference(before, back)}"
        room.timed("redo", lambda: room.key(KEY.Key_Y, CONTROL))
        again = room.state()
        if not same(after, again):
            yield f"undo: {action.name} is not redone: {difference(after, again)}"

    def _brought(self, action: Action) -> Iterator[str]:
        room = self.room
        nodes = room.nodes()
        if "old" in self.only:
            yield from self._old_words(action, nodes)
        if "brings" in self.only:
            yield from self._note_brought(action.name)

    def _old_words(self, action: Action, nodes: list[screen.Node]) -> Iterator[str]:
        """Neither the words of other data, nor a finding about a training that is over."""
        now = repr(room_data := self.room.window.document.experiment.dataset)
        for name, words in WORDS.items():
            if name in now or getattr(room_data, "path", "").endswith(name):
                continue
            for node in nodes:
                text = f"{node.painted} {node.name} {node.value}"
                if (
                    any(word in text for word in words)
                    and "ndo" not in node.name
                    and "NoticeBar" not in node.within
                ):
                    yield f"old: after {action.name}, {text.strip()!r} is shown, which is of {name}"
                    return
        untrained = screen.place_number(screen.places(nodes).get("readout", "")) == "0"
        if untrained and self._before is not None:
            told = {each.name for each in self._before if each.name.startswith("Training doctor")}
            for node in nodes:
                if node.name in told:
                    yield f"old: after {action.name}, untrained, {node.name!r} is of what was before"
                    return

    def _note_brought(self, name: str) -> Iterator[str]:
        """What data bring along for the first time in a window is the same, whatever was there before.

        Where the network of other data serves these, too, it stays, or returns.
        """
        room = self.room
        if not room.on_build() or room.dialog() is not None:
            return
        nodes = room.nodes()
        found = screen.settings(nodes)
        data = next((key for key in found if key.startswith("DatasetGallery")), "")
        task = next((key for key in found if key.startswith("Task")), "")
        key = f"{data} {task}"
        comes = data not in self._seen and self._fit() not in self._fits
        if name and data.split(": ")[-1] == name and comes and name not in _ALIKE:
            _, first = BROUGHT.setdefault(key, (name, found))
            others = [each for each in {**first, **found} if first.get(each) != found.get(each)]
            if others:
                told = ", ".join(f"{each}: {first.get(each)} or {found.get(each)}" for each in others[:6])
                yield f"brings: what {name} brings along depends on what was before: {told}"
        self._seen.add(data)

    def _fit(self) -> str:
        return repr(fit_of(self.room.window.document.experiment))

    # -- always -------------------------------------------------------------------------------------------------------

    def _always(self, name: str) -> Iterator[str]:
        room = self.room
        if "errors" in self.only:
            yield from self._errors()
        room.turn()  # Layouts come before what is painted: what was written just now may not have its room yet.
        nodes = room.nodes()
        if "spoken" in self.only:
            for sentence in screen.unlike(nodes):
                yield f"spoken: {sentence}"
        if "texts" in self.only:
            for top in (room.window, *room.over()):
                for sentence in (*screen.cut(top), *screen.overlapping(top)):
                    yield f"texts: {sentence}"
        if "figures" in self.only and room.dialog() is None:
            yield from self._numbers(name, nodes)

    def _errors(self) -> Iterator[str]:
        faults, self.room.faults.texts = self.room.faults.texts, []
        for text in faults:
            yield f"errors: {text.splitlines()[-1].strip()}"
        for node in self.room.nodes():
            if _ERROR.search(node.painted):
                yield f"errors: {node.painted}"

    def _numbers(self, name: str, nodes: list[screen.Node]) -> Iterator[str]:
        room = self.room
        where = {key: screen.place_number(text) for key, text in screen.places(nodes).items()}
        if len(set(where.values())) > 1:
            yield f"figures: training is at {', '.join(f'{text} in the {key}' for key, text in where.items())}"
        shown = {each.key: each for each in screen.tiles(nodes)}
        before_place, before = self._place
        self._place = where, shown
        if name.startswith("step") and where and where == before_place:
            for key, each in shown.items():
                if key in before and before[key].part == each.part and before[key].text != each.text:
                    yield (
                        f"figures: {name} moves the {' '.join(key)} from {before[key].text} to {each.text}, and the "
                        f"counter stays at {where.get('readout')}"
                    )
        # Equal network, equal figures, whatever lies between.
        settings, weights = room.state()
        digest = sha256(settings.encode())
        for key in sorted(weights):
            digest.update(weights[key].tobytes())
        known, then = self._figures.setdefault(digest.hexdigest(), (shown, name))
        for key, each in shown.items():
            earlier = known.get(key)
            if (
                earlier is not None
                and earlier.text != each.text
                and earlier.part == each.part
                and "·" not in earlier.text
                # A stack that cannot run shows what ran before it, until the data are others: none is no second number.
                and "–" not in (earlier.text, each.text)
            ):
                yield (
                    f"figures: the {' '.join(key)} of the same network is {earlier.text} after {then}, "
                    f"{each.text} after {name}"
                )
        if self._steps % _METRICS_EVERY == 0 and room.on_build() and shown:
            yield from room.timed("tables", lambda: list(self._tables(shown)))

    def _tables(self, shown: dict[tuple[str, str], screen.Figure]) -> Iterator[str]:
        """Metrics.csv and Curves.csv, as the export dialog writes them, say what the tiles say."""
        room, found = self.room, {}
        place = screen.place_number(screen.places(room.nodes()).get("readout", "")).replace(",", "")
        for kind in ("metrics_table", "curves_table"):
            path = room.folder / "found.csv"
            path.unlink(missing_ok=True)
            try:
                found[kind] = list(_rows(path)) if export(room, kind, path) else []
            except Absent:
                return
        for row in found["metrics_table"]:
            figure = shown.get((row["split"], row["metric"]))
            if figure is None or figure.part or row["of"]:
                continue
            percents, value = figure.text.endswith("%"), float(row["value"])
            if not percents and row["metric"] != "loss":
                continue
            text = f"{100 * value:.1f} %" if percents else loss_text(value)
            if text != figure.text:
                yield f"figures: {row['split']} {row['metric']} is {figure.text} on the tile, {text} in Metrics.csv"
        for row in found["curves_table"][-1:] if place else ():
            # A curve ends where training is; one that ends before is another moment's. While it trained, a row may
            # have measured fewer samples than were measured at rest.
            if f"{float(row['epoch']):g}" != place:
                continue
            for split in ("train", "test"):
                figure, value = shown.get((split, "loss")), row.get(f"{split}_loss")
                if figure is None or figure.part or not value:
                    continue
                if row[f"{split}_samples"] != figure.samples:
                    continue
                text = loss_text(float(value))
                if figure.text != text:
                    yield f"figures: {split} loss is {figure.text} on the tile, {text} at the end of Curves.csv"


_ALIKE = ("Classify", "Generate", "Reconstruct", "Predict")


def _equal(one: Any, other: Any) -> bool:
    """Whether two fingerprints are."""
    plain = one[0] == other[0] and one[3:] == other[3:]
    return plain and same(one[1:3], other[1:3])


def _rows(path: Any) -> Iterator[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    yield from csv.DictReader(io.StringIO(text))
