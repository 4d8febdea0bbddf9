"""All that a plug-in imports of the window and of the command line; the engine is `core`, or `numpynet` outside.

What is not named here may change without a word. What is, changes with `API` and with a line of the changelog, and
`docs/contributing/plug-ins.md` says what each is for. Qt is loaded with the first name that needs it.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

# fmt: off
# isort: off
if TYPE_CHECKING:
    # What a plug-in declares.
    from playground.cli.command import Command, exit_code, make_parser, option
    from playground.plugins.plugin import (
        API, PLUGINS, ActionRow, Hideable, MenuRow, PageRow, PictureRow, Plugin, late,
    )
    # The window, as its controllers and pages get it.
    from playground.commands.project_saver import ask
    from playground.commands.waiting import wait_for_checkpoint
    from playground.commands.window_controller import (
        FollowingPage, Page, WindowContext, WindowController, WritingController,
    )
    from playground.window.late_view import LateView
    from playground.window.panels.panels import DockRow, Viewer, allow
    from playground.window.plugin_window import PluginWindow
    # The document, the training, and work beside both.
    from playground.model.background_job import BackgroundJob
    from playground.model.document import OUTPUT, Document
    from playground.model.timeline.moment import Moment
    from playground.training.checkpoint import SessionCheckpoint
    from playground.training.snapshot_rate import Turn
    from playground.training.state import TrainingState
    # Look.
    from playground.views.theme.colors import (
        DARK, GRID_PX, LIGHT, RADIUS_PX, RADIUS_SMALL_PX, Theme, ahead_color, class_color, contrast,
        diverging_lut, mix, rgb,
    )
    from playground.views.theme.icons import BESIDE_TEXT, icon, icon_image, icon_pixmap
    from playground.views.theme.theme import ThemeSource, font
    from playground.views.widgets.boxes import (
        STRETCH, FlowLayout, Gap, Item, bring_up, hbox, restyle, set_up, vbox,
    )
    from playground.views.widgets.spoken import Role, speak_as
    # Widgets.
    from playground.views.dialogs.dialog import SIDE_PX, Dialog, KeyHints, WideDialog, box_button
    from playground.views.status_bar import Activity
    from playground.views.widgets.chips import Chip, ChipGroup, Segments
    from playground.views.widgets.class_probabilities import ClassProbabilities, top_classes
    from playground.views.widgets.combos import ChoiceCombo, ValueCombo, whole_combo
    from playground.views.widgets.controls import (
        ProgressBar, Question, ScrollArea, plain_table, push_button, show_rows, tool_button,
    )
    from playground.views.widgets.labels import (
        Captioned, CutLabel, SectionTitle, SteadyLabel, hairline, show_markup,
    )
    from playground.views.widgets.page_widget import PageWidget, PartsPage, fill_card, titled
    from playground.views.widgets.settings_form import Disclosure, SettingsForm
    from playground.views.widgets.slider import LabeledSlider
    from playground.views.widgets.stepper import DoubleSpinBox, SampleStepper, SpinBox, Stepper
    from playground.views.widgets.toast import Notice, Toast
    # Plots and pictures.
    from playground.views.output.boundary_plot import BoundaryPlot
    from playground.views.output.panel import SquareFrame
    from playground.views.widgets.array_images import gray_image, packed_lut, reach, value_image
    from playground.views.widgets.charts.overlay_chart import CurveBand, NamedCurve, OverlayChart
    from playground.views.widgets.charts.reading_chart import NamedChart, ReadingChart
    from playground.views.widgets.hover_readout import HoverReadout
    from playground.views.widgets.map_view import MapView, box_rect, paint_box, place_in
    from playground.views.widgets.painted import (
        LEFT, RIGHT, UP_DOWN, WRAPPED, Index, PaintedDelegate, PaintedHeader, PaintedWidget, clear_pixmap,
        cut_text, draw_box, draw_dot, draw_text, faded, use_colors,
    )
    from playground.views.widgets.saliency_overlay import SaliencyOverlay
    from playground.views.widgets.sample_views import SampleModel, SampleTable, SampleThumbnails
    # Numbers as people read them.
    from playground.views.widgets.number_format import (
        class_labels, class_words, multiples, number_text, round_step,
    )
    # The command line.
    from playground.cli.options import (
        add_changes, add_data_choices, add_force, add_source, changes_of, data_choices,
    )
    from playground.headless.destinations import Destination, check_destination, write_file
    from playground.headless.failure import HeadlessError, StoppedError, check_there, sentences
    from playground.headless.reports import print_line, print_note
    from playground.headless.sources import Changes, DataChoices, check_runnable, find_experiment
    # Formats in Export.
    from playground.views.dialogs.export import Added, Fact, FormatContent
# isort: on
# fmt: on


@cache
def _homes() -> dict[str, str]:
    """The module of each name that is imported above, where only a type checker does so: each is named once."""
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    (late_ones,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in late_ones.body if isinstance(node, ast.ImportFrom)]
    return {name.name: str(node.module) for node in imports for name in node.names}


def __getattr__(name: str) -> Any:
    home = _homes().get(name)
    if home is None:
        raise AttributeError(f"playground.plugin has no {name!r}: what it has is all that plug-ins may use")
    found = globals()[name] = getattr(import_module(home), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_homes()})
