"""Finishes the built program: its two variants, what lies beside it for the desktop, and the files to hand out."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import contents
from folders import DIST, HOME, REPOSITORY, STAGE, data_of, inside

MODEL = "gemma-3-270m-q4_k_m.gguf"
_DESKTOP = """[Desktop Entry]
Type=Application
Name=EHRCoder
GenericName=Clinical coding workbench
Comment=Turn health records into verified codes, offline
Comment[es]=Convertir historias clínicas en códigos verificados, sin conexión
Exec={program} %f
Icon=ehrcoder
Terminal=false
Categories=Science;MedicalSoftware;
MimeType=application/x-ehrcoder-workspace;
"""
_READ_ME = """EHRCoder {version}, {variant} variant

  ehrcoder-window        opens the window
  ehrcoder --help        the commands; `ehrcoder doctor` says what is there and what is off
  _internal/ehrcoder/data/docs/html/index.html   the guide, also in the window: Help
  _internal/ehrcoder/data/licences.html          the licences of all that is enclosed

{model}
Nothing is sent anywhere. EHRCoder is decision support: a clinician verifies every code.
"""
_WITH_MODEL = "The default language model is enclosed; the Gemma Terms of Use (ai.google.dev/gemma/terms) go with it."
_WITHOUT_MODEL = (
    "No language model is enclosed. The window asks for its file at the first start; `ehrcoder model use FILE` does\n"
    "the same. Without one, codes are proposed from the trained lexicon and the code sets alone."
)
_CONTROL = """Package: ehrcoder
Version: {version}
Section: science
Priority: optional
Architecture: amd64
Installed-Size: {size}
Maintainer: EHRCoder maintainers <maintainers@ehrcoder.invalid>
Depends: libc6, libegl1, libgl1, libxcb1, libfontconfig1, fonts-dejavu-core | fonts-liberation | fonts-noto-core
Description: offline workbench for clinical coding
 Proposes diagnosis, procedure and outcome codes with a local language model;
 a clinician verifies every one of them. Opens no network connection.
