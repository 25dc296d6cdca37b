"""The ways a case reaches the product: in Python, over each HTTP interface, and to the search alone."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from assistant.answers import Turn
from assistant.retrieve import find
from assistant.route import route
from assistant.understand import understand
from eval.case_files import EnquiryCase
from eval.enquiries import Prediction, prediction_from, prediction_of
from knowledge_base.passage_retrieval import PassageRetriever
from knowledge_base.records import Quotes

if TYPE_CHECKING:
    import httpx

    from serving.build import Product

Way = Callable[[EnquiryCase], Awaitable[Prediction]]

RANKED = 10
"""How many items and records of a search are kept."""


class Channels:
    """Asks cases of one product, each by the channel its tag `channel:…` names; Python without one."""

    def __init__(self, product: Product, more: Mapping[str, Way] | None = None) -> None:
        """Args: more: further ways by name, such as the baselines."""
        self._product = product
        self._client: httpx.AsyncClient | None = None
        self._quotes = Quotes(product.index.kb)
        self._ways: dict[str, Way] = {
            "python": self._python,
            "json": self._json,
            "sse": self._sse,
            "openai": self._openai,
            "retrieval": self._retrieval,
            **(more or {}),
        }

    async def ask(self, case: EnquiryCase) -> Prediction:
        """Ask one case; raises what the channel raises."""
        return await self._ways[case.tagged("channel", "python")](case)

    async def close(self) -> None:
        """Close the HTTP client."""
        if self._client:
            await self._client.aclose()

    async def _python(self, case: EnquiryCase) -> Prediction:
        history = [Turn(message.role, message.content) for message in case.history]
        return prediction_of(case, await self._product.assistant.ask(case.question, history=history))

    async def _json(self, case: EnquiryCase) -> Prediction:
        response = await self._post("/v1/enquiries", _enquiry(case))
        return prediction_from(case.id, response.json())

    async def _sse(self, case: EnquiryCase) -> Prediction:
        """The text is what the sentence events brought."""
        response = await self._post("/v1/enquiries", _enquiry(case) | {"stream": True})
        events = [block.split("\n") for block in response.text.split("\n\n")]
        parts = [(_field(lines, "event"), _field(lines, "data")) for lines in events]
        answer = json.loads(next(data for name, data in parts if name == "answer"))
        said = [json.loads(data)["text"] for name, data in parts if name == "sentence"]
        return prediction_from(case.id, answer | {"text": "\n".join(said)})

    async def _openai(self, case: EnquiryCase) -> Prediction:
        """The text is what a chat client shows, without the sources below it."""
        messages = [*({"role": m.role, "content": m.content} for m in case.history)]
        messages.append({"role": "user", "content": case.question})
        response = await self._post("/v1/chat/completions", {"model": "guanjia", "messages": messages})
        data = response.json()
        shown = data["choices"][0]["message"]["content"].split("\n\n出处：")[0]
        return prediction_from(case.id, data["guanjia"] | {"text": shown})

    async def _retrieval(self, case: EnquiryCase) -> Prediction:
        """`items` are ranked, `citations` hold the texts of the best records; nothing is said."""
        assistant = self._product.assistant
        turns = [Turn(message.role, message.content) for message in case.history]
        text = assistant.read(case.question)
        understanding = understand(text, turns, assistant.retriever.names_item)
        domains = route(assistant.retriever, assistant.retriever.embed(understanding.question))
        found = find(assistant.retriever, understanding, assistant.intent(text), domains)
        hits = [hit for hit in found.hits if not hit.is_gap]
        records = [{"record_id": hit.record_id, "quote": self._text_of(hit.record_id)} for hit in hits[:RANKED]]
        items = list(dict.fromkeys(hit.item_id for hit in hits))[:RANKED]
        facet = str(hits[0].facet) if hits else ""
        return Prediction(case.id, "ranked", "", items, facet, "", 0.0, {}, citations=records)

    def _text_of(self, record_id: str) -> str:
        retriever = self._product.assistant.retriever
        if isinstance(retriever, PassageRetriever):
            return retriever.passage(record_id).text
        return "\n".join(quote.text for quote in self._quotes.record(record_id))

    async def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        import httpx

        from serving.api import create_app

        if self._client is None:  # no lifespan: the cases bring their own conversation
            transport = httpx.ASGITransport(app=create_app(self._product))
            self._client = httpx.AsyncClient(transport=transport, base_url="http://eval", timeout=None)
        response = await self._client.post(path, json=body)
        response.raise_for_status()
        return response


def _enquiry(case: EnquiryCase) -> dict[str, Any]:
    return {"question": case.question, "history": [message.model_dump() for message in case.history]}


def _field(lines: list[str], name: str) -> str:
    return next((line.partition(": ")[2] for line in lines if line.startswith(f"{name}:")), "")
