"""What every export format says of a record: its signature and its verified codes, or why it cannot leave."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.core.assignments import CodingEvent, RecordCoding, Signature
from ehrcoder.core.errors import InputError, IntegrityError
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.core.verification import VerifiedCode, verified_codes


def signature_of(coding: RecordCoding) -> Signature:
    """Return the signature. Raises InputError when the record is not signed."""
    if coding.signature is None:
        raise InputError(
            f"Record {coding.record_id} is not signed.", kept="Nothing was written.",
            next_step="Sign the record, then export it.",
        )
    return coding.signature


def codes_of(
    coding: RecordCoding, events: Sequence[CodingEvent], suggestions: Sequence[CodeSuggestion],
    runs: Sequence[InferenceRun],
) -> tuple[VerifiedCode, ...]:
    """Return the verified codes in sequence. Raises IntegrityError when the history lacks one."""
    try:
        return verified_codes(coding, events, suggestions, runs)
    except KeyError as error:
        raise IntegrityError(
            f"Record {coding.record_id} cannot be exported: its history does not know {error}.",
            kept="Nothing was written.", next_step="Run `ehrcoder audit verify`.",
        ) from error
