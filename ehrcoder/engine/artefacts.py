"""The trained artefacts that the engine runs on, as one folder of files with their cards."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.engine.ground import Sources
from ehrcoder.engine.lexicon import Lexicon, load_lexicon
from ehrcoder.engine.mentions import load_mentions
from ehrcoder.engine.trees import TreeScorer, load_scorer

LEXICON = "lexicon.txt.gz"
MENTIONS = "mentions.txt.gz"
GLOSSARY = "glossary.txt.gz"
PAIR_SCORER = "pair-scorer.json"
CODE_SCORER_WITH_MODEL = "code-scorer-with-model.json"
CODE_SCORER_WITHOUT_MODEL = "code-scorer-without-model.json"
ADAPTER = "adapter.gguf"
CARD = "card.json"
FILES = (LEXICON, MENTIONS, PAIR_SCORER, CODE_SCORER_WITH_MODEL, CODE_SCORER_WITHOUT_MODEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """What was learned for one language, loaded; `floors` are the confidences below which a code is not suggested.

    `others` holds what was learned for further languages, by language.
    """

    sources: Sources
    pair_scorer: TreeScorer
    with_model: TreeScorer
    without_model: TreeScorer
    floors_with_model: dict[CodeKind, float]
    floors_without_model: dict[CodeKind, float]
    hashes: tuple[tuple[str, str], ...]
    training_records: frozenset[str]
    others: Mapping[str, Artefacts] = field(default_factory=dict[str, "Artefacts"])

    @property
    def lexicon(self) -> Lexicon:
        """The phrases of coded records."""
        return self.sources.lexicon

    @property
    def sentences_with(self) -> Mapping[tuple[CodeKind, str], int]:
        """In how many training sentences each code was supported."""
        return self.sources.lexicon.counts

    def for_language(self, language: str) -> Artefacts:
        """Return what was learned for a language; these ones where nothing was."""
        return self.others.get(language, self)


def load_artefacts(folder: Path) -> Artefacts:
    """Load the artefacts of a folder and, from the folders in it, those of further languages.

    Raises EnvironmentFault when one is missing or does not fit its card.
    """
    try:
        others = {path.parent.name: _load(path.parent) for path in sorted(folder.glob(f"*/{CARD}"))}
        return _load(folder, others)
    except (OSError, ValueError, KeyError) as error:
        raise EnvironmentFault(
            f"The trained artefacts in {folder} cannot be loaded ({type(error).__name__}).",
            kept="Records, codes and history are not affected; coding by hand works.",
            next_step="Install the program again, or choose another folder with --artefacts.",
        ) from error


def _load(folder: Path, others: Mapping[str, Artefacts] | None = None) -> Artefacts:
    card = json.loads((folder / CARD).read_text("utf-8"))
    names = [*FILES, *([GLOSSARY] if GLOSSARY in card["files"] else [])]
    hashes = tuple((name, _sha256(folder / name)) for name in names)
    changed = [name for name, digest in hashes if card["files"].get(name) != digest]
    if changed:
        raise EnvironmentFault(
            f"Trained artefacts in {folder} are not those of their card: {', '.join(changed)}.",
            next_step="Install the program again, or choose another folder with --artefacts.",
        )
    training = frozenset(card["training_records_sha256"])
    for other in (others or {}).values():
        training |= other.training_records
    return Artefacts(
        sources=Sources(
            lexicon=load_lexicon(folder / LEXICON),
            mentions=load_mentions(folder / MENTIONS),
            glossary=load_glossary(folder / GLOSSARY) if GLOSSARY in names else None,
        ),
        pair_scorer=load_scorer(folder / PAIR_SCORER),
        with_model=load_scorer(folder / CODE_SCORER_WITH_MODEL),
        without_model=load_scorer(folder / CODE_SCORER_WITHOUT_MODEL),
        floors_with_model={CodeKind(k): v for k, v in card["floors_with_model"].items()},
        floors_without_model={CodeKind(k): v for k, v in card["floors_without_model"].items()},
        hashes=hashes,
        training_records=training,
        others=others or {},
    )


def save_glossary(glossary: Mapping[str, Sequence[str]], path: Path) -> None:
    """Write a glossary, a word and its translations a line, with the same bytes for the same content."""
    lines = [f"{word}\t{' '.join(meant)}" for word, meant in sorted(glossary.items())]
    path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def load_glossary(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a glossary that `save_glossary` wrote. Raises ValueError when a line is none of one."""
    entries = (line.split("\t") for line in gzip.decompress(path.read_bytes()).decode().split("\n"))
    return {word: tuple(meant.split()) for word, meant in entries}


def text_sha256(text: str) -> str:
    """Return the hash by which a card names a training record."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
