"""What the engine proposes. A suggestion is the model's; only a person makes an assignment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.codes import CodeKind, Coding
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.ids import RecordId, RunId, SuggestionId


class RunOutcome(StrEnum):
    """How an inference run ended. A cancelled run saves no suggestions."""

    COMPLETE = "complete"
    WITHOUT_MODEL = "without-model"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageScore:
    """What one pipeline stage said of a candidate, on that stage's own scale."""

    stage: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another candidate for the same words, ranked below the suggestion."""

    coding: Coding
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSuggestion:
    """One proposed code with the words that support it and how sure the engine is (0 to 1)."""

    suggestion_id: SuggestionId
    run_id: RunId
    record_id: RecordId
    coding: Coding
    kind: CodeKind
    evidence: tuple[Evidence, ...]
    scores: tuple[StageScore, ...]
    confidence: float
    rank: int
    explanation: str = ""
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDescription:
    """Which language model answered: names and hashes, enough to repeat the run."""

    name: str
    sha256: str
    adapter: str = ""
    adapter_sha256: str = ""
    context_size: int = 0
    threads: int = 0
    gpu_layers: int = 0
    library_versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherCode:
    """A code that was too unsure to suggest, with the words that may mean it."""

    coding: Coding
    confidence: float
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceRun:
    """One pass of the engine over one record, with all that is needed to repeat it."""

    run_id: RunId
    record_id: RecordId
    started_at: dt.datetime
    finished_at: dt.datetime
    outcome: RunOutcome
    model: ModelDescription | None
    artefacts: tuple[tuple[str, str], ...]
    prompt_id: str
    policy: str
    code_sets: tuple[tuple[str, str], ...]
    seed: int
    prompt_tokens: int
    judged_candidates: int
    software_version: str
    further: tuple[FurtherCode, ...] = ()
    """Codes that the words may mean but that were too unsure to suggest, best first: what a search looks at first."""
