"""The figures of GET /metrics; one registry for each app, so that several apps fit into one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from assistant.answers import Answer
from knowledge_base.index import Index
from serving.feedback import FeedbackNotSavedError, FeedbackStore
from serving.model_status import ModelState, ModelStatus

STAGE_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metrics:
    """Counts what one app does; labels never hold anything a caller typed."""

    def __init__(self, index: Index, feedback: FeedbackStore, model_status: Callable[[], ModelStatus]) -> None:
        """Args: model_status: asked at each scrape."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "guanjia_http_requests", "HTTP 请求数", ["route", "method", "status"], registry=self._registry
        )
        self._request_s = Histogram(
            "guanjia_http_request_seconds",
            "HTTP 请求用时",
            ["route"],
            buckets=STAGE_BUCKETS_S,
            registry=self._registry,
        )
        self._answers = Counter("guanjia_answers", "答复数", ["status", "tier"], registry=self._registry)
        self._graded = Counter(
            "guanjia_graded_answers", "抽查的答复数，按发现的毛病（none 为没有）", ["fault"], registry=self._registry
        )
        self._stage_s = Histogram(
            "guanjia_stage_seconds",
            "答复各阶段用时",
            ["stage"],
            buckets=STAGE_BUCKETS_S,
            registry=self._registry,
        )
        self._registry.register(_State(index, feedback, model_status))

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the template (/v1/items/{item_id}), never the path."""
        self._requests.labels(route, method if method in METHODS else "OTHER", str(status)).inc()
        self._request_s.labels(route).observe(seconds)

    def answer(self, answer: Answer) -> None:
        """Count one answer and the time of its stages."""
        self._answers.labels(answer.status.value, answer.tier.value).inc()
        for stage, ms in answer.latency_ms.items():
            self._stage_s.labels(stage).observe(ms / 1000)

    def graded(self, fault: str) -> None:
        """Count what the grading of a sampled answer found; `none` when it found nothing."""
        self._graded.labels(fault).inc()

    def text(self) -> bytes:
        """Give all figures in the Prometheus text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is read when somebody asks, rather than counted."""

    def __init__(self, index: Index, feedback: FeedbackStore, model_status: Callable[[], ModelStatus]) -> None:
        self._index = index
        self._feedback = feedback
        self._model_status = model_status

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        """Read the state of knowledge base, model and ratings."""
        yield InfoMetricFamily(
            "guanjia_knowledge_base",
            "在用的知识库",
            value={"revision": self._index.kb.revision, "embedder": self._index.built_with},
        )
        kb = self._index.kb
        yield GaugeMetricFamily("guanjia_knowledge_base_items", "事项数", value=len(kb.items) + len(kb.documents))
        chunks = sum(len(domain.chunks) for domain in self._index.domains.values())
        yield GaugeMetricFamily("guanjia_knowledge_base_chunks", "可检索的内容条数", value=chunks)
        yield self._model()
        yield from self._ratings()

    def _model(self) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily("guanjia_model_state", "基座模型状态，当前状态为 1", labels=["state"])
        current = self._model_status().state
        for state in ModelState:
            gauge.add_metric([state.value], float(state is current))
        return gauge

    def _ratings(self) -> Iterator[GaugeMetricFamily]:
        """One gauge by rating; none while the database cannot be read."""
        try:
            counts = self._feedback.counts()
        except FeedbackNotSavedError:
            return
        gauge = GaugeMetricFamily(
            "guanjia_feedback_answers", "各评价等级的答复数（每条答复以最后一次评价为准）", labels=["rating"]
        )
        for rating, count in counts.items():
            gauge.add_metric([str(rating.value)], count)
        yield gauge
