"""The dialog that composes a film, previews it and shows how its file is written."""

from playground.views.dialogs.film.dialog import FilmDialog

__all__ = ["FilmDialog"]
