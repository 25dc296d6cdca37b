"""How a person's edits get into the readings, and how findings keep their names."""

from __future__ import annotations

from preview.schema import DocumentType, FieldName, FieldValue, FilePages, FileReading, Part, Person
from serving.previews.checking import edited, finding_ids
from serving.previews.records import Edit

LESSEE = FieldValue("林小曼", 0.9, 1, (430, 356, 540, 402))
NUMBER = FieldValue("441900199003070024", 0.9, 1, (430, 456, 840, 502))


def reading() -> FileReading:
    """A lease whose tenant stands as a field, as a person and beside a label."""
    part = Part(
        DocumentType.LEASE_CONTRACT,
        0.9,
        (1,),
        fields={FieldName.LESSEE: LESSEE},
        labelled={"承租方": LESSEE},
        persons=(Person(LESSEE, NUMBER, "lessee"), Person(FieldValue("陈大文", 0.9, 1), None, "lessor")),
    )
    return FileReading(FilePages("f1", "合同.jpg", "0" * 64, "image/jpeg"), (part,))


def test_an_edit_reaches_every_place_where_the_value_stands() -> None:
    (part,) = edited([reading()], [Edit("f1", 0, "lessee", "林小满")])[0].parts
    assert part.fields[FieldName.LESSEE].value == "林小满"
    assert part.fields[FieldName.LESSEE].edited
    assert part.persons[0].name.value == part.labelled["承租方"].value == "林小满"
    assert part.persons[1].name.value == "陈大文"
    assert part.persons[0].id_number == NUMBER


def test_a_field_that_was_not_read_is_added_and_a_strange_part_is_passed_over() -> None:
    edits = [Edit("f1", 0, "end_on", "2027-01-01"), Edit("f1", 7, "lessee", "甲"), Edit("f2", 0, "lessee", "乙")]
    (part,) = edited([reading()], edits)[0].parts
    assert part.fields[FieldName.END_ON].value == "2027-01-01"
    assert part.fields[FieldName.LESSEE] == LESSEE


def test_findings_keep_their_names_when_others_go() -> None:
    one = {"code": "expired", "file_id": "f1", "message": "甲"}
    two = {"code": "expired", "file_id": "f2", "message": "乙"}
    names = finding_ids({"findings": [one, two, two]})
    assert finding_ids({"findings": [two, two]}) == [names[1], names[1] + "-2"]
    assert len(set(names)) == 3
