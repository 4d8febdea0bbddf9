"""Activations that exporters write as several nodes, as one node each: SiLU and GELU."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .parser import ParsedNode

FUSED_DOMAIN: Final = "fused"
"""The domain of nodes that stand for several."""

Constants = Mapping[str, NDArray[Any]]


def fused_nodes(nodes: Sequence[ParsedNode], constants: Constants) -> tuple[ParsedNode, ...]:
    """The nodes with x · sigmoid(x) as Silu and x · (1 + erf(x / √2)) / 2 as Gelu, in their domain."""
    return _Fusing(nodes, constants).fused()


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

    def fused(self) -> tuple[ParsedNode, ...]:
        for node in self._nodes:
            if node.operator == "Mul":
                self._fuse_silu(node)
            elif node.operator == "Erf":
                self._fuse_gelu(node)
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
