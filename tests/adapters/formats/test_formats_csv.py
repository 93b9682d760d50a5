"""Tables of notes: columns by name, texts exactly, doubtful cells named."""

from __future__ import annotations

import datetime as dt

import pytest

from ehrcoder.adapters.formats.csv_records import CsvReader
from ehrcoder.adapters.formats.dates import DayOrder, day_order_of, read_date
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import AdministrativeSex, EncounterClass


def test_all_columns_are_recognised_by_their_names(read_with):
    data = (b"Record ID,patient_id,Date,discharge_date,Sex,BirthYear,Encounter-Class,note_type,title,TEXT\n"
            b"7,P1,2026-05-01,2026-05-03,f,1960,inpatient,Letter,Ward,\"a, b\"\n")
    record = read_with(CsvReader(), data).records[0]
    assert record.patient.pseudonym == "P1"
    assert (record.patient.sex, record.patient.birth_year) == (AdministrativeSex.FEMALE, 1960)
    assert (record.period.start, record.period.end) == (dt.date(2026, 5, 1), dt.date(2026, 5, 3))
    assert record.encounter_class is EncounterClass.INPATIENT
    document = record.documents[0]
    assert (document.type, document.title, document.text) == ("Letter", "Ward", "a, b")
    assert record.import_notes == ()


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb\r\n", "a\rb", "a;b|c\td", 'say "x"', " spaced ", "\u202eאב"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quoted_text_keeps_every_character(read_with, text, end):
    quoted = text.replace('"', '""')
    data = f'id,note{end}1,"{quoted}"{end}2,next{end}'.encode()
    read = read_with(CsvReader(), data)
    assert [record.documents[0].text for record in read.records] == [text, "next"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(read_with, delimiter):
    data = delimiter.join(["id", "text", "sex"]) + "\n" + delimiter.join(["1", "note", "M"])
    record = read_with(CsvReader(), data.encode()).records[0]
    assert (record.documents[0].text, record.patient.sex) == ("note", AdministrativeSex.MALE)


def test_a_spreadsheets_separator_line_is_obeyed_and_lines_still_count(read_with):
    read = read_with(CsvReader(), b"sep=;\r\nid;text\r\n1;note\r\n2\r\n")
    assert read.text == "note"
    assert read.left_out == ["Line 4: 1 cells where the header has 2."]


def test_rows_of_one_record_are_its_documents_and_other_rows_records_of_their_own(read_with):
    data = b"encounter_id,text\nE1,first\nE2,other\nE1,second\n,alone\n,alone too\n"
    records = read_with(CsvReader(), data).records
    assert [[document.text for document in record.documents] for record in records] == [
        ["first", "second"], ["other"], ["alone"], ["alone too"],
    ]
    assert [document.document_id for document in records[0].documents] == ["d1", "d2"]


def test_the_same_record_id_of_two_patients_is_two_records(read_with):
    assert len(read_with(CsvReader(), b"id,patient,text\n1,A,x\n1,B,y\n").records) == 2


def test_bad_rows_cost_only_themselves(read_with):
    read = read_with(CsvReader(), b"id,text\n1,good\n2\n3,\n\n4,a,b\n5,fine,,\n")
    assert [record.documents[0].text for record in read.records] == ["good", "fine"]
    assert [message.split(":")[0] for message in read.left_out] == ["Line 3", "Line 6", "Line 4"]


def test_a_table_without_text_names_the_columns_that_it_has(read_with):
    with pytest.raises(InputError, match="The columns are: id, age, comment") as caught:
        read_with(CsvReader(), b"id,age,comment\n1,3,x\n")
    assert "--column text=NAME" in caught.value.next_step


def test_a_table_without_header_shows_nothing_of_its_first_row(read_with):
    row = b"1,Patient complains of crushing chest pain radiating to the left arm\n"
    with pytest.raises(InputError) as caught:
        read_with(CsvReader(), row)
    assert "chest" not in str(caught.value)


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty"), (b"\n \n", "white space"), (b'id,text\n1,"open', "Line 2: a quote is opened"),
    (b'id,text\n1,"a\n"b\n', "Line 3: a quoted cell goes on"), (b'id,text\n1,"a"b"\n2,x,y\n', "Line 2: a quoted"),
])
def test_a_broken_table_is_refused_with_line_and_reason(read_with, data, reason):
    with pytest.raises(InputError, match=reason):
        read_with(CsvReader(), data)


def test_a_column_can_be_named_outright(read_with):
    read = read_with(CsvReader(), b"Nr,Befund\n1,Husten\n", **{"column.text": "befund"})
    assert read.text == "Husten"


