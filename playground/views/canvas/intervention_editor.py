"""Undoable edits of interventions on neurons and links: mute, clamp, freeze, cut, release."""

from __future__ import annotations

from core.io.number_text import rounded_text
from core.nn.interventions import Intervention, InterventionKind
from core.nn.stage import Address, layer_text
from playground.model.document import Document
from playground.views.canvas.hit_items import Head, Link, Neuron

_OUTPUTS = ("mute", "clamp")


class InterventionEditor:
    """Edits the document's interventions. A neuron has at most one on its output, and may also be frozen."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        return self._document.experiment.interventions

    def of(self, item: Neuron | Link) -> tuple[Intervention, ...]:
        """The interventions on a neuron or a link."""
        return tuple(each for each in self.interventions if is_on(each, item))

    def toggle(self, item: Neuron | Link, kind: InterventionKind) -> None:
        """Add an intervention of this kind, or remove it if present."""
        held = next((each for each in self.of(item) if each.kind == kind), None)
        if held is None:
            self._set(item, kind)
        else:
            self._change(f"Release {_name(item)}", [each for each in self.interventions if each != held])

    def clamp(self, neuron: Neuron, value: float) -> None:
        """Fix the neuron's output at `value`."""
        self._set(neuron, "clamp", value)

    def release(self, item: Neuron | Link) -> None:
        """Remove all interventions of the item."""
        held = self.of(item)
        self._change(f"Release {_name(item)}", [each for each in self.interventions if each not in held])

    def release_all(self) -> None:
        self._change("Release all neurons and links", [])

    def _set(self, item: Neuron | Link, kind: InterventionKind, value: float = 0.0) -> None:
        layer, unit, source = _place(item)
        rivals = _OUTPUTS if kind in _OUTPUTS else ("freeze",) if source is None else Intervention.of_links
        rivals = ("mute_head",) if isinstance(item, Head) else rivals
        others = [each for each in self.interventions if not is_on(each, item) or each.kind not in rivals]
        verb = {"mute": "Mute", "mute_head": "Mute", "clamp": "Clamp", "cut_link": "Cut"}.get(kind, "Freeze")
        self._change(f"{verb} {_name(item)}", [*others, Intervention(kind, layer, unit, source, value)])

    def _change(self, text: str, interventions: list[Intervention]) -> None:
        experiment = self._document.experiment
        self._document.change(text, experiment.replace(interventions=tuple(interventions)))


def intervention_text(intervention: Intervention) -> str:
    """An intervention in one or two words: "muted"."""
    if intervention.kind == "clamp":
        return f"clamped to {rounded_text(intervention.value, 4)}"
    return {
        "mute": "muted",
        "mute_head": "muted",
        "freeze": "frozen",
        "freeze_link": "frozen",
        "cut_link": "cut",
    }[intervention.kind]


def is_on(intervention: Intervention, item: Neuron | Link) -> bool:
    """Whether an intervention is on a neuron, a head or a link."""
    is_of_head = intervention.kind == "mute_head"
    return intervention.place == _place(item) and is_of_head == isinstance(item, Head)


def _place(item: Neuron | Link) -> tuple[Address, int, int | None]:
    if isinstance(item, Link):
        return item.layer, item.unit, item.input
    return item.address, item.unit, None


def _name(item: Neuron | Link) -> str:
    if isinstance(item, Link):
        return f"link {item.input + 1} to {item.unit + 1} of layer {item.layer + 1}"
    what = "head" if isinstance(item, Head) else "neuron"
    return f"{what} {item.unit + 1} of {layer_text(item.address)}"
