"""What the window's tests put in place of model, code sets and engine; store and history are the real ones."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from builders.people import cheap_passwords

from ehrcoder.adapters.store.backup_shelf import SqliteBackups
from ehrcoder.adapters.store.cipher import CipherKey
from ehrcoder.adapters.store.encryption import WorkspaceEncryption
from ehrcoder.adapters.store.keys import WorkspaceKeys
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.code_releases import InstalledList
from ehrcoder.core.codes import (
    ICD_10_CM,
    ICD_10_PCS,
    KIND_OF_SYSTEM,
    CodeKind,
    CodeSetEdition,
    Coding,
    Concept,
)
from ehrcoder.core.errors import ModelUnavailableError
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import DocumentId, RecordId, RunId, SuggestionId
from ehrcoder.core.procedure_tables import ProcedureTable
from ehrcoder.core.records import (
    AdministrativeSex,
    ClinicalDocument,
    EncounterClass,
    EncounterRecord,
    Patient,
    Period,
)
from ehrcoder.core.severity import CodeWeight
from ehrcoder.core.suggestions import (
    Alternative,
    CodeSuggestion,
    FurtherCode,
    InferenceRun,
    ModelDescription,
    RunOutcome,
    StageScore,
)
from ehrcoder.paths import Paths
from ehrcoder.ports import SearchHit, TermHit
from ehrcoder.settings import Settings
from ehrcoder.usecases.campaign.store import CampaignStore

REPOSITORY = Path(__file__).resolve().parents[2]
NOTE = (
    "Chief complaint:\r\nCough and fever \U0001f912 for three days.\r\n\r\n"
    "History of present illness:\r\nThe patient has type 2 diabetes mellitus. He presents with community "
    "acquired pneumonia of the left lower lobe.\r\nNo chest pain.\r\n\r\n"
    "Past medical history:\r\nEssential hypertension. Pneumonia two years ago.\r\n\r\n"
    "Procedures:\r\nBronchoscopy with drainage of the left lung was performed.\r\n\r\n"
    "Assessment and plan:\r\nPneumonia, improving on antibiotics. Discharged home.\r\n"
)
_CODES = (
    (ICD_10_CM, "J18", "Pneumonia, unspecified organism", False),
    (ICD_10_CM, "J18.9", "Pneumonia, unspecified organism", True),
    (ICD_10_CM, "J18.1", "Lobar pneumonia, unspecified organism", True),
    (ICD_10_CM, "J15.9", "Unspecified bacterial pneumonia", True),
    (ICD_10_CM, "E11", "Type 2 diabetes mellitus", False),
    (ICD_10_CM, "E11.9", "Type 2 diabetes mellitus without complications", True),
    (ICD_10_CM, "E11.65", "Type 2 diabetes mellitus with hyperglycemia", True),
    (ICD_10_CM, "I10", "Essential (primary) hypertension", True),
    (ICD_10_CM, "R50.9", "Fever, unspecified", True),
    (ICD_10_CM, "R05.1", "Acute cough", True),
    (ICD_10_PCS, "0B9L8ZZ", "Drainage of Left Lung, Via Natural or Artificial Opening Endoscopic", True),
)
VERSION = "2026-04"


def concepts() -> tuple[Concept, ...]:
    return tuple(
        Concept(
            coding=Coding(system=system, version=VERSION, code=code, display=display),
            parent=code[:3] if "." in code else None, is_billable=billable,
        )
        for system, code, display, billable in _CODES
    )


def coding_of(code: str) -> Coding:
    return next(each.coding for each in concepts() if each.coding.code == code)


class FakeIndex:
    """A code set of eleven codes."""

    def editions(self) -> tuple[CodeSetEdition, ...]:
        return tuple(
            CodeSetEdition(
                system=system, version=VERSION, name=name, effective_from=dt.date(2026, 4, 1),
                effective_to=None, concept_count=11, billable_count=9, licence="public domain",
                source="test", sha256="0" * 64,
            )
            for system, name in ((ICD_10_CM, "ICD-10-CM"), (ICD_10_PCS, "ICD-10-PCS"))
        )

    def edition(self, system: str, *, on: dt.date | None = None) -> CodeSetEdition | None:
        return next((each for each in self.editions() if each.system == system), None)

    def lists(self, *, on: dt.date | None = None) -> dict[str, str]:
        return {}

    def listed(self, system: str, code: str, *, on: dt.date | None = None) -> dict[str, str]:
        return {}

    def caveats(self) -> dict[str, str]:
        return {}

    def installed_lists(self) -> tuple[InstalledList, ...]:
        return ()

    def weights(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[CodeWeight, ...]:
        return ()

    def index_paths(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[str, ...]:
        return ()

    def procedure_table(self, code: str, *, on: dt.date | None = None) -> ProcedureTable | None:
        return None

    def titles(
        self, system: str, beginning: str, *, on: dt.date | None = None
    ) -> tuple[tuple[str, str], ...]:
        return tuple(
            (each.coding.code, each.coding.display) for each in concepts()
            if each.is_billable and each.coding.system == system and each.coding.code.startswith(beginning)
        )

    def count_below(self, system: str, beginning: str, *, on: dt.date | None = None) -> int:
        return len(self.titles(system, beginning))

    def concept(self, system: str, code: str, *, on: dt.date | None = None) -> Concept | None:
        return next((each for each in concepts() if (each.coding.system, each.coding.code) == (system, code)), None)

    def concept_of_edition(self, system: str, version: str, code: str) -> Concept | None:
        return self.concept(system, code)

    def children(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
        if not code:
            return tuple(each for each in concepts() if each.parent is None and each.coding.system == system)
        return tuple(each for each in concepts() if each.parent == code and each.coding.code != code)

    def ancestors(self, system: str, code: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
        header = self.concept(system, code.split(".")[0]) if "." in code else None
        return (header,) if header is not None else ()

    def search(
        self, text: str, *, systems: Sequence[str] = (), kinds: Sequence[CodeKind] = (), limit: int = 20,
        on: dt.date | None = None,
    ) -> tuple[SearchHit, ...]:
        words = text.casefold().split()
        found = [
            SearchHit(concept=each, score=0.5) for each in concepts()
            if all(word in f"{each.coding.code} {each.coding.display}".casefold() for word in words)
            and (not kinds or KIND_OF_SYSTEM[each.coding.system] in kinds)
        ]
        return tuple(found[:limit])

    def terms(self, words: Sequence[str], *, system: str, limit: int = 20) -> tuple[TermHit, ...]:
        return ()

    def billable_codes(self, system: str) -> frozenset[str]:
        return frozenset(each.coding.code for each in concepts() if each.is_billable)


class FakeModel:
    """A model that answers to its name, or is missing."""

    def __init__(self) -> None:
        self.problem = ""

    def describe(self) -> ModelDescription:
        if self.problem:
            raise ModelUnavailableError(self.problem)
        return ModelDescription(name="test model", sha256="0" * 64)

    def close(self) -> None:
        pass


class FakeEngine:
    """Proposes five codes for the sample note; `seconds` makes it slow, `gate` holds it until it is set."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.gate: threading.Event | None = None
        self.started = threading.Event()

    def propose(self, record: EncounterRecord, *, cancel=None):
        self.started.set()
        end = time.monotonic() + self.seconds
        while time.monotonic() < end or (self.gate is not None and not self.gate.is_set()):
            if cancel is not None:
                cancel.raise_if_cancelled()
            time.sleep(0.002)
        now = dt.datetime.now(dt.UTC)
        run = InferenceRun(
            run_id=RunId(UuidSource().new_id()), record_id=record.record_id, started_at=now, finished_at=now,
            outcome=RunOutcome.COMPLETE, model=None, artefacts=(), prompt_id="test", policy="clinical",
            code_sets=((ICD_10_CM, VERSION),), seed=0, prompt_tokens=0, judged_candidates=0,
            software_version="0", further=further_for(record),
        )
        return run, suggestions_for(record, run.run_id)


