"""The DATA section: dataset, its settings, split and seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from core.data.datasets import Dataset, FileDataset, ImageFolder, SeriesFile, TableFile, TextFile
from core.experiment.experiment import Experiment
from core.io.number_text import count_text, held_text, percent_text
from core.spec import Setting, Spec
from playground.model.document import Document
from playground.plugins import PLUGINS
from playground.views.sidebar.dataset_gallery import DatasetGallery
from playground.views.theme.colors import Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import LabeledSlider, SectionTitle
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.labels import CutLabel
from playground.views.widgets.settings_form import SettingsForm, add_duplicate_menu, slider_for


class UserDataLine(QWidget):
    """Hidden without such data; the button emits `change_requested`."""

    change_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = set_up(CutLabel(self), role="muted")
        self.change = set_up(QPushButton(self), flat="true", autoDefault=False, clicked=self.change_requested)
        hbox((self.what, 1), self.change, parent=self, margins=0, spacing=4)
        self.hide()

    def show_own(self, dataset: FileDataset | ImageFolder | None) -> None:
        """Set the user's file or image folder; None hides the line."""
        self.setVisible(dataset is not None)
        if isinstance(dataset, TableFile):
            self._show_table(dataset)
        elif isinstance(dataset, SeriesFile):
            self._show_series(dataset)
        elif isinstance(dataset, TextFile):
            self._show_text(dataset)
        elif isinstance(dataset, ImageFolder):
            self._show_images(dataset)

    def _show_table(self, table: TableFile) -> None:
        count = len(table.choice.features)
        columns = count_text(count, "column")
        self.what.setText(f"{count:,} → {table.target}" if table.target else columns)
        told = f"{table.target} from {columns}" if table.target else columns
        self.what.setToolTip(f"{_source(table)}\n{'Predicts ' if table.target else ''}{told}")
        self.what.setAccessibleName(f"{table.file_name}: {told}")
        self.change.setText("Columns…")
        self.change.setToolTip("Choose other columns of this file, another target or scaling.")

    def _show_series(self, series: SeriesFile) -> None:
        self.what.setText(f"{series.window} → {series.horizon} of {series.target}")
        columns = count_text(len(series.names), "column")
        told = f"{series.horizon} of {series.target} ahead, from {series.window} rows of {columns}"
        self.what.setToolTip(f"{series.path}\n{told}")
        self.what.setAccessibleName(f"{series.file_name}: {told}")
        self.change.setText("Change…")
        self.change.setToolTip("Choose other columns of this file, another window or horizon.")

    def _show_text(self, text: TextFile) -> None:
        what = f"{text.vocabulary:,} {text.tokens}, {'lines' if text.samples_are == 'lines' else 'running'}"
        self.what.setText(what)
        self.what.setToolTip(f"{text.path}\n{what}, {text.context} at once")
        self.what.setAccessibleName(f"{text.file_name}: {what}")
        self.change.setText("Change…")
        self.change.setToolTip(
            "Read the text in lines or as it runs on, by letters or words, or more of it at once."
        )

    def _show_images(self, folder: ImageFolder) -> None:
        count, colors = len(folder.class_names), "colour" if folder.color else "grey"
        self.what.setText(f"{folder.size} × {folder.size}, {colors}")
        self.what.setToolTip(f"{_source(folder)}\n{count} classes")
        self.what.setAccessibleName(
            f"{folder.label}: {count} classes of {folder.size} × {folder.size} pixels"
        )
        self.change.setText("Change…")
        self.change.setToolTip("Read the images at another size, in colour or grey, or fewer of them.")


def _source(dataset: TableFile | ImageFolder) -> str:
    return dataset.path if dataset.embedded is None else f"In the project, from {dataset.path}"


