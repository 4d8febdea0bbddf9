"""Films of a training: listed in Export, composed in a dialog, recorded live, written by the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.plugins.film.command_line import COMMAND
from playground.plugins.plugin import PLUGINS, Plugin

if TYPE_CHECKING:
    from playground.commands.window_content import Added
    from playground.plugins.film.controller import FilmController
    from playground.window.main_window import MainWindow


def _make(window: MainWindow) -> FilmController:
    from playground.plugins.film.controller import FilmController

    return FilmController(window.context, window.status)


def _exports(window: MainWindow) -> Added:
    from playground.commands.window_content import Added
    from playground.plugins.film.film import FILM_FORMATS

    films = window.plugins["film"]
    return Added(tuple(FILM_FORMATS), films.run_film(), lambda path: films.open(path=path))


PLUGINS.register(
    Plugin(
        "film",
        "Film",
        command_line=(COMMAND,),
        controller=_make,
        gives={"exports": _exports},
    )
)
