"""What real files of each format give, stated file by file.

The codes were compared with an extraction that knows nothing of the readers (split at bars, walk through the JSON,
every coded element of the XML); texts are stated by their length and hash, so that no passage of the corpora stands
here. Columns: file, records, header of the first record, characters and SHA-256 of all texts, codes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ehrcoder.adapters.formats import all_readers

pytestmark = pytest.mark.corpus
SHORT = {
    "http://snomed.info/sct": "SCT", "http://hl7.org/fhir/sid/icd-10-cm": "10CM",
    "http://hl7.org/fhir/sid/icd-9-cm": "9CM", "http://www.ama-assn.org/go/cpt": "CPT",
    "http://www.cms.gov/Medicare/Coding/ICD10": "PCS", "http://hl7.org/fhir/sid/icd-10": "10WHO",
    "http://terminology.hl7.org/CodeSystem/v2-0112": "0112", "https://www.nubc.org/CodeSystem/PatDischargeStatus": "UB",
}
ROWS = [
    tuple(cell.strip() for cell in line.split("|"))
    for line in (Path(__file__).parent / "expected_values.txt").read_text("utf-8").splitlines() if line.strip()
]


@pytest.mark.parametrize(("name", "records", "header", "texts", "codes"), ROWS, ids=[row[0] for row in ROWS])
def test_a_real_file_gives_what_is_stated(read_with, real_data, name, records, header, texts, codes) -> None:
    data = (real_data / "ehr" / name).read_bytes()
    reader = next(each for each in all_readers() if each.recognises(data[:65536], Path(name).name))
    found = read_with(reader, data, name=Path(name).name).records
    first = found[0]
    text = "\f".join(document.text for record in found for document in record.documents)
    told = {f"{SHORT.get(code.coding.system, code.coding.system)}:{code.coding.code}"
            for record in found for code in record.imported_codes}
    assert " ".join(sorted(told)) == codes
    said = (first.patient.birth_year, first.patient.sex.value, first.period.start, first.period.end)
    assert (str(len(found)), " ".join(map(str, said))) == (records, header)
    assert f"{len(text)} {hashlib.sha256(text.encode()).hexdigest()[:12]}" == texts


def test_ten_files_of_each_format_are_stated() -> None:
    formats = [row[0].split("/")[0] for row in ROWS]
    assert min(formats.count(name) for name in ("hl7v2", "fhir", "ccda")) >= 10
