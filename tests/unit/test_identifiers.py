"""Possible identifiers are found, and near-misses of medicine are left alone."""

from __future__ import annotations

import pytest

from ehrcoder.core.eponyms import EPONYMS
from ehrcoder.core.identifiers import possible_identifiers

# Sentence with the findings in brackets, as [kind|words].
SENTENCES = """
Seen by Dr. [name|Maria Lopez] today.
Mr. [name|Smith] denies pain.
Mrs [name|O'Brien-Jones] was admitted.
Ms. [name|Ann B. Carter] is well.
Discussed with Professor [name|Weber].
Patient name: [name|Jane Doe]
Name: [name|Doe, Jane]
Attending: Dr. [name|House]
[name|John Carter] MD examined the abdomen.
[name|Ann B. Lee], RN
Call [phone|(555) 123-4567] for results.
Call [phone|555-123-4567].
Phone: [phone|555 0123 456]
Mobile [phone|+44 20 7946 0958]
[phone|+1 555 123 4567]
Fax: [phone|0207 946 0958]
Write to [e-mail|j.doe@example.org].
[e-mail|a_b+c@mail.hospital.co.uk]
See [web address|https://example.org/p?id=1] for it.
[web address|www.example.com/records]
Lives at [address|12 Main Street], alone.
[address|221B Baker Street]
[address|1600 Old Mill Road]
[address|P.O. Box 112]
Moved to [address|Springfield, IL 62704].
Admitted on [date with day|2026-03-04].
Seen [date with day|03/04/2026].
Seen [date with day|3/4/26].
Seen [date with day|4.3.2026] in clinic.
On [date with day|March 4, 2026] he fell.
On [date with day|Mar 4] he fell.
On [date with day|4 March 2026] he fell.
On [date with day|4th of March] he fell.
On [date with day|04-Mar-2026] he fell.
MRN: [record number|1234567]
MRN [record number|AB-12345]
Medical record number is [record number|00123]
NHS number: [record number|943 476 5919]
SSN [record number|123-45-6789]
It is [record number|123-45-6789] there.
Account no. [record number|778812]
Accession number: [record number|S24-1234]
A [age over 89|93]-year-old woman.
Aged [age over 89|101].
[age over 89|92] yo male
""".strip().splitlines()

NEAR_MISSES = """
Parkinson's disease with tremor.
History of Crohn disease and Hodgkin lymphoma.
Babinski sign negative, Romberg positive.
Foley catheter in place, Swan-Ganz removed.
Glasgow Coma Scale 15, Apgar 9 and 10.
Alzheimer dementia, Lewy bodies.
Dr. Crohn's disease
BP 120/80, pulse 72, temperature 38.5.
Pain 7/10 at rest, 3/10 on medication.
Blood sugar 123-145 mg/dL.
Take 1-2 tablets every 4-6 hours.
Seen in March 2026.
Since 2019 without relapse.
In May he was well.
May 5 mg be enough?
An 89-year-old man.
A 45 year old woman.
Weight 92 kg, oxygen saturation 93%.
99 years ago nothing was known of it: 1.92 year old data.
Ejection fraction 55-60%.
L4-L5 disc, T1 2 N0 M0.
ICD code E11.9, J45.909.
Potassium 4.5, sodium 140.
Grade 3/6 murmur, vision 20/20.
Ratio 1:40, titre 1:320.
Dose 0.5-1.0-1.5 mg.
Lot 12, bed 4.
3 x 4 x 5 cm mass.
HbA1c 7.2 % and LDL 130.
Phone calls were made.
The patient is aware of it.
Name of the drug unknown.
MRN not given.
Discharged home in stable condition.
St. John's wort stopped.
Troponin 0.01, 0.02, 0.03.
Dr. will see him tomorrow.
Ms. denies it.
He walked 12 steps down the road.
Chapter 4.2.1 of the protocol.
He weighed 3500 g at 38 weeks.
CD4 count 200-499.
Ratio 2/3, stage 3a.
Blood group O positive, Rh 1-2-3.
""".strip().splitlines()


def marked(text: str) -> str:
    parts, last = [], 0
    for found in possible_identifiers(text):
        parts += [text[last:found.start], f"[{found.kind.value}|{text[found.start:found.end]}]"]
        last = found.end
    return "".join((*parts, text[last:]))


def plain(sentence: str) -> str:
    result = sentence
    for kind in ("name", "phone", "e-mail", "web address", "address", "date with day", "record number", "age over 89"):
        result = result.replace(f"[{kind}|", "")
    return result.replace("]", "")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_may_identify_is_found_with_its_place(sentence):
    assert marked(plain(sentence)) == sentence


@pytest.mark.parametrize("sentence", NEAR_MISSES)
def test_medicine_that_looks_like_an_identifier_is_left_alone(sentence):
    assert marked(sentence) == sentence


def test_offsets_count_code_points():
    text = "😀 e\u0301 Mr. Smith"
    found = possible_identifiers(text)
    assert [text[item.start:item.end] for item in found] == ["Smith"]


def test_the_eponyms_are_many_and_in_lower_case():
    assert len(EPONYMS) >= 150
    assert all(name == name.lower() for name in EPONYMS)
    assert {"parkinson", "crohn", "alzheimer", "hodgkin"} <= EPONYMS
