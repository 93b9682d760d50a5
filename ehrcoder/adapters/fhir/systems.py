"""Every address that an exported bundle names: HL7's, the terminologies', and this product's own.

The product owns no domain. Its own addresses stand under the reserved top-level name `.example` (RFC 2606),
so that they can never lead to somebody else's site; docs/fhir-mapping.md defines each of them.
"""

from __future__ import annotations

from ehrcoder.core.codes import KIND_OF_SYSTEM

OWN_BASE = "https://ehrcoder.example/fhir"
EXTENSION_BASE = f"{OWN_BASE}/StructureDefinition"
NAMING_BASE = f"{OWN_BASE}/NamingSystem"

EVIDENCE = f"{EXTENSION_BASE}/coding-evidence"
PRESENT_ON_ADMISSION = f"{EXTENSION_BASE}/present-on-admission"
DIAGNOSIS_USE = f"{EXTENSION_BASE}/diagnosis-use"
ASSIGNMENT = f"{EXTENSION_BASE}/code-assignment"
HISTORY_HEAD = f"{EXTENSION_BASE}/coding-history-head"
SIGNATURE = f"{EXTENSION_BASE}/signature-statement"
INFERENCE = f"{EXTENSION_BASE}/inference-run"
REASON = f"{EXTENSION_BASE}/retraction-reason"
DECISION = f"{EXTENSION_BASE}/code-decision"
CHANGE = f"{EXTENSION_BASE}/code-change"
OWN_EXTENSIONS = frozenset(
    {
        EVIDENCE,
        PRESENT_ON_ADMISSION,
        DIAGNOSIS_USE,
        ASSIGNMENT,
        HISTORY_HEAD,
        SIGNATURE,
        INFERENCE,
        REASON,
        DECISION,
        CHANGE,
    }
)

RECORD_ID = f"{NAMING_BASE}/record"
DOCUMENT_ID = f"{NAMING_BASE}/document"
ASSIGNMENT_ID = f"{NAMING_BASE}/code-assignment"
SUGGESTION_ID = f"{NAMING_BASE}/code-suggestion"
SUMMARY_ID = f"{NAMING_BASE}/coding-summary"
EXPORT_ID = f"{NAMING_BASE}/export"

OUTCOME_KIND = f"{OWN_BASE}/CodeSystem/outcome-kind"
"""What an outcome Observation observes; its value comes from the HL7 set."""

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
CONDITION_VER_STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
DIAGNOSIS_ROLE = "http://terminology.hl7.org/CodeSystem/diagnosis-role"
PARTICIPANT_TYPE = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
AUDIT_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
DATA_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
US_CORE_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"

R4_CLINICAL_STATUSES = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
"""The codes that R4 4.0.1 allows in Condition.clinicalStatus (required binding)."""

KNOWN_SYSTEMS = frozenset(
    {
        *KIND_OF_SYSTEM,
        OUTCOME_KIND,
        ACT_CODE,
        NULL_FLAVOR,
        CONDITION_VER_STATUS,
        CONDITION_CATEGORY,
        DIAGNOSIS_ROLE,
        PARTICIPANT_TYPE,
        DATA_OPERATION,
        PARTICIPATION,
        AUDIT_ENTITY_TYPE,
        DATA_ABSENT,
        US_CORE_CATEGORY,
        DICOM,
    }
)
