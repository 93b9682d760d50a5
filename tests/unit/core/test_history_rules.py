"""The rules of the history one by one, and the exact bytes that its hashes cover."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from dataclasses import replace
from enum import Enum
from itertools import count

import pytest

from ehrcoder.core.assignments import (
    CodeAssignment,
    CodingAction,
    CodingEvent,
    Decision,
    DiagnosisUse,
    EventDraft,
    RecordCoding,
    Signature,
)
from ehrcoder.core.canonical import canonical_sha256, canonical_text, sha256_of_text, spell, to_plain
from ehrcoder.core.codes import ICD_10_CM, CodeKind, Coding
from ehrcoder.core.errors import InputError
from ehrcoder.core.history import (
    HistoryRuleError,
    UndoState,
    apply_event,
    chain,
    check_sequences,
    compensate,
    event_body,
    event_hash,
    first_broken,
    fold,
    ledger_genesis,
    ledger_hash,
    marks_after,
    record_content_sha256,
    signed_content_sha256,
    undo_state,
)
from ehrcoder.core.ids import AssignmentId, CoderId, DocumentId, EventId, RecordId, SuggestionId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient

R1, R2, ANN = RecordId("r1"), RecordId("r2"), CoderId("ann")
AT = dt.datetime(2026, 4, 1, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))
S1, S2 = SuggestionId("s1"), SuggestionId("s2")
GENESIS = "0" * 64
SIGNATURE = Signature(coder_id=ANN, at=AT, meaning="verified", content_sha256="ab")


def code(name: str = "a1", *, sequence: int = 1, **changes: object) -> CodeAssignment:
    made = CodeAssignment(
        assignment_id=AssignmentId(name), record_id=R1, kind=CodeKind.DIAGNOSIS, sequence=sequence,
        coding=Coding(system=ICD_10_CM, version="2026", code="I10", display="Hypertension"))
    return replace(made, **changes)


def draft(action: CodingAction = CodingAction.COMMENT, **fields: object) -> EventDraft:
    return EventDraft(action=action, coder_id=ANN, **fields)  # type: ignore[arg-type]


def event(what: EventDraft, *, sequence: int = 1, group: str = "g1", **fields: object) -> CodingEvent:
    made = CodingEvent(event_id=EventId(f"e{sequence}"), record_id=R1, sequence=sequence, group_id=group, at=AT,
                       draft=what, previous_hash=GENESIS, hash=f"h{sequence}")
    return replace(made, **fields)


def events(*groups: tuple[str, EventDraft]) -> list[CodingEvent]:
    return [event(what, sequence=number, group=group) for number, (group, what) in enumerate(groups, 1)]


def refused(error: pytest.ExceptionInfo[HistoryRuleError]) -> tuple[str, str]:
    return error.value.kept, error.value.next_step


# The bytes


class Colour(Enum):
    RED = "red"


@dataclasses.dataclass(frozen=True)
class Thing:
    name: str
    size: int = 3
    parts: tuple[str, ...] = ()


@pytest.mark.parametrize(("value", "text"), [
    (None, "null"), (True, "true"), (7, "7"), (0.5, "0.5"), ("é\n", '"\\u00e9\\n"'), (Colour.RED, '"red"'),
    ((1, "a"), '[1,"a"]'), ([1, [2]], "[1,[2]]"), ({"b": 1, "a": Colour.RED}, '{"a":"red","b":1}'), ({2: 1}, '{"2":1}'),
    (AT, '"2026-04-01T08:00:00+00:00"'), (dt.date(2026, 4, 1), '"2026-04-01"'),
    (Thing("x"), '{"name":"x"}'), (Thing("x", size=4), '{"name":"x","size":4}'),
    (Thing("x", parts=("y",)), '{"name":"x","parts":["y"]}'),
])
def test_each_value_has_one_spelling(value: object, text: str) -> None:
    assert canonical_text(value) == text
    assert spell(to_plain(value)) == text
    assert canonical_sha256(value) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(("value", "words"), [
    (b"x", "no canonical spelling for bytes"), ({1, 2}, "no canonical spelling for set"),
    (Thing, "no canonical spelling for type"), (dt.datetime(2026, 4, 1), "a time without its zone"),
])
def test_what_has_no_spelling_is_refused(value: object, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        canonical_text(value)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_text(float("nan"))


def test_damaged_text_has_a_hash_too_and_another_one() -> None:
    assert sha256_of_text("a\udc80") == hashlib.sha256(b"a\x80").hexdigest()
    assert sha256_of_text("é") == hashlib.sha256("é".encode()).hexdigest()
    damaged = ledger_hash(position=1, kind="event", subject="\udc80", content_sha256="c", previous_hash="p")
    assert damaged == hashlib.sha256(b"1\nevent\n\x80\nc\np").hexdigest()


def test_the_hashes_of_the_ledger_cover_all_that_a_line_says() -> None:
    assert ledger_genesis("w1") == hashlib.sha256(b"ehrcoder workspace w1").hexdigest()
    found = ledger_hash(position=3, kind="event", subject="e1", content_sha256="cc", previous_hash="pp")
    assert found == hashlib.sha256(b"3\nevent\ne1\ncc\npp").hexdigest()


def test_the_hash_of_an_event_covers_everything_but_itself() -> None:
    made = event(draft(reason="why"))
    assert json.loads(event_body(made)) == {
        "at": "2026-04-01T08:00:00+00:00", "draft": {"action": "comment", "coder_id": "ann", "reason": "why"},
        "event_id": "e1", "group_id": "g1", "previous_hash": GENESIS, "record_id": "r1", "sequence": 1}
    assert event_hash(made) == sha256_of_text(event_body(made)) == event_hash(replace(made, hash="another"))


def record() -> EncounterRecord:
    return EncounterRecord(
        record_id=R1, source_format="text", source_name="r1.txt", source_sha256="ab", imported_at=AT,
        patient=Patient(pseudonym="p"),
        documents=(ClinicalDocument(document_id=DocumentId("d"), type="Note", title="Note", text="Hypertension"),))


def test_a_signature_covers_record_codes_decisions_and_history() -> None:
    coding = RecordCoding(record_id=R1, assignments=(code(),), decisions=((S1, Decision.ACCEPTED),), head_hash="h")
    assert signed_content_sha256(record(), coding) == canonical_sha256({
        "record": record_content_sha256(record()), "assignments": [code()], "decisions": [["s1", "accepted"]],
        "history": "h"})
    assert record_content_sha256(record()) == canonical_sha256(record())
    changed = [replace(coding, assignments=()), replace(coding, decisions=()), replace(coding, head_hash="i")]
    hashes = {signed_content_sha256(record(), each) for each in (coding, *changed)}
    hashes.add(signed_content_sha256(replace(record(), source_name="other"), coding))
    assert len(hashes) == 5


# The chain


def chained(*drafts: EventDraft, onto: RecordCoding | None = None) -> tuple[tuple[CodingEvent, ...], RecordCoding]:
    numbers = count(1)
    return chain(onto or RecordCoding(record_id=R1), drafts, genesis=GENESIS, group_id="g", at=AT,
                 new_id=lambda: f"n{next(numbers)}")


def test_a_chain_gives_place_time_group_and_hash() -> None:
    made, after = chained(draft(CodingAction.ADD, after=code()), draft(reason="x"))
    assert [(each.event_id, each.record_id, each.sequence, each.group_id, each.at) for each in made] == [
        ("n1", R1, 1, "g", AT), ("n2", R1, 2, "g", AT)]
    assert [each.previous_hash for each in made] == [GENESIS, made[0].hash]
    assert [each.hash for each in made] == [event_hash(each) for each in made]
    assert (after.version, after.head_hash, after.assignments) == (2, made[1].hash, (code(),))
    more, _ = chained(draft(), onto=after)
    assert (more[0].sequence, more[0].previous_hash) == (3, after.head_hash)
    assert first_broken((*made, *more), genesis=GENESIS) is None
    assert fold(R1, made) == after


def test_the_first_broken_event_is_named_by_its_place() -> None:
    made, _ = chained(*[draft(reason=str(number)) for number in range(4)])
    assert first_broken((), genesis=GENESIS) is None
    assert first_broken(made, genesis="1" * 64) == 1
    assert first_broken(made[1:], genesis=GENESIS) == 1
    assert first_broken((*made[:2], made[3]), genesis=GENESIS) == 3
    for place, spoiled in enumerate(made, 1):
        for change in ({"sequence": 9}, {"previous_hash": "x"}, {"hash": "x"}, {"group_id": "x"}):
            others = [*made[:place - 1], replace(spoiled, **change), *made[place:]]
            assert first_broken(others, genesis=GENESIS) == place
    # Right by itself, but not after the one before it.
    forged = replace(made[1], previous_hash="x")
    assert first_broken((made[0], replace(forged, hash=event_hash(forged))), genesis=GENESIS) == 2
    later = replace(made[1], sequence=3)
    assert first_broken((made[0], replace(later, hash=event_hash(later))), genesis=GENESIS) == 2


def test_codes_that_would_not_stand_in_one_row_are_refused() -> None:
    with pytest.raises(HistoryRuleError, match=r"numbered \[2\]"):
        chained(draft(CodingAction.ADD, after=code(sequence=2)))
    principal = {"use": DiagnosisUse.PRINCIPAL}
    two = (code("a"), code("b", sequence=2))
    check_sequences(RecordCoding(record_id=R1))
    check_sequences(RecordCoding(record_id=R1, assignments=two))
    check_sequences(RecordCoding(record_id=R1, assignments=(replace(two[0], **principal), two[1])))
    with pytest.raises(HistoryRuleError, match="Two codes would be principal"):
        check_sequences(RecordCoding(record_id=R1, assignments=tuple(replace(each, **principal) for each in two)))
    with pytest.raises(HistoryRuleError, match=r"\[1, 1\]"):
        check_sequences(RecordCoding(record_id=R1, assignments=(code("a"), code("b"))))


@pytest.mark.parametrize("change", [{"record_id": R2}, {"sequence": 2}, {"sequence": 0}])
def test_an_event_that_is_not_the_next_one_is_refused(change: dict) -> None:
    with pytest.raises(HistoryRuleError, match="is not the next one of record r1"):
        apply_event(RecordCoding(record_id=R1), event(draft(), **change))


def test_a_signed_record_takes_an_amendment_only_and_only_it_does() -> None:
    signed = apply_event(RecordCoding(record_id=R1), event(draft(CodingAction.SIGN, signature=SIGNATURE)))
    assert (signed.signature, signed.version, signed.head_hash) == (SIGNATURE, 1, "h1")
    with pytest.raises(HistoryRuleError, match="The record is signed") as caught:
        apply_event(signed, event(draft(), sequence=2))
    assert refused(caught) == ("Nothing was changed.", "Amend it first, with a reason.")
    amended = apply_event(signed, event(draft(CodingAction.AMEND), sequence=2))
    assert amended.signature is None
    with pytest.raises(HistoryRuleError, match="not signed") as caught:
        apply_event(amended, event(draft(CodingAction.AMEND), sequence=3))
    assert refused(caught) == ("Nothing was changed.", "Change it directly.")


# Codes and decisions


def test_codes_come_change_and_go_in_the_order_of_their_numbers() -> None:
    first, second = code("b"), code("a", sequence=2)
    moved = replace(first, sequence=3)
    after = fold(R1, events(
        ("g", draft(CodingAction.ADD, after=second)), ("g", draft(CodingAction.ADD, after=first)),
        ("g", draft())))
    assert after.assignments == (first, second)
    changed = apply_event(after, event(draft(CodingAction.CHANGE, before=first, after=moved), sequence=4))
    assert changed.assignments == (second, moved)
    gone = apply_event(changed, event(draft(CodingAction.REMOVE, before=second), sequence=5))
    assert gone.assignments == (moved,)
    # Equal numbers, which a chain refuses only at its end: the ids decide.
    assert fold(R1, events(("g", draft(after=code("b"))), ("g", draft(after=code("a"))))).assignments == (
        code("a"), code("b"))


def test_a_code_that_is_not_what_it_was_is_not_changed() -> None:
    has = RecordCoding(record_id=R1, assignments=(code(),))
    for before in (code(sequence=2), code("a2")):
        with pytest.raises(HistoryRuleError, match="not what it was") as caught:
            apply_event(has, event(draft(CodingAction.CHANGE, before=before, after=code("a3"))))
        assert refused(caught) == ("Nothing was changed.", "Look at the record again.")
    for after in (code(), code("a2", record_id=R2)):
        with pytest.raises(HistoryRuleError, match="there already or belongs to another record"):
            apply_event(has, event(draft(CodingAction.ADD, after=after)))


def decided(*steps: tuple[SuggestionId | None, Decision | None]) -> tuple[tuple[SuggestionId, Decision], ...]:
    return fold(R1, events(*[("g", draft(suggestion_id=name, decision=what)) for name, what in steps])).decisions


def test_the_last_decision_about_a_suggestion_counts_and_an_undone_one_is_none() -> None:
    assert decided((S2, Decision.ACCEPTED), (S1, Decision.REJECTED)) == (
        (S1, Decision.REJECTED), (S2, Decision.ACCEPTED))
    assert decided((S1, Decision.REJECTED), (S1, Decision.REPLACED)) == ((S1, Decision.REPLACED),)
    assert decided((S1, Decision.REJECTED), (S1, Decision.UNDECIDED)) == ()
    assert decided((S1, Decision.UNDECIDED)) == ()
    assert decided((S1, Decision.REJECTED), (S1, None), (None, Decision.ACCEPTED)) == ((S1, Decision.REJECTED),)


# Marks

FLAG, UNFLAG, HOLD, RELEASE = (CodingAction.FLAG, CodingAction.UNFLAG, CodingAction.HOLD, CodingAction.RELEASE)


@pytest.mark.parametrize(("before", "action", "reason", "after"), [
    ((None, ""), FLAG, "odd", ("odd", "")), ((None, "w"), FLAG, "", ("", "w")),
    (("odd", "w"), UNFLAG, "", (None, "w")), (("", ""), UNFLAG, "", (None, "")),
    (("odd", ""), HOLD, "waits", ("odd", "waits")), (("odd", "waits"), RELEASE, "", ("odd", "")),
    (("odd", "waits"), CodingAction.COMMENT, "x", ("odd", "waits")), (("odd", ""), CodingAction.SIGN, "", ("odd", "")),
])
def test_marks_follow_the_actions(before: tuple, action: CodingAction, reason: str, after: tuple) -> None:
    assert marks_after(*before, draft(action, reason=reason)) == after


@pytest.mark.parametrize(("before", "action", "reason", "words", "then"), [
    (("odd", ""), FLAG, "x", "flag is not what it was", ""), ((None, ""), UNFLAG, "", "flag is not what it was", ""),
    ((None, "waits"), HOLD, "x", "hold is not what it was", ""), ((None, ""), HOLD, "", "hold is not what it was", ""),
    ((None, ""), RELEASE, "", "hold is not what it was", ""),
    ((None, "waits"), CodingAction.SIGN, "", "on hold", "Release it first."),
])
def test_marks_that_do_not_fit_are_refused(
    before: tuple, action: CodingAction, reason: str, words: str, then: str
) -> None:
    with pytest.raises(HistoryRuleError, match=words) as caught:
        marks_after(*before, draft(action, reason=reason))
    assert refused(caught) == ("Nothing was changed.", then)
    assert isinstance(caught.value, InputError)


def test_marks_stand_in_the_coding_and_a_draft_ends_with_the_next_action() -> None:
    after = fold(R1, events(("g", draft(FLAG, reason="odd")), ("g", draft(HOLD, reason="w")),
                            ("g", draft(CodingAction.DRAFT))))
    assert (after.flag, after.held_for, after.is_draft) == ("odd", "w", True)
    later = apply_event(after, event(draft(), sequence=4))
    assert (later.flag, later.held_for, later.is_draft) == ("odd", "w", False)


# Undo


def undo_of(*groups: tuple[str, EventDraft]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    state = undo_state(events(*groups))
    return state.undo, state.redo


def takes_back(group: str) -> EventDraft:
    return draft(CodingAction.UNDO, undoes_group=group)


def test_each_group_is_one_step_and_drafts_are_none() -> None:
    assert undo_state(()) == UndoState() == UndoState(undo=(), redo=())
    assert undo_of(("a", draft()), ("a", draft()), ("b", draft()), ("c", draft(CodingAction.DRAFT))) == (("a", "b"), ())
    # What was put aside in between ends nothing that could be done again.
    assert undo_of(("a", draft()), ("b", takes_back("a")), ("c", draft(CodingAction.DRAFT))) == ((), ("b",))


def test_undo_and_redo_move_a_step_from_one_list_to_the_other() -> None:
    steps = [("a", draft()), ("b", draft()), ("c", takes_back("b")), ("d", takes_back("a")), ("e", takes_back("d")),
             ("f", takes_back("c"))]
    seen = [undo_of(*steps[:number]) for number in range(1, len(steps) + 1)]
    assert seen == [(("a",), ()), (("a", "b"), ()), (("a",), ("c",)), ((), ("c", "d")), (("e",), ("c",)),
                    (("e", "f"), ())]
    assert undo_of(*steps[:4], ("x", draft())) == (("x",), ())


def test_what_takes_back_something_else_is_a_step_of_its_own() -> None:
    assert undo_of(("a", draft()), ("b", draft()), ("c", takes_back("a"))) == (("a", "b", "c"), ())
    assert undo_of(("a", takes_back("x"))) == (("a",), ())
    assert undo_of(("a", draft()), ("b", takes_back("a")), ("c", takes_back("a"))) == (("c",), ())


@pytest.mark.parametrize("action", [CodingAction.SIGN, CodingAction.AMEND])
def test_a_signature_and_an_amendment_end_what_can_be_taken_back(action: CodingAction) -> None:
    before = [("a", draft()), ("b", draft()), ("c", takes_back("b"))]
    assert undo_of(*before, ("d", draft(action))) == ((), ())
    assert undo_of(*before, ("d", draft(action)), ("e", draft())) == (("e",), ())


def test_a_group_is_taken_back_last_first_with_before_and_after_swapped() -> None:
    first, second = code("a"), code("b", sequence=2)
    history = events(
        ("z", draft(suggestion_id=S1, decision=Decision.REJECTED)),
        ("g", draft(CodingAction.ADD, after=first, suggestion_id=S1, decision=Decision.ACCEPTED, reason="why",
                    active_seconds=9)),
        ("g", draft(CodingAction.ADD, before=first, after=second, suggestion_id=S2, decision=Decision.REPLACED)),
        ("y", draft(suggestion_id=S2, decision=Decision.ACCEPTED)))
    bob = CoderId("bob")
    assert compensate(history, "g", coder_id=bob) == (
        EventDraft(action=CodingAction.UNDO, coder_id=bob, before=second, after=first, suggestion_id=S2,
                   decision=Decision.UNDECIDED, undoes_group="g"),
        EventDraft(action=CodingAction.UNDO, coder_id=bob, before=first, suggestion_id=S1,
                   decision=Decision.REJECTED, undoes_group="g"))
    assert compensate(history, "nothing", coder_id=bob) == ()
    only_named = events(("g", draft(suggestion_id=S1)), ("g", draft(decision=Decision.ACCEPTED)))
    assert [each.decision for each in compensate(only_named, "g", coder_id=bob)] == [None, None]


@pytest.mark.parametrize(("before", "action", "reason", "opposite"), [
    ((), FLAG, "odd", (UNFLAG, "")), ((draft(FLAG, reason="odd"),), UNFLAG, "", (FLAG, "odd")),
    ((draft(FLAG),), UNFLAG, "", (FLAG, "")),
    ((), HOLD, "waits", (RELEASE, "")), ((draft(HOLD, reason="waits"),), RELEASE, "", (HOLD, "waits")),
    ((), CodingAction.COMMENT, "words", (CodingAction.UNDO, "")),
])
def test_marks_are_taken_back_by_their_opposites(
    before: tuple[EventDraft, ...], action: CodingAction, reason: str, opposite: tuple[CodingAction, str]
) -> None:
    history = events(*[("before", each) for each in before], ("g", draft(action, reason=reason)))
    (made,) = compensate(history, "g", coder_id=ANN)
    assert (made.action, made.reason) == opposite
