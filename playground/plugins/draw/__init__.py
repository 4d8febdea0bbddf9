"""The panel "Draw": a pad, and what the network says of the drawing."""

from playground.plugin import PLUGINS, ActionRow, PictureRow, Plugin, late

_COMMAND = ActionRow(
    "draw", "Dra&w an image", "paint", "W", "view",
    "Draw an image of your own, and see what the network takes it for.",
    run="draw.show", also="digit, handwriting, sketch", after="doctor", control="",
)  # fmt: skip
_PICTURE = PictureRow(
    "drawing_picture", "Drawing", "The drawn image and what the network takes it for", ("plugins.draw.panel",),
    after="mistakes_picture",
)  # fmt: skip
PLUGINS.register(
    Plugin("draw", "Draw", docks=late(__name__, "docks"), commands=(_COMMAND,), pictures=(_PICTURE,),
        controller=late(__name__, "DrawController"), gives={"looks": lambda _: {"drawn": "draw"}})
)  # fmt: skip
