"""Runs in its own venv: reads one bundle a line from stdin, answers one JSON list of problems a line."""

import json
import sys

from google.fhir.r4 import json_format
from google.fhir.r4.proto.core.resources import bundle_and_contained_resource_pb2


def problems(line: str) -> list:
    try:
        json_format.json_fhir_string_to_proto(line, bundle_and_contained_resource_pb2.Bundle, validate=True)
    except Exception as error:  # noqa: BLE001  (whatever it raises is its verdict on the bundle)
        return [f"{type(error).__name__}: {error}"[:500]]
    return []


for bundle in sys.stdin:
    print(json.dumps(problems(bundle)), flush=True)
