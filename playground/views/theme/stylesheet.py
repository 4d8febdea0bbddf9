"""The stylesheet of Qt's standard widgets, for both themes.

Variants are selected by dynamic properties: `primary`, `round`, `flat`, `chip`, `danger` on buttons, `role` on labels
and frames. All labels, also those of Qt's own dialogs and tooltips, show plain text: Qt would take a name such as
`<img src="/dev/zero">` for markup, and read the file. `show_markup` alone makes an exception.
"""

from __future__ import annotations

import dataclasses
from string import Template
from typing import Final

from playground.views.theme.colors import (
    FONT_LARGE_PX,
    FONT_NORMAL_PX,
    FONT_SMALL_PX,
    RADIUS_PX,
    RADIUS_SMALL_PX,
    Theme,
)


def stylesheet(theme: Theme) -> str:
    """The application's stylesheet in the theme's colors."""
    names: dict[str, str] = {key: str(value) for key, value in dataclasses.asdict(theme).items()}
    names["name"] = "dark" if theme.is_dark else "light"  # as the icons are called
    names |= {
        "segment": theme.field_pressed if theme.is_dark else theme.surface_raised,
        "small": f"{FONT_SMALL_PX}px",
        "normal": f"{FONT_NORMAL_PX}px",
        "large": f"{FONT_LARGE_PX}px",
        "radius": f"{RADIUS_PX}px",
        "radius_small": f"{RADIUS_SMALL_PX}px",
    }
    sections = (*_SECTIONS, _CONTRAST) if theme.is_contrast else _SECTIONS
    return Template("\n".join(sections)).substitute(names)


_SURFACES: Final = """
QWidget { color: $text; font-size: $normal; }
QMainWindow, QDialog { background: $surface; }
QMainWindow::separator { background: $surface; width: 5px; height: 5px; border: 0px solid $border; }
QMainWindow::separator:vertical { border-left-width: 1px; border-right-width: 1px; }
QMainWindow::separator:horizontal { border-top-width: 1px; }
QMainWindow::separator:hover { background: $accent; }
QFrame[role="panel"], QFrame[role="bar"], QWidget[role="panel"], QWidget[role="bar"] { background: $surface;
    border: none; }
QFrame[role="bar"] { border-bottom: 1px solid $border; }
QFrame[role="footer"] { background: $surface; border: none; border-top: 1px solid $border; }
QFrame[role="card"] { background: $surface_raised; border: 1px solid $border; border-radius: $radius; }
QFrame[role="card"]:hover { border-color: $border_strong; }
QFrame[role="card"][selected="true"], QFrame[role="card"]:focus { border: 2px solid $accent; }
QFrame[role="tile"] { background: $field; border: none; border-radius: $radius_small; }
QFrame[role="canvas"], QWidget[role="canvas"] { background: $canvas; border: none; }
QFrame[role="line"] { background: $border; border: none; }
QFrame[role="toast"] { background: $tooltip; border: none; border-radius: $radius; }
QFrame[role="toast"][small="true"] { border-radius: $radius_small; }
QFrame[role="toast"] QLabel { color: $tooltip_text; }
QFrame[role="proof"] { background: $field; border: 1px solid $border; border-radius: $radius; }
QFrame[role="proof"][state="holds"] { background: $success_soft; border-color: $success; }
QFrame[role="proof"][state="fails"] { background: $danger_soft; border-color: $danger; }
QFrame[role="notice"] { background: $accent_soft; border: none; border-bottom: 1px solid $border; }
QFrame[role="warning"] { background: $danger_soft; border: 1px solid $danger; border-radius: $radius_small; }
QLabel, QToolTip { qproperty-textFormat: PlainText; }
QLabel[markup="true"] { qproperty-textFormat: RichText; }
QLabel { background: transparent; }
QLabel:disabled { color: $text_faint; }
QLabel[role="caption"], QLabel[role="section"] { color: $text_muted; font-size: $small; }
QLabel[role="section"] { font-weight: bold; }
QLabel[role="muted"] { color: $text_muted; }
QLabel[role="title"] { font-weight: bold; }
QLabel[role="heading"] { font-size: 15px; font-weight: bold; }
QLabel[role="note"] { background: $field; color: $text_muted; font-size: $small; border-radius: $radius_small;
    padding: 10px; }
QLabel[role="value"] { font-size: $large; font-weight: bold; }
QLabel[role="value"][long="true"] { font-size: $normal; }
QLabel[role="value"][old="true"] { color: $text_muted; }
QLabel[role="readout"] { font-size: $large; }
QLabel[role="readout"][long="true"], QLabel[role="past"][long="true"] { font-size: $small; }
QLabel[role="past"] { font-size: $large; color: $text_muted; }
QLabel[role="danger"] { color: $danger; }
QToolTip { background: transparent; color: $tooltip_text; font-size: $small; border: none; padding: 6px 9px; }
QStatusBar { background: $surface; border-top: 1px solid $border; color: $text_muted; }
QStatusBar QLabel { color: $text_muted; font-size: $small; }
QStatusBar QPushButton { font-size: $small; }
QStatusBar::item { border: none; }
QSizeGrip { image: none; width: 0px; height: 0px; }
QDockWidget { color: $text_muted; font-size: $small; font-weight: bold; }
QDockWidget::title { background: $surface; padding: 8px 12px 4px 12px; text-align: left; border: none; }
QDockWidget > QWidget { background: $surface; }
QMessageBox { background: transparent; messagebox-question-icon: url(style:question.svg);
messagebox-warning-icon: url(style:warning.svg); }
QMessageBox QLabel#qt_msgbox_label { font-weight: bold; }
QMessageBox QLabel#qt_msgbox_informativelabel { color: $text_muted; font-size: $small; }
QMessageBox QPushButton { min-width: 60px; }
QMessageBox QPushButton:default { background: $accent; color: $accent_text; }
QMessageBox QPushButton:default:hover { background: $accent_hover; }
QMessageBox QPushButton:default:focus { border-color: $text; }
QSplitter::handle { background: $border; }
QSplitter::handle:hover { background: $accent; }
QTextEdit[role="words"] { background: transparent; border: none; padding: 0px; }
QListWidget[role="steps"] { border: none; padding: 0px; background: transparent; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
"""

