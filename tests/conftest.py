"""Shared by all tests: no outside network, no settings from the machine, one real product for the session."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from serving.build import Product, build
from serving.settings import ModelSettings, ModelUse, Settings


@pytest.fixture(scope="session", autouse=True)
def own_environment() -> Iterator[None]:
    """Take the machine's GUANJIA_* settings away."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("GUANJIA_") and not n.startswith("GUANJIA_TEST_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_outside_sockets() -> Iterator[None]:
    """Refuse every connection that leaves this machine; subprocesses are not covered."""
    real_connect = socket.socket.connect
    real_connect_ex = socket.socket.connect_ex

    def connect(self: socket.socket, address: Any) -> None:
        _refuse_outside(self, address)
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_outside(self, address)
        return real_connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        yield


@pytest.fixture(scope="session")
def built_settings(own_environment: None, pytestconfig: pytest.Config) -> Settings:
    """Settings whose data folder stays in pytest's cache, so that its index is built only once."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("guanjia")
    return Settings(_env_file=None, data_dir=folder, model=ModelSettings(use=ModelUse.NEVER))


@pytest.fixture(scope="session")
def product(built_settings: Settings) -> Product:
    """The real product over the starter knowledge base, without a base model.

    The first session on a machine embeds everything, which takes minutes; later ones only what has changed.
    """
    return build(built_settings)


def _refuse_outside(sock: socket.socket, address: Any) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        host = str(address[0])
        if host != "localhost" and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
            raise OSError(f"tests must not reach {host}")
