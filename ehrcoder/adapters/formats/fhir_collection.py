"""The FHIR resources of one file, findable by the references that they make to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from ehrcoder.adapters.formats.json_values import JsonObject, objects_at, text_at
from ehrcoder.ports import ReadContext

_DEEPEST_BUNDLE = 10
_HOLDERS = frozenset({"Encounter", "Composition", "DiagnosticReport", "DocumentReference"})
_CONTAINED = frozenset({"Condition", "Procedure", "Observation"})


@dataclass(slots=True)
class ResourceCollection:
    """Every resource of a file, findable by the references that others make to it."""

    context: ReadContext
    resources: list[JsonObject] = field(default_factory=list[JsonObject])
    _by_reference: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])

    def add(self, resource: object, *, place: str, full_url: str = "", depth: int = 0) -> None:
        """Take a resource, or what a bundle holds; what is no resource is reported with its place."""
        if not isinstance(resource, dict) or not text_at(resource, "resourceType"):
            self.context.on_left_out(f"{place} is no FHIR resource: it names no resourceType.")
            return
        kind, identifier = text_at(resource, "resourceType"), text_at(resource, "id")
        if kind == "Bundle" and depth < _DEEPEST_BUNDLE:
            self._add_entries(resource, place=place, depth=depth)
            return
        self.resources.append(resource)
        self._add_contained(resource)
        for key in (full_url, f"{kind}/{identifier}" if identifier else ""):
            if key:
                self._by_reference.setdefault(key, resource)

    def _add_contained(self, resource: JsonObject) -> None:
        """Take conditions and procedures that stand within a resource, as said of the same patient and encounter."""
        if text_at(resource, "resourceType") not in _HOLDERS:
            return
        encounter = (f"Encounter/{text_at(resource, 'id')}" if text_at(resource, "resourceType") == "Encounter"
                     else text_at(resource, "encounter", "reference"))
        for inner in objects_at(resource, "contained"):
            if text_at(inner, "resourceType") in _CONTAINED:
                around = {"subject": resource.get("subject"), "encounter": {"reference": encounter}}
                self.resources.append({**around, **inner})

    def resolve(self, reference: str) -> JsonObject | None:
        """Return the resource that a reference means: a full address, or the type and id at its end."""
        if not reference:
            return None
        plain = reference.split("/_history/")[0]
        return self._by_reference.get(plain) or self._by_reference.get("/".join(plain.split("/")[-2:]))

    def of_type(self, kind: str) -> list[JsonObject]:
        """Return the resources of a type in the file's order."""
        return [resource for resource in self.resources if text_at(resource, "resourceType") == kind]

    def _add_entries(self, bundle: JsonObject, *, place: str, depth: int) -> None:
        entries = bundle.get("entry", [])
        if not isinstance(entries, list):
            self.context.on_left_out(f"{place}: its entries are no list.")
            return
        for number, entry in enumerate(entries, start=1):
            where = f"{place}, entry {number}"
            if not isinstance(entry, dict):
                self.context.on_left_out(f"{where} is no entry of a bundle.")
            elif "resource" in entry:
                self.add(entry["resource"], place=where, full_url=text_at(entry, "fullUrl"), depth=depth + 1)


def subject_reference(resource: JsonObject) -> str:
    """Return what a resource gives as its patient, '' where it names none."""
    return text_at(resource, "subject", "reference") or text_at(resource, "patient", "reference")


def patient_of(resource: JsonObject, collection: ResourceCollection) -> JsonObject | None:
    """Return a resource's patient: contained, in the file, or the file's only one where it names none."""
    reference = subject_reference(resource)
    if reference.startswith("#"):
        return next(
            (item for item in objects_at(resource, "contained") if text_at(item, "id") == reference[1:]), None
        )
    if reference:
        found = collection.resolve(reference)
        return found if found is not None and text_at(found, "resourceType") == "Patient" else None
    patients = collection.of_type("Patient")
    return patients[0] if len(patients) == 1 else None