_MENUS: Final = """
QMenuBar { background: $surface; padding: 2px 4px; }
QMenuBar::item { background: transparent; color: $text_muted; padding: 4px 9px; border-radius:
    $radius_small; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $field; color: $text; }
QMenuBar::item:disabled { color: $text_faint; }
QMenu { background: transparent; border: none; padding: 6px; }
QMenu::item { min-height: 16px; padding: 6px 22px 6px 10px; border-radius: $radius_small; }
QMenu::icon { padding-left: 8px; }
QMenu::item:checked { color: $accent; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $text_faint; background: transparent; }
QMenu::separator { height: 1px; background: $border; margin: 5px 6px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 4px; border-radius: 4px; border: 1px solid
    transparent; }
QMenu::indicator:checked { background: $accent; border-color: $accent; image: url(style:check_$name.svg); }
QMenu::right-arrow { image: url(style:chevron_right.svg); width: 12px; height: 12px; margin-right: 4px; }
"""

_BUTTONS: Final = """
QPushButton, QToolButton { background: $field; color: $text; border: 2px solid transparent; border-radius:
    $radius_small; }
QPushButton { padding: 4px 10px; min-height: 20px; }
QToolButton { padding: 4px; }
QPushButton:hover, QToolButton:hover { background: $field_hover; }
QPushButton:pressed, QToolButton:pressed { background: $field_pressed; }
QPushButton:checked, QToolButton:checked { background: $accent_soft; color: $accent; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $text_faint; }
QPushButton[primary="true"], QToolButton[primary="true"], QPushButton[round="true"], QToolButton[round="true"]
{ background: $accent; color: $accent_text; }
QPushButton[primary="true"]:hover, QToolButton[primary="true"]:hover, QPushButton[round="true"]:hover,
QToolButton[round="true"]:hover { background: $accent_hover; }
QPushButton[primary="true"]:pressed, QToolButton[primary="true"]:pressed, QPushButton[round="true"]:pressed,
QToolButton[round="true"]:pressed { background: $accent_pressed; }
QPushButton[primary="true"]:focus, QToolButton[primary="true"]:focus, QPushButton[round="true"]:focus,
QToolButton[round="true"]:focus { border-color: $text; }
QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled, QPushButton[round="true"]:disabled,
QToolButton[round="true"]:disabled { background: $field_pressed; color: $text_faint; }
QToolButton[round="true"][outlined="true"] { background: $surface; border: 2px solid $accent; }
QToolButton[round="true"][outlined="true"]:hover { background: $accent_soft; }
QPushButton[danger="true"] { color: $danger; }
QPushButton[danger="true"]:disabled { color: $text_faint; }
QPushButton[danger="true"]:focus { border-color: $danger; }
QPushButton[round="true"], QToolButton[round="true"] { padding: 0px; border-radius: 21px; min-width: 38px;
max-width: 38px; min-height: 38px; max-height: 38px; }
QPushButton[role="count"] { background: $text_muted; color: $surface; border: none; border-radius: 8px; padding: 0px;
    min-height: 0px; font-size: $small; font-weight: bold; }
QPushButton[role="count"][severity="alarm"] { background: $danger; }
QPushButton[role="count"][severity="warning"] { background: $warning; }
QPushButton[role="count"]:focus { border: 2px solid $text; }
QPushButton[flat="true"], QToolButton[flat="true"] { background: transparent; }
QPushButton[flat="true"]:hover, QToolButton[flat="true"]:hover { background: $field_hover; }
QPushButton[small="true"] { color: $text_muted; font-size: $small; padding: 0px 4px; min-height: 14px; }
QPushButton[flat="true"]:checked, QToolButton[flat="true"]:checked { background: $accent_soft; }
QToolButton[small="true"] { font-size: $small; padding: 3px 1px; }
QFrame[role="lane"] { background: $surface; border: 1px solid $border; border-radius: $radius; }
QLabel[role="key"] { background: $surface; color: $text_muted; border: 1px solid $border_strong; border-radius: 4px;
    padding: 0px 5px; font-size: $small; }
QFrame[role="file"] { background: $field; border-radius: $radius_small; }
QLineEdit[role="search"], QLineEdit[role="search"]:focus { background: transparent; border-color: transparent;
    min-height: 40px; }
QFrame[role="file"] QLineEdit { background: transparent; }
QPushButton[link="true"] { background: transparent; color: $accent; font-size: $small; padding: 0px 4px; }
QPushButton[link="true"]:hover { background: $field_hover; }
QLabel[role="pill"] { background: $surface; border: 1px solid $border; border-radius: 12px; padding: 3px 9px;
    font-size: $small; }
QLabel[role="place"] { background: $field; color: $text_muted; border-radius: 10px; padding: 3px 9px;
    font-size: $small; font-weight: bold; }
QLabel[role="place"][first="true"] { background: $accent; color: $accent_text; }
QLabel[role="reached"] { color: $text_muted; font-size: $small; }
QLabel[role="reached"][leads="true"] { color: $accent; font-weight: bold; }
QPushButton[lanechip="true"] { border: 1px solid transparent; border-radius: 11px; padding: 1px 14px 1px 6px;
    min-height: 18px; font-size: $small; }
QPushButton[lanechip="true"]:focus { border-color: $accent; }
QPushButton[lanechip="true"]::menu-indicator { right: 4px; width: 7px; height: 7px; }
QPushButton[lanechip="true"][differs="true"] { background: $accent_soft; color: $accent; border-color: $accent; }
QFrame[role="segments"] { background: $field; border: none; border-radius: $radius_small; }
QPushButton[segment="true"] { background: transparent; color: $text_muted; border: 2px solid transparent;
    border-radius: 5px; padding: 0px 8px; min-height: 16px; }
QPushButton[segment="true"][narrow="true"] { padding-left: 1px; padding-right: 1px; }
QPushButton[segment="true"]:hover { color: $text; }
QPushButton[segment="true"]:checked { background: $segment; color: $text; font-weight: bold; }
QPushButton[segment="true"]:focus { border-color: $accent; }
QPushButton[chip="true"] { border-radius: 12px; padding: 0px 8px; min-height: 20px; color: $text_muted; }
QPushButton[chip="true"][narrow="true"] { padding: 0px 2px; font-size: $small; }
QPushButton[chip="true"]:checked { background: $accent; color: $accent_text; }
QPushButton[chip="true"]:checked:hover { background: $accent_hover; }
QPushButton[chip="true"]:checked:focus { border-color: $text; }
QPushButton[chip="true"]:disabled { color: $text_faint; }
QPushButton[chip="true"]:checked:disabled { background: $field_pressed; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QFrame[role="toast"] QPushButton { background: transparent; color: $tooltip_text; font-weight: bold;
    padding: 2px 8px; }
QFrame[role="toast"] QPushButton:focus { border-color: $tooltip_text; }
QPushButton::menu-indicator { image: url(style:chevron_down.svg); width: 10px; height: 10px;
subcontrol-origin: padding; subcontrol-position: center right; right: 8px; }
QPushButton[menu="true"] { padding-right: 24px; }
QPushButton[primary="true"]::menu-indicator { image: url(style:chevron_$name.svg); }
QToolButton::menu-indicator { image: none; width: 0px; }
"""

