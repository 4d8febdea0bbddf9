"""One new kind of each sort, each a module that `tests/test_adding_kinds.py` puts into a copy of the engine.

Nothing else is touched there. What a kind leaves out is left out here, too: the layer has no form in other libraries.
"""
