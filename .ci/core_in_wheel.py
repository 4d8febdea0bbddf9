"""The library by the name that it has in a checkout; here it is `numpynet`."""

from typing import TYPE_CHECKING

from numpynet.io.other_name import answer_to

if TYPE_CHECKING:
    from numpynet import *  # noqa: F403

answer_to(__name__)
