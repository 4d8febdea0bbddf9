"""Reads a running NumpyNet over AT-SPI, as a screen reader does; for a Python that has pyatspi.

Prints as JSON what it found: every control by role with its name and actions, and what was done by "press".
"""

from __future__ import annotations

import json
import sys
import time

import pyatspi

PATIENCE_S = 60
CONTROLS = {
    "button",
    "check box",
    "combo box",
    "push button",
    "radio button",
    "slider",
    "spin button",
    "text",
}


def application():
    for _ in range(PATIENCE_S * 10):
        for found in pyatspi.Registry.getDesktop(0):
            if found is not None and "numpynet" in found.name.lower() and found.childCount:
                return found
        time.sleep(0.1)
    raise SystemExit("no application of that name is on the bus")


def walk(node):
    yield node
    for place in range(min(node.childCount, 200)):
        child = node[place]
        if child is not None:
            yield from walk(child)


def actions_of(node):
    try:
        action = node.queryAction()
    except NotImplementedError:
        return []
    return [action.getName(place) for place in range(action.nActions)]


def named(nodes, role, name):
    return next(node for node in nodes if (node.getRoleName(), node.name) == (role, name))


def name_of(node):
    """The name, or for combo boxes, whose name Qt makes their value, that of the label in front."""
    labels = [
        relation.getTarget(place).name
        for relation in node.getRelationSet()
        if relation.getRelationType() == pyatspi.RELATION_LABELLED_BY
        for place in range(relation.getNTargets())
    ]
    return " ".join(labels) or (
        "" if node.getRoleName() == "combo box" and not node.description else node.name
    )


def main():
    root = application()
    nodes = list(walk(root))
    shown = [node for node in nodes if node.getState().contains(pyatspi.STATE_SHOWING)]
    controls = [node for node in shown if node.getRoleName() in CONTROLS]
    play = next(node for node in controls if node.name == "Play")
    play.queryAction().doAction(actions_of(play).index("Press"))
    slider = named(shown, "slider", "Timeline")
    value = slider.queryValue()
    for _ in range(PATIENCE_S * 10):
        if value.maximumValue >= 3:
            break
        time.sleep(0.1)
    value.currentValue = 1.0
    for _ in range(PATIENCE_S * 10):
        if value.currentValue <= 1.5:
            break
        time.sleep(0.1)
    sys.stdout.write(
        json.dumps(
            {
                "controls": [[node.getRoleName(), name_of(node), actions_of(node)] for node in controls],
                "trained": value.maximumValue,
                "moment": value.currentValue,
            }
        )
    )


if __name__ == "__main__":
    sys.exit(main())
