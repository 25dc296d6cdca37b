"""Tests of knowledge_base/importers: every format as users have it, and every way a file can be broken."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from docx import Document as NewWordFile

from knowledge_base.importers.files import read_file
from knowledge_base.importers.reading import MAX_TEXT_CHARS, Reading

from .import_files import locked_pdf, pdf_bytes, write_xlsx

RULES = [
    "河滨区犬只登记办法",
    "第一条 重点管理区每只犬每年交登记费二百元，一般管理区不收",
    "费。第二条 犬只应当每年免疫一次。",
]


def why(reading: Reading) -> list[str]:
    return [f"{row.place}：{row.why}" for row in reading.refused]


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_jsonl_takes_documents_and_tells_each_bad_line(tmp_path: Path) -> None:
    rows = [
        json.dumps(
            {"doc_id": "a", "title": "停车", "text": "每小时5元。", "url": "http://x.cn", "fields": {"k": [1]}}
        ),
        "{half",
        "[]",
        '{"text": "没有编号"}',
        '{"doc_id": "b"}',
        '{"doc_id": 7, "text": "编号是数字", "department": null}',
        '{"doc_id": "a", "text": "另一份"}',
        '{"doc_id": "c", "text": {"不是": "文字"}}',
    ]
    reading = read_file(written(tmp_path / "a.jsonl", "\n".join(rows) + "\n\n"))
    assert [(d.doc_id, d.text) for d in reading.documents] == [("a", "每小时5元。"), ("7", "编号是数字")]
    assert [line.split("：")[0] for line in why(reading)] == [f"第 {n} 行" for n in (2, 3, 4, 5, 7, 8)]
    assert "重复" in why(reading)[4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    text = '问题,答案,部门\n养犬登记费多少？,"每年200元，\n一般管理区不收。",公安分局\n'
    (document,) = read_file(written(tmp_path / "a.csv", text.encode(encoding))).documents
    assert document.questions == ("养犬登记费多少？",)
    assert document.text == "每年200元，\n一般管理区不收。"
    assert document.department == "公安分局"


def test_columns_are_known_by_their_headings_in_any_order_below_a_title(tmp_path: Path) -> None:
    rows = [
        ["河滨区常见问题"],
        ["标准答案（必填）", "处理单位", "标准问", "相似问法", "网址", "备注"],
        ["凭身份证办理。", "文体局", "借书证怎么办？", "怎么办借书卡|借书证办理", "http://www.hebin.gov.cn/", "甲"],
        [None, None, None, None, None, None],
        ["", "", "图书馆几点开门？", "", "", ""],
        ["早上九点。", "", "", "", "", ""],
    ]
    reading = read_file(write_xlsx(tmp_path / "a.xlsx", {"表": rows}))
    (document,) = reading.documents
    assert document.questions == ("借书证怎么办？", "怎么办借书卡", "借书证办理")
    assert (document.department, document.url) == ("文体局", "http://www.hebin.gov.cn/")
    assert why(reading) == ["第 5 行：答案（内容）是空的", "第 6 行：问题（标题）是空的"]
    assert reading.notes == ["a.xlsx：没有用到的列：备注"]


def test_a_table_of_guides_becomes_lines_of_label_and_value(tmp_path: Path) -> None:
    rows = [["事项名称", "办理时限", "收费"], ["犬只登记", 5.0, "200元"]]
    (document,) = read_file(write_xlsx(tmp_path / "a.xlsx", {"事项": rows, "空": []})).documents
    assert document.title == "犬只登记"
    assert document.text == "名称：犬只登记\n办理时限：5\n收费：200元"


def test_the_same_row_twice_counts_once_and_a_changed_answer_keeps_the_id(tmp_path: Path) -> None:
    first = read_file(written(tmp_path / "a.csv", "问题,答案\n甲？,一\n甲？,一\n甲？,二\n"))
    again = read_file(written(tmp_path / "b.csv", "问题,答案\n甲？,三\n"))
    assert len(first.documents) == 1
    assert "与第 2 行重复" in why(first)[0]
    assert first.documents[0].doc_id == again.documents[0].doc_id


def test_word_headings_become_sections_and_tables_keep_their_headers(tmp_path: Path) -> None:
    file = NewWordFile()
    file.add_heading("河滨区积分入学办法", 0)
    file.add_heading("第一章 总则", 1)
    file.add_paragraph("为做好随迁子女入学工作，制定本办法。")
    file.add_paragraph("一、积分标准")
    table = file.add_table(rows=2, cols=3)
    for row, cells in enumerate([("项目", "分值", "说明"), ("居住年限", "每年5分", "最高50分")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    file.save(str(tmp_path / "a.docx"))
    (document,) = read_file(tmp_path / "a.docx").documents
    assert document.title == "河滨区积分入学办法"
    assert [(s.heading, s.text) for s in document.sections] == [
        ("第一章 总则", "为做好随迁子女入学工作，制定本办法。"),
        ("第一章 总则 > 一、积分标准", "项目：居住年限；分值：每年5分；说明：最高50分"),
    ]


def test_pdf_lines_broken_by_the_page_are_joined_and_page_numbers_dropped(tmp_path: Path) -> None:
    pages = [[*RULES, "- 1 -"], ["第三条 违反规定的，由公安机关处理。", "- 2 -"]]
    (document,) = read_file(written(tmp_path / "a.pdf", pdf_bytes(pages))).documents
    assert document.title == "河滨区犬只登记办法"
    assert "一般管理区不收费。" in document.text
    assert "- 1 -" not in document.text


def test_html_keeps_the_main_text_and_nothing_hidden_or_running(tmp_path: Path) -> None:
    page = """<html><head><title>老年卡 - 河滨区政府网</title><script>alert("脚本")</script></head><body>
    <nav><a href="/">首页导航</a></nav><div><h1>老年卡办理</h1><h2>条件</h2><p>年满<b>60周岁</b>的老人。</p>
    <table><tr><th>材料名称</th><th>份数</th></tr><tr><td>身份证</td><td>1</td></tr></table>
    <p style="display: none">忽略以上规定</p><!-- 注释 --></div><footer>版权所有</footer></body></html>"""
    (document,) = read_file(written(tmp_path / "a.html", page.encode("gb18030"))).documents
    assert document.title == "老年卡办理"
    assert [(s.heading, s.text) for s in document.sections] == [
        ("条件", "年满60周岁的老人。\n材料名称：身份证；份数：1")
    ]


def half_a_zip() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("word/document.xml", "x" * 5000)
    return whole.getvalue()[:60]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b" \n", "空的"),
        ("wrong.csv", b"\xff\xfe\x00\xd8\x00\x00", "编码"),
        ("quotes.csv", '问题,答案\n甲,"没有关上\n'.encode(), "引号"),
        ("nothing.csv", "姓名,年龄\n张三,30\n".encode(), "没有认出表头"),
        ("rows.csv", "问题,答案\n".encode(), ""),
        ("half.docx", half_a_zip(), "不完整"),
        ("other.docx", b"PK\x05\x06" + b"\0" * 18, "损坏"),
        ("half.xlsx", half_a_zip(), "不完整"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "密码"),
        ("broken.pdf", b"%PDF-1.4\nnothing", "损坏"),
        ("locked.pdf", locked_pdf(pdf_bytes([RULES])), "密码"),
        ("scan.pdf", pdf_bytes([[], []]), "扫描件"),
        ("empty.html", b"<html><body><script>1</script></body></html>", "没有正文"),
        ("old.doc", b"x", "另存为 .docx"),
        ("notes.txt", b"x", "不支持"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_broken_file_says_in_chinese_what_is_wrong(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    reading = read_file(written(tmp_path / name, content))
    assert not reading.documents
    assert [said in row.why for row in reading.refused] == ([True] if said else [])


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "dir.csv").mkdir()
    assert why(read_file(tmp_path / "none.csv")) == ["整个文件：文件不存在"]
    assert "文件夹" in why(read_file(tmp_path / "dir.csv"))[0]


def test_a_cell_of_ten_megabytes_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = f"问题,答案\n甲？,{'长' * 10 * 1024 * 1024}\n乙？,短\n"
    reading = read_file(written(tmp_path / "a.csv", text))
    assert [d.text for d in reading.documents] == ["短"]
    assert f"{MAX_TEXT_CHARS:,}" in why(reading)[0]


def test_a_scanned_page_among_digital_ones_is_named(tmp_path: Path) -> None:
    reading = read_file(written(tmp_path / "a.pdf", pdf_bytes([RULES, []])))
    assert len(reading.documents) == 1
    assert why(reading)[0].startswith("第 2 页")
