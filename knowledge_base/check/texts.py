"""Checks of texts: what any scalar of any file may hold, and that no key stands twice."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import yaml

from knowledge_base.check.files import ContentFile, Problem

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


def texts(file: ContentFile) -> Iterator[Problem]:
    """Find addresses that are not official, telephone numbers, and keys written twice."""
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
