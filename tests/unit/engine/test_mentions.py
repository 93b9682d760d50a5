"""Mentions that coders marked, found again; and what carries them from a text to its translation."""

from __future__ import annotations

from pathlib import Path

import pytest

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.words import words_of
from ehrcoder.engine.artefacts import load_glossary, save_glossary
from ehrcoder.engine.learn.corpus import AlignedTexts, GoldSpan, marked_training_record, translated_training_record
from ehrcoder.engine.learn.mentions import learn_mentions
from ehrcoder.engine.learn.translation import learn_word_table
from ehrcoder.engine.mentions import load_mentions

DIAGNOSIS = CodeKind.DIAGNOSIS
ORIGINALS = (
    "Paciente con fiebre alta.\nPresenta neumonía grave.",
    "Dolor torácico con fiebre.\nNo hay neumonía.",
    "Paciente con dolor abdominal.\nFiebre alta.",
    "Neumonía grave con dolor torácico.\nDolor abdominal.",
    "Dolor.\nFiebre.",
)
TRANSLATIONS = (
    "Patient with high fever.\nHe has severe pneumonia.",
    "Chest pain with fever.\nThere is no pneumonia.",
    "Patient with abdominal pain.\nHigh fever.",
    "Severe pneumonia with chest pain.\nAbdominal pain.",
    "Pain.\nFever.",
)


def span(text: str, words: str, code: str) -> GoldSpan:
    parts = []
    for word in words.split(" … "):
        start = text.index(word)
        parts.append((start, start + len(word)))
    return GoldSpan(kind=DIAGNOSIS, code=code, parts=tuple(parts))


def test_words_that_stand_for_each_other_are_learned_from_aligned_texts() -> None:
    pairs = zip(ORIGINALS, TRANSLATIONS, strict=True)
    table = learn_word_table(s for o, t in pairs for s in AlignedTexts("case", o, t).segments())
    glossary = table.glossary()
    assert glossary["neumonia"][0] == "pneumonia"
    assert glossary["fiebre"][0] == "fever"
    assert glossary["abdominal"][0] == "abdominal"


def test_marked_words_are_carried_over_to_the_sentence_that_holds_their_translation() -> None:
    pairs = list(zip(ORIGINALS, TRANSLATIONS, strict=True))
    table = learn_word_table(s for o, t in pairs for s in AlignedTexts("case", o, t).segments())
    original, translation = pairs[3]
    record = translated_training_record(
        "case", translation, original, [(DIAGNOSIS, "J18.9"), (DIAGNOSIS, "R10.9")],
        [span(original, "Neumonía grave", "J18.9"), span(original, "Dolor abdominal", "R10.9")], table=table,
    )
    assert [(m.sentence, m.code) for m in record.mentions] == [(0, "J18.9"), (1, "R10.9")]
    assert record.mentions[0].words == ("pneumonia", "severe")
    assert "abdominal" in record.mentions[1].words
    assert record.labels == (frozenset({(DIAGNOSIS, "J18.9")}), frozenset({(DIAGNOSIS, "R10.9")}))


def marked(*marks: tuple[str, str, str]) -> list:
    return [
        marked_training_record(f"r{n}", text, [(DIAGNOSIS, code)], [span(text, words, code)])
        for n, (text, words, code) in enumerate(marks)
    ]


def test_a_mention_is_met_again_in_another_order_with_words_between() -> None:
    lexicon = learn_mentions(marked(("Fracture of the left femur.", "Fracture … femur", "S72.90XA")))
    (hit,) = lexicon.look_up(words_of("The femur on that side shows a fracture today."))
    assert (hit.mention.words, hit.cover) == (("femur", "fracture"), 1.0)


@pytest.mark.parametrize("text", ["No such thing here.", "", "left", "1 2 3"])
def test_a_mention_is_not_met_where_its_telling_words_are_missing(text: str) -> None:
    lexicon = learn_mentions(marked(("Fracture of the left femur.", "Fracture … femur", "S72.90XA")))
    assert lexicon.look_up(words_of(text)) == []


def test_words_far_apart_are_no_mention() -> None:
    lexicon = learn_mentions(marked(("Fracture of the left femur.", "Fracture … femur", "S72.90XA")))
    far = "Fracture " + "and then much later on " * 4 + "femur"
    assert all(hit.cover < 1.0 for hit in lexicon.look_up(words_of(far)))


def test_sentences_with_the_words_but_without_the_mark_lower_the_share() -> None:
    records = marked(("Abdominal pain.", "Abdominal pain", "R10.9"), ("No abdominal pain. Fever.", "Fever", "R50.9"))
    mention = next(m for m in learn_mentions(records).mentions if m.words == ("abdominal", "pain"))
    assert (mention.sentences, mention.codes) == (2, ((DIAGNOSIS, "R10.9", 1),))


def test_mentions_survive_the_file_and_give_the_same_bytes(tmp_path: Path) -> None:
    records = marked(("Abdominal pain.", "Abdominal pain", "R10.9"), ("Fever since 3 days.", "Fever", "R50.9"))
    learn_mentions(records).save(tmp_path / "a")
    learn_mentions(records).save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    again = load_mentions(tmp_path / "a")
    assert again.mentions == learn_mentions(records).mentions
    assert [h.cover for h in again.look_up(words_of("pain, abdominal"))] == [1.0]


def test_a_file_without_mentions_is_refused(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "m").write_bytes(gzip.compress(b"3"))
    with pytest.raises(ValueError, match="cut off"):
        load_mentions(tmp_path / "m")


def test_a_glossary_survives_the_file(tmp_path: Path) -> None:
    glossary = {"fiebre": ("fever",), "de": (), "torácico": ("thoracic", "chest")}
    save_glossary(glossary, tmp_path / "g")
    assert load_glossary(tmp_path / "g") == glossary


def test_records_in_which_nobody_marked_a_word_are_learned_from_too(tmp_path: Path) -> None:
    learn_mentions([]).save(tmp_path / "m")
    again = load_mentions(tmp_path / "m")
    assert again.mentions == ()
    assert again.look_up(words_of("Severe pneumonia.")) == []
