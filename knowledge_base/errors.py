"""What can go wrong in the knowledge base."""

from __future__ import annotations

from pathlib import Path


class KnowledgeBaseError(Exception):
    """Base of every error of this room."""


class ContentError(KnowledgeBaseError):
    """A content file does not follow the schema; says file, line and field."""

    def __init__(self, path: Path, line: int, field: str, problem: str) -> None:
        super().__init__(f"{path}:{line}: {field}: {problem}")
        self.path = path
        self.line = line
        self.field = field
        self.problem = problem


class EmptyKnowledgeBaseError(KnowledgeBaseError):
    """A knowledge base of documents holds none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"no documents in {folder}: import some")
        self.folder = folder


class IndexNotBuiltError(KnowledgeBaseError):
    """The knowledge base was searched before its index was built."""

    def __init__(self, index_dir: Path) -> None:
        super().__init__(f"no index in {index_dir}: run `guanjia kb build`")
        self.index_dir = index_dir


class IndexCorruptError(KnowledgeBaseError):
    """An index on disk does not match its own manifest and must be built again."""

    def __init__(self, index_dir: Path, problem: str) -> None:
        super().__init__(f"index in {index_dir} is damaged ({problem}): run `guanjia kb build`")
        self.index_dir = index_dir


class UnknownDomainError(KnowledgeBaseError):
    """A search names a domain that the knowledge base does not have."""

    def __init__(self, domain: str) -> None:
        super().__init__(f"unknown domain {domain!r}")
        self.domain = domain


class EmbedderError(KnowledgeBaseError):
    """The embedding model failed; retrieval goes on with BM25 alone."""
