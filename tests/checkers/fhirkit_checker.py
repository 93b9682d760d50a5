"""Asks fhirkit-rs, a validator in Rust generated from the R4 specification."""

from __future__ import annotations

import json
from typing import Any

from checkers.places import CheckerMissingError

Json = dict[str, Any]


class FhirkitChecker:
    """Gives fhirkit's errors, without its warnings."""

    def __init__(self) -> None:
        try:
            import fhirkit
        except ImportError as error:
            raise CheckerMissingError("fhirkit-rs") from error
        self._fhirkit = fhirkit

    def problems(self, bundle: Json) -> list[str]:
        """Return the errors that fhirkit finds in a bundle."""
        try:
            issues = self._fhirkit.validate(json.dumps(bundle).encode())
        except self._fhirkit.ParseError as error:
            return [str(error)]
        return [f"{issue.path}: {issue.message}" for issue in issues if issue.severity == "error"]
