"""The main window: its layout and signal connections."""
