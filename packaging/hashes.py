"""Writes requirements/hashes/*.txt: the SHA-256 of every file that the locked packages are installed from.

    .venv/bin/python packaging/hashes.py            after packaging/lock.py
    pip install --require-hashes -r requirements/hashes/linux-x86_64-cp311.txt     installs these files and no others

pip itself resolves the lists and reports the hashes. One list a platform, since wheels differ by platform;
llama-cpp-python comes as source and is compiled.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
REQUIREMENTS = REPOSITORY / "requirements"
LISTS = ("run", "assets")
_SOURCE_ONLY = "llama-cpp-python"
PLATFORMS: dict[str, tuple[str, ...]] = {
    "linux-x86_64-cp311": (
        "manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_26_x86_64",
        "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_12_x86_64", "manylinux2010_x86_64",
        "manylinux_2_5_x86_64", "manylinux1_x86_64",
    ),
    "windows-x86_64-cp311": ("win_amd64",),
    "macos-arm64-cp311": tuple(f"macosx_{major}_0_{kind}" for major in (14, 13, 12, 11) for kind in (
        "arm64", "universal2")),
}


def locked(platform: str) -> list[str]:
    """Return the lines of the lists that hold on a platform, without their markers."""
    lines: list[str] = []
    for name in LISTS:
        for line in (REQUIREMENTS / f"{name}.txt").read_text("utf-8").splitlines():
            pin, _, marker = line.partition("; ")
            is_windows = platform.startswith("windows")
            if not pin or pin.startswith("#") or ("== \"win32\"" in marker and not is_windows):
                continue
            if "!= \"win32\"" in marker and is_windows:
                continue
            lines.append(pin)
    return sorted(lines)


def reported(pins: list[str], *options: str) -> dict[str, str]:
    """Return name → SHA-256 of what pip would install for these pins."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--dry-run", "--ignore-installed",
             "--no-deps", "--quiet", "--report", report, *options, *pins], check=True)
        found = json.loads(report.read_text("utf-8"))["install"]
    names = [re.sub(r"[-_.]+", "-", each["metadata"]["name"]).lower() for each in found]
    files = [each["download_info"]["archive_info"]["hashes"]["sha256"] for each in found]
    return dict(zip(names, files, strict=True))


def main() -> None:
    """Write the list of each platform that is named, or of all."""
    folder = REQUIREMENTS / "hashes"
    folder.mkdir(exist_ok=True)
    source = reported([pin for pin in locked("") if pin.startswith(_SOURCE_ONLY)], "--no-binary", _SOURCE_ONLY)
    for platform in sys.argv[1:] or PLATFORMS:
        pins = [pin for pin in locked(platform) if not pin.startswith(_SOURCE_ONLY)]
        tags = [word for tag in (*PLATFORMS[platform], "any") for word in ("--platform", tag)]
        with tempfile.TemporaryDirectory() as nowhere:
            hashes = source | reported(pins, "--only-binary", ":all:", "--python-version", "3.11", "--implementation",
                                       "cp", "--target", nowhere, *tags)
        lines = [f"{pin} --hash=sha256:{hashes[pin.partition('==')[0]]}" for pin in locked(platform)]
        head = f"# {platform}: what run.txt and assets.txt are installed from.\n# Written by packaging/hashes.py.\n"
        (folder / f"{platform}.txt").write_text(head + "\n".join(lines) + "\n", "utf-8")
        print(f"{platform}: {len(lines)} packages")


if __name__ == "__main__":
    main()
