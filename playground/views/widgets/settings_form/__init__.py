"""Generic forms, generated from the settings of a kind."""

from __future__ import annotations

from playground.views.widgets.settings_form.disclosure import Disclosure
from playground.views.widgets.settings_form.form import SettingsForm
from playground.views.widgets.settings_form.sliders import slider_for

__all__ = ["Disclosure", "SettingsForm", "slider_for"]
