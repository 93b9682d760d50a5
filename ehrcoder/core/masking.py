"""Masks possible identifiers into a new version of a text, and maps places of the one to places of the other.

The former text is never changed. What no pattern found stays in the new version: it is not anonymous.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ehrcoder.core.evidence import TextSpan
from ehrcoder.core.identifiers import IdentifierKind, PossibleIdentifier
from ehrcoder.core.ids import DocumentId, RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedPiece:
    """Half-open code-point ranges of what was masked: in the former text, and of its mask in the new one."""

    kind: IdentifierKind
    start: int
    end: int
    masked_start: int
    masked_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetMap:
    """Where each place of one document's former text lies in its masked version; pieces in the text's order."""

    document_id: DocumentId
    pieces: tuple[MaskedPiece, ...] = ()

    def to_masked(self, start: int, end: int) -> tuple[int, int]:
        """Return a range of the former text in the new one; what lies in a masked piece takes its whole mask."""
        return self._moved(start, end, [
            (piece.start, piece.end, piece.masked_start, piece.masked_end) for piece in self.pieces
        ])

    def to_former(self, start: int, end: int) -> tuple[int, int]:
        """Return a range of the new text in the former one; a part of a mask stands for all that it hides."""
        return self._moved(start, end, [
            (piece.masked_start, piece.masked_end, piece.start, piece.end) for piece in self.pieces
        ])

    def span_to_masked(self, span: TextSpan) -> TextSpan:
        """Return the span of the new text that holds what this span of the former text held."""
        start, end = self.to_masked(span.start, span.end)
        return TextSpan(document_id=span.document_id, start=start, end=end)

    @staticmethod
    def _moved(start: int, end: int, pieces: Sequence[tuple[int, int, int, int]]) -> tuple[int, int]:
        starts = [piece[0] for piece in pieces]

        def moved(place: int, *, is_end: bool) -> int:
            # The piece that begins before this place, or at it where the range begins here.
            number = bisect_right(starts, place - is_end) - 1
            if number < 0:
                return place
            _, old_end, new_start, new_end = pieces[number]
            if place < old_end + is_end:
                return new_end if is_end else new_start
            return place - old_end + new_end

        return moved(start, is_end=False), moved(end, is_end=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedFrom:
    """Which record a masked one was made from, and how the offsets of each of its texts map."""

    record_id: RecordId
    source_sha256: str
    """SHA-256 of the source file of the former record."""
    maps: tuple[OffsetMap, ...]


class Masks:
    """Names for what is masked: the same words get the same number throughout a record."""

    def __init__(self) -> None:
        self._numbers: dict[IdentifierKind, dict[str, int]] = {}

    def name(self, kind: IdentifierKind, words: str) -> str:
        """Return the mask, such as `[name 2]`."""
        known = self._numbers.setdefault(kind, {})
        number = known.setdefault(" ".join(words.split()).casefold(), len(known) + 1)
        return f"[{kind.value} {number}]"


def masked_text(
    text: str, found: Iterable[PossibleIdentifier], *, masks: Masks, document_id: DocumentId
) -> tuple[str, OffsetMap]:
    """Return the text with masks in place of what was found, and the map of offsets.

    Raises ValueError for ranges that overlap or lie outside the text.
    """
    parts: list[str] = []
    pieces: list[MaskedPiece] = []
    done = length = 0
    for each in sorted(found, key=lambda item: item.start):
        if not done <= each.start < each.end <= len(text):
            raise ValueError("what is to be masked overlaps or lies outside the text")
        mask = masks.name(each.kind, text[each.start:each.end])
        length += each.start - done
        parts += [text[done:each.start], mask]
        pieces.append(MaskedPiece(kind=each.kind, start=each.start, end=each.end, masked_start=length,
                                  masked_end=length + len(mask)))
        length += len(mask)
        done = each.end
    return "".join((*parts, text[done:])), OffsetMap(document_id=document_id, pieces=tuple(pieces))
