"""Bundles as the checkers need them: read back from bytes, and with references that show their type."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
_BASE = "https://server.example/fhir"


def with_typed_references(bundle: Json) -> Json:
    """Return a copy whose references read `Type/id`, since a wrong type hides behind `urn:uuid:`."""
    text = json.dumps(bundle)
    for entry in bundle["entry"]:
        resource, url = entry["resource"], entry["fullUrl"]
        place = f"{resource['resourceType']}/{resource.get('id', 'none')}"
        text = text.replace(f'"reference": "{url}"', f'"reference": "{place}"')
        text = text.replace(f'"fullUrl": "{url}"', f'"fullUrl": "{_BASE}/{place}"')
    return json.loads(text)


def resource_of(bundle: Json, resource_type: str, number: int = 0) -> Json:
    """Return the n-th resource of a type."""
    found = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == resource_type]
    return found[number]


def url_of(bundle: Json, resource_type: str) -> str:
    """Return the full URL of the first resource of a type."""
    return next(entry["fullUrl"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == resource_type)
