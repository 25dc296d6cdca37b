"""The same paper handed in twice: found through re-encoding and small misreadings, not between two persons."""

from __future__ import annotations

from dataclasses import replace

from preview.checks.files import duplicates
from preview.rules import rules
from preview.schema import DocumentType as T
from preview.schema import FileReading, Part
from tests.preview.readings import LI, WANG, back, front, part, reading

FRONT_TEXT = ["姓名{}", "性别女民族汉", "住址东莞市南城街道鸿福路1号5栋301房", "公民身份号码{}"]
BACK_TEXT = ["中华人民共和国", "居民身份证", "签发机关东莞市公安局", "有效期限2018.03.01-2038.03.01"]


def shown(file_id: str, content: Part, text: list[str], digest: int = 0) -> FileReading:
    plain = reading(file_id, content, text=text)
    pages = tuple(replace(page, digest=f"{digest:064x}") for page in plain.file.pages)
    return replace(plain, file=replace(plain.file, pages=pages))


def id_front(file_id: str, name: str, number: str) -> FileReading:
    return shown(file_id, front(name), [line.format(name if n == 0 else number) for n, line in enumerate(FRONT_TEXT)])


def id_back(file_id: str, digest: int = 0, text: list[str] | None = None) -> FileReading:
    return shown(file_id, back("2018-03-01", "2038-03-01"), text or BACK_TEXT, digest)


def test_same_page_with_a_word_read_differently_is_a_duplicate() -> None:
    text = ["普通高等学校毕业证书", "学生王小明1987年1月26日生", "校长徐凤仪", "证书编号160511202205620604"]
    again = ["普通高等学校毕业证书", "大学", "学生王小明1987年1月26日生", "校长", "证书编号160511202205620604"]
    diploma = part(T.DIPLOMA, {"certificate_no": "160511202205620604"})
    files = [shown("a", diploma, text), shown("b", diploma, again, digest=0b1011)]
    assert duplicates(files, rules()) == {"b": "a"}


def test_papers_of_two_persons_with_one_layout_are_no_duplicates() -> None:
    cards = [id_front("a", WANG, "441900199005120018"), id_front("b", LI, "441900198802030026")]
    assert duplicates(cards, rules()) == {}


def test_back_of_one_person_handed_in_twice_is_a_duplicate() -> None:
    files = [id_front("a", WANG, "441900199005120018"), id_back("b"), id_back("c", 0b11111, ["O", *BACK_TEXT])]
    assert duplicates(files, rules()) == {"c": "b"}


def test_backs_of_two_persons_may_say_the_same() -> None:
    fronts = [id_front("a", WANG, "441900199005120018"), id_front("b", LI, "441900198802030026")]
    assert duplicates([*fronts, id_back("c"), id_back("d")], rules()) == {}
    assert duplicates([*fronts, id_back("c"), id_back("d"), id_back("e")], rules()) == {"d": "c"}


def test_backs_with_other_dates_or_another_picture_are_no_duplicates() -> None:
    other = [*BACK_TEXT[:3], "有效期限2019.03.01-2039.03.01"]
    own = id_front("a", WANG, "441900199005120018")
    assert duplicates([own, id_back("b"), id_back("c", text=other)], rules()) == {}
    assert duplicates([own, id_back("b"), id_back("c", digest=(1 << 40) - 1)], rules()) == {}
