"""Light and dark themes: colors, stylesheet and icons."""
