"""The open document: experiment, undo history, file and selected layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.data.datasets import Dataset
from core.experiment.change import Change, changed, difference, with_aside
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.experiment.stack_problems import places_of
from core.io.number_text import count_text, rounded_text
from core.nn import Layer
from core.nn.interventions import remap
from core.nn.stage import Address, beside, layer_at, number_of, outer, with_layer
from core.train.tasks import Task
from core.train.warm_start import matched_paths
from playground.model.belongings import ANOTHER, Belongings
from playground.model.label_edits import with_fitting_corrections
from playground.model.project_lock import file_stamp
from playground.model.timeline.branching import with_changes_of
from playground.model.timeline.moment import Moment
from playground.model.undo import MERGE_SECONDS, ExperimentCommand, Revision, Transition, WeightEdit, push


def with_remapped_interventions(old: Experiment, new: Experiment) -> Experiment:
    """`new`, made from `old`, with interventions moved to the new positions of their layers."""
    if not new.interventions or new.interventions != old.interventions:
        return new
    same_inputs = (old.dataset.family, old.input_shape, old.features) == (
        new.dataset.family,
        new.input_shape,
        new.features,
    )
    if same_inputs and old.stack() == new.stack():
        return new
    partners = {**dict(matched_paths(old.layers, new.layers)), str(len(old.layers)): str(len(new.layers))}
    # Links from other inputs are other links.
    interventions = [
        each for each in new.interventions if same_inputs or each.layer != 0 or each.input is None
    ]
    return new.replace(interventions=remap(interventions, partners, places_of(new)))


OUTPUT = -1
"""The index of the output layer in selections."""


@dataclass(frozen=True)
class SavedMark:
    """A moment of the document: its revision, and where its training was, epoch and step; None if not known yet.

    `opened`: how often that changed what a file holds elsewhere, as when the sealed test was opened.
    """

    revision: Revision
    opened: int = 0
    place: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class DocumentAside:
    """A document that waits while another one is shown, with its undo history."""

    revision: Revision
    path: Path | None
    stamp: str
    differs: bool
    saved: SavedMark
    now: SavedMark
    undo_stack: QUndoStack
    change: tuple[Change | None, str]


class Document(QObject):
    """The experiment changes only through `change`, which can be undone.

    Layers are indices of `experiment.layers`, or paths of those inside blocks; `OUTPUT` is the output layer, None no
    selection.
    """

    experiment_changed = Signal(object)
    """The new Experiment, after a change, undo, redo or opening a file."""
    replaced = Signal()
    """Another document is opened; emitted before its `experiment_changed`."""
    selection_changed = Signal(object)
    """`selected`, when it or `address` has changed."""
    duplicate_requested = Signal(object)
    """An Experiment to be raced against the open one, which stays as it is."""
    file_changed = Signal()
    """The path or the unsaved state has changed."""
    last_change_changed = Signal()
    """`last_change` is another one."""
    message_requested = Signal(str)
    """A sentence: what a change has taken with it."""
    undo_stack_changed = Signal()
    """`undo_stack` is another one."""

    def __init__(self, experiment: Experiment | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.revision = Revision(experiment or Experiment())
        """The current state, distinct from others with an equal experiment."""
        self.transition = Transition(restored=False, resets=True)
        """Origin of the document's current revision."""
        self.path: Path | None = None
        """The project file; None if never saved."""
        self.stamp = ""
        """The `file_stamp` of the file when it was last read or written."""
        self._differs = False
        self.address: Address | None = None
        """Of the selected layer: its index, the path of one inside a block, OUTPUT or None."""
        self._opened = 0
        self._place: tuple[int, int] | None = None
        self._duplicates = False
        self.past: Moment | None = None
        """The earlier moment that is looked at: a change branches from there."""
        self.belongings = Belongings(self)
        """Who forgets what when the data or the task become others."""
        self.last_change: Change | None = None
        """The change of data or task that was the last step, if another network came with it."""
        self._coming: Change | None = None
        self._mine_key = ""
        self._saved = self.mark
        self._asides: list[DocumentAside] = []
        self.undo_stack = self._make_stack()

    @property
    def experiment(self) -> Experiment:
        return self.revision.experiment

    @property
    def embeds_data(self) -> bool:
        """Whether the user's table or images are saved in the project file."""
        return self.revision.embeds_data

    @property
    def selected(self) -> int | None:
        """Index of the selected layer, or of the block that it is in; OUTPUT or None."""
        return None if self.address is None else outer(self.address)

    @property
    def unsaved(self) -> bool:
        """Whether the file lacks edits or training."""
        changed = not self.undo_stack.isClean() and self.revision is not self._saved.revision
        trained = (self._opened, self._place) != (self._saved.opened, self._saved.place)
        return changed or trained or self._differs

    @property
    def has_other_data(self) -> bool:
        """Whether the data are others than those in the file."""
        return self.path is not None and difference(self._saved.revision.experiment, self.experiment).data

    @property
    def mark(self) -> SavedMark:
        """The current moment, for `mark_saved` once the state taken now is written."""
        return SavedMark(self.revision, self._opened, self._place)

    def set_embeds_data(self, embeds: bool) -> None:
        """Choose whether the data are saved in the project file, from the next time on."""
        if embeds != self.embeds_data:
            text = "Save with its data" if embeds else "Save without its data"
            self._push(replace(self._step(self.experiment, text), embeds_data=embeds))

    def change(
        self,
        text: str,
        experiment: Experiment,
        merge_key: str = "",
        *,
        merge_seconds: float = MERGE_SECONDS,
        fresh: bool = False,
    ) -> None:
        """Replace the experiment as one undo step called `text`; equal experiments change nothing.

        A `fresh` step resets training; undo restores it. Changes with the same `merge_key` become one step while at
        most `merge_seconds` lie between them. While an earlier moment is looked at, the change is made to that one.
        """
        if self._duplicates:
            self.duplicate_requested.emit(experiment)
            return
        if self.past is not None and not fresh and experiment != self.experiment:
            changed = with_changes_of(self.past.experiment, self.experiment, experiment)
            text = f"{text} at epoch {self.past.place.text}"
            self.branch(text, changed, self.past, merge_key, merge_seconds)
            return
        experiment = with_remapped_interventions(self.experiment, experiment)
        experiment = self._with_fitting_corrections(self.experiment, experiment)
        if experiment != self.experiment:
            self._push(self._step(experiment, text, fresh=fresh), merge_key, merge_seconds)

    def use_data(
        self, text: str, dataset: Dataset, merge_key: str = "", *, merge_seconds: float = MERGE_SECONDS
    ) -> None:
        """Learn from other data, with what `changed` keeps and brings."""
        change = changed(self.experiment, self.revision.asides, dataset=dataset)
        self.change_data(text, change, merge_key, merge_seconds=merge_seconds)

    def use_task(self, task: Task) -> None:
        """Learn another task from the same data, with what `changed` keeps and brings."""
        change = changed(self.experiment, self.revision.asides, task=task)
        self.change_data(f"Task: {task.title}", change)

    def change_data(
        self, text: str, change: Change, merge_key: str = "", *, merge_seconds: float = MERGE_SECONDS
    ) -> None:
        """Change data or task as one step of undo; `last_change` tells of it until the next edit."""
        seconds = merge_seconds if merge_key else math.inf
        self._coming, self._mine_key = change, merge_key or f"data {self.revision.number}"
        try:
            self.change(text, change.experiment, self._mine_key, merge_seconds=seconds)
        finally:
            self._coming = None

    def tell_of_import(self, change: Change) -> None:
        """Take the document that has just been loaded as the result of a change."""
        self.last_change, self._mine_key = change, ""
        self.last_change_changed.emit()

    @property
    def is_imported(self) -> bool:
        """Whether `last_change` led from another document, which waits."""
        return self.last_change is not None and not self._mine_key

    def forget_change(self) -> None:
        """Tell no more of `last_change`."""
        if self.last_change is not None:
            self.last_change = None
            self.last_change_changed.emit()

    def keep_mine(self) -> None:
        """Keep as much of the network before `last_change` as runs, within the same step."""
        change = self.last_change
        if change is not None and change.mine is not None:
            self.change(self.undo_stack.undoText(), change.mine, self._mine_key)

    def as_duplicate(self, edit: Callable[..., object]) -> Callable[..., None]:
        """The same edit, but `change` within it requests a duplicate of the run and changes nothing."""

        def wrapped(*values: object) -> None:
            self._duplicates = True
            try:
                edit(*values)
            finally:
                self._duplicates = False

        return wrapped

    def branch(
        self,
        text: str,
        experiment: Experiment,
        moment: Moment,
        merge_key: str = "",
        merge_seconds: float = MERGE_SECONDS,
    ) -> None:
        """Train on from an earlier moment under `experiment`, as an undo step that can restore the later training."""
        experiment = with_remapped_interventions(moment.experiment, experiment)
        experiment = self._with_fitting_corrections(moment.experiment, experiment)
        revision = self._step(experiment, text, branch=moment)
        self.past = None
        self._push(revision, merge_key, merge_seconds)

    def _with_fitting_corrections(self, old: Experiment, new: Experiment) -> Experiment:
        fitting = with_fitting_corrections(old, new)
        if fitting != new:
            count = count_text(len(new.corrections), "correction")
            self.message_requested.emit(
                f"The samples are others now, so {count} of labels went; Undo brings it all back"
            )
        return fitting

    def start_from(self, text: str, experiment: Experiment, checkpoint: TrainerState | None) -> None:
        """Train `experiment` on from the checkpoint of another run, or anew, as one undo step called `text`."""
        self._push(self._step(experiment, text, fresh=True, checkpoint=checkpoint))

    def reset_training(self, text: str) -> None:
        """Restart training from initial weights, as an undo step that can restore the trained ones."""
        self._push(self._step(self.experiment, text, fresh=True))

    def set_weight(self, weight: WeightEdit) -> None:
        """Set a weight of the network by hand, as an undo step that goes back to the training before."""
        self._push(
            self._step(self.experiment, f"Set a weight to {rounded_text(weight.value, 4)}", weight=weight)
        )

    def _step(
        self,
        experiment: Experiment,
        text: str,
        *,
        fresh: bool = False,
        branch: Moment | None = None,
        checkpoint: TrainerState | None = None,
        weight: WeightEdit | None = None,
    ) -> Revision:
        asides = with_aside(self.revision.asides, self.experiment, experiment)
        return Revision(experiment, text, fresh, branch, checkpoint, weight, self.embeds_data, asides)

    def _push(self, revision: Revision, merge_key: str = "", merge_seconds: float = MERGE_SECONDS) -> None:
        push(self.undo_stack, ExperimentCommand(self.revision, revision, self._set, merge_key, merge_seconds))

    def refresh(self) -> None:
        """Emit the same experiment again after an outside change, for example of a file."""
        if self._place is not None and any(self._place):
            self.mark_opened()
        self._set(self.revision, Transition(restored=False, resets=False))

    def change_layers(self, text: str, layers: tuple[Layer, ...], merge_key: str = "") -> None:
        self.change(text, self.experiment.replace(layers=layers), merge_key)

    def insert_layer(self, address: Address, layer: Layer) -> None:
        """Insert before the layer at `address` (a number too many appends) and select it."""
        layers = list(self.layers_beside(address))
        layers.insert(number_of(address), layer)
        self._change_beside(address, f"Add {layer.title}", layers)
        self.select(address)

    def remove_layer(self, address: Address) -> None:
        layers = list(self.layers_beside(address))
        layer = layers.pop(number_of(address))
        self._change_beside(address, f"Remove {layer.title}", layers)

    def move_layer(self, address: Address, to: int) -> None:
        """Move the layer at `address` to position `to` in its stack or block and select it."""
        layers = list(self.layers_beside(address))
        layer = layers.pop(number_of(address))
        layers.insert(to, layer)
        self._change_beside(address, f"Move {layer.title}", layers)
        self.select(beside(address, to))

    def layers_beside(self, address: Address) -> tuple[Layer, ...]:
        """The stack or the layers of the block that a layer is in."""
        block, layers = str(address).rpartition("/")[0], self.experiment.layers
        return tuple(getattr(layer_at(layers, block), "layers", ())) if block else layers

    def _change_beside(self, address: Address, text: str, layers: Sequence[Layer]) -> None:
        block = str(address).rpartition("/")[0]
        if (owner := layer_at(self.experiment.layers, block)) is None:
            self.change_layers(text, tuple(layers))
        else:
            self.replace_layer(block, owner.replace(layers=tuple(layers)), text)

    def replace_layer(self, address: Address, layer: Layer, text: str = "", merge_key: str = "") -> None:
        changed = with_layer(self.experiment.layers, address, layer)
        self.change_layers(text or f"Change {layer.title}", changed, merge_key)

    def select(self, address: Address | None) -> None:
        """Select a layer by its address, OUTPUT or None; where none is, the block or nothing."""
        if address is not None and address != OUTPUT and layer_at(self.experiment.layers, address) is None:
            self.select(outer(address) if isinstance(address, str) else None)
        elif address != self.address:
            self.address = address
            self.selection_changed.emit(self.selected)

    def load(
        self,
        experiment: Experiment,
        path: Path | None = None,
        stamp: str | None = None,
        *,
        checkpoint: TrainerState | None = None,
        unsaved: bool = False,
        asides: tuple[Experiment, ...] = (),
        again: Revision | None = None,
    ) -> None:
        """Replace the document by another experiment, trained as in `checkpoint`; clears the undo history.

        `stamp` is the `file_stamp` of `path` when it was read, by default now. `unsaved`: the file lacks some of it.
        `again`: a revision that was shown before, whose timeline goes on.
        """
        self.undo_stack.clear()
        self.path, self.stamp, self._differs = path, file_stamp(path) if stamp is None else stamp, False
        embedded = getattr(experiment.dataset, "embedded", None) is not None
        revision = again or Revision(experiment, embeds_data=embedded, asides=asides)
        self._place, self._saved = None, SavedMark(revision, self._opened - unsaved)
        self._show_other(revision, checkpoint)

    def put_aside(self) -> DocumentAside:
        """Keep this document for `take_back`; what is loaded meanwhile has an undo history of its own."""
        change, self.last_change = (self.last_change, self._mine_key), None
        kept = DocumentAside(
            self.revision,
            self.path,
            self.stamp,
            self._differs,
            self._saved,
            self.mark,
            self.undo_stack,
            change,
        )
        self._asides.append(kept)
        self.last_change_changed.emit()
        self._use_stack(self._make_stack())
        return kept

    @property
    def has_aside(self) -> bool:
        """Whether another document waits for `take_back`."""
        return bool(self._asides)

    def drop_aside(self) -> None:
        """Let go of the document that was put aside last."""
        if self._asides:
            kept = self._asides.pop()
            kept.undo_stack.clear()
            kept.undo_stack.deleteLater()

    def take_back(self, checkpoint: TrainerState | None) -> None:
        """Show the document again that was put aside last, trained as in `checkpoint`."""
        kept, passing = self._asides[-1], self.undo_stack
        self.path, self.stamp, self._differs, self._saved = kept.path, kept.stamp, kept.differs, kept.saved
        self._opened, self._place = kept.now.opened, kept.now.place
        self._use_stack(kept.undo_stack)
        self._show_other(kept.revision, checkpoint)
        self._asides.pop()
        passing.clear()
        passing.deleteLater()
        self.last_change, self._mine_key = kept.change
        self.last_change_changed.emit()

    def _make_stack(self) -> QUndoStack:
        stack = QUndoStack(self)
        stack.setUndoLimit(500)
        stack.cleanChanged.connect(self.file_changed)
        return stack

    def _use_stack(self, stack: QUndoStack) -> None:
        self.undo_stack = stack
        self.undo_stack_changed.emit()

    def _show_other(self, revision: Revision, checkpoint: TrainerState | None) -> None:
        self.replaced.emit()
        self.belongings.forget(ANOTHER)
        # Undo may still reach what the document learned that waits.
        transition = Transition(restored=False, resets=True, replaced=not self._asides)
        self._set(revision, replace(transition, checkpoint=checkpoint))
        # Large; those who need it have taken it.
        self.transition = transition
        self.select(None)
        self.file_changed.emit()

    def mark_saved(self, path: Path, mark: SavedMark | None = None, stamp: str | None = None) -> None:
        """`path`, at the `file_stamp` `stamp`, holds the document as of `mark`; both are by default those of now.

        Later edits stay unsaved.
        """
        self.path, self.stamp, self._differs = path, file_stamp(path) if stamp is None else stamp, False
        self._saved = mark or self.mark
        if self._saved.revision is self.revision:
            self.undo_stack.setClean()
        else:
            # Qt can only mark the current state as clean; the mark of an earlier file must not stay.
            self.undo_stack.resetClean()
        self.file_changed.emit()

    def set_differs(self, differs: bool) -> None:
        """Whether another program has removed or replaced what the file held; the document is unsaved then."""
        if differs != self._differs:
            self._differs = differs
            self.file_changed.emit()

    def accept_stamp(self, stamp: str) -> None:
        """Keep the document beside a file that another program has changed or removed; saving replaces it."""
        self.stamp, self._differs = stamp, True
        self.file_changed.emit()

    def mark_opened(self) -> None:
        """Note that the file lacks something that no step and no training is."""
        self._opened += 1
        self.file_changed.emit()

    def mark_place(self, place: tuple[int, int], *, has_trained: bool) -> None:
        """Note where the training is; with undo it may be again where the file is."""
        before = self.unsaved
        if self._saved.place is None and not has_trained:
            self._saved = replace(self._saved, place=place)
        self._place = place
        if self.unsaved != before:
            self.file_changed.emit()

    def _set(self, revision: Revision, transition: Transition) -> None:
        embedded, before, experiment = self.embeds_data, self.experiment, revision.experiment
        told, coming = self.last_change, self._coming
        if revision is not self.revision:
            self.last_change = coming if coming is not None and coming.replaces else None
        self.revision, self.transition, self.past = revision, transition, None
        self.belongings.forget(difference(before, experiment))
        self.experiment_changed.emit(experiment)
        # A removed layer cannot stay selected.
        self.select(self.address)
        if self.last_change is not told:
            self.last_change_changed.emit()
        if revision.embeds_data != embedded:
            self.file_changed.emit()
