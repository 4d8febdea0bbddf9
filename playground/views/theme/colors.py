"""Colors, sizes, radii and color maps of the light and dark theme, each also in high contrast.

Views read colors from a `Theme` by role; no other file has a literal color.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

GRID_PX: Final = 8
RADIUS_PX: Final = 8
RADIUS_SMALL_PX: Final = 6
POPUP_RADIUS_PX: Final = 10
FONT_SMALL_PX: Final = 11
FONT_NORMAL_PX: Final = 13
FONT_LARGE_PX: Final = 18

NEGATIVE: Final = "#f59322"
POSITIVE: Final = "#0877bd"

CLASS_COLORS: Final[tuple[str, ...]] = (
    NEGATIVE,  # orange
    POSITIVE,  # blue
    "#00a273",  # green
    "#f0e442",  # yellow
    "#56b8ed",  # sky blue
    "#d55e00",  # vermillion
    "#cc79a7",  # pink
    "#586868",  # grey
    "#8870f0",  # purple
    "#985848",  # brown
)
"""One color per class: nearly Okabe and Ito's colorblind-safe palette, extended to ten by a grey, a purple and a brown
that stay apart from all others in every simulated color blindness. The first two are those of the signs: two classes
that share an output look the same as two with one each."""

FAMILY_COLORS: Final[dict[str, str]] = {
    "dense": "#2563eb",
    "activation": "#18a858",
    "regularization": "#d838c8",
    "convolution": "#ea580c",
    "pooling": "#ea580c",
    "sequence": "#904818",
    "shape": "#64748b",
}


ThemeName = Literal["light", "dark", "light_contrast", "dark_contrast"]


@dataclass(frozen=True)
class Theme:
    """The colors of one theme, each as "#rrggbb".

    `window` is the background, `surface` a panel, `surface_raised` a card or a popup, `field` a filled control. `zero`
    is the center of the signed color map, `negative` and `positive` its ends. `gradient` is that of gradients alone.
    """

    name: ThemeName
    window: str
    surface: str
    surface_raised: str
    field: str
    field_hover: str
    field_pressed: str
    groove: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_faint: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_soft: str
    accent_text: str
    danger: str
    danger_soft: str
    warning: str
    success: str
    success_soft: str
    canvas: str
    grid: str
    train: str
    test: str
    tooltip: str
    tooltip_text: str
    shadow: str
    negative: str
    zero: str
    positive: str
    gradient: str

    @property
    def is_dark(self) -> bool:
        """Whether text is light on dark."""
        return self.name.startswith("dark")

    @property
    def is_contrast(self) -> bool:
        """Whether edges and text are as strong as can be."""
        return self.name.endswith("contrast")


LIGHT: Final = Theme(
    name="light",
    window="#f6f7f9",
    surface="#ffffff",
    surface_raised="#ffffff",
    field="#eef2f8",
    field_hover="#e4eaf3",
    field_pressed="#d9e1ed",
    groove="#e3e6eb",
    border="#e3e6eb",
    border_strong="#c3cad5",
    text="#1f2733",
    text_muted="#647081",
    text_faint="#9ca3ae",
    accent="#2563eb",
    accent_hover="#1d58d8",
    accent_pressed="#184abb",
    accent_soft="#e6eefd",
    accent_text="#ffffff",
    danger="#d92d3a",
    danger_soft="#fdebec",
    warning="#883808",
    success="#15803d",
    success_soft="#e8f5ec",
    canvas="#f6f7f9",
    grid="#f0f1f4",
    train="#2563eb",
    test="#e11d48",
    tooltip="#1f2733",
    tooltip_text="#f4f6f9",
    shadow="#1f2733",
    negative=NEGATIVE,
    zero="#e8eaeb",
    positive=POSITIVE,
    gradient="#8b5cf6",
)

DARK: Final = Theme(
    name="dark",
    window="#14171c",
    surface="#1c2128",
    surface_raised="#20262e",
    field="#252c36",
    field_hover="#2d3642",
    field_pressed="#36404e",
    groove="#2d343e",
    border="#2d343e",
    border_strong="#465060",
    text="#e6eaf0",
    text_muted="#93a0b2",
    text_faint="#6c7684",
    accent="#5b9dff",
    accent_hover="#74adff",
    accent_pressed="#8abaff",
    accent_soft="#24344f",
    accent_text="#0b1424",  # white on this blue has a contrast of 2.7
    danger="#ff6b74",
    danger_soft="#3a2329",
    warning="#f5a524",
    success="#68f898",
    success_soft="#12301f",
    canvas="#14171c",
    grid="#242a33",
    train="#5b9dff",
    test="#f43f5e",
    tooltip="#333d4b",
    tooltip_text="#eef1f6",
    shadow="#000000",
    negative=NEGATIVE,
    zero="#252c36",
    positive=POSITIVE,
    gradient="#a78bfa",
)


LIGHT_CONTRAST: Final = replace(
    LIGHT,
    name="light_contrast",
    window="#ffffff",
    field="#f2f2f2",
    field_hover="#dddddd",
    field_pressed="#c8c8c8",
    groove="#767676",
    border="#595959",
    border_strong="#000000",
    text="#000000",
    text_muted="#262626",
    text_faint="#595959",
    accent="#0b3fae",
    accent_hover="#08318a",
    accent_pressed="#062568",
    accent_soft="#dbe6ff",
    danger="#981808",
    danger_soft="#ffe5e7",
    warning="#581808",
    success="#085838",
    success_soft="#dcf5e3",
    canvas="#ffffff",
    grid="#bfbfbf",
    train="#0b3fae",
    test="#b3003c",
    tooltip="#000000",
    tooltip_text="#ffffff",
)

DARK_CONTRAST: Final = replace(
    DARK,
    name="dark_contrast",
    window="#000000",
    surface="#000000",
    surface_raised="#000000",
    field="#1a1a1a",
    field_hover="#2e2e2e",
    field_pressed="#444444",
    groove="#8a8a8a",
    border="#a6a6a6",
    border_strong="#ffffff",
    text="#ffffff",
    text_muted="#e0e0e0",
    text_faint="#b0b0b0",
    accent="#8ab8ff",
    accent_hover="#a8caff",
    accent_pressed="#c4dbff",
    accent_soft="#0f2f66",
    accent_text="#000000",
    danger="#f898a8",
    danger_soft="#4d0008",
    warning="#f8c868",
    success="#88f8a8",
    success_soft="#003d16",
    canvas="#000000",
    grid="#3d3d3d",
    train="#8ab8ff",
    test="#ff8fa8",
    tooltip="#ffffff",
    tooltip_text="#000000",
    zero="#1a1a1a",
)


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of "#rrggbb"."""
    if len(color) != 7 or color[0] != "#":
        raise ValueError(f"A colour must look like #rrggbb, got {color!r}")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """Interpolate from `first` to `second` by `share` (0 to 1)."""
    parts = (round(a + (b - a) * share) for a, b in zip(rgb(first), rgb(second), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colors, 1 to 21 (WCAG 2.1, "relative luminance")."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    # Python's numbers: for three, numpy takes ten times as long, and a theme asks 500 times.
    shares = (part / 255 for part in rgb(color))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def diverging_lut(theme: Theme, ends: tuple[str, str] | None = None) -> NDArray[np.uint8]:
    """Color map of signed values, (256, 4) RGBA, from -1 (entry 0, orange) to +1 (entry 255, blue), or of these `ends`.

    Entries 127 and 128 are both the zero color, so that zeros are neutral whichever way they round.
    """
    index = np.arange(256)
    values = np.where(index <= 127, index - 127, index - 128)[:, None] / 127
    low, high = (np.array(rgb(color)) for color in ends or (theme.negative, theme.positive))
    zero = np.array(rgb(theme.zero))
    return _opaque(zero + (np.where(values < 0, low, high) - zero) * np.abs(values))


def model_colors(theme: Theme) -> tuple[str, str]:
    """Colors of two models side by side, A and B: teal and magenta, which no class has."""
    return ("#2dd4bf", "#e879f9") if theme.is_dark else ("#0d9488", "#c026d3")


def run_colors(theme: Theme) -> tuple[str, ...]:
    """Colors of runs that are compared, from Okabe and Ito's palette; first and last are lighter on dark ground."""
    first, last = ("#56b4e9", "#8858b8") if theme.is_dark else ("#0072b2", "#683878")
    return (first, "#009e73", "#d55e00", "#cc79a7", "#e69f00", last)


def pinned_colors(theme: Theme) -> tuple[str, str, str]:
    """Colors of three runs beside those of training and test, which are blue and red: green, purple, orange."""
    colors = run_colors(theme)
    return colors[1], colors[5], colors[4]


def ahead_color(theme: Theme, number: int) -> str:
    """The color of a way that a training could go on: grey as it is, which is number 0."""
    colors = run_colors(theme)
    return colors[(1, 5, 4, 2, 3, 0)[(number - 1) % 6]] if number else theme.text_muted


def class_color(number: int) -> str:
    """The color of a class, everywhere; after ten they begin anew."""
    return CLASS_COLORS[number % len(CLASS_COLORS)]


def class_shades(theme: Theme) -> NDArray[np.uint8]:
    """Color of each class at each certainty, (10, 256, 4) RGBA; certainty 0 is the zero color."""
    zero = np.array(rgb(theme.zero))
    full = np.array([rgb(color) for color in CLASS_COLORS])[:, None]
    return _opaque(zero + (full - zero) * (np.arange(256) / 255)[None, :, None])


def class_maps(theme: Theme) -> NDArray[np.uint8]:
    """Color map of each class from -1 to 1, (10, 256, 4) RGBA: neutral until 0, that of the class at 1."""
    shades = class_shades(theme)
    return np.concatenate([np.repeat(shades[:, :1], 128, axis=1), shades[:, 1::2]], axis=1)


def family_color(family: str) -> str:
    """Color of a layer family; slate for an unknown one."""
    return FAMILY_COLORS.get(family.lower(), FAMILY_COLORS["shape"])


def _opaque(colors: NDArray[np.floating]) -> NDArray[np.uint8]:
    alpha = np.full((*colors.shape[:-1], 1), 255)
    return np.concatenate([np.rint(colors), alpha], axis=-1).astype(np.uint8)