_FIELDS: Final = """
QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit { background: $field; color: $text;
border: 2px solid transparent; border-radius: $radius_small; selection-background-color: $accent;
selection-color: $accent_text; }
QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox { min-height: 20px; padding: 1px 6px; }
QSpinBox, QDoubleSpinBox { min-height: 17px; }
QPlainTextEdit, QTextEdit { padding: 4px; }
QComboBox:hover, QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover { background: $field_hover; }
QComboBox:focus, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus
{ border-color: $accent; }
QComboBox[past="true"] { border: 1px dashed $text_faint; margin: 1px; }
QComboBox[invalid="true"], QLineEdit[invalid="true"], QSpinBox[invalid="true"] { border-color: $danger; }
QComboBox:disabled, QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: $text_faint; }
QComboBox { combobox-popup: 0; }
QComboBox:editable { padding-left: 3px; }
QComboBox::drop-down { border: none; width: 20px; subcontrol-origin: padding; subcontrol-position: center
    right; }
QComboBox::down-arrow { image: url(style:chevron_down.svg); width: 10px; height: 10px; }
QComboBox QLineEdit { background: transparent; border: none; border-radius: 0px; padding: 0px; min-height:
    0px; }
QComboBox QAbstractItemView, QComboBox QAbstractItemView:focus { background: transparent; border: none; padding: 6px;
outline: none; selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0px 6px; border-radius: $radius_small; }
QComboBox QAbstractItemView::item:selected, QComboBox QAbstractItemView::item:hover
{ background: $accent_soft; color: $text; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button
{ subcontrol-origin: padding; subcontrol-position: center right; width: 18px; height: 18px; border: none;
border-radius: 4px; background: transparent; }
QSpinBox::up-button, QDoubleSpinBox::up-button { right: 2px; }
QSpinBox::down-button, QDoubleSpinBox::down-button { right: 21px; }
QSpinBox::up-button:hover, QDoubleSpinBox::up-button:hover, QSpinBox::down-button:hover,
QDoubleSpinBox::down-button:hover { background: $field_pressed; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(style:plus.svg); width: 12px; height: 12px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(style:minus.svg); width: 12px; height: 12px; }
QSpinBox::up-arrow:off, QSpinBox::down-arrow:off, QDoubleSpinBox::up-arrow:off, QDoubleSpinBox::down-arrow:off
{ image: none; }
QCheckBox, QRadioButton { spacing: 6px; color: $text_muted; background: transparent; }
QCheckBox:hover, QRadioButton:hover { color: $text; }
QCheckBox:disabled, QRadioButton:disabled { color: $text_faint; }
QCheckBox::indicator, QListWidget::indicator, QRadioButton::indicator { width: 13px; height: 13px;
border: 1px solid $text_faint;
border-radius: 4px; background: $surface; }
QRadioButton::indicator { border-radius: 7px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { width: 11px; height: 11px; border: 2px solid
    $accent; }
QCheckBox::indicator:checked, QListWidget::indicator:checked { background: $accent; border: 1px solid $accent;
width: 13px; height: 13px;
image: url(style:check_$name.svg); }
QCheckBox::indicator:checked:focus { border: 2px solid $text; width: 11px; height: 11px; }
QCheckBox::indicator:indeterminate { background: $accent; border: 1px solid $accent;
image: url(style:dash_$name.svg); }
QRadioButton::indicator:checked { background: $surface; border: 4px solid $accent; width: 7px; height: 7px; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $field; border-color:
    $border_strong; }
QCheckBox::indicator:checked:disabled { background: $text_faint; border-color: $text_faint; }
"""

