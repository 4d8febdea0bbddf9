"""The microscope: one neuron and one sample with all numbers of a training step, also of a step in slow motion."""

from playground.plugin import PLUGINS, ActionRow, PictureRow, Plugin, late

_COMMAND = ActionRow(
    "microscope", "&Microscope", "microscope", "M", "view",
    "See the numbers of one neuron for one sample: sum, activation, loss, gradient and update.",
    run="microscope.open", also="neuron, unit, inside, activation, gradient, formula",
    after="reset_new_seed", control="",
)  # fmt: skip
_PICTURE = PictureRow(
    "microscope_picture", "Microscope", "One neuron in numbers", ("plugins.microscope.cards",),
    after="samples_picture",
)  # fmt: skip
PLUGINS.register(
    Plugin("microscope", "Microscope", commands=(_COMMAND,), pictures=(_PICTURE,),
        controller=late(__name__, "MicroscopeController"), settings=late(__name__, "MicroscopeSettings", "settings"),
        gives={"looks": lambda _: {"neuron": "microscope"}})
)  # fmt: skip
