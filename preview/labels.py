"""Labels within lines: 「姓 名 张伟 性别男」 becomes label, value, label, value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from preview import values
from preview.folding import fold, folded
from preview.layout import Piece, cut, joined, rows, united
from preview.words import words

_LEAD = re.compile(r"^(?:[*＊★☆●○◆■□·•]|\(?[一二三四五六七八九十\d]{1,2}[)、.．](?!\d))+")
_AFTER = re.compile(r"^(?:\((?![^)]*\d)[^()]{0,24}\))?(?:[:：]|\.{2,})?")
_ENGLISH = re.compile(r"^[/|\s(]*([A-Za-z][A-Za-z'’ .,/()-]*?)[\s):：.]*(?=$|[^A-Za-z'’ .,/()-])")
_SURE_ENDS = frozenset({"sex", "nationality", "birth", "id_number", "phone", "valid_to"})
_FORM_LABEL = re.compile(
    r"(?:姓名|名称|号码|编号|地址|住址|住所|电话|手机|日期|时间|类型|类别|种类|情况|原因|事由|单位|部门|意见|性别|民族|国籍|方式|邮编|邮箱|学历|专业|职务|职业|"
    r"关系|金额|面积|用途|期限|账号|帐号|户名|人数|地点|负责人|联系人|代理人|申请人|经办人|委托人|受托人|代表人|签名|签字|盖章|籍贯|状况|面貌|院校|意向|身高|体重|"
    r"事项|内容|理由|依据|备注|目的地|车牌号|证件号|户籍|数量|年龄|出生年月|开户行|开户银行|用人单位|所在地|监护人|学校|班级|主管|复核|制表|记帐|记账|评价|技能|证书|水平|职称|工种|岗位)$"
)


@dataclass(frozen=True)
class Label:
    """A label found on a page. `key`: its field, `form:…` for a label of no field, empty for one to pass over."""

    key: str
    text: str
    piece: Piece
    colon: bool = False


@dataclass(frozen=True)
class Split:
    """A page's pieces, told apart. `inline[i]` is what follows the i-th label in its own line."""

    labels: tuple[Label, ...]
    inline: tuple[Piece | None, ...]
    texts: tuple[Piece, ...]


class LabelBook:
    """The spellings of a document type's labels; longest first, compared folded."""

    def __init__(
        self,
        spellings: Mapping[str, Sequence[str]],
        ignored: Sequence[str] = (),
        generic: bool = False,
        strict: bool = False,
    ) -> None:
        entries = {fold(s): key for key, group in spellings.items() for s in group}
        entries.update({fold(s): "" for s in ignored if fold(s) not in entries})
        self.entries = dict(sorted(entries.items(), key=lambda e: -len(e[0])))
        self.generic = generic  # any line that looks like a label of a form is one
        self.strict = strict  # running text: a label needs a colon, a gap or a value that is beyond doubt
        self._by_first: dict[str, list[str]] = {}
        for text in self.entries:
            self._by_first.setdefault(text[0], []).append(text)

    def at(self, text: str, place: int) -> str | None:
        """Give the longest label that starts at this place."""
        return next((s for s in self._by_first.get(text[place], ()) if text.startswith(s, place)), None)

    def nearly(self, text: str) -> str | None:
        """Give the label of four or more characters with which a line starts, one character misread."""
        for spelling in self.entries:
            size = len(spelling)
            if size < 4 or len(text) < size:
                continue
            wrong = sum(a != b for a, b in zip(spelling, text, strict=False))
            if wrong == 1 and text[size - 1] != spelling[size - 1] and text[size : size + 1] != ":":
                continue  # more often another word with the same beginning
            if wrong == 1 and (len(text) == size or text[size] == ":" or size >= 5) and text[0] == spelling[0]:
                return spelling
        return None


