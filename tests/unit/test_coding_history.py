"""The chain, the fold and undo, against a model that is too simple to be wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import replace

import pytest
from builders.coding_world import CODER, CountingIds, coding_of, evidence_of, record_of
from hypothesis import given, settings
from hypothesis import strategies as st

from ehrcoder.core.arrange import principal_drafts, removal_drafts, reordering_drafts
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
from ehrcoder.core.canonical import canonical_sha256, canonical_text
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.history import (
    HistoryRuleError,
    UndoState,
    chain,
    compensate,
    event_hash,
    first_broken,
    fold,
    ledger_genesis,
    ledger_hash,
    record_content_sha256,
    undo_state,
)
from ehrcoder.core.ids import AssignmentId, RecordId, SuggestionId

R1 = RecordId("r1")
AT = dt.datetime(2026, 4, 1, 8, 0, tzinfo=dt.UTC)
GENESIS = "g" * 64


class Notebook:
    """A record's history in memory, appended to as the store does."""

    def __init__(self) -> None:
        self.ids = CountingIds()
        self.events: tuple[CodingEvent, ...] = ()
        self.coding = RecordCoding(record_id=R1)

    def append(self, *drafts: EventDraft) -> str:
        group = self.ids.new_id()
        events, self.coding = chain(self.coding, drafts, genesis=GENESIS, group_id=group, at=AT,
                                    new_id=self.ids.new_id)
        self.events += events
        return group

    def add(self, code: str = "I10", suggestion: str | None = None) -> CodeAssignment:
        assignment = CodeAssignment(
            assignment_id=AssignmentId(self.ids.new_id()), record_id=R1, coding=coding_of(code),
            kind=CodeKind.DIAGNOSIS, sequence=len(self.coding.assignments) + 1, evidence=(evidence_of(),),
        )
        decided = Decision.ACCEPTED if suggestion else None
        self.append(EventDraft(action=CodingAction.ADD, coder_id=CODER, after=assignment,
                               suggestion_id=SuggestionId(suggestion) if suggestion else None, decision=decided))
        return assignment

    def take_back(self, *, redo: bool = False) -> bool:
        state = undo_state(self.events)
        groups = state.redo if redo else state.undo
        if groups:
            self.append(*compensate(self.events, groups[-1], coder_id=CODER))
        return bool(groups)


def sign(notebook: Notebook) -> None:
    signature = Signature(coder_id=CODER, at=AT, meaning="verified", content_sha256="0" * 64)
    notebook.append(EventDraft(action=CodingAction.SIGN, coder_id=CODER, signature=signature))


class TestCanonicalText:
    def test_a_field_with_its_default_is_left_out(self) -> None:
        draft = EventDraft(action=CodingAction.ADD, coder_id=CODER)
        assert canonical_text(draft) == '{"action":"add","coder_id":"coder-a"}'

    def test_times_are_spelled_in_utc(self) -> None:
        there = AT.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30)))
        assert canonical_text(there) == canonical_text(AT) == '"2026-04-01T08:00:00+00:00"'

    def test_a_time_without_zone_has_no_spelling(self) -> None:
        with pytest.raises(TypeError, match="zone"):
            canonical_text(AT.replace(tzinfo=None))

    def test_other_types_have_no_spelling(self) -> None:
        with pytest.raises(TypeError, match="bytes"):
            canonical_text(b"x")

    @given(st.text(), st.text())
    def test_equal_spelling_means_equal_text(self, one: str, other: str) -> None:
        assert (canonical_text(one) == canonical_text(other)) == (one == other)
        assert canonical_text(one).isascii()
        assert json.loads(canonical_text(one)) == one

    def test_every_field_of_a_record_counts(self) -> None:
        record = record_of()
        document = record.documents[0]
        changed = [
            replace(record, source_name="x"), replace(record, import_notes=("x",)),
            replace(record, documents=(replace(document, text=document.text + " "),)),
            replace(record, documents=(replace(document, title="x"),)), replace(record, documents=()),
        ]
        assert len({record_content_sha256(each) for each in (record, *changed)}) == 1 + len(changed)


