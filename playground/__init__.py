"""NumpyNet Playground, the desktop application: PySide6 in front of `core`.

`app` starts the window, `cli` the command line, `headless` trains without a window; other modules guard the process
against how Qt and PySide treat errors, garbage and pickles.
"""
