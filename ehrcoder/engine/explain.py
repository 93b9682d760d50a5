"""Says in words why a code is suggested: what matched, what led there, and where it stands in the classification."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.evidence import Evidence
from ehrcoder.engine.choose import Pair
from ehrcoder.engine.clinical import Assessed
from ehrcoder.engine.segment import Sentence
from ehrcoder.ports import CodeSetIndex

MOST_INDEX_PATHS = 2


def why_ranked(pair: Pair) -> str:
    """Return what speaks for a code in its best sentence."""
    candidate = pair.candidate
    reasons: list[str] = []
    if candidate.together:
        reasons.append(
            f"coders used it for these words in {candidate.together} of {candidate.phrase} training sentences"
        )
    if candidate.term:
        reasons.append(f"the words match the term “{candidate.term}”")
    text = "; ".join(reasons)
    return text[:1].upper() + text[1:] + "." if text else ""


def why_assessed(assessed: Assessed) -> str:
    """Return how the assessment led to a code."""
    text = f"The {assessed.problem.section.value} names it; the words lead to the term “{assessed.term}”."
    return f"{text} {assessed.reason[:1].upper()}{assessed.reason[1:]}." if assessed.reason else text


def why_incomplete(open_axes: Sequence[str]) -> str:
    """Return what a procedure still needs before it is a code."""
    if not open_axes:
        return ""
    return f"The note leaves open: {', '.join(open_axes)}. Complete the code in the procedure builder."


def path_to(index: CodeSetIndex, system: str, code: str) -> str:
    """Return the way to a code: through the Alphabetic Index where one is installed, and through the headers above."""
    parts: list[str] = []
    if paths := index.index_paths(system, code)[:MOST_INDEX_PATHS]:
        parts.append("Index: " + "; ".join(paths) + ".")
    headers = [concept.coding for concept in reversed(index.ancestors(system, code))]
    if headers:
        own = f" › {code}" if system == ICD_10_CM else ""
        parts.append("Path: " + " › ".join(f"{h.code} {h.display}" for h in headers) + own + ".")
    return " ".join(parts)


def sentence_of(evidence: Evidence, sentences: Sequence[Sentence]) -> Sentence | None:
    """Return the sentence that a quote stands in."""
    return next(
        (
            s for s in sentences
            if s.span.document_id == evidence.span.document_id and s.span.start <= evidence.span.start < s.span.end
        ),
        None,
    )
