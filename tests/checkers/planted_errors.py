"""Errors planted into a good bundle, each of which somebody must catch."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from checkers.bundles import resource_of, url_of

Json = dict[str, Any]
Plant = Callable[[Json], None]

PLANTED: dict[str, Plant] = {}


def _planted(plant: Plant) -> Plant:
    PLANTED[plant.__name__.strip("_").replace("_", " ")] = plant
    return plant


def _coding(bundle: Json, resource_type: str = "Condition") -> Json:
    return resource_of(bundle, resource_type)["code"]["coding"][0]


@_planted
def wrong_code_system_address(bundle: Json) -> None:
    _coding(bundle)["system"] = "http://hl7.org/fhir/sid/icd-10"


@_planted
def code_system_address_with_a_slash_too_many(bundle: Json) -> None:
    _coding(bundle, "Procedure")["system"] += "/"


@_planted
def header_code(bundle: Json) -> None:
    _coding(bundle).update(code="J18", display="Pneumonia, unspecified organism")


@_planted
def code_that_does_not_exist(bundle: Json) -> None:
    _coding(bundle)["code"] = "J18.77"


@_planted
def title_of_another_code(bundle: Json) -> None:
    _coding(bundle)["display"] = "Cough, unspecified"


@_planted
def procedure_code_as_diagnosis(bundle: Json) -> None:
    _coding(bundle).update(_coding(bundle, "Procedure"))


@_planted
def code_without_edition(bundle: Json) -> None:
    del _coding(bundle)["version"]


@_planted
def reference_to_the_wrong_type(bundle: Json) -> None:
    resource_of(bundle, "Condition")["subject"]["reference"] = url_of(bundle, "Practitioner")


@_planted
def recorder_is_the_software(bundle: Json) -> None:
    resource_of(bundle, "Condition")["recorder"]["reference"] = url_of(bundle, "Device")


@_planted
def reference_out_of_the_bundle(bundle: Json) -> None:
    resource_of(bundle, "Condition")["encounter"]["reference"] = "urn:uuid:00000000-0000-4000-8000-000000000000"


@_planted
def the_thirtieth_of_february(bundle: Json) -> None:
    resource_of(bundle, "Encounter")["period"]["start"] = "2026-02-30"


@_planted
def period_ends_before_it_starts(bundle: Json) -> None:
    resource_of(bundle, "Encounter")["period"]["end"] = "2025-01-01"


@_planted
def time_without_zone(bundle: Json) -> None:
    resource_of(bundle, "Provenance")["recorded"] = "2026-05-02T09:01:00"


@_planted
def birth_date_in_words(bundle: Json) -> None:
    resource_of(bundle, "Patient")["birthDate"] = "spring 1965"


@_planted
def birth_in_the_year_nineteen(bundle: Json) -> None:
    resource_of(bundle, "Patient")["birthDate"] = "0019"


@_planted
def unknown_clinical_status(bundle: Json) -> None:
    resource_of(bundle, "Condition")["clinicalStatus"]["coding"][0]["code"] = "banana"


@_planted
def unknown_gender(bundle: Json) -> None:
    resource_of(bundle, "Patient")["gender"] = "f"


@_planted
def unknown_encounter_status(bundle: Json) -> None:
    resource_of(bundle, "Encounter")["status"] = "done"


@_planted
def encounter_without_class(bundle: Json) -> None:
    del resource_of(bundle, "Encounter")["class"]


@_planted
def observation_without_code(bundle: Json) -> None:
    del resource_of(bundle, "Observation")["code"]


@_planted
def two_values(bundle: Json) -> None:
    resource_of(bundle, "Observation")["valueString"] = "recovering"


@_planted
def element_of_a_later_fhir_release(bundle: Json) -> None:
    resource_of(bundle, "Procedure")["occurrencePeriod"] = resource_of(bundle, "Procedure").pop("performedPeriod")


@_planted
def single_value_where_a_list_belongs(bundle: Json) -> None:
    resource_of(bundle, "Condition")["category"] = resource_of(bundle, "Condition")["category"][0]


@_planted
def rank_zero(bundle: Json) -> None:
    resource_of(bundle, "Encounter")["diagnosis"][0]["rank"] = 0


@_planted
def principal_diagnosis_ranked_second(bundle: Json) -> None:
    diagnosis = resource_of(bundle, "Encounter")["diagnosis"]
    diagnosis.reverse()
    for rank, item in enumerate(diagnosis, start=1):
        item["rank"] = rank


@_planted
def condition_that_the_encounter_does_not_name(bundle: Json) -> None:
    resource_of(bundle, "Encounter")["diagnosis"].pop()


@_planted
def suggestion_passed_off_as_verified(bundle: Json) -> None:
    resource_of(bundle, "Condition")["verificationStatus"]["coding"][0]["code"] = "provisional"


@_planted
def entered_in_error_yet_active(bundle: Json) -> None:
    condition = resource_of(bundle, "Condition")
    condition["verificationStatus"]["coding"][0]["code"] = "entered-in-error"
    encounter = resource_of(bundle, "Encounter")
    encounter["diagnosis"] = encounter["diagnosis"][1:]
    encounter["diagnosis"][0]["rank"] = 1


@_planted
def missing_provenance(bundle: Json) -> None:
    target = {"reference": url_of(bundle, "Procedure")}
    bundle["entry"] = [
        entry for entry in bundle["entry"]
        if entry["resource"]["resourceType"] != "Provenance" or entry["resource"]["target"] != [target]
    ]


@_planted
def missing_signature(bundle: Json) -> None:
    bundle["entry"] = [
        entry for entry in bundle["entry"]
        if entry["resource"]["resourceType"] != "Provenance"
        or entry["resource"]["agent"][0]["type"]["coding"][0]["code"] != "attester"
    ]


@_planted
def software_on_behalf_of_nobody(bundle: Json) -> None:
    del resource_of(bundle, "Provenance")["agent"][0]["onBehalfOf"]


@_planted
def software_as_verifier(bundle: Json) -> None:
    resource_of(bundle, "Provenance")["agent"][1]["who"]["reference"] = url_of(bundle, "Device")


@_planted
def provenance_without_agent(bundle: Json) -> None:
    del resource_of(bundle, "Provenance")["agent"]


@_planted
def quote_that_the_note_does_not_hold(bundle: Json) -> None:
    for part in resource_of(bundle, "Condition")["evidence"][0]["extension"][0]["extension"]:
        if part["url"] == "quote":
            part["valueString"] = "no pneumonia"


@_planted
def offsets_shifted_by_one(bundle: Json) -> None:
    for part in resource_of(bundle, "Condition")["evidence"][0]["extension"][0]["extension"]:
        if part["url"] in ("start", "end"):
            part["valueUnsignedInt"] += 1


@_planted
def note_changed_after_coding(bundle: Json) -> None:
    attachment = resource_of(bundle, "DocumentReference")["content"][0]["attachment"]
    text = base64.b64decode(attachment["data"]).decode() + " Addendum."
    attachment["data"] = base64.b64encode(text.encode()).decode()


@_planted
def attachment_that_is_not_base64(bundle: Json) -> None:
    resource_of(bundle, "DocumentReference")["content"][0]["attachment"]["data"] = "not base64!"


@_planted
def narrative_with_a_script(bundle: Json) -> None:
    resource_of(bundle, "Condition")["text"]["div"] = (
        '<div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></div>'
    )


@_planted
def extension_with_value_and_parts(bundle: Json) -> None:
    resource_of(bundle, "Condition")["evidence"][0]["extension"][0]["valueString"] = "both"


@_planted
def extension_that_is_not_defined(bundle: Json) -> None:
    resource_of(bundle, "Encounter")["diagnosis"][0]["extension"][0]["url"] += "-of-tomorrow"


@_planted
def the_same_resource_twice(bundle: Json) -> None:
    bundle["entry"].append(bundle["entry"][-1])


@_planted
def id_with_a_space(bundle: Json) -> None:
    resource_of(bundle, "Patient")["id"] = "patient one"


@_planted
def transaction_entry_without_request(bundle: Json) -> None:
    del bundle["entry"][0]["request"]


@_planted
def searchset_instead_of_transaction(bundle: Json) -> None:
    bundle["type"] = "searchset"
