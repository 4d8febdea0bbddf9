"""Pages that are made from the code when the site is built: the kinds, the commands, and the pictures of the README."""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # the table of commands imports Qt

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import core
from core.data.datasets import DATASETS
from core.formats import EXPORTERS
from core.lessons.measuring import MEASURES
from core.nn import LAYERS
from core.nn.activations import ACTIVATIONS, ActivationFunction
from core.nn.initializers import INITIALIZERS, Initializer
from core.nn.losses import LOSSES, Loss
from core.nn.network import Network
from core.optim import OPTIMIZERS
from core.optim.clipping import CLIPPINGS
from core.optim.regularizers import REGULARIZERS
from core.optim.schedules import SCHEDULES
from core.spec import Registry, Setting, SettingError, Spec
from core.train.metric_kinds import METRICS

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "docs"))
import gallery  # noqa: E402
from formulas import mathml  # noqa: E402

KINDS: dict[str, tuple[str, str, tuple[Registry[Any], ...]]] = {
    "layers": (
        "Layers",
        "A layer is a card on the canvas, and a class of `core`. In text it is its name with its settings, such as "
        "`dense 16 relu`; names ignore case.",
        (LAYERS,),
    ),
    "activations": (
        "Activations",
        "An activation is a setting of a layer, or a layer of its own.",
        (ACTIVATIONS,),
    ),
    "initializers": ("Initializers", "How weights start before learning.", (INITIALIZERS,)),
    "losses": ("Losses", "What training makes small.", (LOSSES,)),
    "optimizers": ("Optimizers", "How a gradient becomes a step.", (OPTIMIZERS,)),
    "schedules": ("Schedules", "How the learning rate changes while training goes on.", (SCHEDULES,)),
    "regularizers": (
        "Regularizers and clipping",
        "What keeps weights small, and what keeps gradients from exploding.",
        (REGULARIZERS, CLIPPINGS),
    ),
    "metrics": ("Metrics", "What a training is judged by, over all samples.", (METRICS,)),
    "datasets": ("Datasets", "What a network can learn from. Each is made from a seed.", (DATASETS,)),
    "formats": ("Formats", "What a trained network can be exported as.", (EXPORTERS,)),
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and pictures that do not lie in this folder."""
    for name, (title, introduction, registries) in KINDS.items():
        page = kinds_page(title, introduction, registries)
        files.append(File.generated(config, f"kinds/{name}.md", content=page))
    files.append(File.generated(config, "kinds/measures.md", content=measures_page()))
    files.append(File.generated(config, "library/api.md", content=api_page()))
    files.append(File.generated(config, "guide/commands.md", content=commands_page()))
    files.append(File.generated(config, "tutorial/gallery.md", content=gallery.page()))
    for stem, epochs in gallery.EPOCHS.items():
        for name, content in gallery.files(stem, epochs):
            files.append(File.generated(config, f"gallery/{name}", content=content))
    for picture in sorted((ROOT / "resources" / "screenshots").glob("*.*")):
        files.append(File.generated(config, f"pictures/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Pages that are read beside the code name pictures where they lie there; in the site they are in `pictures/`."""
    return markdown.replace("](../../resources/screenshots/", "](../pictures/")


def kinds_page(title: str, introduction: str, registries: Iterable[Registry[Any]]) -> str:
    """One section per kind: its summary, what its docstring says, and a table of its settings."""
    parts = [f"# {title}", introduction]
    for registry in registries:
        parts += [kind_section(kind) for kind in registry if not kind.title.startswith("_")]
        base = _base(registry)
        if base is not None:
            parts.append(f"## Methods of every {registry.noun}\n\n::: {base.__module__}.{base.__name__}")
            parts[-1] += "\n    options:\n      inherited_members: true\n      heading_level: 3\n"
            parts[-1] += f"      members: [{', '.join(_methods(base))}]"
    return "\n\n".join(parts) + "\n"


def measures_page() -> str:
    """What the conditions of lessons can compare."""
    lines = [
        "# Measures of lessons",
        "What a condition of a lesson compares: `different texts >= 90 %`. Where a cell says %, it is a percentage.",
        "| measure | what it is | % |\n| --- | --- | --- |",
    ]
    rows = [f"| `{name}` | {each.told} | {'%' * each.is_share} |" for name, each in MEASURES.items()]
    return "\n\n".join(lines) + "\n" + "\n".join(rows) + "\n"


def _methods(base: type) -> list[str]:
    """Public methods and properties of a class, also inherited ones, but none of numpy's or Python's."""
    found = inspect.getmembers(base, lambda each: inspect.isroutine(each) or isinstance(each, property))
    return [name for name, _ in found if not name.startswith("_")]


def _base(registry: Registry[Any]) -> type[Spec] | None:
    """What all kinds of a registry are derived from, where programs use its methods."""
    bases = {
        LAYERS: "Layer",
        LOSSES: "Loss",
        OPTIMIZERS: "Optimizer",
        INITIALIZERS: "Initializer",
        METRICS: "Metric",
    }
    wanted = bases.get(registry)
    first = next(iter(registry))
    return next((each for each in first.__mro__ if each.__name__ == wanted), None)


def kind_section(kind: type[Spec]) -> str:
    """All about a kind, from the kind itself: formulas, settings, shapes, what it refuses, and an example that runs."""
    lines = [f"## {kind.title}", f"*{_sentence(kind.summary)}*" if kind.summary else ""]
    own = kind.__dict__.get("__doc__") or ""
    if own and not own.startswith(f"{kind.__name__}("):  # that one is dataclass's
        lines.append(_prose(own))
    lines += [f'<div class="formula">{mathml(text)}</div>' for text in equations(kind)]
    name = f"`{kind.__name__}` in Python, " if kind.__module__.startswith("core.") else ""
    lines.append(f"{name}`{kind.kind}` in files and on the command line.")
    if kind.settings():
        lines.append(_settings_table(kind.settings()))
    if issubclass(kind, core.nn.Layer):
        lines.append(_shapes_table(kind))
    lines.append(_refusals(kind))
    code = example(kind)
    if code:
        lines.append(f"```python\n{code}```")
    return "\n\n".join(line for line in lines if line)


def equations(kind: type[Spec]) -> tuple[str, ...]:
    """What a kind computes and its derivatives, as text."""
    if issubclass(kind, ActivationFunction) and kind.formula_text:
        names = {item.name: item.name for item in kind.settings()} | {"x": "x", "a": "y", "others": "x_k"}
        slope = kind.slope_text.format_map(names)
        found = [f"y = {kind.formula_text.format_map(names)}"]
        if slope:
            found.append(f"f'(x) = {slope}")
            found.append("∂L/∂x = f'(x) · ∂L/∂y")
        return (*found, *kind.equations)
    return kind.equations


_SHAPES = ((6,), (8, 8, 3))


def _shapes_table(kind: type[Any]) -> str:
    rows = ["| a sample in | a sample out | weights |", "| --- | --- | --- |"]
    layer = kind()
    for shape in _SHAPES:
        try:
            after = f"`{layer.output_shape(shape)}`"
            arrays = ", ".join(f"`{each.name}` {each.shape}" for each in layer.parameters(shape)) or "none"
        except ValueError as error:
            after, arrays = f"refused: {_prose(str(error))}", ""
        rows.append(f"| `{shape}` | {after} | {arrays} |")
    return "\n".join(rows)


def _refusals(kind: type[Spec]) -> str:
    """The sentences for settings out of range."""
    found = []
    for item in kind.settings():
        for bad in _beyond(item):
            try:
                kind(**{item.name: bad})
            except SettingError as error:
                found.append(f"- `{kind.__name__}({item.name}={bad!r})` raises *{_prose(str(error))}*")
    return "\n".join(found)


def _beyond(item: Setting) -> list[Any]:
    if item.choices:
        return ["?"]
    if item.type not in ("int", "float"):
        return []
    low = [] if item.low is None else [item.low if item.above else item.low - 1]
    high = [] if item.high is None else [item.high + 1]
    return [int(each) if item.type == "int" else float(each) for each in low + high]


def example(kind: type[Spec]) -> str:
    """A few lines that use a kind; "" for those that programs do not name."""
    name = kind.__name__
    home = "core" if name in core.__all__ and getattr(core, name) is kind else kind.__module__
    lines = [f"from {home} import {name}"]
    if issubclass(kind, core.nn.Layer):
        shape = next((each for each in _SHAPES if _fits(kind, each)), None)
        if shape is None:
            return ""
        made = Network([kind()], shape).predict(np.zeros((2, *shape), np.float32)).shape
        lines = ["import numpy as np", *lines, "from core.nn.network import Network", ""]
        lines += [f"network = Network([{name}()], {shape})"]
        lines += [f"print(network.predict(np.ones({(2, *shape)})).shape)  # {made}"]
    elif issubclass(kind, Loss):
        value = kind().value(np.array([[0.8, 0.2]]), np.array([[1.0, 0.0]]))
        lines = [
            "import numpy as np",
            *lines,
            "",
            "outputs, targets = np.array([[0.8, 0.2]]), np.array([[1.0, 0.0]])",
        ]
        lines.append(f"print({name}().value(outputs, targets))  # {value:.4f}")
    elif issubclass(kind, Initializer):
        lines += ["from core import Dense", "", f"layer = Dense(16, kernel_initializer={name}())"]
    elif kind in tuple(METRICS):
        task = "classification" if kind.task == "classification" else "regression"  # type: ignore[attr-defined]
        last, y, loss = ('Dense(2, "softmax")', "[0, 1, 1, 0]", "cross_entropy")
        if task == "regression":
            last, y, loss = "Dense(1)", "[0.1, 0.9, 1.2, 0.0]", "mse"
        lines += ["from core import Dense, Sequence", "", "X = [[0, 0], [0, 1], [1, 0], [1, 1]]"]
        lines += [f'model = Sequence([{last}], loss="{loss}", feedback_steps=0)']
        lines += [
            f'model.compile(loss="{loss}", metrics=[{name}()])',
            f"model.fit(X, {y}, epochs=2, verbose=0)",
        ]
        lines += [f"print(model.evaluate(X, {y}, return_dict=True))"]
    else:
        argument = next((key for registry, key in _ARGUMENTS if kind in tuple(registry)), "")
        if not argument:
            return ""
        lines += ["from core import Dense, Sequence", ""]
        lines += [f'model = Sequence([Dense(1)], loss="mse", {argument}={name}(), feedback_steps=0)']
        lines += ["model.fit([[0.0], [1.0]], [0.0, 1.0], epochs=3, verbose=0)"]
    return "\n".join(lines) + "\n"


_ARGUMENTS = (
    (OPTIMIZERS, "optimizer"),
    (SCHEDULES, "schedule"),
    (REGULARIZERS, "regularizer"),
    (CLIPPINGS, "clipping"),
)


def _fits(kind: type[Any], shape: tuple[int, ...]) -> bool:
    try:
        kind().output_shape(shape)
    except ValueError:
        return False
    return True


def api_page() -> str:
    """Every public name: the kinds by their pages, the others with all their methods and an example that runs."""
    names = [name for name in core.__all__ if name not in _same_as()]
    examples = api_examples()
    parts = [
        "# API",
        "Every name of `core`, which is `numpynet` where that is installed. Examples begin with these lines:",
        f"```python\n{examples.pop('')}```",
    ]
    kinds = [
        f"| [`{each.__name__}`](../kinds/{page}.md#{_anchor(each.title)}) | {each.summary} |"
        for page, (_, _, registries) in KINDS.items()
        for registry in registries
        for each in registry
        if each.__name__ in names and getattr(core, each.__name__) is each
    ]
    parts.append("## Layers, losses and other kinds\n\n| name | |\n| --- | --- |\n" + "\n".join(kinds))
    listed = {each.split("`")[1] for each in kinds}
    for name in sorted(set(names) - listed, key=str.lower):
        home = core._LAZY.get(name, "")
        home = f"core{home}" if home[:1] in (".", "") else home
        parts.append(f"::: {home}.{name}\n    options:\n      inherited_members: true")
        parts.append(f"```python\n{examples[name]}```")
    others = ", ".join(f"`{name}` is `{other}`" for name, other in _same_as().items())
    return "\n\n".join([*parts, f"## Other names\n\n{others}."]) + "\n"


def _same_as() -> dict[str, str]:
    """Second names of public things, with the first."""
    found = {}
    for name in core.__all__:
        value = getattr(core, name, None) if name not in core._LAZY else None
        own = getattr(value, "__name__", name)
        if own != name and own in core.__all__:
            found[name] = own
    return found


def api_examples() -> dict[str, str]:
    """The examples of the page of examples, by name; "" is what they begin with."""
    text = (ROOT / "docs" / "library" / "examples.md").read_text(encoding="utf-8")
    return dict(re.findall(r"(?:## (\w+)|\.)\n\n```python\n(.*?)```", text, re.DOTALL))


def _anchor(title: str) -> str:
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _prose(docstring: str) -> str:
    """A docstring as Markdown: formulas have asterisks and underscores that are no emphasis."""
    text = inspect.cleandoc(docstring)
    outside = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([*_<\[\]|])", r"\\\1", part) for part in outside
    )


