"""Starts vLLM for a GPU server with the flags the product relies on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import NoReturn

from serving.model_catalogue import find_model
from serving.model_errors import UnknownModelError, VllmNotInstalledError


def gpu_model(name: str) -> str:
    """What vLLM loads for a model name: the catalogue's safetensors repository, else the name itself.

    A name outside the catalogue is a repository or a local folder of the user's own.
    VLLM_USE_MODELSCOPE=True makes vLLM fetch from ModelScope.
    """
    try:
        return find_model(name).gpu_repo or name
    except UnknownModelError:
        return name


def vllm_command(name: str, *, host: str, port: int, context_tokens: int, extra: Sequence[str] = ()) -> list[str]:
    """The command line of `vllm serve`; `extra` goes last and so wins.

    Flags as of vLLM 0.33. The key is not among them: other users' `ps` would show it.
    """
    command = ["vllm", "serve", gpu_model(name), "--served-model-name", name]
    command += ["--host", host, "--port", str(port), "--max-model-len", str(context_tokens)]
    command += ["--enable-prefix-caching"]  # every prompt opens with the same long instructions
    command += ["--structured-outputs-config", '{"backend": "auto"}']  # replies follow our JSON schemas
    command += ["--generation-config", "vllm"]  # not the sampling defaults that come with the model
    command += ["--default-chat-template-kwargs", '{"enable_thinking": false}']  # Qwen3 answers at once
    return [*command, *extra]


def run_vllm(command: Sequence[str], api_key: str | None) -> NoReturn:
    """Become the vLLM process.

    Raises:
        VllmNotInstalledError: there is no vllm command on the PATH.
    """
    if shutil.which(command[0]) is None:
        raise VllmNotInstalledError
    environment = dict(os.environ)
    if api_key:
        environment["VLLM_API_KEY"] = api_key
    os.execvpe(command[0], list(command), environment)
