"""The first start: the simple view, and one line that says what to do."""

from playground.plugin import PLUGINS, Plugin, late

PLUGINS.register(Plugin("welcome", "Welcome", gives={"greet": late(__name__, "greet")}))
