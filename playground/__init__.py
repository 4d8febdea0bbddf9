"""NumpyNet Playground, the desktop application: PySide6 and pyqtgraph in front of `core`.

`app` starts the window, `cli` the command line, `headless` trains without a window; the other modules here guard the
process against what Qt and PySide do with errors, garbage and pickles.
"""
