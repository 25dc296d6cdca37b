"""Takes read documents into a knowledge base: new ones are added, changed ones of the same id replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.documents import (
    SETTINGS_FILE,
    Document,
    is_document_base,
    load_documents,
    save_documents,
)
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.importers.reading import Reading

_SETTINGS = """\
# 这个知识库的设置，改后重新运行 guanjia 即生效。
name: "{name}"      # 网页和启动信息里的名字
links: official     # official：只把 .gov.cn 网址显示为链接；all：文件里的网址都显示（由知识库的主人负责）
decline: []         # 不检索、用固定话术回答的问题：own_case 个人进度，contact 电话地址，other_city 东莞以外
"""


class NotADocumentBaseError(KnowledgeBaseError):
    """The folder already holds something that is not a knowledge base of documents."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds service items, not imported documents")
        self.folder = folder


@dataclass(frozen=True)
class Taken:
    """What became of the documents of one file."""

    reading: Reading
    added: int
    replaced: int
    unchanged: int

    @property
    def changed(self) -> bool:
        """Whether the knowledge base is another one now."""
        return bool(self.added or self.replaced)


def take_in(folder: Path, readings: Sequence[Reading]) -> list[Taken]:
    """Merge the documents into the base in `folder`, which is made if need be; without a change nothing is written.

    Raises:
        NotADocumentBaseError: the folder holds a knowledge base of service items.
        ContentError: the documents there cannot be read.
        OSError: the folder cannot be written.
    """
    if (folder / "items").is_dir():
        raise NotADocumentBaseError(folder)
    documents = {d.doc_id: d for d in load_documents(folder)} if is_document_base(folder) else {}
    taken = [_take(documents, reading) for reading in readings]
    if any(t.changed for t in taken):
        save_documents(folder, tuple(documents.values()))
        if not (folder / SETTINGS_FILE).exists():
            name = folder.resolve().name.replace('"', "").replace("\\", "")
            (folder / SETTINGS_FILE).write_text(_SETTINGS.format(name=name), encoding="utf-8")
    return taken


def _take(documents: dict[str, Document], reading: Reading) -> Taken:
    added = replaced = unchanged = 0
    for document in reading.documents:
        before = documents.get(document.doc_id)
        if before is None:
            added += 1
        elif before == document:
            unchanged += 1
        else:
            replaced += 1
        documents[document.doc_id] = document
    return Taken(reading, added, replaced, unchanged)
