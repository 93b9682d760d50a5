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
    KIND_OF_SYSTEM,
    PATIENT_OUTCOME,
    SHORT_NAME_OF_SYSTEM,
    with_dot,
    without_dot,
)

ICD_9_CM = "http://hl7.org/fhir/sid/icd-9-cm"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
SNOMED_CT = "http://snomed.info/sct"
CPT = "http://www.ama-assn.org/go/cpt"
LOINC = "http://loinc.org"
# HL7 v2 table 0112, which each hospital fills itself: never the same as FHIR's own discharge dispositions.
DISCHARGE_TABLE = "http://terminology.hl7.org/CodeSystem/v2-0112"


def _key_of(address: str) -> str:
    """Return an address as it is compared: without case, scheme of encryption or closing slash."""
    key = address.lower().removeprefix("urn:oid:").rstrip("/")
    return "http://" + key.removeprefix("https://") if key.startswith("https://") else key


def _plain_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


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
    # ICD-9-CM has one address for diagnoses (6.103) and procedures (6.104).
    "2.16.840.1.113883.6.103": ICD_9_CM,
    "2.16.840.1.113883.6.104": ICD_9_CM,
    "2.16.840.1.113883.6.2": ICD_9_CM,
    "2.16.840.1.113883.6.12": CPT,
    "cpt": CPT,
    "cpt-4": CPT,
    "http://hl7.org/fhir/sid/icd-9": ICD_9_CM,
    "icd-9-cm": ICD_9_CM,
    "2.16.840.1.113883.6.96": SNOMED_CT,
    "2.16.840.1.113883.6.1": LOINC,
    "http://hl7.org/fhir/discharge-disposition": DISCHARGE_DISPOSITION,
    "http://hl7.org/fhir/condition-clinical": CONDITION_CLINICAL,
    "2.16.840.1.113883.12.112": DISCHARGE_TABLE,
    "http://hl7.org/fhir/v2/0112": DISCHARGE_TABLE,
    "http://hl7.org/fhir/v2/0241": PATIENT_OUTCOME,
    "2.16.840.1.113883.12.241": PATIENT_OUTCOME,
    "http://hl7.org/fhir/goal-achievement": GOAL_ACHIEVEMENT,
} | {
    _key_of(system): system for system in (*KIND_OF_SYSTEM, ICD_10, ICD_9_CM, SNOMED_CT, CPT, LOINC, DISCHARGE_TABLE)
}

# Names as people write them, without anything but letters and digits. A bare ICD-10 is WHO's: what does not say
# that it is the American modification is not taken for it.
_NAMES: dict[str, str] = {
    **dict.fromkeys(("icd10cm", "icd10clinicalmodification"), ICD_10_CM),
    **dict.fromkeys(("icd10pcs", "icd10procedure", "icd10procedures"), ICD_10_PCS),
    **dict.fromkeys(("icd9", "icd9cm", "icd9diagnosis", "icd9procedure"), ICD_9_CM),
    **dict.fromkeys(("icd10", "icd10who", "who10"), ICD_10),
    **dict.fromkeys(("snomed", "snomedct", "sct", "sctid"), SNOMED_CT),
    **dict.fromkeys(("cpt", "cpt4", "c4"), CPT),
    **dict.fromkeys(("hcpcs", "hcpcsii", "hcpcs2"), HCPCS_II),
    **dict.fromkeys(("loinc", "ln"), LOINC),
    **{_plain_name(name): system for system, name in SHORT_NAME_OF_SYSTEM.items()},
}

_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
# Words by which a code system's name gives its family away, the particular before the general.
_FAMILIES: tuple[tuple[str, frozenset[str]], ...] = (
    (r"snomed", frozenset({SNOMED_CT})),
    (r"icd\W*10\W*(pcs|proc)", frozenset({ICD_10_PCS})),
    (r"icd\W*10\W*cm", frozenset({ICD_10_CM})),
    (r"icd\W*10", frozenset({ICD_10_CM, ICD_10, ICD_10_PCS})),
    (r"icd\W*9", frozenset({ICD_9_CM})),
    (r"loinc", frozenset({LOINC})),
)

_ICD_10_CM_CODE = re.compile(r"[A-Za-z][0-9][0-9A-Za-z](\.?[0-9A-Za-z]{1,4})?")
_ICD_9_CM_CODE = re.compile(r"\d{3}(\.?\d{1,2})?|\d{2}(\.?\d{1,2})?|[Vv]\d{2}(\.?\d{1,2})?|[Ee]\d{3}(\.?\d)?")
_ICD_10_PCS_CODE = re.compile(r"[0-9A-HJ-NP-Za-hj-np-z]{7}")


def known_system(given: str) -> str:
    """Return the product's address of a code system, or the given one where it is no known spelling."""
    plain = given.strip()
    return _ALIASES.get(_key_of(plain), plain)


def known_oid(oid: str) -> str:
    """Return the product's address of a code system that is named by its object identifier."""
    plain = oid.strip()
    system = known_system(plain)
    return f"urn:oid:{plain}" if system == plain and _OID.fullmatch(plain) else system


def system_named(name: str) -> str:
    """Return the address of a code system that is named in words, by address or by number; as given where unknown."""
    return _NAMES.get(_plain_name(name)) or known_oid(name)


def contradicts(system: str, name: str) -> bool:
    """Tell whether a code system's written name belongs to another system than its address."""
    lowered = name.lower()
    known = {address for _, addresses in _FAMILIES for address in addresses}
    for pattern, addresses in _FAMILIES:
        if re.search(pattern, lowered):
            return system in known and system not in addresses
    return False


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
    if system == ICD_10:
        # WHO's marks for aetiology and manifestation may follow.
        return _ICD_10_CM_CODE.fullmatch(code.rstrip("*+†!")) is not None
    if system == ICD_10_PCS:
        return _ICD_10_PCS_CODE.fullmatch(code) is not None
    if system == ICD_9_CM:
        return _ICD_9_CM_CODE.fullmatch(code) is not None
    if system == SNOMED_CT:
        # A concept or an expression; an identifier has at least six digits.
        return re.match(r"\d{6,18}(?!\d)", code) is not None
    return True
