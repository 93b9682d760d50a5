"""Profiles of US Core 6.1.0 where a bundle can keep them: only with a site's own namespace.

Every resource that is claimed for was held against HL7's definitions with pyrofile-validator. Without a namespace the
patient's number has no system, which US Core's Patient asks for, and a profile's references must lead to claimed ones.
Source: US Core Implementation Guide 6.1.0, "Missing Data".
"""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.elements import Json, coding, concept, extension

PROFILE_BASE = "http://hl7.org/fhir/us/core/StructureDefinition"
DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_TYPES = {
    "IMP": "Inpatient encounter", "AMB": "Ambulatory encounter", "EMER": "Emergency encounter",
}
_UNKNOWN_TYPE = coding(systems.DATA_ABSENT, "unknown", "Unknown")


def with_profiles(resources: Sequence[Json], *, namespace: str) -> list[Json]:
    """Return the resources with the profiles that they keep, and with what these ask for besides.

    Nothing is made up: a name that is not known is said to be masked, a kind of note to be unknown.
    """
    return [_claimed(resource) for resource in resources] if namespace else list(resources)


def _claimed(resource: Json) -> Json:
    match resource["resourceType"]:
        case "Patient":
            masked = extension(DATA_ABSENT_REASON, valueCode="masked")
            return _with(resource, "us-core-patient", name=[{"extension": [masked]}])
        case "Encounter":
            text = _TYPES.get(resource["class"]["code"], "")
            kind = concept(text=text) if text else concept(_UNKNOWN_TYPE, text="Kind of encounter not known")
            return _with(resource, "us-core-encounter", type=[kind])
        case "Condition":
            return _with(resource, "us-core-condition-encounter-diagnosis")
        # A procedure that is said to be done must say when; a note must hold something.
        case "Procedure" if "performedPeriod" in resource or resource["status"] != "completed":
            return _with(resource, "us-core-procedure")
        case "DocumentReference" if "data" in resource["content"][0]["attachment"]:
            kind = concept(coding(systems.NULL_FLAVOR, "UNK", "unknown"), text=resource["type"]["text"])
            category = concept(coding(systems.US_CORE_CATEGORY, "clinical-note", "Clinical Note"))
            return _with(resource, "us-core-documentreference", type=kind, category=[category])
        case _:
            return resource


def _with(resource: Json, profile: str, **more: object) -> Json:
    """Return the resource with a profile; `meta` comes behind the id, as FHIR orders elements."""
    head = {name: resource[name] for name in ("resourceType", "id")}
    rest = {name: value for name, value in resource.items() if name not in head}
    return {**head, "meta": {"profile": [f"{PROFILE_BASE}/{profile}"]}, **rest, **more}