def _settings_table(settings: Iterable[Setting]) -> str:
    rows = ["| setting | default | values | |", "| --- | --- | --- | --- |"]
    for item in settings:
        help_text = item.help.replace("|", r"\|") or item.label
        rows.append(f"| `{item.name}` | {_default(item)} | {_values(item)} | {help_text} |")
    return "\n".join(rows)


def _default(item: Setting) -> str:
    value = item.default
    if isinstance(value, Spec):
        return value.title
    if isinstance(value, tuple):
        return ", ".join(part.title if isinstance(part, Spec) else f"{part:g}" for part in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("|", r"\|") or "none"


def _values(item: Setting) -> str:
    if item.choices:
        return ", ".join(item.choices)
    if item.registry is not None:
        return "a kind" if item.type == "kind" else "kinds"
    names = {"bool": "true or false", "int": "whole number", "float": "number", "pair": "two whole numbers"}
    text = names.get(item.type, item.type)
    if item.low is not None:
        text += f", {'above' if item.above else 'from'} {item.low:g}"
    return text + (f", to {item.high:g}" if item.high is not None else "")


def commands_page() -> str:
    """Every command of the window with its keys, by menu; the exports are on the page of formats."""
    from playground.commands.action_table import FOUND_ROWS, TABLE, export_rows, menu_heading

    menus: dict[str, list[str]] = {}
    for row in (*TABLE, *FOUND_ROWS, *export_rows(EXPORTERS)):
        text = row.text.replace("&", "").rstrip("…")
        keys = " or ".join(f"`{key}`" for key in row.shortcut.split("; ") if key)
        menus.setdefault(menu_heading(row.menu) or "Found by Ctrl+K", []).append(
            f"| {text} | {keys} | {row.tip} |"
        )
    parts = [
        "# Commands and keys",
        "++ctrl+k++ finds any command by letters of its name or another word for it; ++question++ lists all keys.",
    ]
    for menu, rows in menus.items():
        parts.append(f"## {menu}\n\n| command | keys | |\n| --- | --- | --- |\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"
