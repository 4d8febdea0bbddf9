"""A new kind of each registry, added by `tests/test_adding_kinds.py` to a copy of the program, one module each.

Nothing else changes there. Optional parts are left out: the layer cannot be exported as code.
"""
