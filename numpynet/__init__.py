"""The library in a checkout, by the name that it has in a wheel; there `core` is the other name."""

from typing import TYPE_CHECKING

from core.io.other_name import answer_to

if TYPE_CHECKING:
    from core import *  # noqa: F403

answer_to(__name__)
