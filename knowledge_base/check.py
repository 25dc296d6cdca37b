"""Checks content files beyond their schema: references, contradictions, validity, sources, addresses, gaps."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from itertools import combinations, pairwise
from pathlib import Path

import yaml
from pydantic import ValidationError

from knowledge_base.content import (
    STARTER_CONTENT,
    AmbiguitiesFile,
    CategoriesFile,
    DepartmentsFile,
    NotesFile,
    RulesFile,
    TownsFile,
    YamlLoader,
    field_name,
    line_of,
    read_file,
    shared_ids,
)
from knowledge_base.errors import ContentError
from knowledge_base.facets import facet_cues
from knowledge_base.schema import (
    Ambiguity,
    AppealCategory,
    Department,
    DepartmentRef,
    DomainFile,
    Facet,
    Fact,
    Faq,
    Gap,
    NegativeQuestion,
    PolicyNote,
    Record,
    ServiceItem,
    Sourced,
    TicketRule,
    Town,
)
from knowledge_base.text import has_han, normalise, squeeze

Where = tuple[int | str, ...]


class Severity(StrEnum):
    """Whether a problem must be mended before the content is used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """Something to mend; `line` counts from 1 (0: the whole file), `field` as in `items.0.facts.2.url`."""

    severity: Severity
    path: Path
    line: int
    field: str
    message: str


def check(content_dir: Path = STARTER_CONTENT, on: dt.date | None = None) -> list[Problem]:
    """Find what is wrong with the content files, file by file; `on` is the day of the validity check (today)."""
    files, problems = _read_all(content_dir)
    for file in files:
        problems += _texts(file)
        problems += _records(file, on or dt.date.today())
    problems += _references(files)
    problems += _duplicates(files)
    problems += _asks(files)
    return sorted(problems, key=lambda p: (p.path, p.line, p.field, p.message))


@dataclass(frozen=True)
class _File:
    """A content file: its YAML nodes (None: not YAML) and its record (None: the schema refused it)."""

    path: Path
    root: yaml.Node | None
    record: Record | None

    def error(self, where: Where, message: str) -> Problem:
        return Problem(Severity.ERROR, self.path, line_of(self.root, where), field_name(where), message)

    def warning(self, where: Where, message: str) -> Problem:
        return Problem(Severity.WARNING, self.path, line_of(self.root, where), field_name(where), message)

    @cached_property
    def nodes(self) -> list[tuple[Where, yaml.Node]]:
        """Every YAML node with its place."""
        return list(_below_node((), self.root)) if self.root else []

    @cached_property
    def records(self) -> list[tuple[Where, Record]]:
        """Every record with its place."""
        return list(_below_record((), self.record))


def _below_node(where: Where, node: yaml.Node) -> Iterator[tuple[Where, yaml.Node]]:
    yield where, node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _below_node((*where, str(key.value)), value)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _below_node((*where, number), value)


def _below_record(where: Where, value: object) -> Iterator[tuple[Where, Record]]:
    if isinstance(value, Record):
        yield where, value
        for name in type(value).model_fields:
            yield from _below_record((*where, name), getattr(value, name))
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from _below_record((*where, number), part)


_MODELS: dict[str, type[Record]] = {
    "policy_notes.yaml": NotesFile,
    "departments.yaml": DepartmentsFile,
    "towns.yaml": TownsFile,
    "appeal_catalogue.yaml": CategoriesFile,
    "ticket_rules.yaml": RulesFile,
    "ambiguities.yaml": AmbiguitiesFile,
}
_REFUSALS = {
    "missing": "缺少这个字段",
    "extra_forbidden": "没有这个字段，请检查拼写",
    "string_type": "应为文字，数字请加引号",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "写法不对",
    "too_short": "条数不够",
    "enum": "不在可选的值里",
    "bool_parsing": "只能是 true 或 false",
}


def _read_all(content_dir: Path) -> tuple[list[_File], list[Problem]]:
    expected: dict[Path, type[Record]] = {content_dir / name: model for name, model in _MODELS.items()}
    expected |= dict.fromkeys(sorted((content_dir / "items").glob("*.yaml")), DomainFile)
    files, problems = [], []
    for path, model in expected.items():
        record = None
        try:
            record = read_file(path, model)
        except ContentError as error:
            problems.append(Problem(Severity.ERROR, path, error.line, error.field, _refusal(error)))
        files.append(_File(path, _compose(path), record))
    if len(expected) == len(_MODELS):
        problems.append(Problem(Severity.ERROR, content_dir / "items", 0, "items", "这里没有内容文件"))
    for path in sorted({*content_dir.rglob("*.yaml"), *content_dir.rglob("*.yml")} - expected.keys()):
        problems.append(Problem(Severity.WARNING, path, 0, "file", "这个文件不会被读取，请检查文件名和位置"))
    return files, problems


