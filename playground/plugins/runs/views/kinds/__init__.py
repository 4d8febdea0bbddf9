"""The views of a set of runs: each declares itself in a module of this package."""

from core.spec import import_modules
from playground.plugins.runs.views.shown import VIEWS

__all__ = ["VIEWS"]

import_modules(__name__)
