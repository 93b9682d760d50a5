"""The trained artefacts that the engine runs on, as one folder of files with their cards."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.engine.lexicon import Lexicon, load_lexicon
from ehrcoder.engine.trees import TreeScorer, load_scorer

LEXICON = "lexicon.txt.gz"
PAIR_SCORER = "pair-scorer.json"
CODE_SCORER_WITH_MODEL = "code-scorer-with-model.json"
CODE_SCORER_WITHOUT_MODEL = "code-scorer-without-model.json"
ADAPTER = "adapter.gguf"
CARD = "card.json"
FILES = (LEXICON, PAIR_SCORER, CODE_SCORER_WITH_MODEL, CODE_SCORER_WITHOUT_MODEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """What was learned, loaded; `floors` are the confidences below which a code is not suggested."""

    lexicon: Lexicon
    pair_scorer: TreeScorer
    with_model: TreeScorer
    without_model: TreeScorer
    floors_with_model: dict[CodeKind, float]
    floors_without_model: dict[CodeKind, float]
    hashes: tuple[tuple[str, str], ...]
    training_records: frozenset[str]


def load_artefacts(folder: Path) -> Artefacts:
    """Load the artefacts of a folder. Raises EnvironmentFault when one is missing or does not fit its card."""
    try:
        card = json.loads((folder / CARD).read_text("utf-8"))
        hashes = tuple((name, _sha256(folder / name)) for name in FILES)
        changed = [name for name, digest in hashes if card["files"].get(name) != digest]
        if changed:
            raise EnvironmentFault(
                f"Trained artefacts in {folder} are not those of their card: {', '.join(changed)}.",
                next_step="Install the program again, or choose another folder with --artefacts.",
            )
        return Artefacts(
            lexicon=load_lexicon(folder / LEXICON),
            pair_scorer=load_scorer(folder / PAIR_SCORER),
            with_model=load_scorer(folder / CODE_SCORER_WITH_MODEL),
            without_model=load_scorer(folder / CODE_SCORER_WITHOUT_MODEL),
            floors_with_model={CodeKind(k): v for k, v in card["floors_with_model"].items()},
            floors_without_model={CodeKind(k): v for k, v in card["floors_without_model"].items()},
            hashes=hashes,
            training_records=frozenset(card["training_records_sha256"]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise EnvironmentFault(
            f"The trained artefacts in {folder} cannot be loaded ({type(error).__name__}).",
            kept="Records, codes and history are not affected; coding by hand works.",
            next_step="Install the program again, or choose another folder with --artefacts.",
        ) from error


def text_sha256(text: str) -> str:
    """Return the hash by which a card names a training record."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
