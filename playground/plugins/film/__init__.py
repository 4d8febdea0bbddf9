"""Films of a training: listed in Export, composed in a dialog, written by the command line."""

from playground.plugin import PLUGINS, ActionRow, Plugin, late
from playground.plugins.film.command_line import COMMAND

_COMMAND = ActionRow(
    "film", "Film of this training…", "", "", "", "Compose a film of this training, and write it to a file.",
    run="film.open", also="video, GIF, animation, screencast, movie", control="export",
)  # fmt: skip
PLUGINS.register(
    Plugin("film", "Film", commands=(_COMMAND,), looks_back=True, command_line=(COMMAND,),
        controller=late(__name__, "FilmController"),
        settings=late(__name__, "LastFilm", "settings"),
        gives={"exports": late(__name__, "exports")})
)  # fmt: skip
