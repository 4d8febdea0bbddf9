"""Fetches an image archive that does not come with the program: asks, shows how far it is, and can be given up."""

from __future__ import annotations

from playground.views.dialogs.download.dialog import DownloadDialog
from playground.views.dialogs.download.fetcher import Fetcher

__all__ = ["DownloadDialog", "Fetcher"]
