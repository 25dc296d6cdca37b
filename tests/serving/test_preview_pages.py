"""The pages of pre-review in a real browser: the counter, the citizens' check, the monitor."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .preview_engine import NUMBER_BOX, SIZE, PaperEngine, picture
from .preview_serving import app_at, product_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium fonts-noto-cjk"),
]

READY = "#gj[data-ready]"
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """API and pages behind one port of this machine; staff need a word."""
    import uvicorn

    from serving.pages.check import mount_check_page
    from serving.pages.clerk import mount_clerk_page
    from serving.pages.monitor import mount_monitor_page

    folder = tmp_path_factory.mktemp("pages")
    product = product_at(folder, "counter-word")
    app = app_at(folder, PaperEngine(lambda name, page: time.sleep(0.05)), "counter-word")
    for mount in (mount_clerk_page, mount_monitor_page, mount_check_page):
        mount(app, product)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """A counter PC; a script error, a dialog or a request elsewhere fails the test."""
    yield from watched(browser, url, {"width": 1366, "height": 768}, phone=False)


@pytest.fixture
def phone(browser: Browser, url: str) -> Iterator[Page]:
    """A phone, watched like the desk."""
    yield from watched(browser, url, {"width": 390, "height": 844}, phone=True)


def watched(browser: Browser, url: str, size: dict[str, int], *, phone: bool) -> Iterator[Page]:
    """A page whose faults are collected."""
    context = browser.new_context(viewport=size, is_mobile=phone, has_touch=phone, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: None if request.url.startswith((url, "data:", "blob:")) else faults.append(request.url),
    )
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files to hand in."""
    folder = tmp_path_factory.mktemp("papers")
    for name in ("正面.jpg", "反面.jpg", "申请表两页.jpg", f"{EVIL}.jpg"):
        (folder / name).write_bytes(picture(name))
    return folder


def hand_in(page: Page, url: str, applicant: str, *files: Path) -> None:
    """Take papers in at the counter and wait for the report."""
    open_page(page, f"{url}/clerk/")
    page.fill("#pv-item", "居住证申领")
    page.press("#pv-item", "Enter")
    page.click("#pv-situations .pv-choice >> nth=0")
    page.fill("#pv-applicant", applicant)
    page.set_input_files("#pv-files", [str(file) for file in files])
    page.click("#pv-start")
    page.wait_for_selector("#pv-review:not([hidden])")


def open_page(page: Page, address: str) -> None:
    """Go to a page and wait until its script runs."""
    page.goto(address)
    page.wait_for_selector(READY)


def no_sideways(page: Page) -> bool:
    """Tell whether nothing is wider than the screen."""
    return bool(
        page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('#gj, #pv-main')]"
            ".every((part) => part.scrollWidth <= innerWidth + 1)"
        )
    )


