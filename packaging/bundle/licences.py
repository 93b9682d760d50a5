"""Writes the licences page: every package that ships, its licence, and the licence's own words."""

from __future__ import annotations

import html
import re
from importlib import metadata
from pathlib import Path

import contents

_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_DATA = (
    ("EHRCoder", "Apache-2.0", "LICENSE in this folder."),
    ("Qt 6", "LGPL-3.0", "Used unchanged through PySide6, as shared libraries that you may replace."),
    ("llama.cpp", "MIT", "Copyright (c) 2023-2026 The ggml authors."),
    ("CPython", "PSF-2.0", "Copyright (c) 2001-2026 Python Software Foundation."),
    ("Gemma 3 270M", "Gemma Terms of Use",
     "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms."),
    ("ICD-10-CM and ICD-10-PCS", "public domain", "Works of the United States government (NCHS, CDC; CMS)."),
    ("HL7 Terminology (outcome sets)", "CC0-1.0", "discharge-disposition, goal-achievement, condition-clinical, 0241."),
    ("CodiEsp (trained artefacts)", "CC BY 4.0", "Miranda-Escalada et al.; learned from its training split."),
)
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>EHRCoder: licences</title>
<style>body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;
background:#f4f6f8;padding:1rem;font-size:12px}td,th{text-align:left;padding:.2rem 1rem .2rem 0}</style>
"""


def shipped_packages(requirements: Path) -> list[str]:
    """Return the names of the packages of a lock that are installed here; a marker may leave one out."""
    names = [re.split(r"[=;\s]", line)[0] for line in requirements.read_text("utf-8").splitlines()
             if line and not line.startswith("#")]
    installed = {re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower() for each in metadata.distributions()}
    return [name for name in names if name in installed]


def enclosed_packages(requirements: Path) -> list[str]:
    """Return those of them that the recipe does not leave out."""
    left_out = {name.lower() for name in contents.EXCLUDED} | {"secretstorage", "jeepney"}
    return [name for name in shipped_packages(requirements) if name not in left_out]


def licence_of(name: str) -> str:
    """Return a package's licence in a few words, as its metadata says it."""
    about = metadata.metadata(name)
    stated = about.get("License-Expression") or about.get("License") or ""
    classes = [each.split(" :: ")[-1] for each in about.get_all("Classifier") or () if each.startswith("License ::")]
    short = stated.strip().splitlines()[0] if stated.strip() else ""
    return short if 0 < len(short) < 60 else ", ".join(classes) or short[:60] or "see its text"


def licence_texts(name: str) -> list[tuple[str, str]]:
    """Return the licence files of a package as (file name, text)."""
    found = []
    for file in metadata.files(name) or ():
        in_metadata = any(part.endswith(".dist-info") for part in file.parts)
        if in_metadata and _TEXT.search(file.name) and file.suffix not in (".py", ".pyc"):
            found.append((file.name, Path(str(file.locate())).read_text("utf-8", "replace")))
    return found


def write_page(target: Path, requirements: Path) -> int:
    """Write the page and return how many packages it names."""
    names = sorted(enclosed_packages(requirements))
    rows = [f"<tr><td>{html.escape(a)}<td>{html.escape(b)}<td>{html.escape(c)}</tr>" for a, b, c in _DATA]
    packages = [
        f'<tr><td><a href="#{name}">{name}</a><td>{metadata.version(name)}<td>{html.escape(licence_of(name))}</tr>'
        for name in names
    ]
    texts = []
    for name in names:
        texts.append(f'<h3 id="{name}">{name}</h3>')
        texts += [f"<pre>{html.escape(text)}</pre>" for _, text in licence_texts(name)] or ["<p>No text enclosed.</p>"]
    target.write_text(
        f"{_HEAD}<h1>Licences</h1><table>{''.join(rows)}</table><h2>Packages</h2><table>{''.join(packages)}</table>"
        f"<h2>Texts</h2>{''.join(texts)}</html>\n", "utf-8",
    )
    return len(names)
