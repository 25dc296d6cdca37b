"""Masks personal data before logging and before a model sees it.

No national standard fixes how many digits to hide; the birth block of an identity number is always hidden,
since with the region code it would restore the number.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from knowledge_base.text import INVISIBLE

_GAP = r"[\s·.—–-]{0,3}"
_ID = re.compile(r"(?<!\d)(\d)\d{16}([0-9Xx])(?!\d)")
_OLD_ID = re.compile(r"(?<!\d)(\d)\d{13}(\d)(?!\d)")
_SPACED_ID = re.compile(  # 18 characters in groups of any size; the birth date tells them from other numbers
    rf"(?<!\d)([1-9])(?:{_GAP}\d){{5}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0)(?:{_GAP}\d){{2}}"
    rf"{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}[0-3](?:{_GAP}\d){{4}}{_GAP}([0-9Xx])(?!\d)"
)
_SPACED_OLD_ID = re.compile(r"(?<!\d)([1-9])\d{5}[\s-]\d\d[01]\d[0-3]\d[\s-]\d\d(\d)(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[)）]?)[- ]?\d{4}(\d{3,4})(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:\d{4}(?:[ -]?\d{4}){2,3}[ -]?\d{0,3}(?<=\d)|\d{20,})(?!\d|\s*[元年万亿])")
_PERMIT = re.compile(r"(?<![A-Za-z0-9])([HhMm])\d{8,10}(?!\d)")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])([CcDdEeGgPpSsWw][A-Za-z]?)\d{6,7}(\d)(?!\d)")
"""C and W are 往来港澳通行证."""
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安"
    "欧麦冼梅霍岑伍詹赖骆卓柯翁阮凌庞翟殷倪佘邬洪"
)
_NO_NAMES = (  # places and words that begin like a name
    "石龙|石碣|石排|万江|黄江|高埗|谢岗|洪梅|江西|江苏|江门|安徽|安阳|安庆|温州|温塘|贺州|邵阳|武汉|郑州|徐州|徐闻|"
    "黄石|黄冈|黄山|梅州|梅县|陆丰|陆河|吴川|雷州|罗定|罗湖|高州|高要|高明|龙岗|龙华|龙岩|龙门|石家庄|金华|万州|汕尾|"
    "高中|高龄|高管|高级|高考|高三|高校|高层|高新|高血压|方便|任何|任职|任教|何时|何人|何种|施工|安置|安保|万一|白领|"
    "白血病|程序|董事|顾客|孙子|孙女|黎族|白族|武警|文员|文盲|严重|马上|付费|付款|康复|向来|于是|许可|林业|金融"
)
_NAME = rf"(?!{_NO_NAMES})(欧阳|司徒|上官|诸葛|[{_SURNAMES}])([\u4e00-\u9fff]{{1,2}}?)"
_NAME_END = r"[，,。.、；;：:\s！!？?（(]|$|的|身份证|电话|手机"
_SAID_NAME = re.compile(
    rf"((?:我叫|名叫|叫做|姓名(?:是|为|[:：])?|联系人(?:是|[:：])?|申请人(?:是|[:：])?)\s*){_NAME}"
    rf"(?={_NAME_END}|想|要|是|在|来|住|今年|现在|男|女|\d)"
)
_MAYBE_NAME = re.compile(rf"((?:我是|本人)\s*){_NAME}(?={_NAME_END})")


def mask(text: str) -> str:
    """Give the text with identity, phone, card, permit and passport numbers and introduced names masked.

    Full-width letters and digits come back as plain ones, invisible characters not at all.

    >>> mask("我叫王小明，身份证11010519491231002X，电话13812345678")
    '我叫王**，身份证1****************X，电话138****5678'
    """
    text = "".join(map(_plain, INVISIBLE.sub("", text)))
    for number in (_ID, _SPACED_ID):
        text = number.sub(lambda m: f"{m[1]}{'*' * 16}{m[2]}", text)
    text = _PHONE.sub(lambda m: f"{m[1]}****{m[3]}", text)
    for number in (_OLD_ID, _SPACED_OLD_ID):  # before cards, which keep four digits
        text = number.sub(lambda m: f"{m[1]}{'*' * 13}{m[2]}", text)
    text = _LANDLINE.sub(lambda m: f"{m[1]}****{m[2]}", text)
    text = _CARD.sub(lambda m: "*" * 8 + re.sub(r"\D", "", m[0])[-4:], text)
    text = _PERMIT.sub(lambda m: f"{m[1]}{'*' * 8}", text)
    text = _PASSPORT.sub(lambda m: f"{m[1]}{'*' * 6}{m[2]}", text)
    for name in (_SAID_NAME, _MAYBE_NAME):
        text = name.sub(lambda m: f"{m[1]}{m[2]}{'*' * len(m[3])}", text)
    return text


@lru_cache(maxsize=10_000)
def _plain(character: str) -> str:
    """Fold a full-width letter, digit, hyphen, plus or space; other characters stay as they are."""
    folded = unicodedata.normalize("NFKC", character)
    wanted = len(folded) == 1 and folded.isascii() and (folded.isalnum() or folded in "-+ ")
    return folded if wanted else character
