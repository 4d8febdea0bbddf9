"""Who holds a set of runs: a process, told apart from one that has its number later."""

from __future__ import annotations

import os
import secrets
import socket
import sys

_OWN = secrets.token_hex(4)


def me() -> str:
    """Computer, process, and a word by chance."""
    return f"{socket.gethostname()} {os.getpid()} {_OWN}"


def is_alive(holder: str) -> bool:
    """False only for what is certainly a dead process of this computer."""
    host, _, rest = holder.partition(" ")
    number = rest.partition(" ")[0]
    # On Windows, to ask so would end the process: there a lease runs out.
    if sys.platform == "win32" or host != socket.gethostname() or not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
