"""Where in a note something stands, and what is said of it there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.codes import CodeKind, Coding
from ehrcoder.core.ids import DocumentId


class Assertion(StrEnum):
    """How a mention is asserted (i2b2 2010's classes plus historical)."""

    PRESENT = "present"
    ABSENT = "absent"
    POSSIBLE = "possible"
    CONDITIONAL = "conditional"
    HISTORICAL = "historical"
    FAMILY = "family"


class MentionSource(StrEnum):
    """Which of the three sources found a mention."""

    LEXICON = "lexicon"
    TERM_INDEX = "term-index"
    MODEL = "model"
    STRUCTURED = "structured"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TextSpan:
    """Half-open range of code points in one document's stored text."""

    document_id: DocumentId
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def overlaps(self, other: TextSpan) -> bool:
        """Tell whether the two spans share at least one character of the same document."""
        return (
            self.document_id == other.document_id and self.start < other.end and other.start < self.end
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The words of a note that support a code: `quote` equals the stored text at `span`."""

    span: TextSpan
    quote: str
    assertion: Assertion = Assertion.PRESENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A phrase of the note that may deserve a code, before it is grounded in a code set."""

    span: TextSpan
    quote: str
    term: str
    kind: CodeKind
    assertion: Assertion
    source: MentionSource
    coding: Coding | None = None
