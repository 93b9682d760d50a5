"""The machine's clock and identifiers."""

from __future__ import annotations

import datetime as dt
import secrets
import time
import uuid


class SystemClock:
    """The machine's time, as aware UTC."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class UuidSource:
    """UUID version 7 (RFC 9562): sortable by time, unique without coordination."""

    def new_id(self) -> str:
        milliseconds = time.time_ns() // 1_000_000
        value = (milliseconds << 80) | secrets.randbits(80)
        value &= ~(0xF << 76) & ~(0x3 << 62)
        return str(uuid.UUID(int=value | (0x7 << 76) | (0x2 << 62)))
