"""Whatever the bytes are, a reader gives storable records or says why not."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ehrcoder.adapters.formats import all_readers
from ehrcoder.core.errors import InputError

DEMO = Path(__file__).resolve().parents[3] / "resources" / "demo"
SEEDS = [path.read_bytes() for path in sorted(DEMO.rglob("*")) if path.suffix in (".json", ".csv", ".md")]
EVERY = settings(max_examples=150, deadline=None, derandomize=True,
                 suppress_health_check=[HealthCheck.function_scoped_fixture])

TYPES = ("Bundle", "Patient", "Encounter", "Condition", "Procedure", "Observation", "DocumentReference",
         "Composition", "DiagnosticReport", "ExplanationOfBenefit", "Binary")
KEYS = ("resourceType", "id", "entry", "resource", "fullUrl", "code", "coding", "system", "subject", "reference",
        "content", "attachment", "data", "contentType", "section", "text", "div", "status", "period", "start",
        "class", "encounter", "context", "note", "valueString", "contained", "diagnosis", "condition", "item")
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(TYPES),
    st.sampled_from(("Patient/1", "#1", "Encounter/1", "text/plain", "text/html", "2026-13-01")),
    st.binary(max_size=12).map(lambda data: base64.b64encode(data).decode()),
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=40,
)


def check(read_with, data: bytes) -> None:
    for reader in all_readers():
        try:
            read = read_with(reader, data)
        except InputError:
            continue
        for record in read.records:
            for document in record.documents:
                assert document.text.strip()
                assert "\x00" not in document.text + document.title + document.type
                (document.text + document.title + document.type + document.language).encode("utf-8")
            for code in record.imported_codes:
                coding = code.coding
                (coding.system + coding.code + coding.display + coding.version + code.source_label).encode("utf-8")
            "".join((record.patient.pseudonym, *record.import_notes, *read.left_out)).encode("utf-8")


@EVERY
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(read_with, data):
    check(read_with, data)


@EVERY
@given(text=st.text(alphabet='a,;"\n\r\t |\ufeff\u200b', max_size=60))
def test_any_rows_are_read_or_refused(read_with, text):
    check(read_with, b"id,text,date\n" + text.encode())


@EVERY
@given(value=JSON, kind=st.sampled_from(TYPES))
def test_any_json_is_read_or_refused(read_with, value, kind):
    resource = {**value, "resourceType": kind} if isinstance(value, dict) else {"resourceType": kind, "entry": value}
    check(read_with, json.dumps(resource).encode())
    wrapped = {"resourceType": "Bundle", "entry": [{"resource": resource}, {"resource": value}]}
    check(read_with, json.dumps(wrapped).encode())


@EVERY
@given(seed=st.integers(0, len(SEEDS) - 1), place=st.floats(0, 1), patch=st.binary(max_size=4), cut=st.booleans())
def test_damaged_demo_files_are_read_or_refused(read_with, seed, place, patch, cut):
    data = SEEDS[seed]
    position = int(place * len(data))
    check(read_with, data[:position] + patch + (b"" if cut else data[position + len(patch):]))


@pytest.mark.parametrize("value", ["\ud800", "a\u0000b"])
@pytest.mark.parametrize("field", ["id", "gender", "birthDate"])
def test_unstorable_characters_in_a_patient_do_no_harm(read_with, value, field):
    patient = {"resourceType": "Patient", "id": "1", field: value}
    encounter = {"resourceType": "Encounter", "id": value, "subject": {"reference": "Patient/1"}}
    check(read_with, json.dumps({"resourceType": "Bundle", "entry": [
        {"resource": patient}, {"resource": encounter}, {"resource": {"resourceType": value}},
    ]}).encode())
