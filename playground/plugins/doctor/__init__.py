"""The training doctor: findings as cards, fixes that are tried on the network itself, and a badge with their number."""

from playground.plugin import PLUGINS, ActionRow, Hideable, PictureRow, Plugin, late

_COMMAND = ActionRow(
    "doctor", "Training d&octor", "doctor", "D", "view",
    "See what keeps the network from learning, and what helps.",
    run="doctor.show", also="problems, help me, advice, why is it not learning", after="mistakes",
)  # fmt: skip
_PICTURE = PictureRow(
    "doctor_picture", "Doctor", "What keeps the network from learning", ("plugins.doctor.panel",),
    after="samples_picture",
)  # fmt: skip
_CONTROL = Hideable("doctor", "Training doctor", "rest", ("plugins.doctor.tab",), after="results")
PLUGINS.register(
    Plugin("doctor", "Training doctor", commands=(_COMMAND,), hideable=(_CONTROL,), pictures=(_PICTURE,),
        controller=late(__name__, "DoctorController"))
)  # fmt: skip