_RANGES: Final = """
QSlider { background: transparent; }
QSlider:horizontal { min-height: 18px; max-height: 18px; }
QSlider:vertical { min-width: 18px; max-width: 18px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $groove; }
QSlider::groove:vertical { width: 4px; border-radius: 2px; background: $groove; }
QSlider::sub-page:horizontal, QSlider::add-page:vertical { border-radius: 2px; background: $accent; }
QSlider::handle { background: $surface; border: 2px solid $accent; border-radius: 6px; }
QSlider::handle:horizontal { width: 8px; height: 8px; margin: -4px 0px; }
QSlider::handle:vertical { width: 8px; height: 8px; margin: 0px -4px; }
QSlider::handle:horizontal:hover, QSlider::handle:vertical:hover { background: $accent_soft; }
QSlider::handle:horizontal:pressed, QSlider::handle:vertical:pressed { background: $accent; }
QSlider::handle:horizontal:focus { margin: -6px 0px; border: 4px solid $accent; border-radius: 8px; }
QSlider::handle:vertical:focus { margin: 0px -6px; border: 4px solid $accent; border-radius: 8px; }
QSlider::sub-page:horizontal:disabled, QSlider::add-page:vertical:disabled { background: $border_strong; }
QSlider::handle:horizontal:disabled, QSlider::handle:vertical:disabled { border-color: $border_strong; }
QProgressBar { background: $groove; border: none; border-radius: 2px; min-height: 4px; max-height: 4px;
    color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QScrollBar { background: transparent; border: none; margin: 0px; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $border_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $text_faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
"""

