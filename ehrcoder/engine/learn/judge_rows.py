"""The judge's training questions as arrays: many candidates behind one shared sentence, in rows of like length."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Rows of a batch differ in length by at most about this many tokens, so that little of it is padding.
_LENGTH_STEP = 24
# Attention kernels want lengths that are a multiple of this.
_LENGTH_MULTIPLE = 16
_PADDING = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeExample:
    """One shared prefix with its candidate suffixes and whether each is supported."""

    prefix: str
    suffixes: tuple[str, ...]
    supported: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRow:
    """The tokens of one example, which is number `number` of its list."""

    number: int
    prefix: tuple[int, ...]
    suffixes: tuple[tuple[int, ...], ...]
    supported: tuple[bool, ...]

    @property
    def length(self) -> int:
        """Tokens of the prefix and all suffixes."""
        return len(self.prefix) + sum(map(len, self.suffixes))


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRows:
    """A batch of rows as arrays of shape (rows, longest).

    `segments` is 0 for the prefix, 1, 2, … for the suffixes and -1 for padding; `positions` of every suffix go on
    behind the prefix. `end_rows` and `end_places` say where each suffix ends, in order.
    """

    tokens: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]
    segments: npt.NDArray[np.int64]
    end_rows: npt.NDArray[np.int64]
    end_places: npt.NDArray[np.int64]


def batches_of(rows: Sequence[JudgeRow], batch_tokens: int, *, seed: int | None) -> list[list[JudgeRow]]:
    """Cut rows of like length into batches of about `batch_tokens`, in an order fixed by the seed."""
    source = random.Random(seed) if seed is not None else None
    ordered = sorted(rows, key=lambda row: (row.length // _LENGTH_STEP, source.random() if source else 0.0))
    batches: list[list[JudgeRow]] = [[]]
    longest = 0
    for row in ordered:
        longest = max(longest, row.length)
        if batches[-1] and longest * (len(batches[-1]) + 1) > batch_tokens:
            batches.append([])
            longest = row.length
        batches[-1].append(row)
    if source is not None:
        source.shuffle(batches)
    return [batch for batch in batches if batch]


def pack_rows(rows: Sequence[JudgeRow]) -> PackedRows:
    """Lay rows side by side."""
    import numpy as np

    longest = max(row.length for row in rows)
    longest += -longest % _LENGTH_MULTIPLE
    tokens = np.zeros((len(rows), longest), dtype=np.int64)
    positions = np.zeros((len(rows), longest), dtype=np.int64)
    segments = np.full((len(rows), longest), _PADDING, dtype=np.int64)
    end_rows: list[int] = []
    end_places: list[int] = []
    for i, row in enumerate(rows):
        flat: list[int] = list(row.prefix)
        place: list[int] = list(range(len(flat)))
        segment: list[int] = [0] * len(flat)
        for number, suffix in enumerate(row.suffixes, start=1):
            flat.extend(suffix)
            place.extend(range(len(row.prefix), len(row.prefix) + len(suffix)))
            segment.extend([number] * len(suffix))
            end_rows.append(i)
            end_places.append(len(flat) - 1)
        tokens[i, : len(flat)] = flat
        positions[i, : len(flat)] = place
        segments[i, : len(flat)] = segment
    return PackedRows(
        tokens=tokens,
        positions=positions,
        segments=segments,
        end_rows=np.asarray(end_rows, dtype=np.int64),
        end_places=np.asarray(end_places, dtype=np.int64),
    )
