"""The pages of pre-review in a real browser: the counter, the citizens' check, the monitor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from .preview_engine import NUMBER_BOX, SIZE, PaperEngine, picture
from .preview_serving import app_at, product_at
from .real_browser import DESK, PHONE, browser, needs_browser, on_a_port, watched_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]  # a fixture
pytestmark = needs_browser

READY = "#gj[data-ready]"
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """API and pages behind one port of this machine; staff need a word."""
    from serving.pages.check import mount_check_page
    from serving.pages.clerk import mount_clerk_page
    from serving.pages.monitor import mount_monitor_page

    folder = tmp_path_factory.mktemp("pages")
    product = product_at(folder, "counter-word")
    app = app_at(folder, PaperEngine(lambda name, page: time.sleep(0.05)), "counter-word")
    for mount in (mount_clerk_page, mount_monitor_page, mount_check_page):
        mount(app, product)
    with on_a_port(app) as address:
        yield address


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """A counter PC; a script error, a dialog or a request elsewhere fails the test."""
    with watched_page(browser, url, DESK) as page:
        yield page


@pytest.fixture
def phone(browser: Browser, url: str) -> Iterator[Page]:
    """A phone, watched like the desk."""
    with watched_page(browser, url, PHONE) as page:
        yield page


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
    expect(desk.locator(".pv-box.pv-chosen")).to_have_text("1", use_inner_text=True)
    cards.nth(1).click()  # list → page
    desk.wait_for_selector(".pv-tabs button:nth-child(2)[aria-selected=true]")
    expect(desk.locator(".pv-box.pv-chosen")).to_have_text("2", use_inner_text=True)
    desk.wait_for_function("document.querySelector('.pv-sheet img').naturalWidth > 0")  # the page's picture is there
    box, field = desk.locator(".pv-box.pv-chosen").bounding_box(), desk.locator(".pv-sheet").bounding_box()
    assert box is not None
    assert field is not None
    assert 0.3 < (box["x"] - field["x"]) / field["width"] < 0.36  # NUMBER_BOX begins at a third
    desk.click(".pv-tabs button >> nth=0")
    desk.click(".pv-box")  # page → list
    expect(desk.locator(".pv-finding.pv-chosen")).to_contain_text("姓名对不上", use_inner_text=True)

    cards.nth(0).get_by_text("误报").click()
    desk.click("#pv-return")  # a reason is missing
    expect(desk.locator("#pv-decide")).to_be_hidden()
    cards.nth(0).get_by_text("识别读错").click()
    desk.click("#pv-return")
    expect(desk.locator("#pv-decide input[type=checkbox]")).to_have_count(1)  # the rejected one is no reason
    expect(desk.locator("#pv-decide input[type=checkbox]:checked")).to_have_count(1)
    desk.click("#pv-decide-yes")
    desk.fill("#pv-token-value", "wrong")
    desk.click("#pv-token-yes")
    desk.wait_for_selector("#pv-token[open]")
    desk.fill("#pv-token-value", "counter-word")
    desk.click("#pv-token-yes")
    desk.wait_for_selector(".pv-decided")
    expect(desk.locator(".pv-decided")).to_contain_text("退回补正", use_inner_text=True)

    open_page(desk, f"{url}/monitor/")
    desk.wait_for_selector("#pv-kpi-rate b")
    expect(desk.locator("#pv-kpi-rate b")).to_have_text("100.0%", use_inner_text=True)
    expect(desk.locator("#pv-who")).to_contain_text("申请人材料问题", use_inner_text=True)
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
    expect(desk.locator("#pv-findings")).not_to_contain_text("姓名对不上", use_inner_text=True)
    desk.click("#pv-tab-materials")
    expect(desk.locator(".pv-table .pv-chip")).to_have_text(["齐", "缺", "不用交"])


def test_the_counter_can_be_worked_by_keyboard(desk: Page, url: str, papers: Path) -> None:
    hand_in(desk, url, "林小曼", papers / "正面.jpg", papers / "反面.jpg")
    desk.keyboard.press("j")
    expect(desk.locator(".pv-finding.pv-chosen .pv-no")).to_have_text("2", use_inner_text=True)
    desk.keyboard.press("k")
    expect(desk.locator(".pv-finding.pv-chosen .pv-no")).to_have_text("1", use_inner_text=True)
    desk.keyboard.press("x")
    expect(desk.locator(".pv-finding.pv-rejected")).to_have_count(1)
    desk.keyboard.press("x")
    desk.keyboard.press("t")
    desk.wait_for_selector("#pv-decide[open]")
    desk.keyboard.press("Escape")
    expect(desk.locator("#pv-decide")).to_be_hidden()


def test_a_case_survives_a_reload_and_can_be_removed(desk: Page, url: str, papers: Path) -> None:
    hand_in(desk, url, "", papers / "申请表两页.jpg")
    desk.reload()
    desk.wait_for_selector(READY)
    desk.wait_for_selector("#pv-review:not([hidden])")
    expect(desk.locator("#pv-page-no")).to_have_text("1 / 2", use_inner_text=True)
    desk.click("#pv-next")
    expect(desk.locator("#pv-page-no")).to_have_text("2 / 2", use_inner_text=True)
    address = desk.url
    desk.click("#pv-tab-case")
    desk.click("text=撤销这份预审并删除文件")
    desk.wait_for_selector("#pv-intake:not([hidden])")
    open_page(desk, address)  # only the part behind # is new: the page stays
    desk.wait_for_selector("#pv-error:has-text('已经删除')")


def test_what_is_missing_is_said_before_anything_is_sent(desk: Page, url: str) -> None:
    open_page(desk, f"{url}/clerk/")
    desk.click("#pv-start")
    expect(desk.locator("#pv-error")).to_contain_text("选好事项", use_inner_text=True)
    desk.fill("#pv-item", "完全没有的事项名")
    desk.wait_for_selector(".pv-none")
    desk.fill("#pv-item", "jzz")  # initials of the pinyin
    desk.wait_for_selector("#pv-found [role=option]")
    expect(desk.locator("#pv-found")).to_contain_text("居住证", use_inner_text=True)
    desk.fill("#pv-item", "居住证申领")
    desk.press("#pv-item", "Enter")
    desk.wait_for_selector("#pv-situations fieldset")
    desk.click("#pv-start")
    expect(desk.locator("#pv-error")).to_contain_text("材料文件", use_inner_text=True)


def test_names_of_files_and_people_never_become_markup(desk: Page, url: str, papers: Path) -> None:
    hand_in(desk, url, EVIL, papers / f"{EVIL}.jpg")
    assert EVIL in desk.inner_text("#pv-head")
    assert EVIL in desk.inner_text(".pv-file-line")
    expect(desk.locator("#gj img[src=x]")).to_have_count(0)


def test_a_citizen_learns_what_to_change_and_deletes_the_papers(phone: Page, url: str, papers: Path) -> None:
    open_page(phone, f"{url}/check")
    phone.fill("#pv-item", "居住证")
    phone.click("[data-item=jz-apply]")
    phone.click("#pv-situations .pv-choice >> nth=0")
    phone.wait_for_selector("#pv-need:not([hidden])")
    phone.set_input_files("#pv-files", [str(papers / "反面.jpg")])
    expect(phone.locator(".pv-consent")).to_contain_text("24小时后自动删除", use_inner_text=True)
    assert no_sideways(phone)
    phone.click("#pv-start")
    phone.wait_for_selector(".pv-verdict")
    expect(phone.locator(".pv-verdict")).to_contain_text("要改 1 处", use_inner_text=True)
    expect(phone.locator("#pv-result")).to_contain_text("已过期", use_inner_text=True)
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
    expect(phone.locator(".pv-verdict")).to_be_hidden()


def test_the_counter_fits_a_phone(phone: Page, url: str, papers: Path) -> None:
    hand_in(phone, url, "林小曼", papers / "正面.jpg", papers / "反面.jpg")
    assert no_sideways(phone)
    phone.click("#gj-big")
    assert no_sideways(phone)
    phone.locator(".pv-finding").nth(1).click()
    expect(phone.locator(".pv-box.pv-chosen")).to_have_text("2", use_inner_text=True)


def test_the_monitor_without_figures_says_so(phone: Page, url: str) -> None:
    open_page(phone, f"{url}/monitor/")
    phone.fill("#pv-token-value", "counter-word")
    phone.click("#pv-token-yes")
    phone.fill("#pv-since", "2001-01-01")
    phone.fill("#pv-until", "2001-02-01")
    phone.click("#pv-filter button[type=submit]")
    phone.wait_for_selector("#pv-none:not([hidden])")
    assert no_sideways(phone)
