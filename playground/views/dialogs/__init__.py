"""Dialogs. Each has a parent and is deleted on close.

Commands import a dialog when they open it: at the start, all of them would take 40 ms.
"""
