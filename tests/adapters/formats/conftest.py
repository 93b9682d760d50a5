"""What the reader tests share: a fixed clock, counted ids, and a way to read bytes with a reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import ReadContext, RecordReader


class FixedClock:
    def now(self) -> dt.datetime:
        return dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@dataclass
class CountedIds:
    given: int = 0

    def new_id(self) -> str:
        self.given += 1
        return f"id-{self.given}"


@dataclass
class Read:
    """What a reader gave and what it left out."""

    records: list[EncounterRecord]
    left_out: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.records[0].documents[0].text


ReadWith = Callable[..., Read]


@pytest.fixture
def read_with() -> ReadWith:
    def read(reader: RecordReader, data: bytes, *, name: str = "file", **options: str) -> Read:
        left_out: list[str] = []
        context = ReadContext(source_name=name, clock=FixedClock(), ids=CountedIds(), options=options,
                              on_left_out=left_out.append)
        return Read(records=list(reader.read(data, context)), left_out=left_out)

    return read
