"""Masks personal data before logging and before a model sees it.

No national standard fixes how many digits to hide; the birth block of an identity number is always hidden,
since with the region code it would restore the number.
"""

from __future__ import annotations

import re

_ID = re.compile(r"(?<![0-9A-Za-z])(\d)\d{16}([0-9Xx])(?![0-9A-Za-z])")
_OLD_ID = re.compile(r"(?<![0-9A-Za-z])(\d)\d{13}(\d)(?![0-9A-Za-z])")
_SPACED_ID = re.compile(r"(?<!\d)(\d)\d{5}[\s-]\d{8}[\s-]\d{3}([0-9Xx])(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ]?\d{4}(\d{3,4})(?!\d)")
_CARD = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){2,3}[ -]?\d{0,3}(?<=\d)(?!\d)")
_PERMIT = re.compile(r"(?<![A-Za-z0-9])([HhMm])\d{8,10}(?!\d)")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])([EeGgDdSsPp][A-Za-z]?)\d{6,7}(\d)(?!\d)")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安"
)
_NAME = re.compile(
    rf"((?:我叫|我是|名叫|姓名(?:是|为|[:：])?|叫做|联系人(?:是|[:：])?|申请人(?:是|[:：])?|本人(?=[{_SURNAMES}]))\s*)"
    rf"([{_SURNAMES}])([\u4e00-\u9fff]{{1,2}})(?=[，,。.、；;\s！!？?]|$|的|，|身份证|电话|手机)"
)


def mask(text: str) -> str:
    """Give the text with identity, phone, card, permit and passport numbers and introduced names masked.

    >>> mask("我叫王小明，身份证11010519491231002X，电话13812345678")
    '我叫王**，身份证1****************X，电话138****5678'
    """
    text = _SPACED_ID.sub(lambda m: f"{m[1]}{'*' * 16}{m[2]}", text)
    text = _ID.sub(lambda m: f"{m[1]}{'*' * 16}{m[2]}", text)
    text = _PHONE.sub(lambda m: f"{m[1]}****{m[3]}", text)
    text = _CARD.sub(lambda m: "*" * 8 + re.sub(r"\D", "", m[0])[-4:], text)
    text = _OLD_ID.sub(lambda m: f"{m[1]}{'*' * 13}{m[2]}", text)
    text = _LANDLINE.sub(lambda m: f"{m[1]}****{m[2]}", text)
    text = _PERMIT.sub(lambda m: f"{m[1]}{'*' * 8}", text)
    text = _PASSPORT.sub(lambda m: f"{m[1]}{'*' * 6}{m[2]}", text)
    return _NAME.sub(lambda m: f"{m[1]}{m[2]}{'*' * len(m[3])}", text)
