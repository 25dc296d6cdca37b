"""What a value of each kind looks like: tells a name from an address, and cleans what was read."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass, replace

from preview import numbers
from preview.dates import iso, read_date, read_span
from preview.folding import fold, is_only_simplified, neat, simplified
from preview.places import with_known_town
from preview.words import surnames, words

_COMPANY = re.compile(
    r"(?:公司|厂|店|部|中心|合作社|联合社|经济社|事务所|医院|学校|大学|学院|幼儿园|银行|支行|商行|工作室|酒楼|餐厅|超市|委员会|协会|集团|企业|馆|局|社|站|场|"
    r"个体户|基金会|研究院|研究所|合伙\)?)(?:\(.{1,12}\))?$"
)
_PLACE = re.compile(r"[省市县区镇乡村路街道巷号栋幢座楼室房屯组里弄坊园苑花庭寨社]")
_ORGAN = re.compile(
    r"(?:局|分局|派出所|公安厅|出入境管理局|管理局|民政局|大队|支队|总队|医院|卫生院|保健院|中心|委员会|政府|大学|学院|学校|厅|部|处|所|办事处|站|公司)$"
)
_BLANK = re.compile(r"^[\s_＿—\-~.…·:：;,，。|()（）□口]*$")
_HINT = re.compile(r"^[(（]?(?:请|如|可|需|必填|选填|签名|签字|盖章|公章|手印|捺印|填写|粘贴|照片|年月日|此处|空白)")
_NAME = re.compile(r"^[\u3400-\u9fff]{2,4}$")
_LONG_NAME = re.compile(r"^[\u3400-\u9fff]{2,8}(?:·[\u3400-\u9fff]{1,10}){1,3}$|^[\u3400-\u9fff]{5,6}$")
_LATIN_NAME = re.compile(r"^[A-Z][A-Za-z]*(?:[ ,.'-]+[A-Za-z]+){1,5}\.?$")
_NO_NAME = re.compile(
    r"[省市县]|姓名|性别|民族|出生|住址|地址|号码|编号|电话|日期|期限|机关|单位|部门|签名|签字|盖章|公章|本人|材料|申请|事项|有效|长期|公民|身份|中华|"
    r"复印|原件|使用|无效|仅限|用于|照片|以下|如下|其他|说明|备注|经办|意见|审核|情况|类型|关系|国籍|签发|受理|人员|年龄|职务|职业|委托|承诺|受托|代理|法定|甲方|乙方|登记|合同|名称|"
    r"无转|转委|全权|声明|属实|真实|先生|女士|未婚|已婚|户主$|配偶|子女|汉族|身高|体重|籍贯|血型|学历|专业|毕业|联系|邮编|邮箱|证件|证号|档案|准驾|车型"
)
_TICKED = re.compile(r"[☑✓✔√■☒●⊙V](男|女)|(男|女)[☑✓✔√■☒●]")


@dataclass(frozen=True)
class Parsed:
    """A value in its kept form. `sure` tells how well it fits its kind; `valid` False: a checksum does not hold."""

    value: str
    sure: float
    valid: bool = True
    repaired: bool = False
    until: str = ""  # the second date of a span


@dataclass(frozen=True)
class Known:
    """What the page has told already, for repairs."""

    birth: str = ""
    sex: str = ""


def is_blank(text: str) -> bool:
    """Tell whether nothing but rules, boxes and hints stands there.

    >>> is_blank("______"), is_blank("(签名)"), is_blank("张伟"), is_blank("/")
    (True, True, False, False)
    """
    return bool(
        _BLANK.match(text) or _HINT.match(fold(text)) or re.fullmatch(r"[_\s\d]{0,6}年[_\s]*月[_\s]*日", text.strip())
    )


def parse(kind: str, text: str, score: float = 1.0, known: Known | None = None) -> Parsed | None:
    """Read a value of a kind; None when the text cannot be one.

    >>> parse("sex", "女 民族").value, parse("nationality", "漢").value, parse("name", "公民身份号码")
    ('女', '汉', None)
    """
    if is_blank(text):
        return None
    reader = _READERS.get(kind)
    if reader is not None:
        return _known_place(reader(text)) if kind in _WITH_PLACES else reader(text)
    if kind == "id":
        return _number(numbers.read_id(text, (known or Known()).birth, (known or Known()).sex, score))
    if kind == "uscc":
        return _number(numbers.read_uscc(text, score))
    return Parsed(re.sub(r"(?<=[\u4e00-\u9fff])[oO0]$", "。", _trimmed(text)), 0.6)


_WITH_PLACES = frozenset({"address", "company", "party", "organ"})


def _known_place(parsed: Parsed | None) -> Parsed | None:
    """Put right a town that does not exist; the value counts as repaired and is trusted a little less."""
    if parsed is None or (value := with_known_town(parsed.value)) == parsed.value:
        return parsed
    return replace(parsed, value=value, sure=0.95 * parsed.sure, repaired=True)


def _number(reading: numbers.NumberReading | None, invalid_sure: float = 0.4) -> Parsed | None:
    if reading is None:
        return None
    sure = (0.93 if reading.repaired else 1.0) if reading.valid else invalid_sure
    return Parsed(reading.value, sure, reading.valid, reading.repaired)


def _trimmed(text: str) -> str:
    """Give running text as printed: only spaces, wide digits and letters, and signs at the ends change."""
    return neat(text, keep_signs=True).strip(" :：;；,，、|_-·.'\"")


def _sex(text: str) -> Parsed | None:
    squeezed = fold(text)
    if "男" in squeezed and "女" in squeezed:
        ticked = _TICKED.search(squeezed)
        if ticked:
            return Parsed(ticked[1] or ticked[2], 0.8)
        empty = re.findall(r"[□○口]([男女])", squeezed)  # a box with a tick is often not read at all
        return Parsed("女" if empty == ["男"] else "男", 0.55) if len(empty) == 1 else None
    found = re.search(r"^[^\u4e00-\u9fff]{0,4}([男女])", squeezed)
    if found:
        return Parsed(found[1], 1.0 if len(squeezed) <= 3 else 0.8)
    english = re.fullmatch(r"(?:M|F|Male|Female)(?:[/男女])?", squeezed, re.IGNORECASE)
    return Parsed("男" if squeezed[0] in "Mm" else "女", 0.7) if english else None


def _nationality(text: str) -> Parsed | None:
    squeezed = re.sub(r"[^\u4e00-\u9fffA-Za-z/]", "", fold(text))
    stem = squeezed.removesuffix("族")
    if stem in words("ethnic_groups"):
        return Parsed(stem, 1.0)
    if re.match(r"^(?:中国|中华人民共和国)", squeezed):
        return Parsed("中国", 1.0)
    found = re.fullmatch(
        r"([\u4e00-\u9fff]{1,6}国|日本|越南|印度|新加坡|马来西亚|加拿大|澳大利亚|俄罗斯|菲律宾|泰国)(?:/?[A-Z]{3})?",
        squeezed,
    )
    if found:
        return Parsed(found[1], 0.9)
    leading = next(
        (
            e
            for e in sorted(words("ethnic_groups"), key=len, reverse=True)
            if stem.startswith(e + "族") or squeezed.startswith(e + "族")
        ),
        None,
    )
    return Parsed(leading, 0.7) if leading else None


def _name(text: str) -> Parsed | None:
    name = re.sub(r"\((?:签名|签字|盖章|签章|手印|先生|女士|印).{0,6}\)?$", "", neat(text))
    name = name.strip(" :;,。、|_-.'\"*").replace("•", "·").replace("・", "·").replace("‧", "·")
    bare = re.sub(r"\s+", "", name)
    if _NO_NAME.search(simplified(bare)):
        return None
    bare = _in_one_script(bare)
    if _NAME.match(bare):
        return Parsed(bare, 0.97 if simplified(bare[0]) in surnames() else 0.85)
    if _LONG_NAME.match(bare):
        return Parsed(bare, 0.92 if "·" in bare else 0.6)
    return Parsed(name, 0.75) if _LATIN_NAME.match(name) and len(name) <= 45 else None


def _in_one_script(name: str) -> str:
    """Put right a traditional character among such as only the simplified script has (钟伟強): the reader's slip.

    >>> _in_one_script("钟伟強"), _in_one_script("陳嘉敏"), _in_one_script("徐志強")
    ('钟伟强', '陳嘉敏', '徐志強')
    """
    return simplified(name) if any(is_only_simplified(c) for c in name) else name


def _company(text: str) -> Parsed | None:
    name = _trimmed(re.sub(r"[(（](?:盖章|公章|签章|签字|签名|加盖公章|章)[)）]?", "", text))
    bare = re.sub(r"(?<![A-Za-z]) (?![A-Za-z])", "", name)
    if _COMPANY.search(unicodedata.normalize("NFKC", bare)) and 4 <= len(bare) <= 60:
        return Parsed(simplified(bare), 0.97)
    chinese = 0 if read_date(bare) else len(re.findall(r"[\u4e00-\u9fff]", bare))
    return Parsed(simplified(bare), 0.5) if chinese >= 4 and not _NO_NAME.search(bare) else None


def _party(text: str) -> Parsed | None:
    company = _company(text)
    if company and company.sure > 0.9:
        return company
    return _name(text) or company


def _address(text: str) -> Parsed | None:
    place = simplified(re.sub(r"\s+", "", neat(text)).strip(":;,。、|_-·.'\""))
    markers = len(set(_PLACE.findall(place)))
    if len(place) < 4 or numbers.read_id(place) or re.fullmatch(r"[\d年月日.\-]+", place):
        return None
    if re.search(r"[省市]\d", place):  # a province has no house numbers: the line before was cut off
        return Parsed(place, 0.5)
    if markers >= 3 or (markers >= 2 and len(place) >= 6):
        return Parsed(place, 0.96)
    return Parsed(place, 0.5) if markers and len(place) >= 5 else None


def _organ(text: str) -> Parsed | None:
    organ = simplified(re.sub(r"\s+", "", neat(text)).strip(":;,。、|_-·.'\"()"))
    organ = re.sub(r"\((?:盖章|公章|章)\)?$", "", organ)
    if _ORGAN.search(organ) and 4 <= len(organ) <= 40:
        return Parsed(organ, 0.96)
    return Parsed(organ, 0.45) if 4 <= len(organ) <= 30 and re.fullmatch(r"[\u4e00-\u9fff]+", organ) else None


def _date(text: str) -> Parsed | None:
    found = read_date(text)
    return Parsed(iso(found), 0.97) if found else None


def _span(text: str) -> Parsed | None:
    found = read_span(text)
    if found is None:
        return None
    if found.start is None and found.end is None:  # a date alone after 有效期 is its end
        only = _date(text)
        return Parsed("", 0.7, until=only.value) if only else None
    return Parsed(iso(found.start) if found.start else "", 0.97, until=iso(found.end) if found.end else "")


def _code(text: str) -> Parsed | None:
    code = re.sub(r"\s+", "", neat(text)).strip(":;,。、|_-.'\"")
    code = re.sub(r"^(?:No\.?|编号|字第)[:.]?", "", code, flags=re.IGNORECASE)
    return Parsed(simplified(code), 0.9) if len(re.findall(r"\d", code)) >= 3 and len(code) <= 40 else None


def _any_id(text: str) -> Parsed | None:
    """An identity number, or the number of a permit or passport."""
    read = _number(numbers.read_id(text))
    if read and read.valid:
        return read
    return _number(numbers.read_permit(text)) or _number(numbers.read_passport(text)) or read


def _amount(text: str) -> Parsed | None:
    amount = re.sub(r"\s+", "", neat(text)).strip(":;,。、|_-·'\"")
    if re.search(r"[\d一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]", amount) and len(amount) <= 40:
        return Parsed(simplified(amount), 0.95 if re.search(r"[元币圆]", amount) else 0.7)
    return None


_CAPITALS = {
    c: n
    for n, group in enumerate(("零〇", "壹一", "贰二两", "叁三", "肆四", "伍五", "陆六", "柒七", "捌八", "玖九"))
    for c in group
}
_UNITS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}


def _money(text: str) -> Parsed | None:
    """A sum in yuan, as a plain number: 「人民币2,500.00元/月」 gives 2500."""
    amount = re.sub(r"(?<=\d)[,，](?=\d{3})", "", re.sub(r"\s+", "", neat(text)))
    found = re.search(r"(\d+(?:\.\d+)?)(万?)元", amount) or re.search(r"[￥¥](\d+(?:\.\d+)?)()", amount)
    found = found or re.fullmatch(r"(\d{2,9}(?:\.\d{1,2})?)()(?:/月|每月)?", amount)
    if found:
        number = float(found[1]) * (10_000 if found[2] else 1)
        return Parsed(f"{number:.2f}".rstrip("0").rstrip("."), 0.97)
    words = re.search(r"([零〇壹贰叁肆伍陆柒捌玖拾佰仟万一二两三四五六七八九十百千]{2,})[元圆]", amount)
    return Parsed(str(_spoken(words[1])), 0.85) if words else None


def _spoken(words: str) -> int:
    """Read a number in words.

    >>> _spoken("贰仟伍佰"), _spoken("壹万贰仟"), _spoken("叁佰零伍")
    (2500, 12000, 305)
    """
    total, part, digit = 0, 0, 0
    for char in words:
        if char in _CAPITALS:
            digit = _CAPITALS[char]
        elif char == "万":
            total, part, digit = (part + digit) * 10_000, 0, 0
        else:
            part, digit = part + (digit or 1) * _UNITS[char], 0
    return total + part + digit


def _area(text: str) -> Parsed | None:
    text = re.sub(r"[mM]?[²㎡]", "㎡", text)  # the raised 2 is not to become a digit
    area = re.sub(r"\s+", "", neat(text)).strip(":;,。、|_-·'\"")
    built = re.search(r"(?<!套内)(?<!专有)(?<!分摊)建筑面积[:：为]?(\d+(?:\.\d+)?)(?=m|平|[^\d.]|$)", area)
    if built:
        return Parsed(built[1], 0.95)
    only = re.fullmatch(r"(?:约)?(\d+(?:\.\d+)?)(?:平方米|平米|m2?|平方)?", area)
    if only:
        return Parsed(only[1], 0.95)
    cut_short = re.search(r"\d[.,]?\s*$", neat(text)) and neat(text).rstrip().endswith((".", ","))
    return Parsed(area, 0.3 if cut_short else 0.9) if re.search(r"\d", area) and len(area) <= 60 else None


def _phone(text: str) -> Parsed | None:
    return _number(numbers.read_phone(text))


def _bank(text: str) -> Parsed | None:
    return _number(numbers.read_bank_card(text), 0.75)


def _property(text: str) -> Parsed | None:
    return _number(numbers.read_property_certificate(text)) or _code(text)


def _property_unit(text: str) -> Parsed | None:
    return _number(numbers.read_property_unit(text)) or _code(text)


def _permit(text: str) -> Parsed | None:
    return _number(numbers.read_permit(text))


def _marriage_no(text: str) -> Parsed | None:
    code = re.sub(r"\s+", "", neat(text)).strip(":;,。、|_.")
    return Parsed(simplified(code), 0.93) if len(re.findall(r"\d", code)) >= 6 and len(code) <= 32 else None


def _plate(text: str) -> Parsed | None:
    found = re.search(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·.•]?[A-Z0-9]{4,6}[挂学警港澳A-Z0-9]",
        fold(text).upper(),
    )
    return Parsed(re.sub(r"[·.•]", "", found[0]), 0.97) if found else None


def _parties(text: str) -> Parsed | None:
    """One or several owners: names apart by 、 or commas."""
    names = [_party(part) for part in re.split(r"[、,，;；/ ]+", text.strip(" :：")) if part]
    if len(names) >= 2 and all(n is not None and n.sure >= 0.6 for n in names):
        return Parsed("、".join(n.value for n in names if n), min(n.sure for n in names if n))
    return _party(text)


_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:年|[-./])?(0[1-9]|1[0-2]|[1-9](?=月))(?:月)?(?!\d)")


def _months(text: str) -> list[tuple[int, int]]:
    return [(int(y), int(m)) for y, m in _MONTH.findall(fold(text))]


def _month(text: str) -> Parsed | None:
    if exact := _date(text):
        return exact
    found = _months(text)
    return Parsed(f"{found[0][0]:04d}-{found[0][1]:02d}-01", 0.85) if found else None


def _month_end(text: str) -> Parsed | None:
    if exact := _date(text):
        return exact
    found = _months(text)
    return Parsed(last_day(*found[-1]), 0.85) if found else None


def last_day(year: int, month: int) -> str:
    """Give the last day of a month as YYYY-MM-DD."""
    return f"{year:04d}-{month:02d}-{calendar.monthrange(year, month)[1]:02d}"


def _month_span(text: str) -> Parsed | None:
    """A span of days or months; a month counts from its first to its last day."""
    span = _span(text)
    if span and span.value and span.until:
        return span
    found = _months(text)
    if len(found) < 2:
        return None
    return Parsed(f"{found[0][0]:04d}-{found[0][1]:02d}-01", 0.85, until=last_day(*found[1]))


_READERS = {
    "permit": _permit,
    "marriage_no": _marriage_no,
    "plate": _plate,
    "parties": _parties,
    "month": _month,
    "month_end": _month_end,
    "month_span": _month_span,
    "sex": _sex,
    "nationality": _nationality,
    "name": _name,
    "company": _company,
    "party": _party,
    "address": _address,
    "organ": _organ,
    "date": _date,
    "span": _span,
    "code": _code,
    "any_id": _any_id,
    "amount": _amount,
    "area": _area,
    "money": _money,
    "phone": _phone,
    "bank": _bank,
    "property": _property,
    "property_unit": _property_unit,
}

WRAPS = frozenset(
    {
        "address",
        "text",
        "company",
        "party",
        "parties",
        "organ",
        "span",
        "property",
        "property_unit",
        "amount",
        "month_span",
    }
)
"""Kinds whose value may go on in the next line."""
