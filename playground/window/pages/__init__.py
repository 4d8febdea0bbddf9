"""The pages of the window: "Build" declares itself here, the others in their plug-ins."""

from core.spec import import_modules
from playground.window.pages.pages import PAGES, Pages, PageWindow, TrainingTarget, page_rows

__all__ = ["PAGES", "PageWindow", "Pages", "TrainingTarget", "page_rows"]

import_modules(__name__)
