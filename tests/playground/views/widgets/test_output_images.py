"""Small pictures of outputs, and those that were made in the light theme in another one."""

from __future__ import annotations

import numpy as np
import pytest

from playground.views.theme.colors import CLASS_COLORS, DARK, LIGHT, mix, rgb
from playground.views.widgets.output_images import in_theme


@pytest.mark.parametrize("end", [*CLASS_COLORS, "accent", "text"])
@pytest.mark.parametrize("share", [0.0, 0.3, 2 / 3, 1.0])
def test_sure_colors_stay_and_unsure_ones_are_dark_in_a_dark_theme(end: str, share: float) -> None:
    before, after = (getattr(theme, end, end) for theme in (LIGHT, DARK))
    given = np.array(rgb(mix(LIGHT.zero, before, share)), np.uint8).reshape(1, 1, 3)
    assert in_theme(given, LIGHT) is given
    wanted = np.array(rgb(mix(DARK.zero, after, share)))
    assert np.abs(in_theme(given, DARK)[0, 0].astype(int) - wanted).max() <= 4
