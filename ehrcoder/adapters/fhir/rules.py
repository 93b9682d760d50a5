"""The project's own rules for a bundle: what no FHIR validator checks, tested before a file leaves.

`check_bundle` is independent of the mapping: it takes a bundle as JSON and trusts nothing in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ehrcoder.adapters.fhir import rules_content, systems
from ehrcoder.adapters.fhir.elements import Json
from ehrcoder.adapters.fhir.rules_content import Breach, Node
from ehrcoder.core.code_checks import concept_problem, system_problem
from ehrcoder.core.codes import CodeKind, Coding, Concept

ConceptLookup = Callable[[str, str], Concept | None]
"""Returns the concept of a system and code in the installed edition."""

# Which resource types each reference may lead to; a urn:uuid hides the type from validators.
_TARGETS: dict[tuple[str, str], frozenset[str]] = {
    (resource, name): frozenset(types.split())
    for resource, name, types in (
        ("Encounter", "subject", "Patient"),
        ("Encounter", "condition", "Condition Procedure"),
        ("Condition", "subject", "Patient"),
        ("Condition", "encounter", "Encounter"),
        ("Condition", "recorder", "Practitioner"),
        ("Condition", "detail", "DocumentReference"),
        ("Procedure", "subject", "Patient"),
        ("Procedure", "encounter", "Encounter"),
        ("Procedure", "report", "DocumentReference"),
        ("Observation", "subject", "Patient"),
        ("Observation", "encounter", "Encounter"),
        ("Observation", "performer", "Practitioner"),
        ("Observation", "focus", "Condition"),
        ("Observation", "derivedFrom", "DocumentReference"),
        ("Composition", "subject", "Patient"),
        ("Composition", "encounter", "Encounter"),
        ("Composition", "author", "Practitioner"),
        ("Composition", "party", "Practitioner"),
        ("Composition", "entry", "Condition Procedure Observation DocumentReference Encounter"),
        ("DocumentReference", "subject", "Patient"),
        ("DocumentReference", "encounter", "Encounter"),
        ("Provenance", "target", "Encounter DocumentReference Condition Procedure Observation"),
        ("Provenance", "who", "Practitioner Device"),
        ("Provenance", "onBehalfOf", "Practitioner"),
        ("Provenance", "what", "DocumentReference"),
        ("AuditEvent", "who", "Device Practitioner"),
        ("AuditEvent", "observer", "Device"),
        ("AuditEvent", "what", "Encounter"),
    )
}
_KIND_OF_RESOURCE = {
    "Condition": CodeKind.DIAGNOSIS,
    "Procedure": CodeKind.PROCEDURE,
}
_FORMS = ("collection", "transaction", "document")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(slots=True, kw_only=True)
class _Bundle:
    """A bundle with its resources by full URL."""

    resources: list[Json]
    by_url: dict[str, Json] = field(default_factory=dict[str, Json])

    def named(self, resource_type: str) -> list[Json]:
        return [item for item in self.resources if item.get("resourceType") == resource_type]


def check_bundle(bundle: Json, *, lookup: ConceptLookup | None = None) -> tuple[Breach, ...]:
    """Return every rule that a bundle breaks, in the order of its entries; empty when it may leave.

    Without `lookup` codes are not compared with a code set.
    """
    breaches: list[Breach] = []
    held = _Bundle(resources=[])
    breaches += _check_entries(bundle, held)
    notes = {
        url: note for url, resource in held.by_url.items()
        if resource.get("resourceType") == "DocumentReference" and (note := rules_content.note_of(resource)) is not None
    }
    for resource in held.resources:
        place = _place(resource)
        nodes = rules_content.nodes_of(resource)
        breaches += _check_references(resource, nodes, held, place)
        breaches += _check_codings(resource, nodes, place, lookup)
        breaches += rules_content.check_dates(nodes, place)
        breaches += rules_content.check_evidence(nodes, notes, place)
        breaches += rules_content.check_extensions(nodes, place)
    breaches += _check_required(held)
    breaches += _check_diagnoses(held)
    breaches += _check_provenance(held)
    return tuple(breaches)


def _place(resource: Json) -> str:
    return f"{resource.get('resourceType', '?')}/{resource.get('id', '?')}"


def _check_entries(bundle: Json, held: _Bundle) -> Iterator[Breach]:
    form = bundle.get("type")
    if bundle.get("resourceType") != "Bundle" or form not in _FORMS:
        yield Breach(rule="bundle-form", place="Bundle", message=f"is none of {', '.join(_FORMS)} but {form!r}")
    yield from _check_composition(bundle)
    for entry in cast("list[Json]", bundle.get("entry", [])):
        resource = cast("Json", entry.get("resource", {}))
        place = _place(resource)
        url = entry.get("fullUrl", "")
        if not isinstance(url, str) or not _UUID.fullmatch(url) or url != f"urn:uuid:{resource.get('id')}":
            yield Breach(
                rule="full-url", place=place, message="fullUrl is not the urn:uuid of the resource's id"
            )
        if url in held.by_url:
            yield Breach(rule="full-url", place=place, message="the same resource stands in the bundle twice")
        request = cast("Json | None", entry.get("request"))
        wanted = {"method": "PUT", "url": place} if form == "transaction" else None
        if request != wanted:
            yield Breach(rule="request", place=place, message="request does not fit the bundle's type")
        held.resources.append(resource)
        held.by_url[str(url)] = resource


def _check_composition(bundle: Json) -> Iterator[Breach]:
    """A document begins with its only Composition; nothing else holds one."""
    types = [
        cast("Json", entry.get("resource", {})).get("resourceType")
        for entry in cast("list[Json]", bundle.get("entry", []))
    ]
    wanted = [0] if bundle.get("type") == "document" else []
    if [place for place, name in enumerate(types) if name == "Composition"] != wanted:
        yield Breach(rule="document", place="Bundle", message="a document begins with its only Composition")
    if wanted and "AuditEvent" in types:
        yield Breach(rule="document", place="Bundle", message="an AuditEvent is no part of a document")


def _check_references(resource: Json, nodes: Sequence[Node], held: _Bundle, place: str) -> Iterator[Breach]:
    resource_type = str(resource.get("resourceType"))
    for path, node in nodes:
        url = node.get("reference")
        if not isinstance(url, str):
            continue
        name = path.rsplit(".", 1)[-1].split("[")[0]
        target = held.by_url.get(url)
        if target is None:
            yield Breach(rule="reference", place=f"{place}.{path}", message="leads out of the bundle")
            continue
        allowed = _TARGETS.get((resource_type, name))
        if name == "valueReference":
            allowed = frozenset({"DocumentReference"})
        if allowed is not None and target.get("resourceType") not in allowed:
            yield Breach(
                rule="reference-type",
                place=f"{place}.{path}",
                message=f"leads to a {target.get('resourceType')}, not to {' or '.join(sorted(allowed))}",
            )
        if allowed is None:
            yield Breach(rule="reference", place=f"{place}.{path}", message="no reference is expected here")


def _check_codings(resource: Json, nodes: Sequence[Node], place: str, lookup: ConceptLookup | None) -> Iterator[Breach]:
    for path, node in nodes:
        if "code" not in node or "system" not in node:
            continue
        if node["system"] not in systems.KNOWN_SYSTEMS:
            yield Breach(
                rule="code-system", place=f"{place}.{path}", message=f"unknown code system {node['system']!r}"
            )
    for path, node, kind in _assigned(resource):
        value = Coding(
            system=str(node.get("system", "")),
            version=str(node.get("version", "")),
            code=str(node.get("code", "")),
            display=str(node.get("display", "")),
        )
        problem = system_problem(value, kind)
        if problem is None and not value.version:
            problem = f"code {value.code} names no edition"
        if problem is None and lookup is not None:
            problem = concept_problem(value, lookup(value.system, value.code))
        if problem is not None:
            yield Breach(rule="assigned-code", place=f"{place}.{path}", message=problem)


def _assigned(resource: Json) -> Iterator[tuple[str, Json, CodeKind]]:
    """Yield the codings that a person assigned, with the kind that they must be of."""
    resource_type = str(resource.get("resourceType"))
    kind = _KIND_OF_RESOURCE.get(resource_type)
    if kind is not None:
        yield from _codings_of(resource.get("code"), "code", kind)
    elif resource_type == "Observation":
        yield from _codings_of(resource.get("valueCodeableConcept"), "valueCodeableConcept", CodeKind.OUTCOME)
    elif resource_type == "Encounter":
        stay = cast("Json", resource.get("hospitalization", {}))
        path = "hospitalization.dischargeDisposition"
        if "dischargeDisposition" in stay:
            yield from _codings_of(stay["dischargeDisposition"], path, CodeKind.OUTCOME)


def _codings_of(value: Any, path: str, kind: CodeKind) -> Iterator[tuple[str, Json, CodeKind]]:
    codings = cast("list[Json]", value.get("coding", [])) if isinstance(value, dict) else []
    if not codings:
        yield path, {}, kind
    for number, node in enumerate(codings):
        yield f"{path}.coding[{number}]", node, kind


def _check_required(held: _Bundle) -> Iterator[Breach]:
    for resource_type in ("Patient", "Encounter"):
        count = len(held.named(resource_type))
        if count != 1:
            yield Breach(
                rule="one-of-each", place="Bundle", message=f"holds {count} {resource_type} resources"
            )
    for resource in held.named("Condition"):
        status = rules_content.first_code(resource.get("verificationStatus"))
        if status not in ("confirmed", "entered-in-error"):
            yield Breach(
                rule="verified-only",
                place=_place(resource),
                message=f"verification status is {status!r}: only verified codes leave",
            )
        clinical = rules_content.first_code(resource.get("clinicalStatus"))
        if clinical is not None and clinical not in systems.R4_CLINICAL_STATUSES:
            yield Breach(
                rule="clinical-status", place=_place(resource), message="has a clinical status that R4 does not know"
            )
        if status == "entered-in-error" and "clinicalStatus" in resource:
            yield Breach(
                rule="verified-only",
                place=_place(resource),
                message="entered in error, yet has a clinical status",
            )
    for resource_type, statuses in (("Procedure", ("completed",)), ("Observation", ("final",))):
        for resource in held.named(resource_type):
            if resource.get("status") not in (*statuses, "entered-in-error"):
                yield Breach(
                    rule="verified-only", place=_place(resource), message="status is not a verified one"
                )


def _check_diagnoses(held: _Bundle) -> Iterator[Breach]:
    for encounter in held.named("Encounter"):
        place = f"{_place(encounter)}.diagnosis"
        diagnoses = cast("list[Json]", encounter.get("diagnosis", []))
        if [item.get("rank") for item in diagnoses] != list(range(1, len(diagnoses) + 1)):
            yield Breach(rule="rank", place=place, message="ranks do not count from 1")
        principal = [
            number
            for number, item in enumerate(diagnoses)
            if rules_content.extension_value(item, systems.DIAGNOSIS_USE) == "principal"
        ]
        if principal not in ([], [0]):
            yield Breach(
                rule="rank", place=place, message="the principal diagnosis is not the one ranked first"
            )
        named = [cast("Json", item.get("condition", {})).get("reference") for item in diagnoses]
        standing = {
            url
            for url, resource in held.by_url.items()
            if resource.get("resourceType") == "Condition"
            and rules_content.first_code(resource.get("verificationStatus")) != "entered-in-error"
        }
        if len(set(named)) != len(named) or set(named) != standing:
            yield Breach(
                rule="rank", place=place, message="does not name every standing Condition exactly once"
            )


def _check_provenance(held: _Bundle) -> Iterator[Breach]:
    targets: set[str] = set()
    signed = False
    for provenance in held.named("Provenance"):
        agents = cast("list[Json]", provenance.get("agent", []))
        roles = {rules_content.first_code(agent.get("type")) for agent in agents}
        if not roles & {"verifier", "author", "attester"}:
            yield Breach(
                rule="provenance", place=_place(provenance), message="names no person who answers for it"
            )
        for agent in agents:
            yield from _check_agent(agent, provenance, held)
        if "attester" in roles:
            signed = True
            continue
        targets |= {str(item.get("reference")) for item in cast("list[Json]", provenance.get("target", []))}
    if not signed:
        yield Breach(rule="signature", place="Bundle", message="no Provenance says who signed the record")
    for url, resource in held.by_url.items():
        disposition = resource.get("resourceType") == "Encounter" and "hospitalization" in resource
        coded = resource.get("resourceType") in ("Condition", "Procedure", "Observation")
        if (coded or disposition) and url not in targets:
            yield Breach(rule="provenance", place=_place(resource), message="has no Provenance")


def _check_agent(agent: Json, provenance: Json, held: _Bundle) -> Iterator[Breach]:
    who = held.by_url.get(str(cast("Json", agent.get("who", {})).get("reference")), {})
    is_software = rules_content.first_code(agent.get("type")) == "assembler"
    if is_software and "onBehalfOf" not in agent:
        yield Breach(rule="provenance", place=_place(provenance), message="software acts on behalf of nobody")
    if is_software != (who.get("resourceType") == "Device"):
        yield Breach(
            rule="provenance",
            place=_place(provenance),
            message="software stands where a person must, or a person where software must",
        )
