"""Probes of the network in a dialog: a module with a registered page is one more row of its list."""

# ruff: noqa: I001
from playground.views.dialogs.probes.page import PROBE_PAGES, Material, ProbePage, Verdict
from playground.views.dialogs.probes.gradient_page import GradientPage
from playground.views.dialogs.probes.overfit_page import OverfitPage
from playground.views.dialogs.probes.rate_page import RatePage
from playground.views.dialogs.probes.schedule_page import SchedulePage
from playground.views.dialogs.probes.landscape_page import LandscapePage
from playground.views.dialogs.probes.ablation_page import AblationPage
from playground.views.dialogs.probes.baselines_page import BaselinesPage
from playground.views.dialogs.probes.folds_page import FoldsPage
from playground.views.dialogs.probes.learning_curve_page import LearningCurvePage
from playground.views.dialogs.probes.dialog import ProbesDialog
from core.spec import import_modules

__all__ = [
    "PROBE_PAGES",
    "AblationPage",
    "BaselinesPage",
    "FoldsPage",
    "GradientPage",
    "LandscapePage",
    "LearningCurvePage",
    "Material",
    "OverfitPage",
    "ProbePage",
    "ProbesDialog",
    "RatePage",
    "SchedulePage",
    "Verdict",
]

import_modules(__name__)
