"""Notice that the document's file is open elsewhere, and that it was changed or removed."""

from playground.plugin import PLUGINS, Plugin, late

PLUGINS.register(Plugin("file_watch", "File watch", controller=late(__name__, "FileWatch")))
