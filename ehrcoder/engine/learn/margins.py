"""The judge's answers on training records, each from an adapter that never saw the record; kept as one file."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

from ehrcoder.core.codes import CodeKind
from ehrcoder.engine.choose import Pair
from ehrcoder.engine.learn.examples import GroundedRecord

MARGINS = "margins.txt.gz"
MarginKey = tuple[str, int, CodeKind, str]


class MarginBook:
    """Margins by record name, number of the sentence, kind and code."""

    def __init__(self, margins: Mapping[MarginKey, float]) -> None:
        self.by_key = dict(margins)
        self._names = {name for name, *_ in self.by_key}

    def margins(self, number: int, item: GroundedRecord, pairs: Sequence[Pair]) -> Sequence[float | None] | None:
        """Return the margin of each pair, None where there is none; None for a record that is not in the book."""
        name = item.record.name
        if name not in self._names:
            return None
        return [
            self.by_key.get((name, pair.sentence, pair.candidate.kind, pair.candidate.code)) for pair in pairs
        ]

    def save(self, path: Path) -> None:
        """Write the book, with the same bytes for the same content."""
        lines = [
            f"{name}\t{sentence}\t{kind}\t{code}\t{margin}"
            for (name, sentence, kind, code), margin in sorted(self.by_key.items())
        ]
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
        temporary.replace(path)


def load_margins(path: Path) -> MarginBook:
    """Read a book that `MarginBook.save` wrote. Raises ValueError when a line is none of one."""
    found: dict[MarginKey, float] = {}
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        name, sentence, kind, code, margin = line.split("\t")
        found[name, int(sentence), CodeKind(kind), code] = float(margin)
    return MarginBook(found)
