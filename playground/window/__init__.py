"""The main window: where everything is, and which signal leads where."""
