"""Who may ask what, and how often: operator endpoints and the limit on questions."""

from __future__ import annotations

import hmac
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api_errors import HTTP_REPLIES, error_response

MAX_CLIENTS = 10_000
"""Clients whose questions are counted; the one that asked longest ago is forgotten first."""

_BEARER = HTTPBearer(auto_error=False, description="GUANJIA_OPERATOR_TOKEN；没有设置时只答复本机")


Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class Operators:
    """Knows operators: by the token, or where none is set by being on this machine. Its methods are dependencies."""

    def __init__(self, token: SecretStr | None) -> None:
        self._token = token

    def known(self, request: Request, given: Given) -> bool:
        """Tell whether the client is an operator."""
        if self._token is None:
            return is_this_machine(_host(request.scope))
        return given is not None and _same(given.credentials, self._token.get_secret_value())

    def only(self, request: Request, given: Given) -> None:
        """Let operators pass.

        Raises:
            HTTPException: 401, the token is missing or wrong; 403, none is set and the client is elsewhere.
        """
        if not self.known(request, given):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) if self._token else HTTPException(403)


class QuestionLimit:
    """ASGI middleware that replies 429 to a client that asks more than `per_minute` questions a minute.

    A client may ask that many at once and gets one more every 60 / `per_minute` seconds. Clients on this
    machine are not limited; with 0 nobody is. Counted in this process: N workers let N times as many pass.
    """

    def __init__(self, app: ASGIApp, paths: Collection[str], per_minute: int) -> None:
        self._app = app
        self._paths = frozenset(paths)
        self._every_s = 60 / per_minute if per_minute else 0.0
        self._free_at: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it before its body is read."""
        if self._every_s and scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._paths:
            wait_s = self.wait_s(_host(scope), time.monotonic())
            if wait_s:
                headers = {"Retry-After": str(math.ceil(wait_s)), "Connection": "close"}
                await error_response(HTTP_REPLIES[429], headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def wait_s(self, host: str, now: float) -> float:
        """Count a question and give 0, or the seconds that the client has to wait before the next.

        One number per client: the time at which all it has asked will be paid for (GCRA, ITU-T I.371).
        """
        if is_this_machine(host):
            return 0.0
        client = _client(host)
        free_at = max(self._free_at.get(client, now), now)
        wait_s = free_at + self._every_s - now - 60
        if wait_s > 1e-6:
            return wait_s
        self._free_at[client] = free_at + self._every_s
        self._free_at.move_to_end(client)
        if len(self._free_at) > MAX_CLIENTS:
            self._free_at.popitem(last=False)
        return 0.0


def is_this_machine(host: str) -> bool:
    """Tell whether an address is loopback.

    >>> [is_this_machine(host) for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.8", "somewhere", "")]
    [True, True, True, False, False, False]
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _client(host: str) -> str:
    """Name the client: a whole IPv6 network of 64 bits counts as one, since a single home has so many addresses."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.IPv6Network((int(address), 64), strict=False))
    return host


def _host(scope: Scope) -> str:
    """The client's address; uvicorn has put in what a proxy on this machine says in X-Forwarded-For."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