def _compose(path: Path) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(path.read_text(encoding="utf-8"), Loader=YamlLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    return node


def _refusal(error: ContentError) -> str:
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return "文件不存在" if isinstance(cause, FileNotFoundError) else "不是正确的 YAML，请检查缩进、引号和编码"
    kind = cause.errors(include_url=False)[0]["type"]
    said = "不是正确的日期，请写成 2025-03-01" if kind.startswith("date_") else _REFUSALS.get(kind)
    return said or f"不符合内容格式（{error.problem.removeprefix('Value error, ')}）"


# Texts: what any scalar of any file may hold.

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^\s/@]*@)?([a-z0-9.-]*)")
_BARE = re.compile(
    r"(?<![a-z0-9.:/-])[a-z0-9-]*(?:\.[a-z0-9-]+)*"
    r"\.(?:com|cn|net|org|edu|info|biz|io|cc|top|vip|xyz|site|online|shop|club|me|tv|hk|mo|tw|app)(?![a-z0-9-])"
)
_PHONE = re.compile(
    r"(?<![\d.-])(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[)]?[- ]?\d{7,8}|[48]00[- ]?\d{3,4}[- ]?\d{3,4}"
    r"|(?!20\d\d[01]\d[0-3]\d)[2-8]\d{7})(?![\d.]|[- ]\d|\s*[元万年人户])"
)
_CALLED = re.compile(r"(?:电话|拨打|致电|热线|请打|打)[是为:]?\s*(\d{3,12})(?![\d.-]|\s*[元万年天日个])")
_HOTLINE = re.compile(r"12345|110|119|12[02]|12\d{3}")
_NOT_SHOWN = frozenset({"source", "url", "code", "id", "valid_from", "valid_to", "reviewed_at"})


def _texts(file: _File) -> Iterator[Problem]:
    for where, node in file.nodes:
        if isinstance(node, yaml.MappingNode):
            for key, n in Counter(str(key.value) for key, _ in node.value).items():
                if n > 1:
                    yield file.error((*where, key), "这个字段写了两次，只有最后一次有效")
        elif isinstance(node, yaml.ScalarNode):
            text = unicodedata.normalize("NFKC", node.value).lower()
            named = next((name for name in reversed(where) if isinstance(name, str)), "")
            if named != "url":  # the schema has an eye on it
                for address in _unofficial(text):
                    yield file.error(where, f"文字里有非官方网址 {address}，只能写 .gov.cn 的网址")
            if named not in _NOT_SHOWN:
                for number in _phones(text):
                    yield file.warning(where, f"文字里有电话号码 {number}，请核实；公开热线以外的号码容易过时")


def _unofficial(text: str) -> Iterator[str]:
    if "." in text or "://" in text:
        addresses = [(found[0], found[1]) for found in _SCHEME.finditer(text)]
        addresses += [(found[0], found[0]) for found in _BARE.finditer(_SCHEME.sub(" ", text))]
        for address, host in addresses:
            if not f".{host.rstrip('.')}".endswith(".gov.cn"):
                yield address


def _phones(text: str) -> Iterator[str]:
    numbers = [found[0] for found in _PHONE.finditer(text)]
    numbers += [found[1] for found in _CALLED.finditer(text) if found[1] not in numbers]
    yield from (number for number in numbers if not _HOTLINE.fullmatch(number))


# Records: what one record, or one item, says.

_NO_SOURCE = re.compile(
    r"(来源)?(未知|待补充?|待查|待定|待核实?|暂?无|不详|没有|todo|tbd|n/?a|[-—?？/.…]*)(来源|出处)?"
)
_NAMED_SOURCE = re.compile(
    r"《.+?》|【.+?】|〔\d{4}〕|\w{2}(局|委|厅|政府|法院|中心|办公室|日报|网站)|国务院|人大|海关"
)
_CALCULATED = {Facet.MATERIALS: "申请材料", Facet.FEE: "收费", Facet.TIME_LIMIT: "办理时限"}


def _records(file: _File, on: dt.date) -> Iterator[Problem]:
    for where, record in file.records:
        if isinstance(record, Sourced):
            yield from _source(file, where, record)
            yield from _validity(file, where, record, on)
        if isinstance(record, ServiceItem):
            yield from _contradictions(file, where, record)
            yield from _silence(file, where, record)


def _source(file: _File, where: Where, record: Sourced) -> Iterator[Problem]:
    if _NO_SOURCE.fullmatch(record.source.lower()):
        yield file.error((*where, "source"), f"没有真实来源（{record.source}）")
    elif record.verified and not _NAMED_SOURCE.search(record.source):
        message = f"等级为 {record.grade}，来源却没有写出文件名或机关名"
        yield file.warning((*where, "source"), message)


