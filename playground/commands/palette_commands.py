"""Entries of the command palette: all actions, presets, datasets, layers, optimizers and losses."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QDockWidget, QWidget

from core.data.datasets import DATASETS, Dataset
from core.experiment.adapt import with_optimizer
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files
from core.experiment.templates import templates_for
from core.nn import ACTIVATIONS, Layer
from core.nn.losses import LOSSES
from core.nn.stage import Address, layer_at, layer_text
from core.optim import OPTIMIZERS
from playground.model.document import OUTPUT, Document
from playground.plugins.plugin import ActionRow
from playground.views.dialogs.command_palette import Command
from playground.views.menus import preset_title, use_template
from playground.views.results import ResultsPanel
from playground.views.training_bar.field_choices import loss_choices, with_loss
from playground.views.widgets.layer_drag import palette_layers

_ALSO = {
    "Learning rate…": "step size, eta, lr",
    "Optimizer…": "gradient descent, SGD, Adam",
    "Batch size…": "mini-batch, samples per step",
    "Loss…": "cost, error, objective, criterion",
    "Regularization…": "L1, L2, weight decay, penalty, overfitting",
    "Add Dense": "hidden layer, fully connected, linear, perceptron, units, neurons",
    "Add Activation": "nonlinearity, ReLU, tanh, sigmoid",
    "Add Dropout": "regularization, overfitting",
    "Add BatchNorm": "normalize, batch normalization",
    "Add LayerNorm": "normalize rows, layer normalization",
    "Add Conv2D": "convolution, filters, kernel, CNN",
    "Add MaxPool": "downsample, pooling, subsample",
    "Add AvgPool": "mean of windows, pooling, subsample",
    "Add GlobalAvgPool": "mean of channels, pooling",
    "Add Residual": "skip connection, shortcut, ResNet",
    "Add GaussianNoise": "shake inputs, augment, regularization",
    "Add Sampling": "variational autoencoder, VAE, latent code, beta",
    "Loss tab": "curve, cost, error, over the epochs",
    "Accuracy tab": "curve, score, over the epochs",
    "Rate tab": "learning rate, gradient, schedule, curve",
    "Confusion tab": "confusion matrix, mistakes, precision, recall, classes",
    "Residuals tab": "true and predicted values, errors",
    "Weights tab": "histogram, distribution, activations",
    "Use template Autoencoder": "compress, code, latent, bottleneck, reconstruct",
    "Use template VAE": "variational autoencoder, latent plane, generate",
    "Use loss Mean squared error": "MSE, L2, least squares",
    "Use loss Mean absolute error": "MAE, L1",
    "Use loss Cross-entropy": "log loss, negative log likelihood, softmax",
    "Optimizer SGD": "plain gradient descent",
    "Optimizer AdamW": "weight decay",
    "Optimizer L-BFGS": "second order, quasi-Newton, full batch",
}
"""Other words for what is in no row of the action table, by the texts of the commands."""


def all_commands(
    table: Iterable[ActionRow],
    actions: Mapping[str, QAction],
    document: Document,
    open_preset: Callable[[Path], object],
    append_layer: Callable[[Layer], object],
    fields: Iterable[QComboBox],
    hidden: Container[str] = (),
    results: ResultsPanel | None = None,
) -> list[Command]:
    """The actions but those `hidden`, by name, then what can be selected or added.

    `fields` are listed by their accessible names, and the tabs of `results` by their titles.
    """
    rows = [
        _action_command(row, actions[row.name]) for row in table if not row.submenu and row.name not in hidden
    ]
    rows += [_field_command(field) for field in fields if field.isVisible()]
    rows += [] if results is None else _tab_commands(results)
    rows += _activations(document)
    rows += [
        Command(
            f"All activations {kind.title}",
            "For every hidden layer at once",
            "settings",
            partial(_set_all_activations, document, kind.kind),
        )
        for kind in ACTIVATIONS
    ]
    rows += [
        Command(
            f"Use template {template.title}",
            template.summary,
            "add",
            partial(use_template, document, template),
        )
        for template in templates_for(document.experiment)
    ]
    rows += [
        Command(f"Add {layer.title}", layer.summary, "add", partial(append_layer, layer))
        for layer in palette_layers(document.experiment.dataset.info().form)
    ]
    rows += [
        Command(
            f"Use {kind.title}", f"Dataset · {kind.summary}", "point", partial(_set_dataset, document, kind)
        )
        for kind in DATASETS
    ]
    rows += [
        Command(
            f"Optimizer {kind.title}", kind.summary, "settings", partial(_set_optimizer, document, kind.kind)
        )
        for kind in OPTIMIZERS
    ]
    rows += [
        Command(f"Use loss {title}", LOSSES.get(kind).summary, "settings", partial(_set_loss, document, kind))
        for kind, title in loss_choices(document.experiment)
    ]
    rows += [
        Command(
            f"Open preset {preset_title(path)}", "Ready-made experiment", "open", partial(open_preset, path)
        )
        for path in preset_files()
    ]
    return [
        command if command.key else replace(command, also=_ALSO.get(command.text, ""), key=command.text)
        for command in rows
    ]


def _action_command(row: ActionRow, action: QAction) -> Command:
    text = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return Command(
        text, action.toolTip(), row.icon, action.trigger, keys, action.isEnabled(), row.also, row.name
    )


def _field_command(field: QComboBox) -> Command:
    return Command(
        f"{field.accessibleName()}…",
        field.toolTip(),
        "settings",
        partial(_enter_field, field),
        enabled=field.isEnabled(),
    )


def _tab_commands(results: ResultsPanel) -> list[Command]:
    return [
        Command(f"{tab.name} tab", tab.tooltip, "overlay", partial(_open_tab, results, tab.page))
        for tab in results.offered
    ]


def _open_tab(results: ResultsPanel, page: QWidget) -> None:
    """Bring a tab to the front, with the dock that it is in."""
    dock = results.parentWidget()
    while dock is not None and not isinstance(dock, QDockWidget):
        dock = dock.parentWidget()
    if dock is not None:
        dock.show()
        dock.raise_()
    results.show_page(page)


def _enter_field(field: QComboBox) -> None:
    """Focus an editable field, or open the list of a combo box."""
    # The list of a disabled or hidden combo box opens, but takes no keys and cannot be closed.
    if not (field.isEnabled() and field.isVisible()):
        return
    field.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line = field.lineEdit()
    if line is None:
        field.showPopup()
    else:
        line.selectAll()


def _set_dataset(document: Document, kind: type[Dataset]) -> None:
    if kind.kind != document.experiment.dataset.kind:
        document.use_data(f"Use {kind.title}", kind())


def _set_optimizer(document: Document, kind: str) -> None:
    experiment = document.experiment
    if kind != experiment.training.optimizer.kind:
        document.change(f"Optimizer {OPTIMIZERS.get(kind).title}", with_optimizer(experiment, kind))


def _set_loss(document: Document, kind: str) -> None:
    experiment = document.experiment
    if kind != experiment.training.loss.kind:
        document.change(f"Loss {LOSSES.get(kind).title}", with_loss(experiment, kind))


def _activations(document: Document) -> list[Command]:
    """The activations for the selected layer, if it has the setting."""
    experiment, selected = document.experiment, document.address
    if selected is None:
        return []
    layer = experiment.output if selected == OUTPUT else layer_at(experiment.layers, selected)
    if layer is None or (isinstance(layer, Layer) and not _has_activation(layer)):
        return []
    where = "the output" if selected == OUTPUT else f"{layer_text(selected)}, {layer.title}"
    return [
        Command(
            f"Activation {kind.title}",
            f"For {where}",
            "settings",
            partial(_set_activation, document, experiment, selected, kind.kind),
        )
        for kind in ACTIVATIONS
    ]


def _set_activation(document: Document, experiment: Experiment, selected: Address, kind: str) -> None:
    if document.experiment is not experiment:
        return
    text = f"Activation {ACTIVATIONS.get(kind).title}"
    if selected == OUTPUT:
        changed = experiment.replace(output=experiment.output.replace(activation=kind))
        document.change(text, changed)
    elif (layer := layer_at(experiment.layers, selected)) is not None:
        document.replace_layer(selected, layer.replace(activation=ACTIVATIONS.make(kind)), text)


def _set_all_activations(document: Document, kind: str) -> None:
    activation = ACTIVATIONS.make(kind)
    layers = tuple(
        layer.replace(activation=activation) if _has_activation(layer) else layer
        for layer in document.experiment.layers
    )
    document.change_layers(f"All activations {activation.title}", layers)


def _has_activation(layer: Layer) -> bool:
    return layer.output_activation is not None