def test_papers_become_findings_beside_their_boxes_and_a_decision(desk: Page, url: str, papers: Path) -> None:
    hand_in(desk, url, "林小曼", papers / "正面.jpg", papers / "反面.jpg")
    cards = desk.locator(".pv-finding")
    assert cards.count() == 2
    assert "姓名对不上" in cards.nth(0).inner_text()
    desk.wait_for_selector(".pv-box.pv-chosen")
    assert desk.inner_text(".pv-box.pv-chosen") == "1"
    cards.nth(1).click()  # list → page
    desk.wait_for_selector(".pv-tabs button:nth-child(2)[aria-selected=true]")
    assert desk.inner_text(".pv-box.pv-chosen") == "2"
    assert desk.evaluate("document.querySelector('.pv-sheet img').complete")
    box, field = desk.locator(".pv-box.pv-chosen").bounding_box(), desk.locator(".pv-sheet").bounding_box()
    assert box is not None
    assert field is not None
    assert 0.3 < (box["x"] - field["x"]) / field["width"] < 0.36  # NUMBER_BOX begins at a third
    desk.click(".pv-tabs button >> nth=0")
    desk.click(".pv-box")  # page → list
    assert "姓名对不上" in desk.inner_text(".pv-finding.pv-chosen")

    cards.nth(0).get_by_text("误报").click()
    desk.click("#pv-return")  # a reason is missing
    assert not desk.is_visible("#pv-decide")
    cards.nth(0).get_by_text("识别读错").click()
    desk.click("#pv-return")
    assert desk.locator("#pv-decide input[type=checkbox]").count() == 1  # the rejected one is no reason
    assert desk.locator("#pv-decide input[type=checkbox]:checked").count() == 1
    desk.click("#pv-decide-yes")
    desk.fill("#pv-token-value", "wrong")
    desk.click("#pv-token-yes")
    desk.wait_for_selector("#pv-token[open]")
    desk.fill("#pv-token-value", "counter-word")
    desk.click("#pv-token-yes")
    desk.wait_for_selector(".pv-decided")
    assert "退回补正" in desk.inner_text(".pv-decided")

    open_page(desk, f"{url}/monitor/")
    desk.wait_for_selector("#pv-kpi-rate b")
    assert desk.inner_text("#pv-kpi-rate b") == "100.0%"
    assert "申请人材料问题" in desk.inner_text("#pv-who")
    assert "10% 线" in desk.locator("#pv-trend").text_content()  # type: ignore[operator]
    with desk.expect_download() as download:
        desk.click("#pv-xlsx")
    assert download.value.suggested_filename.endswith(".xlsx")


def test_an_edited_field_is_checked_again_at_once(desk: Page, url: str, papers: Path) -> None:
    hand_in(desk, url, "林小曼", papers / "正面.jpg")
    desk.click("#pv-tab-fields")
    name = desk.locator("#pv-fields input[aria-label=姓名]")
    name.focus()
    desk.wait_for_selector(".pv-box.pv-field")
    name.fill("林小曼")
    name.press("Enter")
    desk.wait_for_selector("text=已重新核对")
    desk.click("#pv-tab-findings")
    assert "姓名对不上" not in desk.inner_text("#pv-findings")
    desk.click("#pv-tab-materials")
    assert [chip.strip() for chip in desk.locator(".pv-table .pv-chip").all_inner_texts()] == ["齐", "缺", "不用交"]


def test_the_counter_can_be_worked_by_keyboard(desk: Page, url: str, papers: Path) -> None:
    hand_in(desk, url, "林小曼", papers / "正面.jpg", papers / "反面.jpg")
    desk.keyboard.press("j")
    assert desk.inner_text(".pv-finding.pv-chosen .pv-no") == "2"
    desk.keyboard.press("k")
    assert desk.inner_text(".pv-finding.pv-chosen .pv-no") == "1"
    desk.keyboard.press("x")
    assert desk.locator(".pv-finding.pv-rejected").count() == 1
    desk.keyboard.press("x")
    desk.keyboard.press("t")
    desk.wait_for_selector("#pv-decide[open]")
    desk.keyboard.press("Escape")
    assert not desk.is_visible("#pv-decide")


def test_a_case_survives_a_reload_and_can_be_removed(desk: Page, url: str, papers: Path) -> None:
    hand_in(desk, url, "", papers / "申请表两页.jpg")
    desk.reload()
    desk.wait_for_selector(READY)
    desk.wait_for_selector("#pv-review:not([hidden])")
    assert desk.inner_text("#pv-page-no") == "1 / 2"
    desk.click("#pv-next")
    assert desk.inner_text("#pv-page-no") == "2 / 2"
    address = desk.url
    desk.click("#pv-tab-case")
    desk.click("text=撤销这份预审并删除文件")
    desk.wait_for_selector("#pv-intake:not([hidden])")
    open_page(desk, address)  # only the part behind # is new: the page stays
    desk.wait_for_selector("#pv-error:has-text('已经删除')")


