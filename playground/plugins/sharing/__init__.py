"""Share an experiment as a line of text or a program, by the clipboard."""

from playground.plugin import PLUGINS, ActionRow, Plugin, late

_COMMANDS = (
    ActionRow("copy_experiment", "Copy e&xperiment as text", "", "Ctrl+Shift+C", "edit",
        "Put all settings on the clipboard as a line to send in a message, without weights.",
        run="sharing.copy", starts_group=True, also="share, link, send", after="select_all"),
    ActionRow("copy_python", "Copy as P&ython", "", "Ctrl+Alt+C", "edit",
        "Put a program on the clipboard that trains this experiment by the library, to the same numbers.",
        run="sharing.copy_python", also="code, script, program", after="copy_experiment"),
    ActionRow("paste_experiment", "Paste exper&iment", "", "Ctrl+Shift+V", "edit",
        "Go on with the experiment of a line that begins with nnplay; undo brings yours back.",
        run="sharing.paste", also="share, link, receive", after="copy_python", control="data_buttons"),
)  # fmt: skip
PLUGINS.register(
    Plugin("sharing", "Share an experiment", commands=_COMMANDS, controller=late(__name__, "ShareController"))
)
