"""`ehrcoder learn`: rebuilds the trained artefacts from a corpus with gold codes."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehrcoder.engine.learn.adapter import TrainingProgress
    from ehrcoder.engine.learn.corpus import TrainingRecord
    from ehrcoder.usecases.learn import LearningData
    from ehrcoder.usecases.learn_corpus import BilingualCase


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("learn", help="rebuild the trained artefacts from coded records")
    parser.add_argument("corpus", choices=("codiesp",), help="layout of the corpus")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--split", action="append", help="sub-folder to learn from (default: train; repeatable)")
    parser.add_argument("--limit", type=int, metavar="N", help="learn from N cases drawn from it, for a learning curve")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the artefacts")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="folder for adapters and answers by fold (default: OUT with -work)"
    )
    parser.add_argument(
        "--language", action="append", choices=("en", "es"), help="language to learn (default: both; repeatable)"
    )
    parser.add_argument("--no-adapter", action="store_true", help="learn without the language model")
    parser.add_argument("--folds", type=int, default=3, metavar="N", help="adapters that answer for unseen records (3)")
    parser.add_argument("--epochs", type=int, metavar="N", help="how often the adapter sees every question")
    parser.add_argument(
        "--batch-tokens", type=int, metavar="N", help="tokens of a training step; a GPU has room for 16000"
    )
    parser.add_argument("--device", default="cpu", help="where the adapter is trained: cpu (default) or cuda")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; an interrupted training goes on from its checkpoint when the command is given again."""
    from dataclasses import replace

    from ehrcoder.engine.learn.adapter import AdapterRecipe
    from ehrcoder.services import Services
    from ehrcoder.usecases.learn import Learning, cross_judge

    services = Services()
    recipe = AdapterRecipe()
    recipe = replace(
        recipe, epochs=options.epochs or recipe.epochs, batch_tokens=options.batch_tokens or recipe.batch_tokens
    )
    work = options.work or options.out.with_name(options.out.name + "-work")
    try:
        index, base = services.code_sets, services.default_model_path
        read = _learning_data(
            options.directory, options.split or ["train"], options.language or ["en", "es"], options.limit
        )
        learnings = {data.language: Learning(data=data, index=index, progress=_show) for data in read}
        margins = None
        if not options.no_adapter:
            margins = cross_judge(
                list(learnings.values()),
                base=base,
                folder=work,
                recipe=recipe,
                folds=options.folds,
                report=_show_training,
                should_stop=lambda: False,
                device=options.device,
            )
            options.out.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(work / "adapter.gguf", options.out / "adapter.gguf")
        model = None if options.no_adapter else services.language_model(adapter=options.out / "adapter.gguf")
        for language, learning in learnings.items():
            folder = options.out if language == "en" else options.out / language
            measures = learning.fit_scorers(model=model, folder=folder, recipe=recipe, margins=margins)
            for name, value in measures.items():
                print(f"{language} {name}: {value:.3f}")
    finally:
        services.close()
    return 0


def corpus_records(directory: Path, split: str, *, language: str = "en") -> Iterator[tuple[str, TrainingRecord]]:
    """Yield the text of each case of a split with what the engine learns from it. Raises InputError."""
    from ehrcoder.usecases.learn_corpus import BilingualCorpus

    data = BilingualCorpus(_cases(directory, [split])).learning_data(language, description="")
    yield from zip(data.texts, data.records, strict=True)


def _learning_data(
    directory: Path, splits: list[str], languages: list[str], limit: int | None
) -> list[LearningData]:
    from ehrcoder.usecases.learn_corpus import BilingualCorpus

    cases = _cases(directory, splits)
    description = f"CodiEsp corpus v4 (CLEF eHealth 2020), {' and '.join(splits)}"
    if limit is not None and limit < len(cases):
        # In an order that has nothing to do with the cases: a smaller part always lies within a larger one.
        cases = sorted(cases, key=lambda case: hashlib.sha256(case.name.encode()).digest())[:limit]
        description += f", {limit} cases drawn from it"
    corpus = BilingualCorpus(cases)
    return [corpus.learning_data(language, description=description) for language in dict.fromkeys(languages)]


def _cases(directory: Path, splits: list[str]) -> list[BilingualCase]:
    from ehrcoder.engine.learn.corpus import GoldSpan
    from ehrcoder.services import read_codiesp_training
    from ehrcoder.usecases.learn_corpus import BilingualCase

    return [
        BilingualCase(
            name=case.name,
            english=case.english,
            spanish=case.spanish,
            codes=case.codes,
            spans=tuple(GoldSpan(kind=e.kind, code=e.code, parts=e.parts) for e in case.evidence),
        )
        for split in splits
        for case in read_codiesp_training(directory, split)
    ]


def _show(done: int, total: int, message: str) -> None:
    if done % 20 == 0 or done == total:
        print(f"{message}: {done}/{total}", file=sys.stderr)


def _show_training(progress: TrainingProgress) -> None:
    if progress.step % 10 == 0 or progress.step == progress.steps:
        print(
            f"training: step {progress.step}/{progress.steps}, loss {progress.loss:.3f}, "
            f"{progress.tokens_per_second:.0f} tokens/s",
            file=sys.stderr,
        )
