"""The library under its other name: `core` in a wheel, where it is `numpynet`, and `numpynet` in a checkout.

The same module objects answer to both, so that a layer of the one is a layer of the other.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import CodeType, ModuleType
from typing import Any, Final

_REAL: Final = __package__.partition(".")[0]


class _Finder(MetaPathFinder, Loader):
    """Gives modules of the library for those of its other name, while that name is its own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """That of a submodule; None for others, and where the name is another package's."""
        if not fullname.startswith(f"{self.name}.") or sys.modules.get(self.name) is not sys.modules[_REAL]:
            return None
        found = find_spec(self._real(fullname))
        if found is None:
            return None
        package = found.submodule_search_locations is not None
        return ModuleSpec(fullname, self, origin=found.origin, is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        """Take the library's own module in place of the empty one."""
        name = module.__spec__.name if module.__spec__ else module.__name__
        sys.modules[name] = import_module(self._real(name))

    def get_code(self, fullname: str) -> CodeType | None:
        """For `python -m`."""
        found = find_spec(self._real(fullname))
        loader: Any = None if found is None else found.loader
        return None if loader is None else loader.get_code(self._real(fullname))

    def _real(self, fullname: str) -> str:
        return _REAL + fullname.removeprefix(self.name)


def answer_to(name: str) -> None:
    """Be the module of that name, too, whose `__init__` calls this."""
    if not any(isinstance(each, _Finder) and each.name == name for each in sys.meta_path):
        sys.meta_path.insert(0, _Finder(name))
    sys.modules[name] = sys.modules[_REAL]
