"""Pages that are made from the code when the site is built: the kinds, the commands, and the pictures of the README."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # the table of commands imports Qt

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from core.data.datasets import DATASETS
from core.formats import EXPORTERS
from core.nn import LAYERS
from core.nn.activations import ACTIVATIONS
from core.nn.initializers import INITIALIZERS
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS
from core.optim.clipping import CLIPPINGS
from core.optim.regularizers import REGULARIZERS
from core.optim.schedules import SCHEDULES
from core.spec import Registry, Setting, Spec

ROOT = Path(__file__).resolve().parents[1]

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
    "datasets": ("Datasets", "What a network can learn from. Each is made from a seed.", (DATASETS,)),
    "formats": ("Formats", "What a trained network can be exported as.", (EXPORTERS,)),
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and pictures that do not lie in this folder."""
    for name, (title, introduction, registries) in KINDS.items():
        page = kinds_page(title, introduction, registries)
        files.append(File.generated(config, f"kinds/{name}.md", content=page))
    files.append(File.generated(config, "guide/commands.md", content=commands_page()))
    for picture in sorted((ROOT / "resources" / "screenshots").glob("*.png")):
        files.append(File.generated(config, f"pictures/{picture.name}", abs_src_path=str(picture)))
    return files


def kinds_page(title: str, introduction: str, registries: Iterable[Registry[Any]]) -> str:
    """One section per kind: its summary, what its docstring says, and a table of its settings."""
    parts = [f"# {title}", introduction]
    for registry in registries:
        parts += [_kind_section(kind) for kind in registry if not kind.title.startswith("_")]
    return "\n\n".join(parts) + "\n"


def _kind_section(kind: type[Spec]) -> str:
    lines = [f"## {kind.title}", f"*{_sentence(kind.summary)}*" if kind.summary else ""]
    own = kind.__dict__.get("__doc__") or ""
    if own and not own.startswith(f"{kind.__name__}("):  # that one is dataclass's
        lines.append(_prose(own))
    name = f"`{kind.__name__}` in Python, " if kind.__module__.startswith(("core.nn", "core.optim")) else ""
    lines.append(f"{name}`{kind.kind}` in files and on the command line.")
    if kind.settings():
        lines.append(_settings_table(kind.settings()))
    return "\n\n".join(line for line in lines if line)


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
    from playground.commands.action_table import FOUND_ROWS, TABLE, export_rows

    menus: dict[str, list[str]] = {}
    for row in (*TABLE, *FOUND_ROWS, *export_rows(EXPORTERS)):
        text = row.text.replace("&", "").rstrip("…")
        keys = " or ".join(f"`{key}`" for key in row.shortcut.split("; ") if key)
        menus.setdefault(row.menu.replace("&", "") or "Found by Ctrl+K", []).append(
            f"| {text} | {keys} | {row.tip} |"
        )
    parts = [
        "# Commands and keys",
        "++ctrl+k++ finds any command by letters of its name or another word for it; ++question++ lists all keys.",
    ]
    for menu, rows in menus.items():
        parts.append(f"## {menu}\n\n| command | keys | |\n| --- | --- | --- |\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"
