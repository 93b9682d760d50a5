"""A clinician asks for proposals on a record; the engine's suggestions are stored with their run."""

from __future__ import annotations

from dataclasses import dataclass

from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.engine.pipeline import CodingEngine
from ehrcoder.ports import CancelToken, CodingHistory, RecordStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeResult:
    """A finished run and its suggestions, best first."""

    run: InferenceRun
    suggestions: tuple[CodeSuggestion, ...]


def propose_codes(
    record_id: RecordId,
    *,
    engine: CodingEngine,
    store: RecordStore,
    history: CodingHistory | None = None,
    cancel: CancelToken | None = None,
) -> ProposeResult:
    """Propose codes for one record and store them.

    Raises InputError on a signed record, CancelledError when cancelled (nothing is stored then).
    """
    record = store.record(record_id)
    if history is not None and history.coding(record_id).signature is not None:
        raise InputError(
            "This record is signed, so nothing new is proposed for it.",
            next_step="Amend it first if its coding is to be changed.",
        )
    run, suggestions = engine.propose(record, cancel=cancel)
    if cancel is not None:
        cancel.raise_if_cancelled()
    store.save_run(run, suggestions)
    return ProposeResult(run=run, suggestions=suggestions)
