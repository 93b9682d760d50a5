"""The standalone verifier notices every tampered bundle and history, and is content with what is as it left."""

from __future__ import annotations

import ast
import copy
import hashlib
import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from builders.signed_records import (
    EXPORTED_AT,
    FEVER,
    SignedRecordBuilder,
    a_full_record,
    records_of_many_shapes,
)

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.writer import FhirBundleWriter
from ehrcoder.ports import ExportEntry
from ehrcoder.usecases.export_history import history_document

Json = dict[str, Any]
SCRIPT = Path(__file__).resolve().parents[3] / "resources" / "verifier" / "verify_export.py"


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_export", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(made: SignedRecordBuilder, folder: Path, form: BundleForm = BundleForm.COLLECTION) -> tuple[Path, Path]:
    """Write bundle and history of a record as the program does, and return their paths."""
    data = FhirBundleWriter(form).render(
        made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=EXPORTED_AT
    )
    entry = ExportEntry(
        record_id=made.record.record_id, file_name="b.json", format="fhir", at=EXPORTED_AT,
        sha256=hashlib.sha256(data).hexdigest(), head_hash=made.coding.head_hash,
    )
    bundle, history = folder / "b.json", folder / "h.json"
    bundle.write_bytes(data)
    history.write_bytes(history_document(made.record, made.events, [entry], exported_at=EXPORTED_AT))
    return bundle, history


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Bundle and history of a record with every kind of code and of decision, signed twice."""
    made = a_full_record()
    made.amend()
    made.remove_last()
    made.add(FEVER, quote="fever")
    made.sign()
    bundle, history = written(made, tmp_path_factory.mktemp("pair"))
    return bundle.read_bytes(), history.read_bytes()


def problems(verifier: ModuleType, folder: Path, *files: bytes, reformatted: bool = False) -> list[str]:
    paths = [folder / f"{number}.json" for number, _ in enumerate(files)]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    try:
        return verifier.check([str(path) for path in paths], reformatted=reformatted)[0]
    except verifier.UnreadableError as error:
        return [str(error)]


def rehashed(events: list[Json], genesis: str) -> list[Json]:
    """Give events hashes that fit, as somebody who knows the format would."""
    previous, made = genesis, []
    for number, each in enumerate(events, 1):
        body = json.loads(each["body"])
        body["sequence"], body["previous_hash"] = number, previous
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(text.encode()).hexdigest()
        made.append({"hash": previous, "body": text})
    return made


def edit(events: list[Json], chance: random.Random) -> None:
    each = chance.choice(events)
    body = json.loads(each["body"])
    body["draft"]["coder_id"] = "somebody-else"
    each["body"] = json.dumps(body, sort_keys=True, separators=(",", ":"))


def delete(events: list[Json], chance: random.Random) -> None:
    del events[chance.randrange(len(events) - 1)]


def insert(events: list[Json], chance: random.Random) -> None:
    events.insert(chance.randrange(len(events)), copy.deepcopy(chance.choice(events)))


def reorder(events: list[Json], chance: random.Random) -> None:
    one, two = chance.sample(range(len(events)), 2)
    events[one], events[two] = events[two], events[one]


def cut(events: list[Json], chance: random.Random) -> None:
    del events[-chance.randint(1, len(events) - 1):]


WAYS: tuple[Callable[[list[Json], random.Random], None], ...] = (edit, delete, insert, reorder, cut)


@pytest.mark.parametrize("way", WAYS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("hashes_made_to_fit", [False, True])
def test_each_of_a_hundred_tampered_histories_is_noticed(
    verifier: ModuleType, tmp_path: Path, pair: tuple[bytes, bytes], way: Callable[..., None],
    hashes_made_to_fit: bool,
) -> None:
    bundle, history = pair
    for seed in range(10):
        document = json.loads(history)
        way(document["events"], random.Random(seed))
        if hashes_made_to_fit:
            document["events"] = rehashed(document["events"], document["genesis"])
            document["head"] = {"sha256": document["events"][-1]["hash"], "events": len(document["events"])}
        assert problems(verifier, tmp_path, bundle, json.dumps(document).encode()), seed


@pytest.mark.parametrize("form", list(BundleForm))
def test_what_left_is_found_intact_for_records_of_every_shape(
    verifier: ModuleType, tmp_path: Path, form: BundleForm
) -> None:
    for made in records_of_many_shapes():
        bundle, history = written(made, tmp_path, form)
        assert verifier.check([str(bundle), str(history)])[0] == [], made.record.record_id
        assert verifier.check([str(bundle)])[0] == []


def test_a_bundle_that_left_before_later_changes_is_intact_and_said_to_be_older(
    verifier: ModuleType, tmp_path: Path
) -> None:
    made = a_full_record()
    bundle, _ = written(made, tmp_path)
    entry = ExportEntry(
        record_id=made.record.record_id, file_name="b.json", format="fhir", at=EXPORTED_AT,
        sha256=hashlib.sha256(bundle.read_bytes()).hexdigest(), head_hash=made.coding.head_hash,
    )
    made.amend()
    history = tmp_path / "h.json"
    history.write_bytes(history_document(made.record, made.events, [entry], exported_at=EXPORTED_AT))
    found, remarks = verifier.check([str(bundle), str(history)])
    assert found == []
    assert "1 events came after" in remarks[0]


def every_leaf(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, each in value.items() for leaf in every_leaf(each, (*path, name))]
    if isinstance(value, list):
        return [leaf for place, each in enumerate(value) for leaf in every_leaf(each, (*path, place))]
    return [path]


def test_every_single_value_of_a_bundle_that_is_changed_is_noticed(
    verifier: ModuleType, tmp_path: Path, pair: tuple[bytes, bytes]
) -> None:
    bundle, history = pair
    document = json.loads(bundle)
    leaves = every_leaf(document)
    assert len(leaves) > 300
    for path in leaves:
        changed = json.loads(bundle)
        node = changed
        for step in path[:-1]:
            node = node[step]
        old = node[path[-1]]
        node[path[-1]] = old + 1 if isinstance(old, int | float) and not isinstance(old, bool) else f"{old}x"
        assert problems(verifier, tmp_path, json.dumps(changed).encode(), history), path


CHANGES: dict[str, Callable[[list[Json]], object]] = {
    "another code": lambda entries: first(entries, "Condition")["code"]["coding"][0].update(code="J18.8"),
    "another title": lambda entries: first(entries, "Condition")["code"]["coding"][0].update(display="other"),
    "a code taken out": lambda entries: entries.remove(entry_of(entries, "Procedure")),
    "a code put in twice under another id": lambda entries: entries.append(
        {**copy.deepcopy(entry_of(entries, "Procedure"))} | {"resource": {
            **entry_of(entries, "Procedure")["resource"],
            "identifier": [{"system": systems.ASSIGNMENT_ID, "value": "forged"}]}}),
    "another note": lambda entries: first(entries, "DocumentReference")["content"][0]["attachment"].update(data="eA=="),
    "another use": lambda entries: first(entries, "Encounter")["diagnosis"][0]["extension"][0].update(
        valueCode="secondary"),
    "a code declared an error": lambda entries: first(entries, "Procedure").update(status="entered-in-error"),
}


def first(entries: list[Json], kind: str) -> Json:
    return entry_of(entries, kind)["resource"]


def entry_of(entries: list[Json], kind: str) -> Json:
    return next(each for each in entries if each["resource"]["resourceType"] == kind)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_meaning_is_noticed_even_in_a_bundle_that_was_reformatted(
    verifier: ModuleType, tmp_path: Path, pair: tuple[bytes, bytes], change: Callable[[list[Json]], object]
) -> None:
    document = json.loads(pair[0])
    assert problems(verifier, tmp_path, json.dumps(document, indent=1).encode(), pair[1], reformatted=True) == []
    change(document["entry"])
    assert problems(verifier, tmp_path, json.dumps(document).encode(), pair[1], reformatted=True)


def test_a_head_noted_elsewhere_is_looked_for(
    verifier: ModuleType, tmp_path: Path, pair: tuple[bytes, bytes]
) -> None:
    path = tmp_path / "h.json"
    path.write_bytes(pair[1])
    head = json.loads(pair[1])["head"]["sha256"]
    assert verifier.check([str(path)], [head])[0] == []
    assert verifier.check([str(path)], ["0" * 64])[0]


def test_a_record_that_was_exchanged_is_noticed(
    verifier: ModuleType, tmp_path: Path, pair: tuple[bytes, bytes]
) -> None:
    document = json.loads(pair[1])
    document["record"] = document["record"].replace("Lobar", "Labor")
    assert "not what was imported" in problems(verifier, tmp_path, json.dumps(document).encode())[0]


def test_names_that_stand_twice_are_refused(verifier: ModuleType, tmp_path: Path, pair: tuple[bytes, bytes]) -> None:
    doubled = pair[0].replace(b'{"resourceType":"Bundle"', b'{"resourceType":"Bundle","id":"x"', 1)
    assert problems(verifier, tmp_path, doubled)


def test_files_that_are_neither_end_with_code_two(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for data in (b"", b"[]", b"{}", b"\xff", b'{"format": "ehrcoder-history", "version": 9}', b"[" * 100_000):
        path.write_bytes(data)
        done = subprocess.run([sys.executable, "-I", str(SCRIPT), str(path)], capture_output=True, check=False)
        assert done.returncode == 2, data[:20]
        assert b"Traceback" not in done.stderr


def test_it_runs_alone_and_says_what_it_found(tmp_path: Path, pair: tuple[bytes, bytes]) -> None:
    bundle, history = tmp_path / "b.json", tmp_path / "h.json"
    bundle.write_bytes(pair[0])
    history.write_bytes(pair[1])
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(bundle), str(history)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout.split()[0]) == (0, "intact")
    bundle.write_bytes(pair[0].replace(b"J18.1", b"J18.8"))
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, "NOT INTACT" in done.stdout) == (1, True)


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    names = {
        name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert names <= sys.stdlib_module_names
    assert not names & {"socket", "http", "urllib", "ssl", "subprocess", "ctypes"}


def test_its_addresses_are_those_of_the_writer(verifier: ModuleType) -> None:
    for name in ("HEAD", "SIGNATURE", "EVIDENCE", "ASSIGNMENT", "DIAGNOSIS_USE", "PRESENT_ON_ADMISSION"):
        assert getattr(verifier, name) in systems.OWN_EXTENSIONS
    assert (verifier.ASSIGNMENT_ID, verifier.DOCUMENT_ID, verifier.EXPORT_ID) == (
        systems.ASSIGNMENT_ID, systems.DOCUMENT_ID, systems.EXPORT_ID)
