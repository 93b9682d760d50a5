"""Puts what was built aside into its place: all of it, also when the program or the machine stops in between."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from ehrcoder.adapters.codesets.vocabulary import VOCABULARY_FILE

_PREFIX = ".import-"
_PLAN = "plan.json"
_FORMER = "former"
_ABANDONED_AFTER = 24 * 3600.0


def new_stage(target: Path) -> Path:
    """Return a fresh folder beside the code sets; what imports that were killed left there is cleared away."""
    for each in target.glob(f"{_PREFIX}*"):
        if not (each / _PLAN).exists() and time.time() - each.stat().st_mtime > _ABANDONED_AFTER:
            shutil.rmtree(each, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=target))


def put_in_place(stage: Path, target: Path) -> None:
    """Move every file of the stage to where it counts.

    Once the plan is on the disk, the move is finished by whoever opens the code sets next, whatever happens; an
    error before its end puts everything back. Raises OSError.
    """
    new = sorted(each.relative_to(stage) for each in stage.rglob("*") if each.is_file())
    # Manifests come last, since a file counts from when its manifest names it.
    new.sort(key=lambda each: (each.suffix == ".json", each.name == VOCABULARY_FILE))
    for each in new:
        (target / each).parent.mkdir(exist_ok=True)
        _keep(target / each, stage / _FORMER / each)
    _write_plan(stage, new)
    try:
        _move(stage, target, new)
    except OSError:
        (stage / _PLAN).unlink(missing_ok=True)
        for each in new:
            (target / each).unlink(missing_ok=True)
            if (stage / _FORMER / each).exists():
                (stage / _FORMER / each).replace(target / each)
        raise
    shutil.rmtree(stage, ignore_errors=True)


def finish_interrupted(target: Path) -> None:
    """Finish the move of an import that was stopped after its plan was made. Raises OSError."""
    for plan in target.glob(f"{_PREFIX}*/{_PLAN}"):
        try:
            names = [Path(name) for name in json.loads(plan.read_bytes())]
        except (OSError, ValueError):
            continue  # another program is finishing it, or the plan was not complete and nothing was moved
        _move(plan.parent, target, names)
        shutil.rmtree(plan.parent, ignore_errors=True)


def _keep(path: Path, kept: Path) -> None:
    """Let a file stand at a second place as well; by a link where the file system has them."""
    if not path.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, kept)
    except OSError:
        shutil.copy2(path, kept)


def _write_plan(stage: Path, names: list[Path]) -> None:
    temporary = stage / f"{_PLAN}.tmp"
    with temporary.open("wb") as file:
        file.write(json.dumps([each.as_posix() for each in names]).encode())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(stage / _PLAN)


def _move(stage: Path, target: Path, names: list[Path]) -> None:
    for each in names:
        try:
            (stage / each).replace(target / each)
        except FileNotFoundError:
            if not (target / each).exists():
                raise
