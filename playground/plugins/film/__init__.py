"""Films of a training: listed in Export, composed in a dialog, written by the command line."""

from playground.plugin import PLUGINS, Plugin, late
from playground.plugins.film.command_line import COMMAND

PLUGINS.register(
    Plugin("film", "Film", command_line=(COMMAND,), controller=late(__name__, "FilmController"),
        gives={"exports": late(__name__, "exports")})
)  # fmt: skip
