"""Questions to a network that take seconds: is its gradient right, which rate suits it, which units matter, is it
worth it?

A probe works on copies and on any thread. It calls `report(progress)` again and again, which may raise to cancel it.
"""
