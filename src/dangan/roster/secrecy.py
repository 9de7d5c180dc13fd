"""Keeping a process's memory to itself: no core dumps, no swap where the system allows."""

from __future__ import annotations

import ctypes
import logging
import resource
from functools import cache

log = logging.getLogger(__name__)

_PR_SET_DUMPABLE = 4
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4


@cache
def shut_out_of_dumps() -> None:
    """No core dump of this process, and no reading of its memory by others of the same account."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


@cache
def shut_out_of_swap() -> None:
    """Keep this process's memory off swap, where the system allows locking without a limit."""
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY:
        log.info("roster: memory may reach swap; raise the memlock limit or encrypt swap")
        return
    ctypes.CDLL(None).mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT)