def test_what_is_missing_is_said_before_anything_is_sent(desk: Page, url: str) -> None:
    open_page(desk, f"{url}/clerk/")
    desk.click("#pv-start")
    assert "选好事项" in desk.inner_text("#pv-error")
    desk.fill("#pv-item", "完全没有的事项名")
    desk.wait_for_selector(".pv-none")
    desk.fill("#pv-item", "jzz")  # initials of the pinyin
    desk.wait_for_selector("#pv-found [role=option]")
    assert "居住证" in desk.inner_text("#pv-found")
    desk.fill("#pv-item", "居住证申领")
    desk.press("#pv-item", "Enter")
    desk.wait_for_selector("#pv-situations fieldset")
    desk.click("#pv-start")
    assert "材料文件" in desk.inner_text("#pv-error")


def test_names_of_files_and_people_never_become_markup(desk: Page, url: str, papers: Path) -> None:
    hand_in(desk, url, EVIL, papers / f"{EVIL}.jpg")
    assert EVIL in desk.inner_text("#pv-head")
    assert EVIL in desk.inner_text(".pv-file-line")
    assert desk.locator("#gj img[src=x]").count() == 0


def test_a_citizen_learns_what_to_change_and_deletes_the_papers(phone: Page, url: str, papers: Path) -> None:
    open_page(phone, f"{url}/check")
    phone.fill("#pv-item", "居住证")
    phone.click("[data-item=jz-apply]")
    phone.click("#pv-situations .pv-choice >> nth=0")
    phone.wait_for_selector("#pv-need:not([hidden])")
    phone.set_input_files("#pv-files", [str(papers / "反面.jpg")])
    assert "24小时后自动删除" in phone.inner_text(".pv-consent")
    assert no_sideways(phone)
    phone.click("#pv-start")
    phone.wait_for_selector(".pv-verdict")
    assert "要改 1 处" in phone.inner_text(".pv-verdict")
    assert "已过期" in phone.inner_text("#pv-result")
    phone.wait_for_selector(".pv-crop .pv-box")
    phone.wait_for_function("document.querySelector('.pv-crop img').complete")
    paper, mark = phone.locator(".pv-crop img").bounding_box(), phone.locator(".pv-crop .pv-box").bounding_box()
    assert paper is not None
    assert mark is not None
    marked = ((mark["x"] - paper["x"]) / paper["width"], (mark["y"] - paper["y"]) / paper["height"])
    assert marked == pytest.approx((NUMBER_BOX[0] / SIZE[0], NUMBER_BOX[1] / SIZE[1]), abs=0.02)
    assert no_sideways(phone)
    size = "parseFloat(getComputedStyle(document.querySelector('.pv-fix')).fontSize)"
    assert phone.evaluate(size) >= 18
    phone.click("#gj-big")
    assert phone.evaluate(size) >= 24
    assert no_sideways(phone)
    phone.reload()  # the result is still there
    phone.wait_for_selector(".pv-verdict")
    phone.click("text=删除我的材料")
    phone.click("#pv-sure-yes")
    phone.wait_for_selector("#pv-intake:not([hidden])")
    phone.reload()
    phone.wait_for_selector("#pv-item")
    assert not phone.is_visible(".pv-verdict")


def test_the_counter_fits_a_phone(phone: Page, url: str, papers: Path) -> None:
    hand_in(phone, url, "林小曼", papers / "正面.jpg", papers / "反面.jpg")
    assert no_sideways(phone)
    phone.click("#gj-big")
    assert no_sideways(phone)
    phone.locator(".pv-finding").nth(1).click()
    assert phone.inner_text(".pv-box.pv-chosen") == "2"


def test_the_monitor_without_figures_says_so(phone: Page, url: str) -> None:
    open_page(phone, f"{url}/monitor/")
    phone.fill("#pv-token-value", "counter-word")
    phone.click("#pv-token-yes")
    phone.fill("#pv-since", "2001-01-01")
    phone.fill("#pv-until", "2001-02-01")
    phone.click("#pv-filter button[type=submit]")
    phone.wait_for_selector("#pv-none:not([hidden])")
    assert no_sideways(phone)
