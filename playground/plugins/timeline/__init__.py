"""The timeline: a look back at a training, with thumbnails and edits, played again or branched from."""

from playground.plugin import PLUGINS, ActionRow, Hideable, PictureRow, Plugin, late

_COMMANDS = (
    ActionRow("look_back", "&Look back", "history", ",", "train",
        "See an earlier moment of this training; the arrow keys go on, and training does too.",
        run="timeline.look_back", starts_group=True, also="history, past, earlier, timeline", after="prune",
        control="timeline"),
    ActionRow("play_back", "Play bac&k", "play", "Shift+Space", "train",
        "Play this training again from its start, or from the moment that is looked at.",
        run="timeline.play_back", also="replay, history, animation", after="look_back", control="timeline"),
    ActionRow("branch_here", "Branc&h from here", "branch", "B", "train",
        "Train on from the moment that is looked at, as a new run; undo returns to the later training.",
        run="timeline.branch", also="fork, go on from", after="play_back", control="timeline"),
    ActionRow("back_to_live", "Back to li&ve", "live", "", "train",
        "See the training as it is now; Escape does the same.",
        run="timeline.escape", also="now, present", after="branch_here", control=""),
)  # fmt: skip
_PICTURE = PictureRow(
    "timeline_picture", "Timeline", "The boundary at earlier moments", ("plugins.timeline.panel.strip",),
    after="weights_picture",
)  # fmt: skip
_CONTROL = Hideable("timeline", "Timeline", "rest", ("plugins.timeline.dock",), after="doctor")
PLUGINS.register(
    Plugin("timeline", "Timeline", docks=late(__name__, "docks"), commands=_COMMANDS, looks_back=True,
        hideable=(_CONTROL,), pictures=(_PICTURE,), controller=late(__name__, "TimelineController"),
        settings=late(__name__, "TimelineSettings", "settings"),
        gives={"looks": lambda _: {"epoch": "look_back"}, "settings_note": late(__name__, "settings_note")})
)  # fmt: skip
