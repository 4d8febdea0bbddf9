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
    "field_learning_rate": "step size, eta, lr, schedule, decay, warm-up, cosine, annealing",
    "field_optimizer": "gradient descent, SGD, Adam",
    "field_batch_size": "mini-batch, samples per step",
    "field_loss": "cost, error, objective, criterion",
    "field_regularizer": "L1, L2, weight decay, penalty, overfitting",
    "add_dense": "hidden layer, fully connected, linear, perceptron, units, neurons",
    "add_activation": "nonlinearity, ReLU, tanh, sigmoid",
    "add_dropout": "regularization, overfitting",
    "add_batch_normalization": "normalize, batch normalization",
    "add_layer_normalization": "normalize rows, layer normalization",
    "add_conv2d": "convolution, filters, kernel, CNN",
    "add_max_pooling2d": "downsample, pooling, subsample",
    "add_average_pooling2d": "mean of windows, pooling, subsample",
    "add_global_average_pooling2d": "mean of channels, pooling",
    "add_residual": "skip connection, shortcut, ResNet",
    "add_gaussian_noise": "shake inputs, augment, regularization",
    "add_sampling": "variational autoencoder, VAE, latent code, beta",
    "tab_rate": "learning rate, gradient, schedule, curve",
    "tab_confusion": "confusion matrix, mistakes, precision, recall, classes",
    "tab_residuals": "true and predicted values, errors",
    "tab_weights": "histogram, distribution, activations",
    "template_autoencoder": "compress, code, latent, bottleneck, reconstruct",
    "template_vae": "variational autoencoder, latent plane, generate",
    "loss_mean_squared_error": "MSE, L2, least squares",
    "loss_mean_absolute_error": "MAE, L1",
    "loss_cross_entropy": "log loss, negative log likelihood, softmax",
    "optimizer_sgd": "plain gradient descent",
    "optimizer_adamw": "weight decay",
    "optimizer_lbfgs": "second order, quasi-Newton, full batch",
}
"""Other words for what is in no row of the action table, by the keys of the commands."""


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
            f"All activations {kind.title}", "For every hidden layer at once", "settings",
            partial(_set_all_activations, document, kind.kind), key=f"activations_{kind.kind}",
        )
        for kind in ACTIVATIONS
    ]  # fmt: skip
    rows += [
        Command(
            f"Use template {template.title}", template.summary, "add", partial(use_template, document, template),
            key=f"template_{template.kind}",
        )
        for template in templates_for(document.experiment)
    ]  # fmt: skip
    rows += [
        Command(
            f"Add {layer.title}", layer.summary, "add", partial(append_layer, layer), key=f"add_{layer.kind}"
        )
        for layer in palette_layers(document.experiment.dataset.info().form)
    ]
    rows += [
        Command(
            f"Use {kind.title}", f"Dataset · {kind.summary}", "point", partial(_set_dataset, document, kind),
            key=f"dataset_{kind.kind}",
        )
        for kind in DATASETS
    ]  # fmt: skip
    rows += [
        Command(
            f"Optimizer {kind.title}", kind.summary, "settings", partial(_set_optimizer, document, kind.kind),
            key=f"optimizer_{kind.kind}",
        )
        for kind in OPTIMIZERS
    ]  # fmt: skip
    rows += [
        Command(
            f"Use loss {title}", LOSSES.get(kind).summary, "settings", partial(_set_loss, document, kind),
            key=f"loss_{kind}",
        )
        for kind, title in loss_choices(document.experiment)
    ]  # fmt: skip
    rows += [
        Command(
            f"Open preset {preset_title(path)}", "Ready-made experiment", "open", partial(open_preset, path),
            key=f"preset_{path.stem}",
        )
        for path in preset_files()
    ]  # fmt: skip
    return [replace(command, also=command.also or _ALSO.get(command.key, "")) for command in rows]


def _action_command(row: ActionRow, action: QAction) -> Command:
    text = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return Command(
        text, action.toolTip(), row.icon, action.trigger, keys, action.isEnabled(), row.also, row.name
    )


def _field_command(field: QComboBox) -> Command:
    return Command(
        f"{field.accessibleName()}…", field.toolTip(), "settings", partial(_enter_field, field),
        enabled=field.isEnabled(), key=f"field_{field.objectName()}",
    )  # fmt: skip


def _tab_commands(results: ResultsPanel) -> list[Command]:
    return [
        Command(
            f"{tab.name} tab", tab.tooltip, "overlay", partial(_open_tab, results, tab.page), key=f"tab_{tab.kind}",
        )
        for tab in results.offered
    ]  # fmt: skip


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
            f"Activation {kind.title}", f"For {where}", "settings",
            partial(_set_activation, document, experiment, selected, kind.kind), key=f"activation_{kind.kind}",
        )
        for kind in ACTIVATIONS
    ]  # fmt: skip


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
