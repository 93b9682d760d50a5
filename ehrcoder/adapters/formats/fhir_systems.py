"""Code-system addresses as files write them, and the one under which the product knows each system.

Aliases are other spellings of the same system only: ICD-9-CM, WHO's ICD-10, ICD-10-CM, ICD-10-PCS and
SNOMED CT stay apart, and an address that is not listed stays as it was given. Object identifiers: HL7 OID
registry.
"""

from __future__ import annotations

import re

from ehrcoder.core.codes import (
    CONDITION_CLINICAL,
    DISCHARGE_DISPOSITION,
    GOAL_ACHIEVEMENT,
    HCPCS_II,
    ICD_10_CM,
    ICD_10_PCS,
    PATIENT_OUTCOME,
    with_dot,
    without_dot,
)

ICD_9_CM = "http://hl7.org/fhir/sid/icd-9-cm"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
SNOMED_CT = "http://snomed.info/sct"

_ALIASES: dict[str, str] = {
    "2.16.840.1.113883.6.90": ICD_10_CM,
    "http://hl7.org/fhir/sid/icd-10-us": ICD_10_CM,
    "http://hl7.org/fhir/sid/icd-10cm": ICD_10_CM,
    "http://hl7.org/fhir/sid/icd10cm": ICD_10_CM,
    "http://hl7.org/fhir/icd-10-cm": ICD_10_CM,
    "http://terminology.hl7.org/codesystem/icd10cm": ICD_10_CM,
    "http://terminology.hl7.org/codesystem/icd-10-cm": ICD_10_CM,
    "http://www.cdc.gov/nchs/icd/icd10cm.htm": ICD_10_CM,
    "icd-10-cm": ICD_10_CM,
    "icd10cm": ICD_10_CM,
    "2.16.840.1.113883.6.4": ICD_10_PCS,
    "http://hl7.org/fhir/sid/icd-10-pcs": ICD_10_PCS,
    "http://www.icd10data.com/icd10pcs": ICD_10_PCS,
    "http://terminology.hl7.org/codesystem/icd10pcs": ICD_10_PCS,
    "icd-10-pcs": ICD_10_PCS,
    "icd10pcs": ICD_10_PCS,
    "2.16.840.1.113883.6.285": HCPCS_II,
    "http://terminology.hl7.org/codesystem/hcpcs": HCPCS_II,
    "http://www.cms.gov/medicare/coding/hcpcsreleasecodesets/alpha-numeric-hcpcs.html": HCPCS_II,
    "2.16.840.1.113883.6.3": ICD_10,
    "2.16.840.1.113883.6.103": ICD_9_CM,
    "http://hl7.org/fhir/sid/icd-9": ICD_9_CM,
    "icd-9-cm": ICD_9_CM,
    "2.16.840.1.113883.6.96": SNOMED_CT,
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "http://hl7.org/fhir/discharge-disposition": DISCHARGE_DISPOSITION,
    "http://hl7.org/fhir/condition-clinical": CONDITION_CLINICAL,
    "http://hl7.org/fhir/v2/0241": PATIENT_OUTCOME,
    "2.16.840.1.113883.12.241": PATIENT_OUTCOME,
    "http://hl7.org/fhir/goal-achievement": GOAL_ACHIEVEMENT,
} | {
    system.lower(): system
    for system in (
        ICD_10_CM, ICD_10_PCS, HCPCS_II, ICD_10, ICD_9_CM, SNOMED_CT, DISCHARGE_DISPOSITION, PATIENT_OUTCOME,
        CONDITION_CLINICAL, GOAL_ACHIEVEMENT,
    )
}

_ICD_10_CM_CODE = re.compile(r"[A-Za-z][0-9][0-9A-Za-z](\.?[0-9A-Za-z]{1,4})?")
_ICD_10_PCS_CODE = re.compile(r"[0-9A-HJ-NP-Za-hj-np-z]{7}")


def known_system(given: str) -> str:
    """Return the product's address of a code system, or the given one where it is no known spelling."""
    plain = given.strip()
    key = plain.lower().removeprefix("urn:oid:").rstrip("/")
    if key.startswith("https://"):
        key = "http://" + key.removeprefix("https://")
    return _ALIASES.get(key, plain)


def known_code(system: str, given: str) -> str:
    """Return a code as its system writes it (ICD-10-CM with its dot); what is no such code stays as given."""
    plain = given.strip()
    if system == ICD_10_CM and _ICD_10_CM_CODE.fullmatch(plain):
        return with_dot(plain)
    if system == ICD_10_PCS and _ICD_10_PCS_CODE.fullmatch(plain):
        return without_dot(plain)
    return plain


def is_well_formed(system: str, code: str) -> bool:
    """Tell whether a code can be one of its system, by its shape alone; other systems are not judged."""
    if system == ICD_10_CM:
        return _ICD_10_CM_CODE.fullmatch(code) is not None
    if system == ICD_10_PCS:
        return _ICD_10_PCS_CODE.fullmatch(code) is not None
    return True