def further_for(record: EncounterRecord) -> tuple[FurtherCode, ...]:
    """Return the codes that the engine thought of and did not suggest, on the words that may mean them."""
    document = record.documents[0]
    return tuple(
        FurtherCode(
            coding=coding_of(code), confidence=confidence,
            evidence=Evidence(
                span=TextSpan(document_id=document.document_id, start=start, end=start + len(quote)), quote=quote
            ),
        )
        for code, quote, confidence in (("R05.1", "Cough", 0.2), ("J18.1", "left lung", 0.1))
        if (start := document.text.find(quote)) >= 0
    )


def suggestions_for(record: EncounterRecord, run_id: RunId) -> tuple[CodeSuggestion, ...]:
    wanted = (
        ("J18.9", ("acquired pneumonia", "Pneumonia, improving"), ("J18.1", "J15.9")),
        ("E11.9", ("type 2 diabetes mellitus",), ("E11.65",)),
        ("I10", ("Essential hypertension",), ()),
        ("R50.9", ("fever",), ()),
        ("0B9L8ZZ", ("drainage of the left lung",), ()),
    )
    document = record.documents[0]
    made: list[CodeSuggestion] = []
    for rank, (code, quotes, others) in enumerate(wanted, start=1):
        evidence = tuple(
            Evidence(span=TextSpan(document_id=document.document_id, start=start, end=start + len(quote)),
                     quote=quote)
            for quote in quotes if (start := document.text.find(quote)) >= 0
        )
        if evidence:
            coding = coding_of(code)
            made.append(CodeSuggestion(
                suggestion_id=SuggestionId(UuidSource().new_id()), run_id=run_id, record_id=record.record_id,
                coding=coding, kind=KIND_OF_SYSTEM[coding.system], evidence=evidence,
                scores=(StageScore(stage="test", score=1.0),), confidence=0.95 - rank * 0.11, rank=rank,
                alternatives=tuple(Alternative(coding=coding_of(each), confidence=0.3) for each in others),
            ))
    return tuple(made)


