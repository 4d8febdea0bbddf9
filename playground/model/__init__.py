"""What is edited, without widgets: the document with its undo stack, the preferences, strokes and label edits."""
