"""Writes the script of a workspace of the present schema, to be kept before the schema changes.

Run once a schema: `python tests/upgrade/make_workspace.py > tests/upgrade/schema-0001.sql`. A kept script is
never made anew: it stands for the files that users have.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders.coding_world import CODER, open_world, record_of, suggestion_ids
from builders.planned_work import plan_work

from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.profiles import Role
from ehrcoder.ports import ExportEntry
from ehrcoder.usecases.profiles import create_profile
from ehrcoder.usecases.sign_record import sign_record

PASSWORD = "four plain words here"


def main() -> None:
    one, two, three = suggestion_ids()
    with tempfile.TemporaryDirectory() as folder:
        world = open_world(Path(folder) / "w.ehrw")
        workspace, verify = world.workspace, world.verify
        workspace.add_records([record_of("r2", text="astral 𝔘\r\n")])
        verify.accept("r1", one, coder_id=CODER)
        verify.reject("r1", two, coder_id=CODER, reason=RejectReason.NEGATED)
        verify.replace("r1", three, coder_id=CODER, system=ICD_10_CM, code="J45.901")
        verify.undo("r1", coder_id=CODER)
        verify.redo("r1", coder_id=CODER)
        coding = sign_record(world.record_id, history=workspace, store=workspace, coder_id=CODER,
                             clock=world.clock)
        workspace.log_exports([ExportEntry(
            record_id=world.record_id, file_name="r1.json", format="fhir", sha256="ab" * 32,
            head_hash=coding.head_hash, at=world.clock.now())])
        verify.add("r2", coder_id=CODER, system=ICD_10_CM, code="R07.9")
        plan_work(workspace)
        create_profile(workspace, coder_id="root", name="Ada Root", roles=[Role.ADMINISTRATOR], password=PASSWORD)
        create_profile(workspace, coder_id=CODER, name="Cleo Coder", roles=[Role.CODER], password=PASSWORD)
        workspace.close()
        with closing(sqlite3.connect(workspace.path)) as raw:
            for name in ("application_id", "user_version"):
                print(f"PRAGMA {name} = {raw.execute(f'PRAGMA {name}').fetchone()[0]};")
            for line in raw.iterdump():
                print(line)


if __name__ == "__main__":
    main()
