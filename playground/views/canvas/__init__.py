"""The central widget: layers as cards, neurons and links below them."""
