"""A machine that walks: it uses the real window at random, and what must always hold is looked at after each step.

`make walk` walks for ten minutes, a test of a minute and a half is part of `make check`.
"""
