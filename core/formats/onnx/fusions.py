"""What exporters write as several nodes, as one node each: SiLU, GELU, recurrent layers with samples first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..residual_blocks import MisfitError
from .constants import compute, is_computed, shape_part
from .parser import ParsedNode

FUSED_DOMAIN: Final = "fused"
"""The domain of nodes that stand for several."""

RECURRENT: Final = ("LSTM", "GRU", "RNN")
_MAX_DEPTH: Final = 32

Constants = Mapping[str, NDArray[Any]]


def fused_nodes(nodes: Sequence[ParsedNode], constants: Constants) -> tuple[ParsedNode, ...]:
    """The nodes with x · sigmoid(x) as Silu and x · (1 + erf(x / √2)) / 2 as Gelu, in their domain.

    So are LSTM, GRU and RNN with all around them that makes their states, and moves samples behind positions and back;
    their outputs are those at all positions, or, where "last" is true, those at the last.
    """
    return _Fusing(nodes, constants).fused()


def is_of_sequences(node: ParsedNode, constants: Constants) -> bool:
    """Whether samples of two axes are sequences where there is such a node, and no images."""
    if node.domain == FUSED_DOMAIN and node.operator in RECURRENT:
        return True
    weights = constants.get(node.inputs[1]) if node.operator == "Conv" and len(node.inputs) > 1 else None
    return (weights is not None and weights.ndim == 3) or len(node.attributes.get("kernel_shape") or ()) == 1


class _Fusing:
    def __init__(self, nodes: Sequence[ParsedNode], constants: Constants) -> None:
        self._nodes = list(nodes)
        self._constants = constants
        self._made = {node.outputs[0]: node for node in nodes if node.outputs}
        self._used: dict[str, list[ParsedNode]] = {}
        for node in nodes:
            for name in dict.fromkeys(node.inputs):
                self._used.setdefault(name, []).append(node)
        self._gone: set[int] = set()
        self._instead: dict[int, ParsedNode] = {}
        self._values: dict[tuple[str, tuple[int, ...]], NDArray[Any] | None] = {}
        self._turned: set[str] = set()
        """Outputs of recurrent nodes, which have samples first now."""

    def fused(self) -> tuple[ParsedNode, ...]:
        for node in self._nodes:
            if node.operator == "Mul":
                self._fuse_silu(node)
            elif node.operator == "Erf":
                self._fuse_gelu(node)
            elif node.operator in RECURRENT:
                self._fuse_recurrent(node)
        found = (self._instead.get(id(node), node) for node in self._nodes if id(node) not in self._gone)
        return tuple(found)

    def _fuse_silu(self, product: ParsedNode) -> None:
        if len(product.inputs) != 2:
            return
        for x, other in (product.inputs, product.inputs[::-1]):
            sigmoid = self._made.get(other)
            if sigmoid is not None and sigmoid.operator == "Sigmoid" and sigmoid.inputs == (x,):
                if len(self._used.get(other, ())) == 1:
                    self._replace("Silu", product, x, [sigmoid])
                return

    def _fuse_gelu(self, erf: ParsedNode) -> None:
        scaled = self._made.get(erf.inputs[0]) if erf.inputs else None
        x = None if scaled is None else self._scaled(scaled)
        if scaled is None or x is None:
            return
        parts = [scaled, erf]
        last = self._only_user(erf)
        if last is None or last.operator != "Add" or self._other(last, erf.outputs[0]) != 1.0:
            return
        parts.append(last)
        # What the sum is multiplied with, in any order: x, and 1/2 once.
        needed: list[Any] = [x, 0.5]
        while needed:
            user = self._only_user(last)
            if user is None or user.operator != "Mul":
                return
            other = self._other(user, last.outputs[0])
            half = self._made.get(other) if isinstance(other, str) else None
            if other in needed:
                needed.remove(other)
            elif (
                half is not None
                and half.operator == "Mul"
                and self._other(half, x) == 0.5
                and len(needed) == 2
            ):
                parts.append(half)
                needed = []
            else:
                return
            if not needed:
                self._replace("Gelu", user, x, parts)
                return
            parts.append(user)
            last = user

    def _scaled(self, node: ParsedNode) -> str | None:
        """x of x / √2 or x · √(1/2)."""
        wanted = {"Div": 2.0**0.5, "Mul": 0.5**0.5}.get(node.operator)
        if wanted is None or len(node.inputs) != 2:
            return None
        for x, other in ((node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])):
            number = self._number(other)
            if (
                number is not None
                and abs(number - wanted) < 1e-4
                and (node.operator == "Mul" or x == node.inputs[0])
            ):
                return x
        return None

    def _other(self, node: ParsedNode, name: str) -> str | float | None:
        """The other input of a node of two: a number if it is a constant one, else its name."""
        if len(node.inputs) != 2 or name not in node.inputs:
            return None
        other = node.inputs[1] if node.inputs[0] == name else node.inputs[0]
        number = self._number(other)
        return other if number is None else number

    def _number(self, name: str) -> float | None:
        array = self._constants.get(name)
        if array is None and (node := self._made.get(name)) is not None and node.operator == "Constant":
            array = node.attributes.get("value", node.attributes.get("value_float"))
        if array is None or np.size(array) != 1 or np.asarray(array).dtype.kind not in "fiu":
            return None
        return float(np.asarray(array).reshape(-1)[0])

    def _only_user(self, node: ParsedNode) -> ParsedNode | None:
        users = self._used.get(node.outputs[0], []) if node.outputs else []
        return users[0] if len(users) == 1 else None

    def _replace(self, operator: str, last: ParsedNode, x: str, others: Iterable[ParsedNode]) -> None:
        parts = {id(node) for node in others}
        inner = parts | {id(last)}
        users = (
            user for node in self._nodes if id(node) in parts for user in self._used.get(node.outputs[0], ())
        )
        if all(id(user) in inner for user in users):
            self._gone |= parts
            self._instead[id(last)] = ParsedNode(operator, last.name, (x,), last.outputs, {}, FUSED_DOMAIN)

    def _fuse_recurrent(self, node: ParsedNode) -> None:
        before = self._made.get(node.inputs[0]) if len(node.inputs) > 2 else None
        if before is None or not (_turns(before) or before.outputs[0] in self._turned):
            return
        # Zeros, whatever the number of samples is; a length of each sample's own is no layer's here.
        states = [self._evaluated(name, (3, 2, 2)) for name in node.inputs[5:] if name]
        if any(node.inputs[4:5]) or any(state is None or state.any() for state in states):
            return
        parts = self._recurrent_end(node)
        if not parts:
            return
        last = parts[-1]
        x = before.outputs[0] if before.outputs[0] in self._turned else before.inputs[0]
        inputs = (x, *filter(None, node.inputs[1:4]))
        settings = {**node.attributes, "last": len(parts) == 1 or last.operator == "Gather"}
        if parts == [last] and self._only_output(node) == node.outputs[0]:
            settings["last"] = False
        self._gone |= {id(each) for each in (node, *parts) if each is not last}
        self._turned.add(last.outputs[0])
        self._instead[id(last)] = ParsedNode(
            node.operator, node.name, inputs, last.outputs, settings, FUSED_DOMAIN
        )
        self._drop_makers((node, *parts), set(inputs))

    def _recurrent_end(self, node: ParsedNode) -> list[ParsedNode]:
        """The nodes behind a recurrent one, the last of which gives its outputs with samples first; [] if none does."""
        used = self._only_output(node)
        first = self._only_user_of(used)
        if first is None:
            return []
        forward = node.attributes.get("direction", "forward") in ("forward", b"forward")
        if used != node.outputs[0]:
            # The last state of one direction: of several, one would be chosen.
            takes = first.operator == "Gather" and first.attributes.get("axis", 0) == 0
            takes = takes or (first.operator == "Squeeze" and self._axes(first) == [0])
            return [first] if forward and takes and used == node.outputs[1] else []
        parts = [first]
        if first.operator == "Transpose" and first.attributes.get("perm") == [0, 2, 1, 3]:
            # Its shape may be read to be put together anew.
            parts += [each for each in self._used[first.outputs[0]] if each.operator == "Reshape"]
            shape = self._evaluated(parts[-1].inputs[1], (7, 5, 2, 3)) if len(parts) == 2 else None
            if shape is None or shape.tolist() not in ([7, 5, 6], [0, 0, -1]):
                return []
        elif first.operator != "Squeeze" or self._axes(first) != [1]:
            return []
        back = self._only_user_of(parts[-1].outputs[0])
        if back is not None and back.operator in RECURRENT:
            return parts
        if back is None or not _turns(back):
            return []
        taken = self._only_user(back)
        takes = taken is not None and taken.operator == "Gather" and taken.attributes.get("axis") == 1
        if taken is not None and takes and forward and self._number(taken.inputs[1]) == -1.0:
            return [*parts, back, taken]
        return [*parts, back]

    def _only_output(self, node: ParsedNode) -> str:
        """The one output of a node that is used; "" if they are several."""
        used = [name for name in node.outputs if self._used.get(name)]
        return used[0] if len(used) == 1 else ""

    def _only_user_of(self, name: str) -> ParsedNode | None:
        """The one node that uses a value for more than its shape."""
        users = [node for node in self._used.get(name, []) if node.operator != "Shape"]
        return users[0] if len(users) == 1 else None

    def _axes(self, node: ParsedNode) -> list[int] | None:
        found = node.attributes.get("axes")
        if found is None and len(node.inputs) > 1:
            found = self._evaluated(node.inputs[1], ())
        return None if found is None else np.asarray(found).reshape(-1).tolist()

    def _evaluated(self, name: str, shape: Sequence[int], depth: int = 0) -> NDArray[Any] | None:
        """A value that depends on shapes of others alone, if these were `shape`; None if it does not."""
        node = self._made.get(name)
        if name in self._constants or node is None or depth > _MAX_DEPTH:
            return self._constants.get(name)
        if node.operator == "Shape":
            return shape_part(node.attributes, shape)
        # Once for each, as a graph may use every value twice.
        if (key := (name, tuple(shape))) not in self._values:
            self._values[key] = self._computed(node, shape, depth)
        return self._values[key]

    def _computed(self, node: ParsedNode, shape: Sequence[int], depth: int) -> NDArray[Any] | None:
        inputs = [self._evaluated(each, shape, depth + 1) if each else None for each in node.inputs]
        known = all(array is not None for array, each in zip(inputs, node.inputs, strict=True) if each)
        try:
            return compute(node, inputs) if known and is_computed(node) else None
        except MisfitError:
            return None

    def _drop_makers(self, nodes: Iterable[ParsedNode], kept: set[str]) -> None:
        """Leave away what only nodes that are gone have used."""
        waiting = [name for node in nodes for name in node.inputs]
        while waiting:
            name = waiting.pop()
            made = self._made.get(name)
            if made is None or name in kept | self._turned or id(made) in self._gone | self._instead.keys():
                continue
            users = [user for output in made.outputs for user in self._used.get(output, ())]
            if all(id(user) in self._gone or id(user) in self._instead for user in users):
                self._gone.add(id(made))
                waiting += made.inputs


def _turns(node: ParsedNode) -> bool:
    """Whether it swaps the axes of samples and positions."""
    return node.operator == "Transpose" and node.attributes.get("perm") == [1, 0, 2]
