"""The manifest beside each built code-set file: what it holds, where it came from, and its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ehrcoder.core.codes import CodeSetEdition
from ehrcoder.core.errors import EnvironmentFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An installed edition with the names and hashes of its files."""

    edition: CodeSetEdition
    file_name: str
    input_sha256: str
    schema_version: int
    caveat: str


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest as JSON, by temporary file, fsync and rename."""
    edition = manifest.edition
    document = {
        "name": edition.name, "system": edition.system, "version": edition.version,
        "effective_from": edition.effective_from.isoformat() if edition.effective_from else None,
        "effective_to": edition.effective_to.isoformat() if edition.effective_to else None,
        "concepts": edition.concept_count, "billable": edition.billable_count,
        "licence": edition.licence, "source": edition.source, "caveat": manifest.caveat,
        "file": manifest.file_name, "sha256": edition.sha256,
        "input_sha256": manifest.input_sha256, "schema_version": manifest.schema_version,
    }
    data = json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_manifests(folder: Path) -> tuple[Manifest, ...]:
    """Return the manifests of a folder, by name and edition. Raises EnvironmentFault on a damaged one."""
    if not folder.is_dir():
        return ()
    return tuple(_read(path) for path in sorted(folder.glob("*.json")))


def _read(path: Path) -> Manifest:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        edition = CodeSetEdition(
            system=document["system"], version=document["version"], name=document["name"],
            effective_from=_date(document["effective_from"]), effective_to=_date(document["effective_to"]),
            concept_count=document["concepts"], billable_count=document["billable"],
            licence=document["licence"], source=document["source"], sha256=document["sha256"],
        )
        return Manifest(
            edition=edition, file_name=document["file"], input_sha256=document["input_sha256"],
            schema_version=document["schema_version"], caveat=document["caveat"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EnvironmentFault(
            f"The code-set manifest {path.name} cannot be read.",
            next_step="Run `ehrcoder codesets build --force`.",
        ) from error


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
