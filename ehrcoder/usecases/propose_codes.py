"""A clinician asks for proposals on a record; the engine's suggestions are stored with their run."""

from __future__ import annotations

from collections.abc import Callable
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
    withheld: Callable[[RecordId], bool],
    history: CodingHistory | None = None,
    cancel: CancelToken | None = None,
) -> ProposeResult:
    """Propose codes for one record and store them.

    `withheld` tells whether a campaign has a record coded without suggestions (campaign.verify.is_held_back).
    Raises InputError on such a record and on a signed one, CancelledError when cancelled (nothing is stored then).
    """
    record = store.record(record_id)
    if withheld(record_id):
        raise InputError(
            "A campaign has this record coded without suggestions, to compare.",
            kept="Nothing was proposed.",
            next_step="Code it by hand; once it is signed it counts.",
        )
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
