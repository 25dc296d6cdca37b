"""The base model as the other rooms see it: a LangChain chat model while it is well, else None.

Embedded, vLLM and cloud models are all reached over the OpenAI protocol, so there is one client.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import httpx

from serving.llama_child import LlamaOptions
from serving.model_catalogue import model_path
from serving.model_errors import ProbeError
from serving.model_server import EmbeddedModelServer
from serving.model_status import ModelState, ModelStatus
from serving.settings import ModelRuntime, ModelSettings, ModelUse, Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

PROBE_TIMEOUT_S = 2.0
PROBE_EVERY_S = 10.0
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}


class ModelHandle(Protocol):
    """The base model of one process, whatever runs it; made once at start-up."""

    def status(self) -> ModelStatus:
        """The state as last seen; does not wait for the network."""

    def chat(self) -> BaseChatModel | None:
        """The model if it can be asked now, else None. Ask anew for each request."""

    def close(self) -> None:
        """End what the handle started."""


class NoModel:
    """`GUANJIA_MODEL__USE=never`: the product answers without a model."""

    def status(self) -> ModelStatus:
        """Always off."""
        return ModelStatus(ModelState.OFF, "按设置不使用模型（GUANJIA_MODEL__USE=never）")

    def chat(self) -> BaseChatModel | None:
        """Always None."""
        return None

    def close(self) -> None:
        """Nothing to end."""


class EmbeddedModel:
    """The model that llama.cpp runs in a child process of this one."""

    def __init__(self, settings: ModelSettings, server: EmbeddedModelServer) -> None:
        """Start `server`, which loads the model on its own."""
        self._settings = settings
        self._server = server
        self._client: tuple[str, BaseChatModel] | None = None
        server.start()

    def status(self) -> ModelStatus:
        """The state of the child process."""
        return self._server.status()

    def chat(self) -> BaseChatModel | None:
        """The model while the child is well."""
        base_url = self._server.base_url
        if base_url is None or not self._server.status().ready:
            return None
        if self._client is None or self._client[0] != base_url:  # a restart may have moved the port
            self._client = (base_url, chat_model(self._settings, base_url, self._server.api_key))
        return self._client[1]

    def close(self) -> None:
        """End the child process."""
        self._server.stop()


class ServedModel:
    """A model behind an address of its own; a thread asks every few seconds whether it is there.

    So a dead address costs no request its time-out: `chat` is None within about ten seconds.
    """

    def __init__(self, settings: ModelSettings, probe_every_s: float = PROBE_EVERY_S) -> None:
        self._settings = settings
        self._api_key = settings.api_key.get_secret_value()
        self._status = ModelStatus(ModelState.STARTING, "正在探测模型服务")
        self._probed = threading.Event()
        self._closing = threading.Event()
        self._client = chat_model(settings, settings.url, self._api_key) if settings.url else None
        threading.Thread(target=self._watch, args=(probe_every_s,), name="model-probe", daemon=True).start()

    def status(self) -> ModelStatus:
        """The last probe; only before the first one has ended does this wait, two seconds at most."""
        self._probed.wait(PROBE_TIMEOUT_S)
        return self._status

    def chat(self) -> BaseChatModel | None:
        """The model if the last probe found it."""
        return self._client if self.status().ready else None

    def close(self) -> None:
        """End the probing; the model itself is not ours to end."""
        self._closing.set()

    def _watch(self, probe_every_s: float) -> None:
        while not self._closing.is_set():
            status = probe(self._settings)
            if status.state is not self._status.state:
                logger.info("served model state=%s", status.state)
            self._status = status
            self._probed.set()
            self._closing.wait(probe_every_s)


def probe(settings: ModelSettings) -> ModelStatus:
    """Ask `GET /models` once whether the model is there; two seconds at most."""
    try:
        names = _served_names(settings)
    except ProbeError as error:
        return ModelStatus(ModelState.FAILED, str(error))
    if names and settings.name not in names:
        listed = "、".join(names)
        problem = f"那里没有名为 {settings.name} 的模型，有：{listed}；请改 GUANJIA_MODEL__NAME"
        return ModelStatus(ModelState.FAILED, problem)
    return ModelStatus(ModelState.READY)


def _served_names(settings: ModelSettings) -> list[str]:
    """Names of the models at the address; empty from a service that does not list them."""
    if settings.url is None:
        raise ProbeError("没有设置模型地址，请设置 GUANJIA_MODEL__URL（以 /v1 结尾）")
    url = f"{settings.url.rstrip('/')}/models"
    key = settings.api_key.get_secret_value()
    try:
        with httpx.Client(timeout=PROBE_TIMEOUT_S, trust_env=not _is_loopback(url)) as client:
            response = client.get(url, headers={"Authorization": f"Bearer {key}"})
        if response.status_code in {404, 405}:
            return []
        response.raise_for_status()
        return [str(entry["id"]) for entry in response.json()["data"]]
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        way_out = "，请检查 GUANJIA_MODEL__API_KEY" if code in {401, 403} else ""
        raise ProbeError(f"{url} 答复 HTTP {code}{way_out}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProbeError(f"连不上 {url}（{type(error).__name__}），请检查模型服务是否在运行") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ProbeError(f"{url} 答复的不是 OpenAI 接口格式，请检查 GUANJIA_MODEL__URL") from error


def chat_model(settings: ModelSettings, base_url: str, api_key: str) -> BaseChatModel:
    """A client for the model at `base_url`: temperature 0, streamed, one retry, `timeout_s` between bytes.

    Ask for JSON with `.bind(response_format={"type": "json_schema", ...})`: llama.cpp and vLLM
    both enforce it. A reply cut off by max_tokens is broken JSON with finish_reason "length".
    """
    import openai
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    direct = _is_loopback(base_url)  # a proxy from the environment has no business there
    return ChatOpenAI(
        model=settings.name,
        base_url=base_url,
        api_key=SecretStr(api_key),
        temperature=0,
        timeout=settings.timeout_s,
        max_retries=1,
        streaming=True,
        stream_usage=True,
        http_socket_options=(),  # langchain-openai's own would switch off the operator's proxy
        http_client=openai.DefaultHttpxClient(trust_env=False) if direct else None,
        http_async_client=openai.DefaultAsyncHttpxClient(trust_env=False) if direct else None,
    )


def model_handle(settings: Settings) -> ModelHandle:
    """The base model as the settings want it; returns before the model is ready.

    Raises:
        UnknownModelError: the embedded model's name is not in the catalogue.
    """
    model = settings.model
    if model.use is ModelUse.NEVER:
        return NoModel()
    if model.runtime is ModelRuntime.OPENAI:
        return ServedModel(model)
    options = LlamaOptions(name=model.name, context_tokens=model.context_tokens, threads=model.threads)
    path = model_path(model.name, settings.models_dir)
    log_path = settings.data_dir / "logs" / "base_model.log"
    return EmbeddedModel(model, EmbeddedModelServer(path, options, log_path=log_path))


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK_HOSTS
