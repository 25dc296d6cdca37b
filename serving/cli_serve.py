"""`guanjia serve`: everything in one process. The API answers before the page has been imported."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import typer
import uvicorn
from fastapi import FastAPI

from prompts.loader import reply
from serving.api import create_app
from serving.build import Product, build
from serving.cli_errors import ENVIRONMENT, WRONG_USE, CliError
from serving.cli_progress import build_progress
from serving.cli_settings import check_data_dir, unknown_variables
from serving.front import Front, notice
from serving.live import Live
from serving.settings import Settings

logger = logging.getLogger(__name__)

OpenPage = Callable[[], FastAPI]

GRACE_S = 3
PORTS_TO_TRY = 50


def run_server(settings: Settings, *, page: bool) -> None:
    """Serve until Ctrl-C or SIGTERM, both of which end it in good order.

    Raises:
        CliError: the port is taken or the address is wrong, too little room on the disk.
        KnowledgeBaseError: bad content.
        OSError: the data folder cannot be written.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in unknown_variables():
        typer.echo(f"提醒：不认识的设置 {name}，没有起作用。")
    check_data_dir(settings.data_dir)
    with bound_socket(settings.host, settings.port) as listener:
        product = _build(settings)
        api = create_app(product)
        front = Front(api)
        open_page = partial(_open_page, product, api.state.live) if page else None
        if open_page is None:
            front.show(notice("这里只开了接口，没有开网页。接口说明：/docs", refresh_s=3600))
        config = uvicorn.Config(
            front, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S
        )
        try:
            asyncio.run(_serve(uvicorn.Server(config), listener, front, product, open_page))
        except KeyboardInterrupt:
            typer.echo("已停止。")
        finally:
            product.model.close()


def bound_socket(host: str, port: int) -> socket.socket:
    """Take the port before the long work begins; nobody can connect until the server listens.

    Raises:
        CliError: the port is taken (names a free one), needs rights, or the host is no address of ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)  # protocol: else asyncio leaves TCP_NODELAY off
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> CliError:
    if error.errno == errno.EADDRINUSE:
        free = _free_port(host, port)
        way_out = f"可以换一个：guanjia serve --port {free}" if free else "请用 --port 换一个端口"
        return CliError(f"端口 {port} 已被占用，也许莞家 AI 已经在运行。{way_out}", ENVIRONMENT)
    if error.errno in (errno.EACCES, errno.EPERM):
        return CliError(f"没有权限使用端口 {port}，请用 --port 换一个 1024 以上的端口。", ENVIRONMENT)
    return CliError(f"不能监听地址 {host}，本机使用填 127.0.0.1，对外服务填 0.0.0.0。", WRONG_USE)


def _free_port(host: str, port: int) -> int | None:
    for other in range(port + 1, min(port + PORTS_TO_TRY, 65536)):
        with socket.socket() as probe:
            try:
                probe.bind((host, other))
            except OSError:
                continue
            return other
    return None


def _build(settings: Settings) -> Product:
    started = time.monotonic()
    if settings.on_starter_set:
        typer.echo(reply("starter_notice"))
    with build_progress() as progress:
        product = build(settings, progress, typer.echo)
    chunks = sum(len(domain.chunks) for domain in product.index.domains.values())
    kb = product.index.kb
    held = f"{len(kb.documents)} 份文件" if kb.documents else f"{len(kb.items)} 个事项"
    name = f"“{kb.document_settings.name}”" if kb.document_settings.name else ""
    typer.echo(
        f"知识库{name}：{held}，{chunks} 条可检索内容，版本 {kb.revision}（{time.monotonic() - started:.1f} 秒）"
    )
    typer.echo(f"基座模型：{product.model.status().detail or '可以使用'}")
    return product


async def _serve(
    server: uvicorn.Server, listener: socket.socket, front: Front, product: Product, open_page: OpenPage | None
) -> None:
    after_start = asyncio.create_task(_after_start(server, listener, front, product, open_page))
    try:
        await server.serve(sockets=[listener])
    finally:
        after_start.cancel()
        await asyncio.gather(after_start, return_exceptions=True)


async def _after_start(
    server: uvicorn.Server, listener: socket.socket, front: Front, product: Product, open_page: OpenPage | None
) -> None:
    """Tell where the server is, warm up the search, then open the page and keep it open."""
    while not server.started:
        await asyncio.sleep(0.02)
    url = _url(product.settings.host, listener)
    typer.echo(f"接口已就绪：{url}/v1/enquiries （说明 {url}/docs），按 Ctrl-C 停止")
    with suppress(Exception):  # a question will meet the same error and report it
        await asyncio.to_thread(product.assistant.retriever.search, "居住证怎么办")
    if open_page is None:
        return
    try:
        page = await asyncio.to_thread(open_page)
        async with page.router.lifespan_context(page):
            front.show(page)
            typer.echo(f"网页已就绪：{url}/")
            await asyncio.Event().wait()  # until the server stops
    except Exception:
        logger.exception("the page did not start")
        typer.echo("网页没有启动成功，原因见日志；接口不受影响。", err=True)
        front.show(notice("页面没有启动成功，请联系管理员；急事请拨打 12345。", refresh_s=60))


def _open_page(product: Product, live: Live) -> FastAPI:
    from serving.pages.check import mount_check_page  # takes seconds: gradio
    from serving.pages.citizen import mount_citizen_page
    from serving.pages.clerk import mount_clerk_page
    from serving.pages.console import mount_console_page
    from serving.pages.insight import mount_insight_page
    from serving.pages.monitor import mount_monitor_page
    from serving.pages.tickets import mount_tickets_page

    app = FastAPI(openapi_url=None)
    for mount in (
        mount_clerk_page,
        mount_monitor_page,
        mount_check_page,
        mount_console_page,
        mount_tickets_page,
        mount_insight_page,
    ):
        mount(app, product)
    return mount_citizen_page(app, product, check_path="check/", on_answer=live.answered)


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
