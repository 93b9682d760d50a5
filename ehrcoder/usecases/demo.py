"""Runs the whole job on the demo notes by script: propose, decide, sign, export. No clinician takes part.

The demo exists to show the job without a window. Its decisions come from a confidence floor, so nothing that it
signs is verified; the coder's name and the meaning of the signature say so in every file that leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId, RecordId, SuggestionId
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.engine.pipeline import CodingEngine
from ehrcoder.ports import CancelToken, Clock, CodeSetIndex, ExportWriter, IdSource, Workspace
from ehrcoder.usecases.export_records import ExportReport, export_records
from ehrcoder.usecases.foresee_edits import foresee_edits
from ehrcoder.usecases.propose_codes import propose_codes
from ehrcoder.usecases.sign_record import sign_record
from ehrcoder.usecases.verify_code import VerifyCode

DEMO_CODER = CoderId("demo-script-no-clinician")
DEMO_MEANING = "signed by the demo script; verified by no clinician"
DEFAULT_FLOOR = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRecord:
    """What the script did with one record."""

    record_id: RecordId
    title: str
    run: InferenceRun
    suggestions: tuple[CodeSuggestion, ...]
    accepted: frozenset[SuggestionId]


def code_records(
    workspace: Workspace, *, engine: CodingEngine, index: CodeSetIndex, ids: IdSource, clock: Clock,
    floor: float = DEFAULT_FLOOR, limit: int | None = None,
    told: Callable[[DemoRecord], None] | None = None, cancel: CancelToken | None = None,
) -> tuple[DemoRecord, ...]:
    """Propose codes for every unsigned record, accept those at or above `floor`, reject the rest, and sign.

    `limit` takes the first records only; `told` hears of each record when it is signed. Raises CancelledError;
    records signed before are kept.
    """
    verify = VerifyCode(history=workspace, store=workspace, index=index, ids=ids)
    done: list[DemoRecord] = []
    for row in workspace.rows()[:limit]:
        if workspace.coding(row.record_id).signature is not None:
            continue
        result = propose_codes(row.record_id, engine=engine, store=workspace, history=workspace, cancel=cancel,
                               withheld=lambda _: False)  # the demo's workspace has no campaign
        stored = workspace.suggestions(row.record_id)
        accepted = frozenset(s.suggestion_id for s in stored if _accept(workspace, verify, s, index, floor=floor))
        sign_record(
            row.record_id, history=workspace, store=workspace, coder_id=DEMO_CODER, meaning=DEMO_MEANING,
            clock=clock,
        )
        coded = DemoRecord(
            record_id=row.record_id, title=row.title, run=result.run, suggestions=stored, accepted=accepted
        )
        done.append(coded)
        if told is not None:
            told(coded)
    return tuple(done)


def export_all(
    record_ids: Sequence[RecordId], workspace: Workspace, *, folder: Path, writers: Sequence[ExportWriter],
    index: CodeSetIndex, clock: Clock,
) -> tuple[ExportReport, ...]:
    """Write the records in every format, each into a folder named after it."""
    return tuple(
        export_records(
            record_ids, folder=folder / writer.format_name, writer=writer, store=workspace, history=workspace,
            log=workspace, clock=clock, index=index,
        )
        for writer in writers
    )


def _accept(
    workspace: Workspace, verify: VerifyCode, suggestion: CodeSuggestion, index: CodeSetIndex, *, floor: float
) -> bool:
    """Accept or reject one suggestion and tell which.

    What cannot be assigned, such as a header, and what would raise an error of the code edits is rejected.
    """
    record_id, suggestion_id = suggestion.record_id, suggestion.suggestion_id
    comment = "demo script: cannot be assigned as it stands"
    if suggestion.confidence < floor:
        comment = f"demo script: confidence below {floor:.2f}"
    elif not foresee_edits(
        workspace.coding(record_id), workspace.record(record_id), [suggestion], index
    ).errors(suggestion_id):
        try:
            verify.accept(record_id, suggestion_id, coder_id=DEMO_CODER)
        except InputError:
            pass
        else:
            return True
    verify.reject(
        record_id, suggestion_id, coder_id=DEMO_CODER, reason=RejectReason.OTHER, comment=comment
    )
    return False