@pytest.mark.parametrize(("given", "order", "expected"), [
    ("2026-05-03", DayOrder.UNKNOWN, dt.date(2026, 5, 3)), ("2026-05-03T10:00:00Z", DayOrder.UNKNOWN,
                                                           dt.date(2026, 5, 3)),
    ("20260503", DayOrder.UNKNOWN, dt.date(2026, 5, 3)), ("3.5.2026", DayOrder.UNKNOWN, dt.date(2026, 5, 3)),
    ("25/05/2026", DayOrder.UNKNOWN, dt.date(2026, 5, 25)), ("05/25/2026", DayOrder.UNKNOWN, dt.date(2026, 5, 25)),
    ("05/05/2026", DayOrder.UNKNOWN, dt.date(2026, 5, 5)), ("03/05/2026", DayOrder.DAY_FIRST, dt.date(2026, 5, 3)),
    ("03/05/2026", DayOrder.MONTH_FIRST, dt.date(2026, 3, 5)), ("3 May 2026", DayOrder.UNKNOWN, dt.date(2026, 5, 3)),
    ("May 3, 2026", DayOrder.UNKNOWN, dt.date(2026, 5, 3)), ("03-MAY-2026", DayOrder.UNKNOWN, dt.date(2026, 5, 3)),
])
def test_certain_dates_are_read(given, order, expected):
    assert read_date(given, order=order) == (expected, "")


@pytest.mark.parametrize(("given", "reason"), [
    ("03/05/2026", "cannot be told apart"), ("3/5/26", "two digits"), ("03-May-26", "two digits"),
    ("46143", "day number"), ("2026-02-30", "no day"), ("soon", "not written"), ("31.06.2026", "no day"),
])
def test_doubtful_dates_are_named_and_not_guessed(given, reason):
    date, problem = read_date(given)
    assert date is None
    assert reason in problem


@pytest.mark.parametrize(("values", "order"), [
    (["01/02/2026", "13/02/2026"], DayOrder.DAY_FIRST), (["01/02/2026", "02/13/2026"], DayOrder.MONTH_FIRST),
    (["13/02/2026", "02/13/2026"], DayOrder.UNKNOWN), (["01/02/2026"], DayOrder.UNKNOWN),
])
def test_a_columns_day_order_is_taken_from_values_that_prove_it(values, order):
    assert day_order_of(values) is order


def test_what_was_not_certain_is_with_the_record(read_with):
    data = b"id,date,sex,class,age,text\n1,3/5/26,x,spa,40,note\n2,2026-05-01,m,ED,40,note\n"
    first, second = read_with(CsvReader(), data).records
    assert first.period.start is None
    assert len(first.import_notes) == 3
    assert (second.patient.birth_year, second.encounter_class) == (1986, EncounterClass.EMERGENCY)
    assert "reckoned from age" in second.import_notes[0]


def test_a_record_has_the_same_hash_in_another_table(read_with):
    small = read_with(CsvReader(), b"id,text\n2,two\n").records[0]
    large = read_with(CsvReader(), b"id,text\r\n1,one\r\n2,two\r\n").records[1]
    changed = read_with(CsvReader(), b"id,text\n2,Two\n").records[0]
    assert small.source_sha256 == large.source_sha256 != changed.source_sha256


@pytest.mark.corpus
def test_real_notes_of_a_table_come_in(real_data, read_with):
    data = (real_data / "ehr" / "aci-bench" / "train.csv").read_bytes()
    read = read_with(CsvReader(), data)
    assert len(read.records) == 67
    assert read.left_out == []


def test_a_quote_closed_too_early_costs_its_row_alone(read_with):
    read = read_with(CsvReader(), b'id,text\n1,"a"b\n2,"x\ny"\n3,say "hi"\n')
    assert [record.documents[0].text for record in read.records] == ["x\ny", 'say "hi"']
    assert read.left_out == ["Line 2: a quoted cell goes on after its closing quote; the row was left out."]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_title_above_the_header_is_left_out_and_lines_still_count(read_with, delimiter):
    rows = ["Report of the ward", "", "Printed: 2026-05-01", delimiter.join(("id", "text", "sex")),
            delimiter.join(("1", "Fever", "F")), delimiter.join(("2", "Cough"))]
    read = read_with(CsvReader(), "\r\n".join(rows).encode())
    assert [record.documents[0].text for record in read.records] == ["Fever"]
    assert read.left_out == ["What stands above the header on line 4 was left out.",
                             "Line 6: 2 cells where the header has 3."]


def test_a_table_of_utf_16_as_spreadsheets_write_unicode_text(read_with):
    read = read_with(CsvReader(), "id\ttext\r\n1\tMüde 🤒\r\n".encode("utf-16"))
    assert read.text == "Müde 🤒"
