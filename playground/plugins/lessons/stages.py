"""What a lesson's key shows of a stage."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from core.inspect.explanations import WhatIfPart
from core.inspect.flow_field import FlowPart, FlowPathsPart
from core.inspect.latent import LatentPart, ReconstructionsPart
from core.inspect.texts import TextsPart
from playground.plugin import PLUGINS, PluginWindow

if TYPE_CHECKING:
    from core.lessons.lesson import Stage


def show_stage(window: PluginWindow, stage: Stage) -> None:
    """Show what a stage of a lesson's key looks at, and train its seeds."""
    train_seeds = PLUGINS.given("train_seeds")
    if stage.seeds and train_seeds is not None:
        train_seeds(window, stage.seeds, stage.epochs or 1)
    if stage.looks is None:
        return
    output, looks = window.panels.output, stage.looks
    window.inspection.show_sample(looks.sample)
    window.context.session.inspection.choose_position(looks.position)
    ask_what_if = PLUGINS.given("ask_what_if")
    ways: dict[str, Callable[[Any], object]] = {
        TextsPart.kind: output.tokens.bar.ask, FlowPathsPart.kind: output.flow_bar.ask,
        FlowPart.kind: output.flow_bar.go_to, LatentPart.kind: lambda _: output.codes.choose("plane"),
        ReconstructionsPart.kind: lambda _: output.codes.choose("samples"),
    }  # fmt: skip
    if ask_what_if is not None:
        ways[WhatIfPart.kind] = partial(ask_what_if, window)
    for kind, asked in looks.parts.items():
        if kind in ways:
            ways[kind](asked)
