"""What a user sees as one thing is one folder here: a plug-in, which declares itself in its `__init__`."""

from importlib import import_module
from pkgutil import iter_modules

from playground.plugins.plugin import PLUGINS as PLUGINS

for _found in iter_modules(__path__):
    if _found.ispkg:
        import_module(f"{__name__}.{_found.name}")