class FixedSplitLine(QWidget):
    """Hidden unless the data have a predefined split."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Train / test", self)
        self.numbers = set_up(QLabel(self), role="muted")
        hbox((title, 1), self.numbers, parent=self, margins=0)
        self.hide()

    def show_facts(self, dataset: Dataset, *, is_sealed: bool) -> None:
        """Show the numbers of samples, unless those of the test are sealed: training samples are divided then."""
        info = dataset.info()
        self.setVisible(info.has_split and not is_sealed)
        if info.has_split:
            self.numbers.setText(f"{info.train_samples:,} / {info.test_samples:,}")
            hint = f"{dataset.label} comes divided by its makers, so that results compare; there is no share to choose."
            if dataset.tests_on_training:
                hint = f"{dataset.label} is tested on its training samples, as in its source: there are no others."
                self.numbers.setText(f"{info.train_samples:,} / the same")
            set_up(self, toolTip=hint, accessibleName=f"Train and test: {self.numbers.text()}")
            self.setAccessibleDescription(hint)


_SHARE_STEP = 0.05
_SEEDS = 2**31
_IN_LISTS = frozenset({"features"})
"""Settings that have a section of their own."""


class DatasetPanel(QWidget):
    """Edits dataset, settings, training share and seed. A slider drag applies while it moves and is one undo step."""

    paint_requested = Signal()
    columns_requested = Signal()
    """Requests the import dialog for the data in use, to change columns or image options."""
    download_requested = Signal(object)
    """Carries a Dataset that must be downloaded."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._kind: type[Dataset] | None = None
        self._sliders: dict[str, LabeledSlider] = {}
        self._drags = 0
        self.gallery = DatasetGallery(themes, self)
        self.gallery.picked.connect(self._use)
        self._slider_box = vbox(spacing=1)
        self.form = SettingsForm(themes, self, duplicates=PLUGINS.given("run_library") is not None)
        """The dataset's settings without sliders."""
        self.form.spec_changed.connect(self._form_changed)
        self.form.duplicate_requested.connect(document.as_duplicate(self._form_changed))
        self.share = self._make_share("train_share", document.experiment, _divided)
        self.sealed = self._make_share("sealed", document.experiment, self._sealed_text)
        self.fixed_split = FixedSplitLine(self)
        self.division = QWidget(self)
        vbox(self.share, self.fixed_split, self.sealed, parent=self.division, margins=0, spacing=0)
        self.table = UserDataLine(self)
        self.table.change_requested.connect(self.columns_requested)
        self.paint = self._make_paint_button()
        self.new_seed = self._make_button("New seed")
        self.new_seed.clicked.connect(self._take_new_seed)
        self.open_table = self._make_open_button()
        column = vbox(parent=self, margins=0, spacing=4)
        column.addWidget(SectionTitle("Data", self, plain="What it learns"))
        column.addWidget(self.gallery)
        self.numbers = QWidget(self)
        vbox(self._slider_box, self.form, self.table, parent=self.numbers, margins=0, spacing=1)
        both = vbox(self.numbers, self.division, spacing=1)
        column.addLayout(both)
        buttons = hbox(spacing=4)
        for button in (self.paint, self.new_seed, self.open_table):
            buttons.addWidget(button, 1)
        column.addLayout(buttons)
        document.experiment_changed.connect(self._show_experiment)
        themes.theme_changed.connect(self._show_theme)
        self._show_theme(themes.theme)
        self._show_experiment(document.experiment)

    def slider(self, name: str) -> LabeledSlider:
        """The slider of the dataset's setting `name`."""
        return self._sliders[name]

    def _make_share(
        self, name: str, experiment: Experiment, formatter: Callable[[float], str]
    ) -> LabeledSlider:
        rule, change = Experiment.setting(name), partial(self._change_share, name)
        assert rule.low is not None
        assert rule.high is not None
        slider = LabeledSlider(
            rule.label,
            rule.low,
            rule.high,
            getattr(experiment, name),
            default=rule.default,
            step=_SHARE_STEP,
            formatter=formatter,
            inline=name == "sealed",
            tooltip=rule.help,
            parent=self,
        )
        slider.track.sliderPressed.connect(self.begin_drag)
        slider.value_changed.connect(change)
        self._offer_duplicates(slider, rule, change)
        return slider

    def _sealed_text(self, share: float) -> str:
        count = self._document.experiment.dataset.info().test_samples
        return "none" if not share else f"the makers' {count:,}" if count else percent_text(share)

    def _offer_duplicates(
        self, slider: LabeledSlider, setting: Setting, change: Callable[[float], object]
    ) -> None:
        """Let the slider's context menu race the run against one with another value."""
        if PLUGINS.given("run_library") is None:
            return

        def show(at: QPoint) -> None:
            menu = QMenu(slider)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            value = round(slider.value) if setting.type == "int" else slider.value
            add_duplicate_menu(menu, setting, value, self._document.as_duplicate(change))
            menu.popup(slider.mapToGlobal(at))

        slider.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        slider.customContextMenuRequested.connect(show)

    def _make_button(self, text: str) -> QToolButton:
        button = set_up(QToolButton(self), text=text, accessibleName=text, small="true")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return button

    def _make_paint_button(self) -> QToolButton:
        button = self._make_button("Paint")
        button.setCheckable(True)
        button.clicked.connect(self._request_paint)
        return button

    def _make_open_button(self) -> QToolButton:
        button = self._make_button("Open…")
        hint = "Learn from data of your own: a table, a text or images. Dropping it on the window does it too"
        button.setToolTip(hint)
        button.setAccessibleDescription(hint)
        self.open_menu = QMenu(button)
        """Filled by what can open data, and shows the button."""
        button.hide()
        self.open_menu.setToolTipsVisible(True)
        button.clicked.connect(self._open_menu_below)
        return button

    def _open_menu_below(self) -> None:
        self.open_menu.popup(self.open_table.mapToGlobal(self.open_table.rect().bottomLeft()))

    def _request_paint(self) -> None:
        # The window sets the state.
        self.paint.setChecked(not self.paint.isChecked())
        self.paint_requested.emit()

    def _show_experiment(self, experiment: Experiment) -> None:
        dataset = experiment.dataset
        if type(dataset) is not self._kind:
            self._kind = type(dataset)
            self._make_sliders(dataset)
        for name, slider in self._sliders.items():
            value = getattr(dataset, name)
            if value != slider.value:
                slider.set_value(value)
            slider.setVisible(name not in dataset.idle)
        self.form.show_spec(dataset if dataset.selectable else None)
        self.table.show_own(dataset if isinstance(dataset, FileDataset | ImageFolder) else None)
        self.form.setVisible(bool(self.form.rows()))
        self.fixed_split.show_facts(dataset, is_sealed=experiment.sealed_share > 0.0)
        self.share.setVisible(self.fixed_split.isHidden())
        self.share.set_label(held_text(Experiment.setting("train_share").label, experiment.held_name))
        self.share.set_value(experiment.train_share)
        self.sealed.setVisible(dataset.can_seal)
        self.sealed.set_value(experiment.sealed)
        hint = f"Make the data, and how they are divided, anew. The seed is {experiment.data_seed} now."
        self.new_seed.setToolTip(hint)
        self.new_seed.setAccessibleDescription(hint)
        self._show_paint_hint(dataset)
        self.gallery.show_dataset(dataset, experiment.data_seed)

    def _show_paint_hint(self, dataset: Dataset) -> None:
        possible = dataset.family == "points"
        hint = "Paint points with a brush, erase, shake and move them, while the network goes on learning (P)"
        self.paint.setEnabled(possible)
        self.paint.setToolTip(hint if possible else "Painting needs two features")
        self.paint.setAccessibleDescription(self.paint.toolTip())

    def _make_sliders(self, dataset: Dataset) -> None:
        for old in self._sliders.values():
            self._slider_box.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._sliders = {}
        # The import dialogs edit these as a whole.
        for item in sorted(filter(_is_slider, dataset.settings()), key=_place) if dataset.selectable else []:
            slider = slider_for(item, getattr(dataset, item.name), self)
            slider.track.sliderPressed.connect(self.begin_drag)
            slider.value_changed.connect(partial(self._change_setting, item))
            self._offer_duplicates(slider, item, partial(self._change_setting, item))
            self._slider_box.addWidget(slider)
            self._sliders[item.name] = slider
        self.form.exclude = frozenset(self._sliders) | _IN_LISTS

    def begin_drag(self) -> None:
        """Begin a drag, which is an undo step of its own."""
        self._drags += 1

    def _key(self, name: str) -> str:
        return f"data {name} {self._drags}"

    def _change_setting(self, item: Setting, value: float) -> None:
        number = round(value) if item.type == "int" else value
        dataset = self._document.experiment.dataset.replace(**{item.name: number})
        self._document.use_data(f"Change {item.label}", dataset, self._key(item.name))
        # A dataset may clip a value to its data: painted classes cannot be removed here.
        self._sliders[item.name].set_value(getattr(self._document.experiment.dataset, item.name))

    def change_share(self, value: float) -> None:
        """Learn from another share of the samples."""
        self._change_share("train_share", value)

    def _change_share(self, name: str, value: float) -> None:
        changed = self._document.experiment.replace(**{name: value})
        text = held_text(f"Change {Experiment.setting(name).label}", changed.held_name)
        self._document.change(text, changed, merge_key=self._key(name))

    def _form_changed(self, spec: Spec, name: str) -> None:
        assert isinstance(spec, Dataset)
        if spec.missing_download() is not None:
            self.download_requested.emit(spec)
            self.form.show_spec(self._document.experiment.dataset)
            return
        self._document.use_data(f"Change {spec.setting(name).label}", spec)

    def _use(self, dataset: Dataset) -> None:
        if dataset.missing_download() is not None:
            self.download_requested.emit(dataset)
        elif dataset.kind != self._document.experiment.dataset.kind:
            self._document.use_data(f"Use {dataset.label}", dataset)

    def _take_new_seed(self) -> None:
        experiment = self._document.experiment
        seed = (experiment.data_seed + 1) % _SEEDS
        self._document.change("New data seed", experiment.replace(data_seed=seed))

    def _show_theme(self, theme: Theme) -> None:
        self.paint.setIcon(icon("paint", theme))
        self.new_seed.setIcon(icon("seed", theme))
        self.open_table.setIcon(icon("open", theme))


def _is_slider(item: Setting) -> bool:
    return item.type in ("int", "float") and item.low is not None and item.high is not None


def _place(item: Setting) -> int:
    """Order: noise, samples, then settings of single datasets."""
    order = ("noise", "samples")
    return order.index(item.name) if item.name in order else len(order)


def _divided(share: float) -> str:
    train = round(100 * share)
    return f"{train} / {100 - train}"
