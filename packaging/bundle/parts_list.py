"""Writes the software bill of materials of a packaged program: CycloneDX 1.6 in JSON, the same for the same input."""

from __future__ import annotations

import hashlib
import json
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

import licences
from folders import REPOSITORY, STAGE, data_of

_NAMESPACE = uuid.UUID("6f2f5f0e-6c9b-4f7c-9a4c-3a0f8e1f7a10")
_QT_LICENCE, _LLAMA_LICENCE = "LGPL-3.0-only", "MIT"


def write(program: Path, *, version: str) -> int:
    """Write sbom.cdx.json beside the program and return how many parts it names."""
    parts = [*_packages(), *_libraries(), *_data(program)]
    about = {"type": "application", "bom-ref": "ehrcoder", "name": "EHRCoder", "version": version,
             "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": f"pkg:generic/ehrcoder@{version}"}
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": about, "lifecycles": [{"phase": "build"}]},
        "components": parts,
        "dependencies": [{"ref": "ehrcoder", "dependsOn": [part["bom-ref"] for part in parts]}],
    }
    # A serial number that the content gives: the same program, the same list.
    serial = uuid.uuid5(_NAMESPACE, json.dumps(document, sort_keys=True))
    document["serialNumber"] = f"urn:uuid:{serial}"
    (program / "sbom.cdx.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return len(parts)


def _packages() -> list[dict[str, Any]]:
    """Return every Python package of the lock that is installed, hence enclosed."""
    names = licences.shipped_packages(REPOSITORY / "requirements" / "run.txt")
    return [
        {"type": "library", "bom-ref": f"pypi:{name}", "name": name, "version": metadata.version(name),
         "purl": f"pkg:pypi/{name}@{metadata.version(name)}",
         "licenses": [{"license": {"name": licences.licence_of(name)}}]}
        for name in sorted({*names, "llama-cpp-python"})
    ]


def _libraries() -> list[dict[str, Any]]:
    import platform
    import sqlite3

    from PySide6.QtCore import qVersion

    found = [
        ("Qt", qVersion(), _QT_LICENCE), ("CPython", platform.python_version(), "PSF-2.0"),
        ("SQLite", sqlite3.sqlite_version, "blessing"),
    ]
    parts = [
        {"type": "library", "bom-ref": f"library:{name}", "name": name, "version": version,
         "purl": f"pkg:generic/{name.lower()}@{version}", "licenses": [{"license": {"id": licence}}]}
        for name, version, licence in found
    ]
    llama = sorted((STAGE / "llama").iterdir())
    parts.append({
        "type": "library", "bom-ref": "library:llama.cpp", "name": "llama.cpp",
        "version": f"of llama-cpp-python {metadata.version('llama-cpp-python')}",
        "licenses": [{"license": {"id": _LLAMA_LICENCE}}],
        "components": [{"type": "file", "name": path.name, "hashes": [_hash(path)]} for path in llama],
    })
    return parts


def _data(program: Path) -> list[dict[str, Any]]:
    """Return code sets, trained artefacts and, where enclosed, the model."""
    parts = []
    for manifest in sorted((data_of(program) / "built" / "codesets").glob("*.json")):
        about = json.loads(manifest.read_bytes())
        parts.append({
            "type": "data", "bom-ref": f"codes:{about['system']}|{about['version']}", "name": about["name"],
            "version": about["version"], "description": about["source"],
            "licenses": [{"license": {"name": about["licence"]}}],
            "hashes": [{"alg": "SHA-256", "content": about["sha256"]}],
        })
    card = json.loads((data_of(program) / "resources" / "artefacts" / "card.json").read_bytes())
    for name, digest in sorted(card["files"].items()):
        parts.append({
            "type": "machine-learning-model", "bom-ref": f"artefact:{name}", "name": name, "version": card["software"],
            "description": card["data"], "licenses": [{"license": {"name": card["licence_of_data"]}}],
            "hashes": [{"alg": "SHA-256", "content": digest}],
        })
    for model in sorted((data_of(program) / "built").glob("models/*.gguf")):
        parts.append({
            "type": "machine-learning-model", "bom-ref": f"model:{model.name}", "name": model.name,
            "licenses": [{"license": {"name": "Gemma Terms of Use"}}], "hashes": [_hash(model)],
        })
    return parts


def _hash(path: Path) -> dict[str, str]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return {"alg": "SHA-256", "content": digest.hexdigest()}