def _validity(file: _File, where: Where, record: Sourced, on: dt.date) -> Iterator[Problem]:
    if record.valid_to and record.valid_to < on:
        yield file.warning((*where, "valid_to"), f"已于 {record.valid_to} 失效，请更新或删除")
    if record.valid_from and on < record.valid_from:
        yield file.warning((*where, "valid_from"), f"要到 {record.valid_from} 才生效")


def _contradictions(file: _File, where: Where, item: ServiceItem) -> Iterator[Problem]:
    by_facet: dict[Facet, list[_Statement]] = defaultdict(list)
    for number, fact in enumerate(item.facts):
        by_facet[fact.facet].append(_statement(fact, (*where, "facts", number, "text")))
    for statements in by_facet.values():
        for a, b in combinations(statements, 2):
            if a.text == b.text:
                yield file.error(b.where, f"与第 {line_of(file.root, a.where)} 行的内容完全一样")
            elif _overlap(a.fact, b.fact) and (values := _differing_values(a, b)):
                said = f"与第 {line_of(file.root, a.where)} 行说法相近而数值不同"
                yield file.warning(b.where, f"{said}：{values[0]}、{values[1]}，请核对")


def _silence(file: _File, where: Where, item: ServiceItem) -> Iterator[Problem]:
    told = {fact.facet for fact in item.facts} | ({Facet.MATERIALS} if item.materials else set())
    owned = {cue for gap in item.gaps for text in (gap.topic, *gap.asks) for cue in facet_cues(normalise(text))}
    silent = [name for facet, name in _CALCULATED.items() if facet not in told | owned]
    if silent:
        message = f"事项 {item.id} 没有{'、'.join(silent)}的内容，也没有列入知识库没有的内容（gaps）"
        yield file.warning((*where, "id"), message)


def _overlap(a: Sourced, b: Sourced) -> bool:
    """Tell whether both hold on some day; an old rule and its successor do not contradict each other."""
    start = max(a.valid_from or dt.date.min, b.valid_from or dt.date.min)
    return start <= min(a.valid_to or dt.date.max, b.valid_to or dt.date.max)


# Contradictions: two statements that differ in one quantity only.

_QUANTITY = re.compile(
    r"(?P<date>\d{4}年(?:\d+月)?(?:\d+日)?|\d{4}-\d+(?:-\d+)?|\d+月\d+日)"
    r"|(?P<number>\d+(?:\.\d+)?|[一二三四五六七八九十两半]+)"
    r"(?P<unit>个?工作日|日|天|个?月|周年|年|小时|万元|元|%|周岁|岁|倍|次|份|平方米|公里)"
)
_SAME_UNIT = {"个工作日": "工作日", "日": "天", "个月": "月", "周年": "年", "周岁": "岁"}
_FAMILY = {"工作日": "天", "万元": "元"}
_FILLER = re.compile(r"[\W的内应当须需要可以一般通常约之起后自]")
_TURNS = frozenset("非不未无没除外上下前后男女首二")
"""Characters which, added to a statement, make it one about another case."""
_ALIKE = 0.8


@dataclass(frozen=True)
class _Statement:
    """A fact as wording, where 数 stands for each quantity, and quantities: number and unit."""

    fact: Fact
    where: Where
    text: str
    wording: str
    values: tuple[tuple[str, str], ...]


def _statement(fact: Fact, where: Where) -> _Statement:
    values: list[tuple[str, str]] = []

    def take(found: re.Match[str]) -> str:
        if found["date"]:
            return found[0]
        values.append((found["number"], _SAME_UNIT.get(found["unit"], found["unit"])))
        return "数"

    text = squeeze(fact.text)
    return _Statement(fact, where, text, _FILLER.sub("", _QUANTITY.sub(take, text)), tuple(values))


def _differing_values(a: _Statement, b: _Statement) -> tuple[str, str] | None:
    """Give the two values when statements of nearly the same wording differ in exactly one quantity."""
    families = [[_FAMILY.get(unit, unit) for _, unit in statement.values] for statement in (a, b)]
    if families[0] != families[1]:
        return None
    differing = [("".join(x), "".join(y)) for x, y in zip(a.values, b.values, strict=True) if x != y]
    if len(differing) != 1 or _likeness(a.wording, b.wording) < _ALIKE:
        return None
    for operation, i, j, k, m in SequenceMatcher(None, a.wording, b.wording, autojunk=False).get_opcodes():
        added = a.wording[i:j] + b.wording[k:m]
        if operation == "replace" or (operation != "equal" and _TURNS & set(added)):
            return None
    return differing[0]


def _likeness(a: str, b: str) -> float:
    """Give the Dice coefficient of the character pairs of two texts, in [0, 1]."""
    pairs_a, pairs_b = (Counter(pairwise(text)) for text in (a, b))
    total = pairs_a.total() + pairs_b.total()
    return 2 * (pairs_a & pairs_b).total() / total if total else float(a == b)


