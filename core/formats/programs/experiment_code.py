"""Write an experiment as a program of this library that trains it to the same numbers."""

from __future__ import annotations

import dataclasses
import sys
from collections import defaultdict
from typing import Any, Final

from ...experiment.embedded_data import without_embedded_data
from ...experiment.experiment import Experiment
from .pipeline_code import LINE_WIDTH, written

_LIBRARY: Final = __package__.partition(".")[0]
_FUNCTIONS: Final = {f"{_LIBRARY}.experiment.prepare": ("make_trainer", "prepare")}


def experiment_code(experiment: Experiment, epochs: int) -> str:
    """A program that makes the experiment, trains it for `epochs` from its seed, and prints losses and accuracies.

    Settings that have their usual value are left out. Data of files are read from their paths.
    """
    writer = _Writer()
    made = writer.value(without_embedded_data(experiment), 0)
    title = " ".join(experiment.name.replace("\\", "/").replace('"', "'").split()) or "Untitled"
    lines = [
        f'"""{title}: an experiment of NumpyNet Playground as a program."""',
        "",
        *writer.imports(compiled=experiment.training.engine == "compiled"),
        "",
        f"experiment = {made}",
        "",
    ]
    if experiment.training.engine == "compiled":
        lines += ["load_for(experiment.training.engine)"]
    score = experiment.task.score.name
    lines += [
        "data = prepare(experiment)",
        "trainer = make_trainer(experiment, data)",
        f"for epoch in range(1, {epochs} + 1):",
        "    trainer.run_epoch()",
        f"    if epoch % {max(1, epochs // 20)} == 0 or epoch == {epochs}:",
        "        train, test = trainer.figures.train, trainer.figures.test",
        '        losses = f"loss {train.loss:.6f}, test loss {test.loss:.6f}"',
        f'        print(f"epoch {{epoch}}: {{losses}}, test {score} {{test.score:.4f}}")',
        "",
        "outputs = trainer.network.predict(data.test_inputs)  # (samples, outputs), in the order of data.test_index",
    ]
    return "\n".join(lines) + "\n"


class _Writer:
    """Values as Python expressions, with the names that they need."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        for module, names in _FUNCTIONS.items():
            self._names[module].update(names)

    def imports(self, compiled: bool) -> list[str]:
        """Import lines, sorted by module."""
        if compiled:
            self._names[f"{_LIBRARY}.compiled.readiness"].add("load_for")
        return [_import(module, sorted(names)) for module, names in sorted(self._names.items())]

    def value(self, value: Any, indent: int) -> str:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._call(value, indent)
        if isinstance(value, tuple):
            parts = [self.value(each, indent + 4) for each in value]
            line = f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
            return line if _fits(line, indent) else _broken("(", parts, ")", indent)
        return written(value) if isinstance(value, str) else repr(value)

    def _call(self, spec: Any, indent: int) -> str:
        """The constructor's call, with the arguments that differ from their defaults."""
        kind = type(spec)
        self._names[_home(kind)].add(kind.__name__)
        parts = [
            f"{item.name}={self.value(getattr(spec, item.name), indent + 4)}"
            for item in dataclasses.fields(spec)
            if item.init and getattr(spec, item.name) != _default(item)
        ]
        line = f"{kind.__name__}({', '.join(parts)})"
        return line if _fits(line, indent) else _broken(f"{kind.__name__}(", parts, ")", indent)


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    return line if _fits(line, 0) else _broken(f"from {module} import (", names, ")", 0)


def _default(item: dataclasses.Field[Any]) -> Any:
    if item.default_factory is not dataclasses.MISSING:
        return item.default_factory()
    return item.default


def _home(kind: type) -> str:
    """The shortest package that offers a class: "core", "core.data.datasets", or its own module."""
    parts = kind.__module__.split(".")
    for count in range(1, len(parts)):
        package = ".".join(parts[:count])
        module = sys.modules.get(package)
        # A name that will go is answered, but not listed.
        if kind.__name__ in dir(module) and getattr(module, kind.__name__) is kind:
            return package
    return kind.__module__


def _fits(line: str, indent: int) -> bool:
    return len(line) + indent <= LINE_WIDTH - 20 and "\n" not in line


def _broken(first: str, parts: list[str], last: str, indent: int) -> str:
    inner = "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts)
    return f"{first}\n{inner}{' ' * indent}{last}"