_VIEWS: Final = """
QTabWidget { background: transparent; }
QTabWidget::pane { border: none; border-top: 1px solid $border; top: -1px; }
QTabWidget::tab-bar { left: 0px; }
QTabBar { background: transparent; border: none; }
QTabBar::tab { background: transparent; color: $text_muted; padding: 5px 1px 6px 1px; margin-right: 12px;
    border: none;
border-bottom: 2px solid transparent; }
QTabBar[narrow="true"]::tab { margin-right: 5px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QMainWindow > QTabBar::tab:first { margin-left: 12px; }
QTabBar::tab:selected:focus { color: $accent; background: $accent_soft; }
QTabBar::tab:disabled { color: $text_faint; }
QTabBar QToolButton { background: $surface; border: none; padding: 2px; }
QListView, QTreeView, QTableView { background: $surface; alternate-background-color: $window; border: 1px
    solid $border;
border-radius: $radius; outline: none; padding: 3px; selection-background-color: $accent_soft;
selection-color: $text; gridline-color: $border; }
QListView:focus, QTreeView:focus, QTableView:focus { border: 1px solid $accent; }
QListView[role="formats"] { background: $window; border: none; border-radius: 0px; padding: 4px 8px; }
QListView[role="formats"]:focus { border: none; }
QListView[role="commands"] { background: transparent; border: none; padding: 0px 6px; }
QListView::item, QTreeView::item { min-height: 24px; padding: 1px 6px; border-radius: $radius_small; }
QListView::item:hover, QTreeView::item:hover { background: $field; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: $accent_soft;
    color: $text; }
QTableView::item { padding: 0px 5px; }
QHeaderView::section { background: $surface; color: $text_muted; border: none; border-bottom: 1px solid
    $border;
padding: 4px 6px; }
QTableView[role="runs"], QTableView[role="runs"]:focus { border: none; border-radius: 0px; padding: 0px; }
QTableView[role="runs"] QHeaderView::section { font-size: $small; padding: 4px 8px; }
QTableCornerButton::section { background: $surface; border: none; }
"""

_CONTRAST: Final = """
QPushButton, QToolButton, QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit { border-color:
    $border; }
QPushButton:focus, QToolButton:focus, QComboBox:focus, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QPlainTextEdit:focus, QTextEdit:focus { border: 3px solid $accent; }
QPushButton:checked, QToolButton:checked { border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { border-style: dashed; }
QFrame[role="card"], QFrame[role="tile"], QFrame[role="segments"] { border: 1px solid $border; }
QMenu::item:selected { border: 1px solid $accent; }
"""

_SECTIONS: Final = (_SURFACES, _MENUS, _BUTTONS, _FIELDS, _RANGES, _VIEWS)
