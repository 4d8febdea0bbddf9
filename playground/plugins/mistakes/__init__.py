"""The gallery of mistakes: samples that the network gets wrong, the map of all, and corrections of their labels."""

from playground.plugin import PLUGINS, ActionRow, PictureRow, Plugin, late

_COMMAND = ActionRow(
    "mistakes", "Mis&takes", "image", "G", "view",
    "See the samples that the network gets wrong, and fix labels that are wrong.",
    run="mistakes.show",
    also="errors, misclassified, wrong labels, which digit is confused, confusion, data map, cartography, "
    "hardest, life of a sample", after="microscope", control="results",
)  # fmt: skip
_PICTURE = PictureRow(
    "mistakes_picture", "Mistakes", "The samples that the network gets wrong", ("plugins.mistakes.sheet",),
    after="microscope_picture",
)  # fmt: skip
PLUGINS.register(
    Plugin("mistakes", "Mistakes", commands=(_COMMAND,), looks_back=True, pictures=(_PICTURE,),
        controller=late(__name__, "MistakesController"), gives={"looks": lambda _: {"mistake": "mistakes"}})
)  # fmt: skip
