"""The machine as a long labelling sees it: its clocks and the memory of this process and of its model."""

from __future__ import annotations

import datetime as dt
import gc
import os
import time
from collections.abc import Callable

from ehrcoder.usecases.campaign.label import Machine

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def this_machine(*, worker_process: Callable[[], int], stop_worker: Callable[[], None]) -> Machine:
    """Return the clocks and memory of this machine; `worker_process` is 0 while no model runs."""
    def memory_mb() -> float:
        return resident_mb("self") + (resident_mb(str(pid)) if (pid := worker_process()) else 0.0)

    def free_memory() -> None:
        stop_worker()
        gc.collect()

    return Machine(monotonic=time.monotonic, local_time=lambda: dt.datetime.now().astimezone(), sleep=time.sleep,
                   memory_mb=memory_mb, free_memory=free_memory)


def resident_mb(process: str) -> float:
    """Return what a process holds in memory; 0 where the system does not tell."""
    try:
        with open(f"/proc/{process}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * _PAGE / 1e6
    except (OSError, ValueError, IndexError):
        return 0.0
