"""The first sample stands for the whole: its mix, its texts, and both the typical and the unusual."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from ehrcoder.core.campaign.facts import RecordFacts, chapter_of
from ehrcoder.core.campaign.sampling import Clustering, choose_sample, coverage_of
from ehrcoder.core.ids import RecordId
from ehrcoder.engine.cluster import cluster_texts

TOPICS = {
    "heart": "chest pain myocardial infarction troponin coronary stent ischemia ventricle",
    "lung": "cough pneumonia sputum oxygen bronchi infiltrate wheeze dyspnea",
    "bone": "fracture femur fall plaster orthopedic radius displaced fixation",
}


def texts_of(seed: int, counts: dict[str, int]) -> list[tuple[str, str]]:
    source, found = random.Random(seed), []
    for topic, count in counts.items():
        for _ in range(count):
            words = source.choices(TOPICS[topic].split(), k=25) + source.choices("patient was seen today".split(), k=9)
            found.append((topic, " ".join(words)))
    source.shuffle(found)
    return found


def facts_for(n: int, seed: int) -> list[RecordFacts]:
    source = random.Random(seed)
    return [
        RecordFacts(record_id=RecordId(f"r{k:05}"), content_sha256=f"{source.getrandbits(64):016x}",
                    sex=source.choices(["female", "male", "unknown"], [0.5, 0.45, 0.05])[0],
                    age_band=source.choice(["0-17", "18-44", "45-64"]), language="en", source="text",
                    length=source.choice(["under 150 words", "150-349 words"]), words=100)
        for k in range(n)
    ]


def clustering_of(facts: list[RecordFacts], texts: list[str], seed: int = 1, clusters: int = 0) -> Clustering:
    found = cluster_texts(texts, seed=seed, clusters=clusters)
    ids = [each.record_id for each in facts]
    return Clustering(cluster=dict(zip(ids, found.labels, strict=True)),
                      distance=dict(zip(ids, found.distances, strict=True)), names=found.names)


def test_texts_of_one_topic_lie_in_one_cluster() -> None:
    pairs = texts_of(3, {"heart": 120, "lung": 60, "bone": 30})
    found = cluster_texts([text for _, text in pairs], clusters=3, seed=1)
    owners = {label: {topic for (topic, _), at in zip(pairs, found.labels, strict=True) if at == label}
              for label in set(found.labels)}
    assert sorted(map(sorted, owners.values())) == [["bone"], ["heart"], ["lung"]]
    assert found == cluster_texts([text for _, text in pairs], clusters=3, seed=1)
    heart = next(label for label, topics in owners.items() if topics == {"heart"})
    assert set(found.names[heart].split(", ")) <= set(TOPICS["heart"].split())


def test_a_word_that_few_records_use_names_no_cluster() -> None:
    texts = [text for _, text in texts_of(4, {"heart": 40, "lung": 40})]
    texts[0] += " Zzyzxname Zzyzxname"
    texts[1] += " Zzyzxname"
    assert all("zzyzxname" not in name for name in cluster_texts(texts, clusters=2, seed=1).names)


def test_the_sample_has_the_mix_of_the_whole_and_meets_every_cluster() -> None:
    pairs = texts_of(5, {"heart": 1400, "lung": 500, "bone": 100})
    facts = facts_for(len(pairs), 6)
    clustering = clustering_of(facts, [text for _, text in pairs])
    items = choose_sample(facts, clustering, size=200)
    chosen = frozenset(item.record_id for item in items)
    assert len(chosen) == len(items) == 200
    coverage = coverage_of(facts, chosen, clustering)
    assert coverage.clusters_met == 1.0
    drawn = random.Random(1)
    at_random = [coverage_of(facts, frozenset(RecordId(r) for r in drawn.sample([f.record_id for f in facts], 200)),
                             clustering) for _ in range(40)]
    for number, (dimension, apart) in enumerate(coverage.apart):
        usual = sorted(dict(each.apart)[dimension] for each in at_random)[20]
        assert apart <= max(usual, 0.03), (number, dimension)
    assert dict(coverage.apart)["text cluster"] < sorted(dict(e.apart)["text cluster"] for e in at_random)[0]


def test_every_beginning_of_the_list_is_spread_over_the_clusters() -> None:
    pairs = texts_of(5, {"heart": 300, "lung": 300, "bone": 300})
    facts = facts_for(len(pairs), 6)
    clustering = clustering_of(facts, [text for _, text in pairs], clusters=3)
    first = choose_sample(facts, clustering, size=90)[:30]
    counts = [sum(clustering.cluster[item.record_id] == k for item in first) for k in range(3)]
    assert max(counts) - min(counts) <= 4


def test_both_typical_and_unusual_records_are_taken_and_each_says_why() -> None:
    pairs = texts_of(5, {"heart": 300, "lung": 300})
    facts = facts_for(len(pairs), 6)
    items = choose_sample(facts, clustering_of(facts, [text for _, text in pairs]), size=60)
    assert {item.reason.split(" text cluster")[0] for item in items} == {"typical of", "at the edge of"}
    assert all("records there" in item.reason and item.stratum for item in items)


def test_a_weighted_stratum_is_taken_more_often() -> None:
    pairs = texts_of(5, {"heart": 500, "lung": 500})
    facts = facts_for(len(pairs), 6)
    clustering = clustering_of(facts, [text for _, text in pairs])
    children = {each.record_id for each in facts if each.age_band == "0-17"}
    plain, more = (
        sum(item.record_id in children for item in choose_sample(facts, clustering, size=150, weights=weights))
        for weights in (None, {"0-17": 3.0})
    )
    assert 40 <= plain <= 60
    assert more >= 1.4 * plain


def test_asking_for_more_than_there_is_gives_everything_once() -> None:
    pairs = texts_of(5, {"heart": 20, "lung": 9})
    facts = facts_for(len(pairs), 6)
    items = choose_sample(facts, clustering_of(facts, [text for _, text in pairs]), size=500)
    assert sorted(item.record_id for item in items) == sorted(each.record_id for each in facts)


@pytest.mark.parametrize(("code", "chapter"), [
    ("A00.0", "A00-B99"), ("B99.9", "A00-B99"), ("C00.0", "C00-D49"), ("D49.9", "C00-D49"), ("D50.9", "D50-D89"),
    ("H59.89", "H00-H59"), ("H60.90", "H60-H95"), ("C7A.00", "C00-D49"), ("M1A.00X0", "M00-M99"),
    ("O9A.111", "O00-O9A"),
    ("T88.9XXA", "S00-T88"),
    ("U07.1", "U00-U85"), ("W19.XXXA", "V00-Y99"), ("Z3A.20", "Z00-Z99"), ("0DTJ4ZZ", "unknown"),
])
def test_a_diagnosis_code_is_in_the_chapter_of_the_tabular_list(code: str, chapter: str) -> None:
    assert chapter_of(code) == chapter


def test_the_chapters_of_known_codes_are_strata_of_the_sample() -> None:
    pairs = texts_of(5, {"heart": 900})
    source = random.Random(3)
    facts = [replace(f, chapter=source.choices(("I00-I99", "E00-E89", "C00-D49"), weights=(70, 25, 5))[0])
             for f in facts_for(len(pairs), 6)]
    clustering = clustering_of(facts, [text for _, text in pairs])
    items = choose_sample(facts, clustering, size=100)
    coverage = coverage_of(facts, frozenset(item.record_id for item in items), clustering)
    taken = {s.value: s.sampled for s in coverage.shares if s.dimension == "code chapter"}
    everywhere = {s.value: s.total / len(facts) for s in coverage.shares if s.dimension == "code chapter"}
    assert all(abs(taken[chapter] - 100 * share) <= 5 for chapter, share in everywhere.items())
    assert all("I00-I99" in i.stratum or "E00-E89" in i.stratum or "C00-D49" in i.stratum for i in items)
    assert "code chapter" not in dict(coverage_of(facts_for(20, 1), frozenset(), None).apart)
