"""The bill of materials names all that ships, and the lists of hashes pin every file that it is installed from."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
HASHED = sorted((REPOSITORY / "requirements" / "hashes").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9-]+)==([^\s;]+)(; .*)?$", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return {found[1]: found[2] for found in PIN.finditer((REPOSITORY / "requirements" / name).read_text("utf-8"))}


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    target = tmp_path_factory.mktemp("bill") / "bill.cdx.json"
    for _ in range(2):
        before = target.read_bytes() if target.exists() else None
        subprocess.run([sys.executable, str(REPOSITORY / "packaging" / "sbom.py"), str(target)], check=True,
                       capture_output=True)
        assert before in (None, target.read_bytes())
    return json.loads(target.read_bytes())


def test_the_bill_is_cyclonedx_and_names_the_program(bill: dict[str, Any]) -> None:
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    assert bill["metadata"]["component"]["name"] == "ehrcoder"


def test_every_package_that_ships_stands_in_the_bill_with_version_and_licence(bill: dict[str, Any]) -> None:
    named = {each["name"]: each for each in bill["components"]}
    text = (REPOSITORY / "requirements" / "run.txt").read_text("utf-8")
    for name, version in pins("run.txt").items():
        if f'{name}=={version}; sys_platform == "win32"' in text:
            continue
        assert named[name]["version"] == version
        assert named[name]["licenses"]
        assert "see its text" not in json.dumps(named[name]["licenses"]), name


def test_references_are_unique_and_every_part_is_depended_on(bill: dict[str, Any]) -> None:
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(refs) == len(set(refs))
    assert set(bill["dependencies"][0]["dependsOn"]) == set(refs)


def test_the_bill_names_no_place_of_this_machine(bill: dict[str, Any]) -> None:
    assert str(REPOSITORY) not in json.dumps(bill)


@pytest.mark.parametrize("path", HASHED, ids=lambda path: path.stem)
def test_every_locked_package_has_the_hash_of_its_file(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    for line in lines:
        assert re.fullmatch(r"[a-z0-9-]+==\S+ --hash=sha256:[0-9a-f]{64}", line), line
    hashed = {line.partition(" ")[0] for line in lines}
    wanted = {f"{name}=={version}" for name, version in {**pins("run.txt"), **pins("assets.txt")}.items()
              if path.stem.startswith("windows") or name not in ("colorama", "pywin32-ctypes")}
    if path.stem.startswith("windows"):
        wanted = {each for each in wanted if not each.startswith(("secretstorage", "jeepney", "uvloop"))}
    assert hashed == wanted, "run `python packaging/hashes.py` after packaging/lock.py"


def test_the_platforms_that_are_built_for_have_their_lists() -> None:
    assert "linux-x86_64-cp311" in {each.stem for each in HASHED}