class TestChain:
    def test_each_event_carries_the_hash_before_it(self) -> None:
        notebook = Notebook()
        notebook.add("I10")
        notebook.add("E11.9")
        assert [each.previous_hash for each in notebook.events] == [GENESIS, notebook.events[0].hash]
        assert [each.sequence for each in notebook.events] == [1, 2]
        assert notebook.coding.head_hash == notebook.events[-1].hash
        assert first_broken(notebook.events, genesis=GENESIS) is None

    @pytest.mark.parametrize("field", [
        each.name for each in dataclasses.fields(CodingEvent) if each.name not in ("hash", "draft", "sequence")])
    def test_no_field_of_an_event_can_change_unseen(self, field: str) -> None:
        notebook = Notebook()
        notebook.add()
        notebook.add("E11.9")
        event = notebook.events[0]
        value = AT + dt.timedelta(seconds=1) if field == "at" else "other"
        forged = (replace(event, **{field: value}), notebook.events[1])
        assert first_broken(forged, genesis=GENESIS) == 1

    def test_a_forged_event_with_a_fresh_hash_breaks_the_next_one(self) -> None:
        notebook = Notebook()
        notebook.add()
        notebook.add("E11.9")
        forged = replace(notebook.events[0], draft=replace(notebook.events[0].draft, coder_id="other"))
        forged = replace(forged, hash=event_hash(forged))
        assert first_broken((forged, notebook.events[1]), genesis=GENESIS) == 2

    def test_deleted_inserted_and_swapped_events_are_found(self) -> None:
        notebook = Notebook()
        for code in ("I10", "E11.9", "R07.9"):
            notebook.add(code)
        one, two, three = notebook.events
        assert first_broken((one, three), genesis=GENESIS) == 2
        assert first_broken((one, two, two, three), genesis=GENESIS) == 3
        assert first_broken((two, one, three), genesis=GENESIS) == 1
        assert first_broken((two, three), genesis=GENESIS) == 1
        assert first_broken(notebook.events, genesis="x" * 64) == 1

    def test_ledger_lines_differ_in_every_part(self) -> None:
        base = {"position": 1, "kind": "event", "subject": "e1", "content_sha256": "a", "previous_hash": "b"}
        variants = [base, *({**base, name: 2 if name == "position" else "z"} for name in base)]
        assert len({ledger_hash(**each) for each in variants}) == len(variants)
        assert ledger_genesis("w1") != ledger_genesis("w2")


class TestFold:
    def test_the_fold_of_the_events_is_the_coding_they_led_to(self) -> None:
        notebook = Notebook()
        notebook.add("I10", "s1")
        notebook.add("E11.9")
        assert fold(R1, notebook.events) == notebook.coding

    def test_an_event_of_another_record_or_place_does_not_fit(self) -> None:
        notebook = Notebook()
        notebook.add()
        with pytest.raises(HistoryRuleError):
            fold(RecordId("r2"), notebook.events)
        with pytest.raises(HistoryRuleError):
            fold(R1, (*notebook.events, notebook.events[0]))

    def test_a_code_that_is_not_what_it_was_cannot_be_changed(self) -> None:
        notebook = Notebook()
        assignment = notebook.add()
        stale = replace(assignment, use=DiagnosisUse.PRINCIPAL)
        with pytest.raises(HistoryRuleError, match="not what it was"):
            notebook.append(EventDraft(action=CodingAction.CHANGE, coder_id=CODER, before=stale, after=assignment))

    def test_the_same_code_cannot_be_added_twice(self) -> None:
        notebook = Notebook()
        assignment = notebook.add()
        with pytest.raises(HistoryRuleError):
            notebook.append(EventDraft(action=CodingAction.ADD, coder_id=CODER, after=assignment))

    def test_a_gap_in_the_numbers_is_refused(self) -> None:
        notebook = Notebook()
        first = notebook.add("I10")
        notebook.add("E11.9")
        with pytest.raises(HistoryRuleError, match="numbered"):
            notebook.append(EventDraft(action=CodingAction.REMOVE, coder_id=CODER, before=first))

    def test_two_principal_diagnoses_are_refused(self) -> None:
        notebook = Notebook()
        first, second = notebook.add("I10"), notebook.add("E11.9")
        with pytest.raises(HistoryRuleError, match="principal"):
            notebook.append(*(
                EventDraft(action=CodingAction.CHANGE, coder_id=CODER, before=each,
                           after=replace(each, use=DiagnosisUse.PRINCIPAL)) for each in (first, second)))

    def test_only_an_amendment_follows_a_signature(self) -> None:
        notebook = Notebook()
        sign(notebook)
        with pytest.raises(HistoryRuleError, match="signed"):
            notebook.add()
        notebook.append(EventDraft(action=CodingAction.AMEND, coder_id=CODER, reason="late report"))
        notebook.add()
        assert notebook.coding.signature is None

    def test_an_amendment_needs_a_signature(self) -> None:
        with pytest.raises(HistoryRuleError, match="not signed"):
            Notebook().append(EventDraft(action=CodingAction.AMEND, coder_id=CODER, reason="x"))


