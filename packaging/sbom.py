"""Writes the software bill of materials: what the program is made of, with versions, licences and hashes.

    .venv/bin/python packaging/sbom.py [FILE]      default: dist/ehrcoder.cdx.json

CycloneDX 1.6, JSON (https://cyclonedx.org/docs/1.6/json/). The same installation gives the same file.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
import uuid
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "bundle"))

from licences import licence_of, shipped_packages

REPOSITORY = Path(__file__).resolve().parent.parent
REQUIREMENTS = REPOSITORY / "requirements"
_SPDX = re.compile(r"[A-Za-z0-9.+-]+")
_ARTEFACTS = REPOSITORY / "resources" / "artefacts"
_DATA = (
    ("ICD-10-CM and ICD-10-PCS", "data", "Works of the United States government, public domain"),
    ("HL7 Terminology (outcome sets)", "data", "CC0-1.0"),
    ("Gemma 3 270M (default language model, assembled on the user's machine)", "machine-learning-model",
     "Gemma Terms of Use"),
)
_BUILT_IN = (("Qt", "pyside6-essentials", "LGPL-3.0-only"), ("llama.cpp", "llama-cpp-python", "MIT"),
             ("SQLCipher", "sqlcipher3", "BSD-3-Clause"))


def document() -> dict[str, object]:
    """Return the bill."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    hashes = _hashes()
    packages = [_package(name, hashes) for name in sorted(shipped_packages(REQUIREMENTS / "run.txt"))]
    parts = [
        *packages,
        *({"type": "library", "name": name, "bom-ref": f"in-{inside}", "licenses": [{"license": {"id": licence}}],
           "description": f"Compiled into {inside} {metadata.version(inside)}"} for name, inside, licence in _BUILT_IN),
        *({"type": kind, "name": name, "bom-ref": f"data-{number}", "licenses": [{"license": {"name": licence}}]}
          for number, (name, kind, licence) in enumerate(_DATA)),
        *(_artefact(path) for path in sorted(_ARTEFACTS.iterdir()) if path.is_file()),
    ]
    content = json.dumps(parts, sort_keys=True)
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        # Out of the content, so that the same installation gives the same file.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + content)}",
        "metadata": {"component": {
            "type": "application", "name": project["name"], "version": project["version"], "bom-ref": own, "purl": own,
            "description": project["description"], "licenses": [{"license": {"id": project["license"]}}],
        }},
        "components": parts,
        "dependencies": [{"ref": own, "dependsOn": [str(each["bom-ref"]) for each in parts]}],
    }


# Packages whose metadata say nothing; read in the licence file that they enclose.
_UNSAID = {"sqlcipher3": "Zlib"}


def _package(name: str, hashes: dict[str, str]) -> dict[str, object]:
    version, licence = metadata.version(name).partition("+")[0], _UNSAID.get(name) or licence_of(name)
    purl = f"pkg:pypi/{name}@{version}"
    words = licence.split()
    is_expression = all(_SPDX.fullmatch(word.strip("()")) for word in words) and (
        len(words) == 1 or {"AND", "OR", "WITH"} & set(words))
    said: dict[str, object] = (
        {"expression": licence} if is_expression and len(words) > 1 else {"license": {"name": licence}})
    found: dict[str, object] = {
        "type": "library", "name": name, "version": version, "bom-ref": purl, "purl": purl, "licenses": [said],
    }
    if name in hashes:
        found["hashes"] = [{"alg": "SHA-256", "content": hashes[name]}]
    return found


def _artefact(path: Path) -> dict[str, object]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"type": "data", "name": f"resources/artefacts/{path.name}", "bom-ref": f"artefact-{path.name}",
            "hashes": [{"alg": "SHA-256", "content": digest}]}


def _hashes() -> dict[str, str]:
    """Return name → SHA-256 of the file that a package is installed from on Linux."""
    path = REQUIREMENTS / "hashes" / "linux-x86_64-cp311.txt"
    pairs = re.findall(r"^(\S+?)==\S+ --hash=sha256:([0-9a-f]{64})$", path.read_text("utf-8"), re.MULTILINE)
    return dict(pairs)


def main() -> None:
    """Write the file."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "dist" / "ehrcoder.cdx.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    bill = document()
    target.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", "utf-8")
    parts = bill["components"]
    assert isinstance(parts, list)
    print(f"{target}: {len(parts)} components")


if __name__ == "__main__":
    main()
