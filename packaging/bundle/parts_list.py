"""Writes the bill of materials of a packaged program: that of packaging/sbom.py, and what only the package encloses."""

from __future__ import annotations

import hashlib
import json
import platform
import sqlite3
import sys
import uuid
from pathlib import Path
from typing import Any

import licences
from folders import REPOSITORY, STAGE, data_of

sys.path.insert(0, str(REPOSITORY / "packaging"))

import sbom

_NAMESPACE = uuid.UUID("6f2f5f0e-6c9b-4f7c-9a4c-3a0f8e1f7a10")


def write(program: Path) -> int:
    """Write sbom.cdx.json beside the program and return how many parts it names."""
    document: dict[str, Any] = sbom.document()
    requirements = REPOSITORY / "requirements" / "run.txt"
    absent = {*licences.shipped_packages(requirements)} - {*licences.enclosed_packages(requirements)}
    own = [part for part in document["components"] if part["name"] not in absent]
    parts = [*own, *_interpreter(), *_libraries(), *_data(program)]
    document["components"] = parts
    for each in document.get("dependencies", ()):
        each["dependsOn"] = [part["bom-ref"] for part in parts]
    # The serial number comes from the content: the same program, the same list.
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(_NAMESPACE, json.dumps(parts, sort_keys=True))}"
    (program / "sbom.cdx.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return len(parts)


def _interpreter() -> list[dict[str, Any]]:
    found = (("CPython", platform.python_version(), "PSF-2.0"), ("SQLite", sqlite3.sqlite_version, "blessing"))
    return [
        {"type": "library", "bom-ref": f"enclosed-{name}", "name": name, "version": version,
         "licenses": [{"license": {"id": licence}}]} for name, version, licence in found
    ]


def _libraries() -> list[dict[str, Any]]:
    """Return llama.cpp's libraries, which were built here, each with its hash."""
    return [
        {"type": "file", "bom-ref": f"enclosed-{path.name}", "name": path.name, "hashes": [_hash(path)],
         "licenses": [{"license": {"id": "MIT"}}]} for path in sorted((STAGE / "llama").iterdir())
    ]


def _data(program: Path) -> list[dict[str, Any]]:
    """Return the code sets as they were built and, where enclosed, the model."""
    parts: list[dict[str, Any]] = []
    for manifest in sorted((data_of(program) / "built" / "codesets").glob("*.json")):
        about = json.loads(manifest.read_bytes())
        parts.append({
            "type": "data", "bom-ref": f"enclosed-{manifest.stem}", "name": about["name"],
            "version": about["version"], "description": about["source"],
            "licenses": [{"license": {"name": about["licence"]}}],
            "hashes": [{"alg": "SHA-256", "content": about["sha256"]}],
        })
    parts.extend(
        {"type": "machine-learning-model", "bom-ref": f"enclosed-{model.name}", "name": model.name,
         "licenses": [{"license": {"name": "Gemma Terms of Use"}}], "hashes": [_hash(model)]}
        for model in sorted((data_of(program) / "built").glob("models/*.gguf"))
    )
    return parts


def _hash(path: Path) -> dict[str, str]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return {"alg": "SHA-256", "content": digest.hexdigest()}
