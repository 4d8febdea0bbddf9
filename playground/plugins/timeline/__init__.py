"""The timeline: a look back at a training, with thumbnails and edits, played again or branched from."""

from playground.plugin import PLUGINS, ActionRow, PictureRow, Plugin, late

_COMMANDS = (
    ActionRow("look_back", "&Look back", "history", ",", "train",
        "See an earlier moment of this training; the arrow keys go on, and training does too.",
        run="timeline.look_back", starts_group=True, also="history, past, earlier, timeline", after="prune"),
    ActionRow("play_back", "Play bac&k", "play", "Shift+Space", "train",
        "Play this training again from its start, or from the moment that is looked at.",
        run="timeline.play_back", also="replay, history, animation", after="look_back"),
    ActionRow("branch_here", "Branc&h from here", "branch", "B", "train",
        "Train on from the moment that is looked at, as a new run; undo returns to the later training.",
        run="timeline.branch", also="fork, go on from", after="play_back"),
    ActionRow("back_to_live", "Back to li&ve", "live", "", "train",
        "See the training as it is now; Escape does the same.",
        run="timeline.escape", also="now, present", after="branch_here"),
)  # fmt: skip
_PICTURE = PictureRow(
    "timeline_picture", "Timeline", "The boundary at earlier moments", ("plugins.timeline.panel.strip",),
    after="weights_picture",
)  # fmt: skip
PLUGINS.register(
    Plugin("timeline", "Timeline", docks=late(__name__, "docks"), commands=_COMMANDS, pictures=(_PICTURE,),
        controller=late(__name__, "TimelineController"), gives={"looks": lambda _: {"epoch": "look_back"}})
)  # fmt: skip