"""
_STRIPPED = re.compile(r"(libpython3|lib-dynload/|sqlcipher3/)")
_WORTH_A_LINK = 100_000
_EPOCH = 1_700_000_000  # the same input makes the same archive


def slim_down(program: Path) -> str:
    """Give the program its second name, drop symbols that only a debugger reads, and keep equal files once.

    Raises OSError and CalledProcessError.
    """
    before = size_of(program)
    if not (program / "ehrcoder-window").exists():
        os.link(program / "ehrcoder", program / "ehrcoder-window")
    for path in sorted(inside(program).rglob("*.so*")):
        # Libraries that auditwheel has patched may not survive `strip`: only those are taken that gain much and that
        # the smoke test uses.
        if _STRIPPED.search(str(path.relative_to(program))) and not path.is_symlink() and shutil.which("strip"):
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)
    seen: dict[bytes, Path] = {}
    for path in sorted(program.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size < _WORTH_A_LINK:
            continue
        digest = hashlib.sha256(path.read_bytes()).digest()
        first = seen.setdefault(digest, path)
        if first != path and not os.path.samefile(first, path):
            path.unlink()
            os.link(first, path)
    return f"{before / 1e6:.0f} MB, then {size_of(program) / 1e6:.0f} MB"


def missing_libraries(program: Path) -> list[str]:
    """Return "FILE needs LIBRARY" for every library that is neither enclosed nor to be had on any Linux desktop."""
    from PyInstaller.depend.bindepend import get_imports

    files = [path for path in program.rglob("*") if ".so" in path.name and path.is_file()]
    enclosed = {path.name for path in files}
    found = []
    for path in files:
        for name, _ in get_imports(str(path), search_paths=[]):
            library = Path(name).name
            if library not in enclosed and not contents.SYSTEM_LIBRARIES.match(library):
                found.append(f"{path.relative_to(program)} needs {library}")
    return sorted(set(found))


def make_variant(program: Path, variant: str, *, version: str) -> Path:
    """Lay one variant into dist/ehrcoder-VERSION-VARIANT; files are links to the built ones where that works."""
    target = DIST / f"ehrcoder-{version}-{variant}"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(program, target, copy_function=_link, symlinks=True)
    if variant == "full":
        models = data_of(target) / "built" / "models"
        models.mkdir(parents=True)
        shutil.copyfile(HOME / "models" / MODEL, models / MODEL)
    (target / "README.txt").write_text(_READ_ME.format(
        version=version, variant=variant, model=_WITH_MODEL if variant == "full" else _WITHOUT_MODEL
    ), "utf-8")
    shutil.copyfile(REPOSITORY / "LICENSE", target / "LICENSE")
    shutil.copytree(STAGE / "icons", target / "icons")
    return target


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def size_of(folder: Path) -> int:
    """Return the bytes that a folder takes: a file with several names counts once."""
    files = {
        (about.st_dev, about.st_ino): about.st_size
        for path in folder.rglob("*") if path.is_file() and not path.is_symlink() for about in [path.stat()]
    }
    return sum(files.values())


def make_tar(program: Path) -> Path:
    """Write dist/NAME.tar.gz."""
    target = DIST / f"{program.name}-linux-x86_64.tar.gz"
    with target.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=_EPOCH) as packed, \
            tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(program, program.name, filter=_anonymous)
    return target


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = _EPOCH
    return entry


def make_app_dir(program: Path) -> Path:
    """Lay the program out as an AppDir, from which `appimagetool` makes an AppImage; the tool is not run here."""
    target = DIST / f"{program.name}.AppDir"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(program, target / "usr" / "lib" / "ehrcoder", copy_function=_link, symlinks=True)
    _desktop_files(target / "usr", program="ehrcoder-window")
    start = target / "AppRun"
    start.write_text(
        '#!/bin/sh\n# With words it is the command line, without any it opens the window.\n'
        'here="$(dirname "$(readlink -f "$0")")/usr/lib/ehrcoder"\n'
        'if [ $# -eq 0 ]; then exec "$here/ehrcoder-window"; fi\nexec "$here/ehrcoder" "$@"\n', "utf-8",
    )
    start.chmod(0o755)
    shutil.copyfile(STAGE / "icons" / "ehrcoder-256.png", target / "ehrcoder.png")
    (target / ".DirIcon").symlink_to("ehrcoder.png")
    shutil.copyfile(target / "usr" / "share" / "applications" / "ehrcoder.desktop", target / "ehrcoder.desktop")
    return target


def _desktop_files(prefix: Path, *, program: str) -> None:
    applications = prefix / "share" / "applications"
    applications.mkdir(parents=True)
    (applications / "ehrcoder.desktop").write_text(_DESKTOP.format(program=program), "utf-8")
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        place = prefix / "share" / "icons" / "hicolor" / f"{size}x{size}" / "apps"
        place.mkdir(parents=True)
        shutil.copyfile(STAGE / "icons" / f"ehrcoder-{size}.png", place / "ehrcoder.png")


def make_deb(program: Path, *, version: str) -> Path | None:
    """Write a Debian package that installs into /opt/ehrcoder; None where dpkg-deb is not there."""
    if shutil.which("dpkg-deb") is None:
        return None
    root = STAGE.parent / "deb"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(program, root / "opt" / "ehrcoder", copy_function=_link, symlinks=True)
    _desktop_files(root / "usr", program="/opt/ehrcoder/ehrcoder-window")
    commands = root / "usr" / "bin"
    commands.mkdir(parents=True)
    for name in ("ehrcoder", "ehrcoder-window"):
        (commands / name).symlink_to(f"/opt/ehrcoder/{name}")
    control = root / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(_CONTROL.format(version=version, size=size_of(root) // 1024), "utf-8")
    target = DIST / f"{program.name}_amd64.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z4", "--build", str(root), str(target)], check=True,
        stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(_EPOCH)},
    )
    shutil.rmtree(root)
    return target
