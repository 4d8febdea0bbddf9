"""Probes of the network in a dialog: a module with a registered page is one more row of its list."""

# ruff: noqa: I001, F401
from playground.plugins.probes.views import gradient_page, overfit_page, rate_page
from playground.plugins.probes.views import landscape_page, ablation_page
from playground.plugins.probes.views import baselines_page, folds_page, learning_curve_page
from playground.plugins.probes.views.dialog import ProbesDialog as ProbesDialog
from playground.plugins.probes.views.page import PROBE_PAGES as PROBE_PAGES
from core.spec import import_modules

import_modules(__name__)