class TestUndoState:
    def test_a_signature_and_an_amendment_cut_undo_and_redo(self) -> None:
        notebook = Notebook()
        notebook.add("I10")
        notebook.add("E11.9")
        notebook.take_back()
        sign(notebook)
        assert undo_state(notebook.events) == UndoState()
        notebook.append(EventDraft(action=CodingAction.AMEND, coder_id=CODER, reason="x"))
        assert undo_state(notebook.events) == UndoState()

    def test_a_group_is_undone_as_one_and_last_first(self) -> None:
        notebook = Notebook()
        first = notebook.add("I10", "s1")
        notebook.add("E11.9")
        notebook.append(*removal_drafts(notebook.coding, first, action=CodingAction.REJECT, coder_id=CODER,
                                        reason="other", suggestion_id=SuggestionId("s1")))
        notebook.take_back()
        assert [each.coding.code for each in notebook.coding.assignments] == ["I10", "E11.9"]
        assert notebook.coding.decision(SuggestionId("s1")) is Decision.ACCEPTED


STEPS = st.lists(st.tuples(
    st.sampled_from(["add", "remove", "principal", "move", "undo", "undo", "redo", "sign", "amend"]),
    st.integers(0, 5), st.integers(-2, 2)), max_size=40)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_any_actions_undone_and_redone_lead_where_a_stack_of_snapshots_leads(
    steps: list[tuple[str, int, int]],
) -> None:
    notebook = Notebook()
    past: list[tuple] = []
    future: list[tuple] = []

    def snapshot() -> tuple:
        return notebook.coding.assignments, notebook.coding.decisions

    for name, number, offset in steps:
        before = snapshot()
        signed = notebook.coding.signature is not None
        standing = notebook.coding.assignments
        chosen = standing[number % len(standing)] if standing else None
        if name in ("sign", "amend"):
            if signed is (name == "amend"):
                if name == "sign":
                    sign(notebook)
                else:
                    notebook.append(EventDraft(action=CodingAction.AMEND, coder_id=CODER, reason="x"))
                past, future = [], []
        elif signed:
            continue
        elif name in ("undo", "redo"):
            source, target = (past, future) if name == "undo" else (future, past)
            assert notebook.take_back(redo=name == "redo") is bool(source)
            if source:
                target.append(before)
                assert snapshot() == source.pop()
        else:
            version = notebook.coding.version
            act(notebook, name, chosen, offset)
            if notebook.coding.version != version:
                past.append(before)
                future = []
        assert fold(R1, notebook.events) == notebook.coding
        numbers = [each.sequence for each in notebook.coding.assignments]
        assert numbers == list(range(1, len(numbers) + 1))
    assert first_broken(notebook.events, genesis=GENESIS) is None


def act(notebook: Notebook, name: str, chosen: CodeAssignment | None, offset: int) -> None:
    if name == "add":
        notebook.add("I10", f"s{offset}" if offset > 0 else None)
    elif chosen is None:
        return
    elif name == "remove":
        drafts = removal_drafts(notebook.coding, chosen, action=CodingAction.REJECT, coder_id=CODER,
                                reason="other", suggestion_id=SuggestionId(f"s{abs(offset)}"))
        notebook.append(*drafts)
    elif name == "principal":
        notebook.append(*principal_drafts(notebook.coding, chosen.assignment_id, coder_id=CODER))
    else:
        try:
            drafts = reordering_drafts(notebook.coding, chosen.assignment_id, coder_id=CODER, offset=offset)
        except InputError:
            return
        notebook.append(*drafts)


def test_a_value_that_was_never_written_has_another_hash_than_one_that_was() -> None:
    assert canonical_sha256(evidence_of("Asthma")) != canonical_sha256(evidence_of("Hypertension"))
