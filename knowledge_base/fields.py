"""Guides written as lines of `label：value`: which line a question asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge_base.text import normalise
from knowledge_base.tokens import bigrams

LABEL_CHARS = 14
NEAR = 0.6
"""Share of a title's pairs of characters from which a question is taken to name it."""

FEWEST = 3
"""A text with fewer lines of this kind is prose."""

_LABEL = re.compile(
    rf"^\s*(?:[（(]?[一二三四五六七八九十\d]{{1,3}}[)）、.．]\s*)?【?([^：:，。；、\s]{{2,{LABEL_CHARS}}}?)】?\s*[：:](?!//)"
)

_ASKED: tuple[tuple[str, str, str], ...] = (
    # (what is asked for, how questions say it, how labels say it)
    (
        "phone_complaint",
        r"(投诉|监督|举报).{0,4}(电话|热线|号码|打哪)",
        r"(投诉|监督|举报).{0,4}(电话|方式|渠道|热线)",
    ),
    ("phone", r"电话|热线|号码|联系方式|怎么联系|打给谁", r"(?<!投诉)(?<!监督)(?<!举报)(电话|热线|联系方式)"),
    ("limit_promised", r"承诺.{0,6}(时限|期限|多少|几|多久|办)", r"承诺.{0,4}(时限|期限|时间)"),
    ("limit_legal", r"(法定|法律规定|最长).{0,40}(时限|期限|多少|几|多久)", r"法定.{0,6}(时限|期限|时间)"),
    (
        "limit",
        r"时限|期限|多久|多长时间|几天|多少天|几个?工作日|多少个?工作日|什么时候(能|可以)?(办好|办结|拿到)|办结",
        r"(办结|办理|审批|审查|完成)?.{0,2}(时限|期限|办理时间|所需时间)",
    ),
    (
        "materials",
        r"材料|资料|证件|带什么|准备什么|提交什么|提交哪|提供什么|准备哪|要带",
        r"材料|资料|证件|提交.{0,4}清单",
    ),
    ("conditions", r"条件|资格|符合|满足|什么人可以|谁可以|谁能|能不能申请|要求", r"条件|资格|要求|申请人?范围"),
    (
        "hours",
        r"几点|上班时间|办公时间|什么时间.{0,4}(上班|办理|开)|周末",
        r"(办公|工作|上班|服务|受理|接待|营业|开放)时间",
    ),
    ("place", r"地址|地点|在哪|哪里|去哪|哪儿|窗口|什么地方", r"地址|地点|窗口|位置"),
    ("online", r"网上|线上|网址|网站|小程序|app|哪个平台|什么平台|链接", r"网址|网办|平台|网上|线上|入口|链接"),
    (
        "department",
        r"哪个(单位|部门|机构|局|机关)|什么(单位|部门|机构)|归(谁|哪)|由(谁|哪)|谁(负责|管|来办)|主管|实施主体|责任单位|找谁|哪些部门",
        r"部门|主体|单位|机关|机构",
    ),
    ("fee", r"收费|费用|多少钱|要钱|免费|价格|工本费|手续费|缴多少|交多少钱|几多钱", r"收费|费用|价格|是否缴费"),
    ("basis", r"法律依据|什么依据|依据是|哪条法|什么规定|法规依据|文件规定", r"依据|法规|政策文件"),
    ("steps", r"流程|步骤|程序|怎么办理|如何办理|怎样办理|怎么申请|如何申请|怎么操作", r"流程|步骤|程序|办法|方式"),
    ("audience", r"服务对象|面向|适用(对象|范围|于)|哪些人|什么人", r"对象|适用范围"),
    ("delivery", r"快递|邮寄|寄送|送达", r"快递|邮寄|寄送|送达"),
    ("result", r"办理结果|发什么证|得到什么|拿到什么证|结果名称", r"结果|证照"),
    ("region", r"行政区划|哪个(市|区|地区)", r"区划|区域|地区"),
    ("kind", r"事项类型|什么类型|哪一?类", r"类型|类别"),
    ("validity", r"有效期|有效多久|管多久|几年有效", r"有效期"),
    ("amount", r"标准|金额|补贴多少|领多少|补多少|给多少|发多少", r"标准|金额|额度"),
)
_ASKING = re.compile(
    "我想|请问|想要|申请|办理|需要|提交|准备|清单|咨询|线下|哪些|什么|怎么|如何|多少|几个|是多|工作日"
)
_COMPILED = tuple((name, re.compile(asked), re.compile(label)) for name, asked, label in _ASKED)
_NARROW = {"phone_complaint": "phone", "limit_promised": "limit", "limit_legal": "limit"}
"""A narrow kind keeps its wide one from being asked as well; a guide without the narrow line has no answer."""


@dataclass(frozen=True)
class Field:
    """One `label：value` of a text; the value runs to the next label. `text` stands in the document as it is."""

    label: str
    text: str


def fields_of(text: str) -> list[Field]:
    """Read the lines of a text that carry a label; empty for prose."""
    found: list[Field] = []
    for line in text.splitlines():
        label = _LABEL.match(line)
        if label:
            found.append(Field(label[1], line))
        elif found and line.strip():
            found[-1] = Field(found[-1].label, f"{found[-1].text}\n{line}")
    return found if len(found) >= FEWEST else []


def is_guide(fields: list[Field]) -> bool:
    """Tell whether the fields are those of a service guide: three labels or more that guides have."""
    known = [f for f in fields if any(label.search(normalise(f.label)) for _, _, label in _COMPILED)]
    return len(known) >= FEWEST


def is_near_miss(question: str, title: str, words: Callable[[str], Sequence[str]]) -> bool:
    """Tell whether a question nearly gives the title, but names something else (肺脏移植, where the title has 小肠).

    Titles of service items differ by one word, so a near name is another item; a question in other words is none.
    """
    text, name = normalise(question), normalise(title)
    pairs = set(bigrams(name))
    if not pairs or name in text or sum(pair in text for pair in pairs) < NEAR * len(pairs):
        return False
    subject = _ASKING.sub(" ", text)
    for _, asked, _ in _COMPILED:
        subject = asked.sub(" ", subject)
    return any(len(word) > 1 and word not in name for word in words(subject))


def asks_for_fields(question: str, title: str) -> bool:
    """Tell whether a question asks for something that a guide has a line for."""
    return bool(asked_fields(question, title))


def asked_fields(question: str, title: str) -> tuple[str, ...]:
    """Give what a question asks of a guide: kinds of `_ASKED`, the wording of the title left out."""
    rest = normalise(question).replace(normalise(title), " ") if title else normalise(question)
    kinds = [name for name, asked, _ in _COMPILED if asked.search(rest)]
    wide = {_NARROW[kind] for kind in kinds if kind in _NARROW}
    return tuple(kind for kind in kinds if kind not in wide)


def matching_fields(fields: list[Field], question: str, title: str) -> list[Field]:
    """Give the fields a question asks for, in the order of the guide: named by their label, or by kind."""
    rest = normalise(question).replace(normalise(title), " ") if title else normalise(question)
    named = [field for field in fields if normalise(field.label) in rest]
    if named:
        return named
    kinds = asked_fields(question, title)
    labels = [label for name, _, label in _COMPILED if name in kinds]
    return [field for field in fields if any(label.search(normalise(field.label)) for label in labels)]