def split_lines(pieces: Sequence[Piece], book: LabelBook, kinds: Mapping[str, str]) -> Split:
    """Cut every line into labels and the rest. Lines that are only an English gloss vanish."""
    labels: list[Label] = []
    inline: list[Piece | None] = []
    texts: list[Piece] = []
    for piece in _spaced_labels_joined(pieces, book):
        if _is_gloss(piece.text):
            continue
        found = _labels_in(piece, book, kinds)
        if not found:
            texts.append(piece)
            continue
        first = found[0][1]
        before = piece.text[:first].strip(" *＊()（）0123456789.、:：|/")
        if len(before) >= 1 and not _is_gloss(before):
            texts.append(cut(piece, 0, first))
        for number, (key, start, end, colon) in enumerate(found):
            until = found[number + 1][1] if number + 1 < len(found) else len(piece.text)
            body = cut(piece, end, until) if piece.text[end:until].strip(" :：") else None
            if body is not None and _is_gloss(body.text):
                body = None
            labels.append(Label(key, piece.text[start:end].strip(" :："), cut(piece, start, end), colon))
            inline.append(body)
    return Split(tuple(labels), tuple(inline), tuple(texts))


def _labels_in(piece: Piece, book: LabelBook, kinds: Mapping[str, str]) -> list[tuple[str, int, int, bool]]:
    """Give (key, start, end, colon) of the labels in a line, places counted in the line's own text."""
    line = folded(piece.text)
    text, places = line.text, (*line.places, len(piece.text))
    lead = _LEAD.match(text)
    place = lead.end() if lead else 0
    found: list[tuple[str, int, int, bool]] = []
    opened = -1  # where the value of the last label starts
    key = ""
    while place < len(text):
        spelling = book.at(text, place)
        if spelling is None and not found and place == (lead.end() if lead else 0):
            spelling = book.nearly(text[place:])
        if spelling is not None and _may_stand(text, places, place, opened, key, spelling, kinds):
            end = place + len(spelling)
            key = book.entries.get(spelling) or ""
            end, colon = _behind(text, end)
            if _may_end(text, places, place, end, colon, found, key, kinds, book):
                raw_end = places[end] if end < len(places) else len(piece.text)
                found.append((key, places[place], raw_end, colon))
                opened = place = end
                continue
        place += 1
    if not found and book.generic:
        return _generic_label(text, places, lead.end() if lead else 0, piece)
    return found


def _behind(text: str, end: int) -> tuple[int, bool]:
    """Step over a bracketed remark, an English gloss and the colon behind a label."""
    gloss = _ENGLISH.match(text[end:])
    if gloss and _is_gloss(_spaced(gloss[1])):
        end += gloss.end()
    after = _AFTER.match(text[end:])
    step = after.end() if after else 0
    return end + step, step > 0 and text[end + step - 1] in ":："


def _spaced(text: str) -> str:
    """Fold drops spaces; find the words again where they are known (DateofBirth)."""
    found = _words_of(text.lower())
    return text if found is None else " ".join(found)


def _words_of(text: str) -> list[str] | None:
    """Cut a text into words that glosses consist of, longest first; signs fall out. None where that cannot be."""
    if not text:
        return []
    if not text[0].isalpha():
        return _words_of(text[1:])
    for size in range(len(text), 1, -1):
        if text[:size] in words("glosses") and (rest := _words_of(text[size:])) is not None:
            return [text[:size], *rest]
    return None


def _is_gloss(text: str) -> bool:
    parts = re.findall(r"[A-Za-z'’-]+", text)
    if not parts or re.search(r"[\u4e00-\u9fff\d]", text):
        return False
    return all(w.lower().strip("'’-") in words("glosses") or w.lower() in words("glosses") for w in parts)


def _may_stand(
    text: str, places: Sequence[int], place: int, opened: int, key: str, spelling: str, kinds: Mapping[str, str]
) -> bool:
    """Tell whether a label may begin here: at a gap, or right behind a value that is complete."""
    if place == 0 or _LEAD.fullmatch(text[:place]):
        return True
    if opened == place:
        return not key
    if places[place] - places[place - 1] > 1 or text[place - 1] in ":;,，、。|/()_":
        return True
    if text[place + len(spelling) : place + len(spelling) + 1] == ":" and len(spelling) >= 2:
        return True
    if opened < 0:
        return False
    parsed = values.parse(kinds.get(key, "text"), text[opened:place])
    return parsed is not None and (
        (key in _SURE_ENDS and parsed.sure >= 0.6) or (len(spelling) >= 2 and parsed.sure >= 0.95)
    )


