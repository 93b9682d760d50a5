"""The project's own rules say which rule a bundle breaks, where, and how; a good bundle breaks none."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any

import pytest
from builders.signed_records import concept_of
from checkers.bundles import resource_of, url_of

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.rules import check_bundle
from ehrcoder.adapters.fhir.rules_content import nodes_of

Json = dict[str, Any]
Change = Callable[[Json], object]
Told = tuple[str, str, str]
ELSEWHERE = "urn:uuid:00000000-0000-4000-8000-000000000000"


@pytest.fixture
def told(bundles: dict[BundleForm, list[Json]]):
    """Return what the rules say of a bundle after a change: rule, place, words."""
    def asked(change: Change, *, form: BundleForm = BundleForm.TRANSACTION, number: int = 0) -> list[Told]:
        bundle = copy.deepcopy(bundles[form][number])
        change(bundle)
        return [(each.rule, each.place, each.message) for each in check_bundle(bundle, lookup=concept_of)]

    return asked


def named(bundle: Json, resource_type: str) -> list[Json]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == resource_type]


def place_of(bundle: Json, resource_type: str, number: int = 0) -> str:
    return f"{resource_type}/{named(bundle, resource_type)[number]['id']}"


def evidence(bundle: Json) -> Json:
    """Return the first evidence of the first condition, with its parts by name."""
    nodes = nodes_of(resource_of(bundle, "Condition"))
    found = next(node for _, node in nodes if node.get("url") == systems.EVIDENCE)
    return {each["url"]: each for each in found["extension"]}


def drop(bundle: Json, resource: Json) -> None:
    bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"] is not resource]


def agents(bundle: Json, role: str) -> list[Json]:
    return [agent for provenance in named(bundle, "Provenance") for agent in provenance["agent"]
            if agent["type"]["coding"][0]["code"] == role]


@pytest.mark.parametrize("form", BundleForm)
def test_nothing_is_said_of_a_good_bundle_in_any_form(told, form: BundleForm) -> None:
    for number in range(10):
        assert told(lambda _: None, form=form, number=number) == []


@pytest.mark.parametrize(("change", "rule", "message"), [
    (lambda b: b.update(type="batch"), "bundle-form", "is none of collection, transaction, document but 'batch'"),
    (lambda b: b.update(resourceType="Parameters"), "bundle-form",
     "is none of collection, transaction, document but 'transaction'"),
    (lambda b: b["entry"].append(copy.deepcopy(b["entry"][0])), "full-url",
     "the same resource stands in the bundle twice"),
    (lambda b: b["entry"][0].update(fullUrl=7), "full-url", "fullUrl is not the urn:uuid of the resource's id"),
    (lambda b: b["entry"][0].update(fullUrl=ELSEWHERE), "full-url", "fullUrl is not the urn:uuid of the resource's id"),
    (lambda b: b["entry"][0].pop("fullUrl"), "full-url", "fullUrl is not the urn:uuid of the resource's id"),
    (lambda b: (b["entry"][0]["resource"].update(id="p-1"), b["entry"][0].update(fullUrl="urn:uuid:p-1")), "full-url",
     "fullUrl is not the urn:uuid of the resource's id"),
    (lambda b: b["entry"][0].pop("request"), "request", "request does not fit the bundle's type"),
    (lambda b: b["entry"][0]["request"].update(method="POST"), "request", "request does not fit the bundle's type"),
    (lambda b: b["entry"][0]["request"].update(url="Patient"), "request", "request does not fit the bundle's type"),
])
def test_the_form_of_the_bundle_and_of_its_entries(told, change: Change, rule: str, message: str) -> None:
    assert (rule, message) in {(rule, message) for rule, _, message in told(change)}


def test_a_collection_asks_for_nothing(told) -> None:
    found = told(lambda b: b["entry"][0].update(request={"method": "PUT", "url": "Patient/1"}),
                 form=BundleForm.COLLECTION)
    assert [(rule, message) for rule, _, message in found] == [("request", "request does not fit the bundle's type")]


@pytest.mark.parametrize("change", [
    lambda b: b["entry"].insert(1, b["entry"].pop(0)),
    lambda b: b["entry"].pop(0),
    lambda b: b["entry"].append(copy.deepcopy(b["entry"][0])),
])
def test_a_document_begins_with_its_only_composition(told, change: Change) -> None:
    assert ("document", "Bundle", "a document begins with its only Composition") in told(
        change, form=BundleForm.DOCUMENT)


def test_nothing_else_holds_a_composition_and_no_document_an_audit_event(
    told, bundles: dict[BundleForm, list[Json]]
) -> None:
    composition = bundles[BundleForm.DOCUMENT][0]["entry"][0]["resource"]
    for form in (BundleForm.TRANSACTION, BundleForm.COLLECTION):
        found = told(lambda b: b["entry"].append({"resource": composition}), form=form)
        assert ("document", "Bundle", "a document begins with its only Composition") in found
        assert ("document", "Bundle", "an AuditEvent is no part of a document") not in found
    assert ("document", "Bundle", "an AuditEvent is no part of a document") in told(
        lambda b: b["entry"].append({"resource": {"resourceType": "AuditEvent"}}), form=BundleForm.DOCUMENT)


def test_a_reference_is_named_with_its_place_and_what_it_leads_to(told, bundles) -> None:
    bundle = bundles[BundleForm.TRANSACTION][0]
    condition, encounter = place_of(bundle, "Condition"), place_of(bundle, "Encounter")

    def pointed(*path: str | int, to: str) -> list[Told]:
        def change(changed: Json) -> None:
            node = resource_of(changed, str(path[0]))
            for name in path[1:]:
                node = node[name]
            node["reference"] = url_of(changed, to) if to != ELSEWHERE else to
        return told(change)

    assert pointed("Condition", "subject", to="Device") == [
        ("reference-type", f"{condition}.subject", "leads to a Device, not to Patient")]
    assert pointed("Condition", "subject", to=ELSEWHERE) == [
        ("reference", f"{condition}.subject", "leads out of the bundle")]
    assert ("reference-type", f"{encounter}.diagnosis[0].condition",
            "leads to a Patient, not to Condition or Procedure") in pointed(
        "Encounter", "diagnosis", 0, "condition", to="Patient")
    assert told(lambda b: resource_of(b, "Condition").update(asserter={"reference": url_of(b, "Practitioner")})) == [
        ("reference", f"{condition}.asserter", "no reference is expected here")]
    found = told(lambda b: evidence(b)["document"]["valueReference"].update(reference=url_of(b, "Patient")))
    assert [(rule, message) for rule, _, message in found] == [
        ("reference-type", "leads to a Patient, not to DocumentReference"), ("evidence", "names no note of the bundle")]


@pytest.mark.parametrize(("resource_type", "path", "kind"), [
    ("Condition", "code", "diagnosis"), ("Procedure", "code", "procedure"),
    ("Observation", "valueCodeableConcept", "outcome"),
])
def test_an_assigned_code_needs_its_system_edition_and_title(told, bundles, resource_type, path, kind) -> None:
    place = f"{place_of(bundles[BundleForm.TRANSACTION][0], resource_type)}.{path}"

    def changed(**values: str | None) -> list[Told]:
        def change(bundle: Json) -> None:
            node = resource_of(bundle, resource_type)[path]["coding"][0]
            for name, value in values.items():
                if value is None:
                    del node[name]
                else:
                    node[name] = value
        return told(change)

    code = resource_of(bundles[BundleForm.TRANSACTION][0], resource_type)[path]["coding"][0]["code"]
    assert changed(version=None) == [("assigned-code", f"{place}.coding[0]", f"code {code} names no edition")]
    (strange, _) = changed(system="http://example.org/codes")
    assert strange == ("code-system", f"{place}.coding[0]", "unknown code system 'http://example.org/codes'")
    ((rule, where, _),) = changed(display="Something else")
    assert (rule, where) == ("assigned-code", f"{place}.coding[0]")
    ((rule, where, _),) = changed(code="Z99.99")
    assert (rule, where) == ("assigned-code", f"{place}.coding[0]")
    for without in ({}, {"coding": []}):
        ((rule, where, _),) = told(lambda b, without=without: resource_of(b, resource_type).update({path: without}))
        assert (rule, where) == ("assigned-code", place)


def test_the_discharge_disposition_is_an_assigned_code_too(told, bundles) -> None:
    place = place_of(bundles[BundleForm.TRANSACTION][0], "Encounter")
    found = told(lambda b: resource_of(b, "Encounter")["hospitalization"]["dischargeDisposition"]["coding"][0].pop(
        "version"))
    assert found == [("assigned-code", f"{place}.hospitalization.dischargeDisposition.coding[0]",
                      "code home names no edition")]
    ((rule, where, _),) = told(
        lambda b: resource_of(b, "Encounter")["hospitalization"]["dischargeDisposition"].pop("coding"))
    assert (rule, where) == ("assigned-code", f"{place}.hospitalization.dischargeDisposition")
    assert told(lambda b: resource_of(b, "Encounter")["hospitalization"].pop("dischargeDisposition")) == []
    # Elsewhere an element of that name is nobody's assigned code.
    assert told(lambda b: resource_of(b, "Patient").update(hospitalization={"dischargeDisposition": {}})) == []


def test_without_a_code_set_codes_are_not_compared_with_one(bundles) -> None:
    bundle = copy.deepcopy(bundles[BundleForm.TRANSACTION][0])
    resource_of(bundle, "Condition")["code"]["coding"][0]["code"] = "Z99.99"
    assert check_bundle(bundle) == ()


@pytest.mark.parametrize("resource_type", ["Patient", "Encounter"])
def test_there_is_one_patient_and_one_encounter(told, resource_type: str) -> None:
    assert ("one-of-each", "Bundle", f"holds 0 {resource_type} resources") in told(
        lambda b: drop(b, resource_of(b, resource_type)))
    assert ("one-of-each", "Bundle", f"holds 2 {resource_type} resources") in told(
        lambda b: b["entry"].append({"resource": {"resourceType": resource_type}}))


def test_only_what_was_verified_leaves(told, bundles) -> None:
    condition = place_of(bundles[BundleForm.TRANSACTION][0], "Condition")

    def with_status(code: str, **more: Any) -> list[Told]:
        def change(bundle: Json) -> None:
            changed = resource_of(bundle, "Condition")
            changed["verificationStatus"]["coding"][0]["code"] = code
            changed.update(more)
        return told(change)

    assert with_status("provisional") == [
        ("verified-only", condition, "verification status is 'provisional': only verified codes leave")]
    assert told(lambda b: resource_of(b, "Condition").pop("verificationStatus")) == [
        ("verified-only", condition, "verification status is None: only verified codes leave")]
    wrong = with_status("entered-in-error", clinicalStatus={"coding": [{"code": "active"}]})
    assert ("verified-only", condition, "entered in error, yet has a clinical status") in wrong
    assert ("rank", f"{place_of(bundles[BundleForm.TRANSACTION][0], 'Encounter')}.diagnosis",
            "does not name every standing Condition exactly once") in wrong
    assert with_status("confirmed", clinicalStatus={"coding": [{"code": "gone"}]}) == [
        ("clinical-status", condition, "has a clinical status that R4 does not know")]
    for code in ("active", "recurrence", "relapse", "inactive", "remission", "resolved"):
        assert with_status("confirmed", clinicalStatus={"coding": [{"code": code}]}) == []


@pytest.mark.parametrize(("resource_type", "good"), [("Procedure", "completed"), ("Observation", "final")])
def test_a_procedure_or_outcome_is_verified_or_was_entered_in_error(told, bundles, resource_type, good) -> None:
    place = place_of(bundles[BundleForm.TRANSACTION][0], resource_type)
    for status in (good, "entered-in-error"):
        assert told(lambda b, status=status: resource_of(b, resource_type).update(status=status)) == []
    for status in ("preliminary", "in-progress", "", None):
        assert told(lambda b, status=status: resource_of(b, resource_type).update(status=status)) == [
            ("verified-only", place, "status is not a verified one")]


def test_the_diagnoses_of_the_encounter_count_from_one_with_the_principal_first(told, bundles) -> None:
    place = f"{place_of(bundles[BundleForm.TRANSACTION][0], 'Encounter')}.diagnosis"

    def diagnoses(change: Callable[[list[Json]], object]) -> list[Told]:
        return told(lambda b: change(resource_of(b, "Encounter")["diagnosis"]))

    assert diagnoses(lambda each: each[0].update(rank=2)) == [("rank", place, "ranks do not count from 1")]
    assert diagnoses(lambda each: each[1].pop("rank")) == [("rank", place, "ranks do not count from 1")]
    uses = "the principal diagnosis is not the one ranked first"

    def swap(each: list[Json]) -> None:
        each[0]["extension"], each[1]["extension"] = each[1]["extension"], each[0]["extension"]

    assert diagnoses(swap) == [("rank", place, uses)]
    assert diagnoses(lambda each: each[1].update(extension=each[0]["extension"])) == [("rank", place, uses)]
    assert diagnoses(lambda each: each[0].pop("extension")) == []
    names = "does not name every standing Condition exactly once"
    assert diagnoses(lambda each: each[1].update(condition=each[0]["condition"])) == [("rank", place, names)]
    assert diagnoses(lambda each: each.pop()) == [("rank", place, names)]
    assert diagnoses(lambda each: each.append({**copy.deepcopy(each[1]), "rank": 3})) == [("rank", place, names)]


def test_somebody_answers_for_every_code_and_signed_the_record(told, bundles) -> None:
    bundle = bundles[BundleForm.TRANSACTION][0]

    def without_role(*roles: str) -> list[Told]:
        def change(changed: Json) -> None:
            for provenance in named(changed, "Provenance"):
                provenance["agent"] = [agent for agent in provenance["agent"]
                                       if agent["type"]["coding"][0]["code"] not in roles]
        return told(change)

    assert "names no person who answers for it" in {words for _, _, words in without_role("verifier", "author")}
    assert ("signature", "Bundle", "no Provenance says who signed the record") in without_role("attester")
    for resource_type in ("Condition", "Procedure", "Observation", "Encounter"):
        wanted = resource_of(bundle, resource_type)["id"]

        def forget(changed: Json, wanted: str = wanted) -> None:
            for provenance in named(changed, "Provenance"):
                if len(provenance["target"]) == 1 and provenance["target"][0]["reference"].endswith(wanted):
                    drop(changed, provenance)

        assert told(forget) == [("provenance", f"{resource_type}/{wanted}", "has no Provenance")]
    # The signature covers everything, and answers for nothing by itself.
    assert all(len(each["target"]) > 1 for each in named(bundle, "Provenance")
               if each["agent"][0]["type"]["coding"][0]["code"] == "attester")
    # An encounter without a disposition was coded by nobody.
    plain = bundles[BundleForm.TRANSACTION][7]
    assert "hospitalization" not in resource_of(plain, "Encounter")
    assert told(lambda _: None, number=7) == []


def test_software_acts_on_behalf_of_somebody_and_is_no_person(told, bundles) -> None:
    mixed = "software stands where a person must, or a person where software must"
    assert [words for _, _, words in told(lambda b: agents(b, "assembler")[0].pop("onBehalfOf"))] == [
        "software acts on behalf of nobody"]
    for role, other in (("assembler", "Practitioner"), ("verifier", "Device"), ("attester", "Device")):
        found = told(lambda b, role=role, other=other: agents(b, role)[0]["who"].update(reference=url_of(b, other)))
        assert [(rule, words) for rule, _, words in found] == [("provenance", mixed)]


@pytest.mark.parametrize(("value", "is_good"), [
    ("2026", True), ("2026-04", True), ("2026-04-20", True), ("1850", True), ("1850-01-01", True),
    ("2026-04-20T10:00:00Z", True), ("2026-04-20T10:00:00+02:00", True),
    ("2026-02-30", False), ("2026-13", False), ("1849-12-31", False), ("1849", False), ("0000", False), ("", False),
    ("2026-04-20T10:00:00", False), ("2026-04-20T25:00:00Z", False), ("yesterday", False),
])
def test_a_date_is_one_of_the_calendar_since_1850(told, bundles, value: str, is_good: bool) -> None:
    bundle = bundles[BundleForm.TRANSACTION][0]
    assert told(lambda b: resource_of(b, "Patient").update(birthDate=value)) == ([] if is_good else [
        ("date", f"{place_of(bundle, 'Patient')}.birthDate", "is not a possible date")])


@pytest.mark.parametrize(("resource_type", "name"), [
    ("Condition", "recordedDate"), ("Observation", "issued"), ("Observation", "effectiveDateTime"),
    ("DocumentReference", "date"), ("Provenance", "recorded"),
])
def test_every_kind_of_date_and_time_is_looked_at(told, resource_type: str, name: str) -> None:
    found = told(lambda b: resource_of(b, resource_type).update({name: "2026-02-30"}))
    assert {(rule, words) for rule, _, words in found} == {("date", "is not a possible date")}


@pytest.mark.parametrize(("start", "end", "is_good"), [
    ("2026-04-20", "2026-04-20", True), ("2026-04-20", "2026-04", True), ("2026-05", "2026-04-20", False),
    ("2026-04-21", "2026-04-20", False), ("2026", "2026-01-01", True), ("2027", "2026-12-31", False),
])
def test_a_period_does_not_end_before_it_starts(told, bundles, start: str, end: str, is_good: bool) -> None:
    place = place_of(bundles[BundleForm.TRANSACTION][0], "Encounter")
    found = told(lambda b: resource_of(b, "Encounter").update(period={"start": start, "end": end}))
    assert found == ([] if is_good else [("date", f"{place}.period", "ends before it starts")])


def test_evidence_quotes_its_note_at_its_offsets(told) -> None:
    def words(change: Change) -> set[str]:
        return {said for rule, _, said in told(change) if rule == "evidence"}

    def moved(bundle: Json, start: int, end: int) -> None:
        parts = evidence(bundle)
        parts["start"]["valueUnsignedInt"] += start
        parts["end"]["valueUnsignedInt"] += end

    outside, other = "has offsets outside its note", "quotes other words than the note has at its offsets"
    assert words(lambda b: moved(b, 1, 1)) == {other}
    assert words(lambda b: moved(b, 0, 1)) == {other}
    assert words(lambda b: moved(b, 0, 100_000)) == {outside}
    assert words(lambda b: moved(b, 0, -100_000)) == {outside}
    assert words(lambda b: evidence(b)["end"].update(
        valueUnsignedInt=evidence(b)["start"]["valueUnsignedInt"])) == {outside}
    assert words(lambda b: evidence(b)["start"].update(valueUnsignedInt="1")) == {outside}
    assert words(lambda b: evidence(b)["end"].pop("valueUnsignedInt")) == {outside}
    assert words(lambda b: evidence(b)["documentSha256"].update(valueString="0" * 64)) == {
        "carries another hash than its note"}
    assert words(lambda b: evidence(b)["document"].pop("valueReference")) == {"names no note of the bundle"}
    assert words(lambda b: evidence(b)["quote"].update(valueString="other words")) == {other}


def test_a_quote_in_base64_is_compared_too(told) -> None:
    def change(words: str) -> Change:
        def changed(bundle: Json) -> None:
            quote = evidence(bundle)["quote"]
            said = quote.pop("valueString") + words
            quote.update(url="quoteBase64", valueBase64Binary=base64.b64encode(said.encode()).decode())
        return changed

    assert told(change("")) == []
    assert {said for _, _, said in told(change("x"))} == {"quotes other words than the note has at its offsets"}


@pytest.mark.parametrize("content", [[], [{}], [{"attachment": {}}], [{"attachment": {"data": "*"}}],
                                     [{"attachment": {"data": base64.b64encode(b"\xff").decode()}}]])
def test_a_note_that_cannot_be_read_supports_nothing(told, content: list[Json]) -> None:
    is_empty = "data" not in (content[0].get("attachment", {}) if content else {"data": None})
    assert {(rule, words) for rule, _, words in told(
        lambda b: resource_of(b, "DocumentReference").update(content=content))} == {
        ("evidence", "carries another hash than its note" if is_empty else "names no note of the bundle")}


def test_an_extension_under_the_own_address_has_to_be_defined(told, bundles) -> None:
    place = place_of(bundles[BundleForm.TRANSACTION][0], "Patient")
    made_up = f"{systems.EXTENSION_BASE}made-up"
    assert told(lambda b: resource_of(b, "Patient").update(extension=[{"url": made_up, "valueBoolean": True}])) == [
        ("extension", f"{place}.extension[0]", f"extension {made_up} is not defined")]
    assert told(lambda b: resource_of(b, "Patient").update(
        extension=[{"url": "http://example.org/theirs", "valueBoolean": True}])) == []
