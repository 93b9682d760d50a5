"""Gathers everything that the packaged program needs besides its modules, into one folder."""

from __future__ import annotations

import json
import lzma
import os
import shutil
import zipfile
from pathlib import Path

import icons
import licences
from folders import HOME, REPOSITORY, STAGE
from llama_source import LEFT_OUT

_IMPORTED = "release-"
_VOCABULARY = "vocabulary.sqlite"
_LIBRARY_ENDINGS = (".so", ".dylib", ".dll", ".metal")


class MissingAssetError(Exception):
    """Something that the set-up makes is not there; the message says what."""


def gather(*, wheel: Path, guide: Path | None) -> str:
    """Fill the folder that the PyInstaller recipe reads. Raises MissingAssetError."""
    shutil.rmtree(STAGE, ignore_errors=True)
    data = STAGE / "data"
    shutil.copytree(REPOSITORY / "resources", data / "resources")
    shutil.copytree(REPOSITORY / "codesets", data / "codesets")
    sets = copy_code_sets(HOME / "codesets", data / "built" / "codesets")
    libraries = extract_libraries(wheel, STAGE / "llama")
    if guide is not None:
        shutil.copytree(guide, data / "docs" / "html", ignore=shutil.ignore_patterns(".doctrees", ".buildinfo"))
    shutil.copyfile(REPOSITORY / "LICENSE", data / "LICENSE")
    named = licences.write_page(data / "licences.html", REPOSITORY / "requirements" / "run.txt")
    icons.draw(REPOSITORY / "resources" / "icons" / "ehrcoder.svg", STAGE / "icons")
    write_windows_version(STAGE / "windows-version.txt", version())
    return f"{sets} code sets, {libraries} libraries of llama.cpp, {named} licences"


def version() -> str:
    """Return the product's version."""
    import tomllib

    return str(tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def copy_code_sets(source: Path, target: Path) -> int:
    """Copy the default sets as they were built, without what was imported on this machine."""
    manifests = [path for path in sorted(source.glob("*.json")) if not path.name.startswith(_IMPORTED)]
    if not manifests:
        raise MissingAssetError("The code sets are not built: run `make setup` first.")
    target.mkdir(parents=True)
    for manifest in manifests:
        shutil.copyfile(manifest, target / manifest.name)
        pack(source / json.loads(manifest.read_bytes())["file"], target)
    if any(source.glob(f"{_IMPORTED}*.json")):
        raise MissingAssetError(
            f"{source} holds imported code sets, which change the shared vocabulary; package from a clean checkout."
        )
    pack(source / _VOCABULARY, target)
    return len(manifests)


def pack(source: Path, folder: Path) -> None:
    """Compress a code set: it is unpacked into the user's folder at the first start anyway. Same input, same file."""
    with source.open("rb") as plain, lzma.open(folder / f"{source.name}.xz", "wb", preset=1) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)


def extract_libraries(wheel: Path, target: Path) -> int:
    """Unpack llama.cpp's libraries, each once: a wheel holds every version link as a copy of its own."""
    target.mkdir(parents=True)
    taken: dict[bytes, list[str]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.namelist():
            name = Path(entry).name
            if any(part in name for part in _LIBRARY_ENDINGS) and _travels(name):
                taken.setdefault(archive.read(entry), []).append(name)
    for content, names in taken.items():
        # The linker asks for the name with one number (libggml.so.0), llama-cpp-python for the one without.
        wanted = {name for name in names if name.count(".") <= 2 or not name.split(".so.")[-1].count(".")}
        first, *others = sorted(wanted, key=len)
        (target / first).write_bytes(content)
        os.chmod(target / first, 0o755)
        for other in others:
            (target / other).write_bytes(content)
            os.chmod(target / other, 0o755)
    return len(taken)


def _travels(library: str) -> bool:
    return not any(part in library for part in ("mtmd", "llama-common", *LEFT_OUT))


def write_windows_version(target: Path, text: str) -> None:
    """Write the version resource that Windows shows for an executable, as PyInstaller reads it."""
    numbers = (*(int(part) for part in text.split(".")[:3]), 0)
    target.write_text(
        "VSVersionInfo(ffi=FixedFileInfo("
        f"filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004, fileType=0x1), kids=["
        "StringFileInfo([StringTable('040904B0', ["
        "StringStruct('CompanyName', 'EHRCoder maintainers'), StringStruct('FileDescription', 'EHRCoder'), "
        f"StringStruct('FileVersion', '{text}'), StringStruct('ProductName', 'EHRCoder'), "
        f"StringStruct('ProductVersion', '{text}'), StringStruct('LegalCopyright', 'Apache-2.0')])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n", "utf-8",
    )