# All files together: ids and questions.

_LEADS = frozenset({"镇街", "转介"})
"""Who may lead an appeal besides a department: the town where it happened, or nobody here."""


def _references(files: Iterable[_File]) -> Iterator[Problem]:
    files = list(files)
    items = _declared(files, "items", [f for f in files if f.path.parent.name == "items"])
    departments = _declared(files, "departments", [f for f in files if f.path.name == "departments.yaml"])
    for file in files:
        for where, record in file.records:
            if items is not None:
                for place, item_id in _named_items(where, record):
                    if item_id not in items:
                        yield file.error(place, f"没有事项 {item_id}")
            if departments is not None:
                yield from _departments(file, where, record, departments)


def _declared(files: Iterable[_File], kind: str, needed: Iterable[_File]) -> frozenset[str] | None:
    """Give the ids that stand in the files, even in those the schema refused; None if one cannot be read."""
    if any(file.root is None for file in needed):
        return None
    return frozenset(
        str(node.value)
        for file in files
        for where, node in file.nodes
        if len(where) == 3 and where[0] == kind and where[2] == "id"
    )


def _named_items(where: Where, record: Record) -> Iterator[tuple[Where, str]]:
    if isinstance(record, NegativeQuestion) and record.item is not None:
        yield (*where, "item"), record.item
    if isinstance(record, Ambiguity):
        for number, item_id in enumerate(record.items):
            yield (*where, "items", number), item_id


def _departments(file: _File, where: Where, record: Record, known: frozenset[str]) -> Iterator[Problem]:
    if isinstance(record, DepartmentRef):
        for number, name in enumerate(record.ids):
            if name not in known:
                yield file.error((*where, "ids", number), f"没有部门 {name}")
    if isinstance(record, AppealCategory) and record.lead not in known | _LEADS:
        yield file.error((*where, "lead"), f"没有部门 {record.lead}；牵头的只能是部门编号、镇街或转介")
    if isinstance(record, AppealCategory | Department):
        for number, name in enumerate(record.co):
            if name not in known and not has_han(name):
                yield file.warning((*where, "co", number), f"{name} 像部门编号，却没有这个部门")


def _duplicates(files: Iterable[_File]) -> Iterator[Problem]:
    by_path = {file.path: file for file in files}
    parts = {path: file.record for path, file in by_path.items() if isinstance(file.record, DomainFile)}
    for path, place, record_id in shared_ids(parts):
        yield by_path[path].error(place, f"编号 {record_id} 已被使用，后面的会盖掉前面的")
    seen: dict[tuple[type[Record], str], str] = {}
    for file in by_path.values():
        for where, record in file.records:
            for name, value in _identity(record):
                first = seen.setdefault((type(record), value), field_name((file.path.name, *where)))
                if first != field_name((file.path.name, *where)):
                    yield file.error((*where, name), f"{value} 与 {first} 重复")


def _identity(record: Record) -> Iterator[tuple[str, str]]:
    if isinstance(record, PolicyNote | Department | TicketRule):
        yield "id", record.id
    if isinstance(record, Town | AppealCategory) and record.code:
        yield "code", record.code


@dataclass(frozen=True)
class _Ask:
    file: _File
    where: Where
    text: str
    owner: str
    gap: bool


def _asks(files: Iterable[_File]) -> Iterator[Problem]:
    same: dict[str, list[_Ask]] = defaultdict(list)
    for ask in (ask for file in files for ask in _asked(file)):
        same[re.sub(r"\W", "", squeeze(ask.text))].append(ask)
    for asks in same.values():
        answered = [ask for ask in asks if not ask.gap]
        for ask in asks:
            if ask.gap and answered:
                message = f"“{ask.text}”列为知识库没有的内容，而 {answered[0].owner} 里有它的答案"
                yield ask.file.error(ask.where, message)
        others = {ask.owner: ask for ask in reversed(asks) if ask.owner != asks[0].owner}
        if not answered or not any(ask.gap for ask in asks):
            for ask in others.values():
                yield ask.file.warning(ask.where, f"“{ask.text}”也是 {asks[0].owner} 的问法，会答到别的事项上")


def _asked(file: _File) -> Iterator[_Ask]:
    """Give every question of a file that stands for one record, with the item or note it belongs to."""
    owner = ""
    for where, record in file.records:
        if isinstance(record, ServiceItem | PolicyNote):
            owner = record.id
        if isinstance(record, Fact | PolicyNote | Gap):
            for number, text in enumerate(record.asks):
                yield _Ask(file, (*where, "asks", number), text, owner, isinstance(record, Gap))
        if isinstance(record, Faq):
            yield _Ask(file, (*where, "q"), record.q, owner, False)
            for number, text in enumerate(record.similar):
                yield _Ask(file, (*where, "similar", number), text, owner, False)
