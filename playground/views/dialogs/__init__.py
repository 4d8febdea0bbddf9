"""Dialogs. Each has a parent and is deleted on close."""
