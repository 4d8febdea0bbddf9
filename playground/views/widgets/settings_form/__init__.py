"""Generic forms, generated from the settings of a kind."""

from __future__ import annotations

from playground.views.widgets.settings_form.disclosure import Disclosure
from playground.views.widgets.settings_form.form import SettingsForm
from playground.views.widgets.settings_form.other_values import add_duplicate_menu
from playground.views.widgets.settings_form.rows import slider_for

__all__ = ["Disclosure", "SettingsForm", "add_duplicate_menu", "slider_for"]
