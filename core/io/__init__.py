"""Files, and what the system knows of programs: zip archives with limits, atomic writing, strict JSON, locks.

No knowledge of networks.
"""