def _may_end(
    text: str,
    places: Sequence[int],
    start: int,
    end: int,
    colon: bool,
    found: list[tuple[str, int, int, bool]],
    key: str,
    kinds: Mapping[str, str],
    book: LabelBook,
) -> bool:
    """Tell whether what follows lets this be a label rather than the start of a longer word."""
    if colon or end >= len(text) or (end < len(places) and places[end] - places[end - 1] > 1):
        return True
    if key == "":
        return end - start >= 2 and not book.strict
    kind = kinds.get(key, "text")
    parsed = values.parse(kind, text[end:])
    if parsed is None and kind in ("sex", "name", "nationality", "party"):
        parsed = next(
            (p for n in (2, 3, 4, 1) if (p := _short_value(kind, text, end, end + n, book)) is not None), None
        )
    if kind == "text":
        return not (found or book.strict) and end - start >= 2 and text[end] not in "和及的或与是为等证书表人权责"
    return parsed is not None and (parsed.sure >= 0.9 or not (book.strict or kind in ("party", "company", "name")))


def _short_value(kind: str, text: str, start: int, end: int, book: LabelBook) -> values.Parsed | None:
    """Read a value that ends where the next label begins."""
    if end < len(text) and book.at(text, end) is None:
        return None
    return values.parse(kind, text[start:end])


def _generic_label(text: str, places: Sequence[int], start: int, piece: Piece) -> list[tuple[str, int, int, bool]]:
    """A form's own label: what stands before a colon, or a line that ends like a label."""
    head = re.match(r"([\u4e00-\u9fffA-Za-z/（）()、]{2,16}?)[:：]", text[start:])
    if (
        head
        and re.search(r"[\u4e00-\u9fff]", head[1])
        and not re.search(r"承诺|声明|本人|如下|说明|须知|注意", head[1])
    ):
        end = start + head.end()
        return [(f"form:{head[1]}", places[start], places[end], True)]
    chinese = re.search(r"[\u4e00-\u9fff、()]{2,12}$", text[start:])
    gloss_before = text[start : start + chinese.start()] if chinese else ""
    if (
        chinese
        and _FORM_LABEL.search(chinese[0])
        and (not gloss_before or re.fullmatch(r"[A-Za-z'’ .,()/-]+", gloss_before))
    ):
        return [(f"form:{chinese[0]}", places[start + chinese.start()], len(piece.text), False)]
    return []


def _spaced_labels_joined(pieces: Sequence[Piece], book: LabelBook) -> list[Piece]:
    """Make one piece of a label whose characters were read as lines of their own (姓 | 名)."""
    out: list[Piece] = []
    for row in rows(_stacked_labels_joined(pieces, book)):
        at = 0
        while at < len(row):
            for size in range(min(6, len(row) - at), 1, -1):
                run = row[at : at + size]
                if (
                    all(len(fold(p.text)) <= 2 for p in run)
                    and _is_label(fold("".join(p.text for p in run)), book)
                    and _near(run)
                ):
                    out.append(joined(run))
                    at += size
                    break
            else:
                out.append(row[at])
                at += 1
    return out


def _stacked_labels_joined(pieces: Sequence[Piece], book: LabelBook) -> list[Piece]:
    """Make one piece of a label in two lines of a cell (指定代表/委托代 over 理人姓名), neither a label by itself."""
    out = list(pieces)
    for upper in pieces:
        if _is_label(fold(upper.text), book) or len(fold(upper.text)) < 3:
            continue
        for lower in pieces:
            near = 0 <= lower.middle[1] - upper.middle[1] <= 1.8 * upper.height
            aligned = abs(lower.box[0] - upper.box[0]) <= upper.height and lower.page == upper.page
            if (
                lower is not upper
                and near
                and aligned
                and not _is_label(fold(lower.text), book)
                and _is_label(fold(upper.text + lower.text), book)
                and upper in out
                and lower in out
            ):
                box = united((upper.box, lower.box))
                out[out.index(upper)] = replace(upper, text=upper.text + lower.text, box=box)
                out.remove(lower)
    return out


def _is_label(text: str, book: LabelBook) -> bool:
    return text.rstrip(":：") in book.entries


def _near(run: Sequence[Piece]) -> bool:
    return all(b.box[0] - a.box[2] <= 5 * a.height for a, b in pairwise(run))
