"""Which formats write files of a suffix: a path that ends like another format's belongs to that one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from playground.views.dialogs.export.content import group_of
from playground.views.dialogs.export.format_list import format_title


def known_suffixes(kinds: Iterable[Any]) -> dict[str, str]:
    """What the files of every suffix are called: by their format, or by the group of several."""
    titles: dict[str, set[str]] = {}
    groups: dict[str, str] = {}
    for kind in kinds:
        for spec in _variants(kind()):
            titles.setdefault(spec.suffix, set()).add(format_title(spec))
            groups[spec.suffix] = group_of(spec).lower()
    return {suffix: min(names) if len(names) == 1 else groups[suffix] for suffix, names in titles.items()}


def spec_for(path: Path, current: Any, kinds: Iterable[Any]) -> Any:
    """The format to whose files `path` belongs: `current` with another setting, or another kind.

    None if there is no such format, or if there are several.
    """
    own = [spec for spec in _variants(current) if _ends(path, spec)]
    if own:
        return own[0]
    others = [kind for kind in kinds if any(_ends(path, spec) for spec in _variants(kind()))]
    # "net_torch.py" is one of PyTorch, though NumPy's programs end in .py too.
    exact = [kind for kind in others if path.name.lower().endswith(kind().suffix)]
    longest = max((len(kind().suffix) for kind in exact), default=0)
    found = [kind for kind in exact if len(kind().suffix) == longest] or others
    return next(spec for spec in _variants(found[0]()) if _ends(path, spec)) if len(found) == 1 else None


def _variants(spec: Any) -> Iterator[Any]:
    """The format as it is, then with those settings that change its suffix."""
    yield spec
    for item in spec.settings():
        for choice in item.choices:
            other = spec.replace(**{item.name: choice})
            if other.suffix != spec.suffix:
                yield other


def _ends(path: Path, spec: Any) -> bool:
    return path.suffix.lower() == Path(f"x{spec.suffix}").suffix
