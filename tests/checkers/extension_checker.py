"""Holds every extension of a bundle against the StructureDefinitions in resources/fhir, at any depth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from checkers.places import OWN_DEFINITIONS

Json = dict[str, Any]
_DATA_TYPES = {
    ("Encounter", "diagnosis"): "Encounter.diagnosis", ("Condition", "evidence"): "Condition.evidence",
    ("Encounter", "hospitalization.dischargeDisposition"): "Encounter.hospitalization.dischargeDisposition",
    ("Bundle", "meta"): "Bundle.meta",
}


class ExtensionChecker:
    """Knows context, parts, cardinalities and value types; a sixth of what a full profile validator does."""

    def __init__(self) -> None:
        files = sorted(OWN_DEFINITIONS.glob("StructureDefinition-*.json"))
        self.definitions = {each["url"]: each for each in (json.loads(file.read_text("utf-8")) for file in files)}
        self.used: set[str] = set()

    def problems(self, bundle: Json) -> list[str]:
        """Return what does not fit its definition."""
        resources = [bundle, *(entry["resource"] for entry in bundle["entry"])]
        return [
            problem for resource in resources
            for path, holder in _holders({name: each for name, each in resource.items() if name != "entry"}, "")
            for problem in self._at(resource["resourceType"], path, holder)
        ]

    def _at(self, resource_type: str, path: str, holder: Json) -> Iterator[str]:
        place = _DATA_TYPES.get((resource_type, re.sub(r"\[\d+\]", "", path)), f"{resource_type}.{path}".rstrip("."))
        urls = [extension.get("url") for extension in holder["extension"]]
        for extension in holder["extension"]:
            definition = self.definitions.get(extension["url"])
            if definition is None:
                yield f"{place}: {extension['url']} is not defined"
                continue
            self.used.add(extension["url"])
            if place not in [context["expression"] for context in definition["context"]]:
                yield f"{place}: {definition['id']} does not belong here"
            elements = {element["id"]: element for element in definition["differential"]["element"]}
            if elements["Extension"]["max"] == "1" and urls.count(extension["url"]) > 1:
                yield f"{place}: {definition['id']} stands here more than once"
            yield from _content(extension, elements, f"{place}: {definition['id']}")


def _content(extension: Json, elements: dict[str, Json], place: str) -> Iterator[str]:
    yield from _value(extension, elements["Extension.value[x]"], place)
    slices = {element["sliceName"]: element for element in elements.values() if "sliceName" in element}
    parts: list[Json] = extension.get("extension", [])
    for part in parts:
        if part["url"] not in slices:
            yield f"{place} has an unknown part {part['url']}"
        else:
            yield from _value(part, elements[f"Extension.extension:{part['url']}.value[x]"], f"{place}.{part['url']}")
    for name, element in slices.items():
        count = sum(part["url"] == name for part in parts)
        if count < element["min"] or (element["max"] != "*" and count > int(element["max"])):
            yield f"{place} has {count} of {name}"


def _value(extension: Json, element: Json, place: str) -> Iterator[str]:
    values = [name.removeprefix("value") for name in extension if name.startswith("value")]
    allowed = [each["code"][0].upper() + each["code"][1:] for each in element.get("type", [])]
    if element.get("max") == "0":
        allowed = []
    if len(values) != (1 if allowed else 0) or not set(values) <= set(allowed):
        yield f"{place} has the values {values}, not one of {allowed}"


def _holders(node: Any, path: str) -> Iterator[tuple[str, Json]]:
    """Yield every element with extensions, but not the extensions' own parts."""
    if isinstance(node, dict):
        if "extension" in node:
            yield path, node
        for name, value in node.items():
            if name != "extension":
                yield from _holders(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from _holders(item, f"{path}[{number}]")