def sample_records(count: int = 3) -> tuple[EncounterRecord, ...]:
    return tuple(
        EncounterRecord(
            record_id=RecordId(UuidSource().new_id()), source_format="text",
            source_name=f"discharge-{number}.txt", source_sha256=f"{number:064d}",
            imported_at=dt.datetime(2026, 11, 1, 8, number, tzinfo=dt.UTC),
            patient=Patient(pseudonym=f"P-{1000 + number}", birth_year=1958, sex=AdministrativeSex.MALE),
            period=Period(start=dt.date(2026, 10, 1), end=dt.date(2026, 10, 4)),
            encounter_class=EncounterClass.INPATIENT,
            documents=(ClinicalDocument(
                document_id=DocumentId(UuidSource().new_id()), type="note", title="Discharge summary",
                text=NOTE,
            ),),
        )
        for number in range(1, count + 1)
    )


class KeysInMemory:
    """Stands in for the system's keyring."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}

    def load(self, salt: bytes) -> bytes | None:
        return self.kept.get(salt)

    def save(self, key: CipherKey) -> None:
        self.kept[key.salt] = key.raw

    def forget(self, salt: bytes) -> None:
        self.kept.pop(salt, None)


class FakeServices:
    """Stands in for `ehrcoder.services.Services`."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.settings = Settings(coder="dr-test")
        self.paths = Paths(home=home, resources=REPOSITORY / "resources", code_set_sources=REPOSITORY / "codesets")
        self.clock = SystemClock()
        self.ids = UuidSource()
        self.model = FakeModel()
        self.made_engine = FakeEngine()
        self.backed_up: list[Path] = []
        self.keyring = KeysInMemory()
        self.keys = WorkspaceKeys(store=self.keyring)

    def open_workspace(self, path: Path | None = None, *, read_only: bool = False) -> SqliteWorkspace:
        assert path is not None
        return SqliteWorkspace.open(path, clock=self.clock, ids=self.ids, read_only=read_only, keys=self.keys,
                                    anchors=self.paths.home / "anchors", passwords=cheap_passwords)

    def campaigns(self, workspace: SqliteWorkspace) -> CampaignStore:
        return workspace.campaigns

    def backups(self, path: Path) -> SqliteBackups:
        return SqliteBackups(path, clock=self.clock, ids=self.ids, keys=self.keys)

    def encryption(self, path: Path) -> WorkspaceEncryption:
        return WorkspaceEncryption(path, clock=self.clock, ids=self.ids, keys=self.keys, keyring=self.keyring)

    def back_up_if_due(self, path: Path) -> None:
        self.backed_up.append(path)

    def open_code_sets(self) -> FakeIndex:
        return FakeIndex()

    def installed_editions(self) -> tuple[CodeSetEdition, ...]:
        return FakeIndex().editions()

    def model_words(self) -> str:
        return "fake.gguf, 1 MB"

    has_model = True

    @property
    def default_workspace(self) -> Path:
        return self.paths.default_workspace

    def use_model(self, file: Path | None) -> Path:
        assert file is not None
        return file

    def language_model(self) -> FakeModel:
        return self.model

    def engine(self) -> FakeEngine:
        return self.made_engine

    @property
    def readers(self):
        from ehrcoder.adapters.formats import all_readers

        return all_readers()

    @property
    def column_mappings(self):
        from ehrcoder.adapters.column_mappings import ColumnMappingFile

        return ColumnMappingFile(self.paths.home / "column-mappings.json")

    @property
    def writers(self):
        from ehrcoder.adapters.writers import all_writers

        return all_writers()

    def close(self) -> None:
        self.model.close()
