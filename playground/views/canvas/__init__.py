"""The middle of the window: the stack of layers as cards, and the neurons and links below them."""
