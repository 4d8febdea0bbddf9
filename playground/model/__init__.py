"""The state that users edit, without widgets: document, undo stack, preferences, paint strokes, label edits."""
