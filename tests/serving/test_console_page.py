"""The pages of tickets in a real browser: console, supervisor, figures; a citizen's complaint from the chat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect
from pydantic import SecretStr

from serving.build import Product
from serving.tickets.build import TicketService

from .conftest import with_data_dir
from .real_browser import DESK, PHONE, browser, needs_browser, on_a_port, watched_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]  # a fixture
pytestmark = needs_browser

STAFF = "localStorage.setItem('guanjia.officer', '1024');sessionStorage.setItem('guanjia.operator', 'hotline-word');"
"""An agent is logged in."""

EVIL = "<img src=x onerror=alert(1)>"
FIRE = "坐席：您好\n市民：厚街镇河田村厂房着火了，里面还有人没出来"
CYLINDERS = (
    "坐席：您好\n市民：塘厦莲湖那栋宿舍楼 十七个气瓶全摆在楼梯肚里 胶管老化裂了拿胶布缠着 看着心慌 麻烦来查一下"
)
COURT = "坐席：您好\n市民：我对法院的判决不服，我要你们改判"
LAMP = "坐席：您好\n市民：长安镇文明路的路灯坏了好几天，晚上看不见，电话13700130001"


@pytest.fixture(scope="module")
def place(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, TicketService]]:
    """API and pages behind one port of this machine; staff need a word."""
    from serving.api import create_app
    from serving.pages.citizen import mount_citizen_page
    from serving.pages.console import mount_console_page
    from serving.pages.insight import mount_insight_page
    from serving.pages.tickets import mount_tickets_page

    own = with_data_dir(product, tmp_path_factory.mktemp("pages"))
    settings = own.settings.model_copy(update={"operator_token": SecretStr("hotline-word")})
    own = type(own)(settings, own.index, own.assistant, own.model, own.embedder)
    app = create_app(own)
    for mount in (mount_console_page, mount_tickets_page, mount_insight_page):
        mount(app, own)
    mount_citizen_page(app, own)
    with on_a_port(app) as url:
        yield url, app.state.tickets


@pytest.fixture
def desk(browser: Browser, place: tuple[str, TicketService]) -> Iterator[Page]:
    """An agent's PC, logged in; a script error, a dialog or a request elsewhere fails the test."""
    staff = (
        "localStorage.setItem('guanjia.officer', '1024');sessionStorage.setItem('guanjia.operator', 'hotline-word');"
    )
    with watched_page(browser, place[0], DESK, script=staff) as page:
        yield page


@pytest.fixture
def phone(browser: Browser, place: tuple[str, TicketService]) -> Iterator[Page]:
    """A citizen's phone, watched like the desk."""
    with watched_page(browser, place[0], PHONE) as page:
        yield page


def paste(page: Page, url: str, words: str) -> None:
    """Open the console and have a whole record drafted."""
    page.goto(f"{url}/console/")
    page.wait_for_selector("#tk-demo")
    page.check("[name=tk-who][value=text]", force=True)
    page.fill("#tk-line", words)
    page.click("#tk-send")
    page.wait_for_selector("#tk-words .tk-turn")


def number(page: Page) -> str:
    """The number of the ticket on the console."""
    page.wait_for_function("document.querySelector('#tk-head .tk-no').textContent.startsWith('DG')")
    return page.inner_text("#tk-head .tk-no")


def no_sideways(page: Page) -> bool:
    """Tell whether nothing is wider than the screen."""
    return bool(
        page.evaluate(
            "[...document.querySelectorAll('#gj *')].every(e => e.closest('.pv-scroll-x, .gj-sr, [hidden]')"
            " || e.getBoundingClientRect().right <= innerWidth + 1)"
        )
    )


def test_a_mock_call_is_a_dispatched_ticket_after_four_keys(desk: Page, place: tuple[str, TicketService]) -> None:
    url, service = place
    desk.goto(f"{url}/console/")
    desk.click("#tk-demo")
    desk.wait_for_selector(".tk-mark[data-from=phone]")  # filled while the call runs
    desk.wait_for_selector("#tk-hang[hidden]", state="attached", timeout=30_000)
    desk.wait_for_function("document.activeElement.matches('.tk-field.tk-is-check')")
    first = desk.evaluate("document.activeElement.dataset.field")
    desk.keyboard.press("Enter")  # looked at: on to the next doubt
    desk.wait_for_function("(first) => document.activeElement.dataset.field !== first", arg=first)
    desk.keyboard.press("F9")  # names what is left to be looked at
    expect(desk.locator("#tk-error")).to_contain_text("请核对", use_inner_text=True)
    desk.keyboard.press("F9")
    ticket = number(desk)
    desk.wait_for_function("document.activeElement.id === 'tk-send-off'")
    desk.keyboard.press("F10")
    desk.wait_for_selector("text=已派单")
    kept = service.store.get(ticket)
    assert kept.status == "dispatched" and kept.department == "cgj" and kept.fields["phone"] == "13800138000"
    assert [entry.by for entry in service.store.trail(ticket)] == ["1024"] * 3


def test_a_call_that_the_telephone_system_sends_fills_the_console(
    desk: Page, place: tuple[str, TicketService]
) -> None:
    url, service = place
    word = {"Authorization": "Bearer hotline-word"}
    call = httpx.post(f"{url}/v1/tickets/calls", headers=word).json()["call_id"]
    desk.goto(f"{url}/console/#call={call}")
    desk.wait_for_selector("#tk-hang:not([hidden])")
    for words in ("长安镇文明路的路灯坏了好几天", "电话13700130001"):
        httpx.post(f"{url}/v1/tickets/calls/{call}/turns", json={"speaker": "caller", "text": words}, headers=word)
    desk.wait_for_selector(".tk-mark[data-from=phone]")
    for key in ("F9", "F9"):
        desk.keyboard.press(key)
    assert service.store.get(number(desk)).fields["phone"] == "13700130001"


def test_a_field_and_its_words_are_lit_together(desk: Page, place: tuple[str, TicketService]) -> None:
    paste(desk, place[0], "坐席：您好\n市民：😀长安镇文明路的路灯坏了，电话13700130001")
    desk.focus("[data-field=phone]")
    lit = desk.locator(".tk-mark.tk-lit").first
    expect(lit).to_have_text("13700130001", use_inner_text=True)  # an emoji before it does not shift it
    desk.click(".tk-mark[data-from=phone]")
    desk.wait_for_function("document.activeElement.dataset.field === 'phone'")


def test_doubts_are_named_once_before_a_ticket_is_confirmed(desk: Page, place: tuple[str, TicketService]) -> None:
    paste(desk, place[0], LAMP)
    desk.keyboard.press("F10")
    expect(desk.locator("#tk-error")).to_contain_text("F9", use_inner_text=True)
    desk.keyboard.press("F9")
    expect(desk.locator("#tk-error")).to_contain_text("标题", use_inner_text=True)
    desk.keyboard.press("F9")
    number(desk)


def test_a_change_is_made_with_f2_and_taken_back_with_esc(desk: Page, place: tuple[str, TicketService]) -> None:
    url, service = place
    paste(desk, url, LAMP)
    desk.focus("[data-field=caller_name]")
    desk.keyboard.press("F2")
    desk.keyboard.type("黄女士")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-field=caller_name]")).to_contain_text("黄女士", use_inner_text=True)
    desk.keyboard.press("F9")
    desk.keyboard.press("F9")
    ticket = number(desk)
    desk.wait_for_selector("text=已确认")
    assert service.store.get(ticket).fields["caller_name"] == "黄女士"
    desk.focus("[data-field=address]")
    desk.keyboard.press("F2")
    desk.keyboard.press("Control+A")
    desk.keyboard.type(f"文明路6号{EVIL}")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=已保存")
    assert service.store.get(ticket).fields["address"] == f"文明路6号{EVIL}"
    desk.focus("[data-field=phone]")
    desk.keyboard.press("Escape")
    desk.wait_for_selector("text=已撤销")
    changed = service.store.trail(ticket)[-1].changes["address"]
    assert changed[0].startswith("文明路6号") and "文明路6号" not in service.store.get(ticket).fields["address"]


def test_a_version_somebody_else_wrote_is_not_overwritten(desk: Page, place: tuple[str, TicketService]) -> None:
    url, service = place
    paste(desk, url, LAMP)
    desk.keyboard.press("F9")
    desk.keyboard.press("F9")
    ticket = number(desk)
    desk.wait_for_selector("text=已确认")
    service.store.edit(ticket, {"amount": "300元"}, "another")
    desk.focus("[data-field=caller_name]")
    desk.keyboard.press("F2")
    desk.keyboard.type("黄")
    desk.keyboard.press("Enter")
    desk.wait_for_function("document.querySelector('#tk-error').textContent.includes('别人')")
    expect(desk.locator(".tk-box")).to_have_value("黄")  # nothing typed is lost
    desk.keyboard.press("Enter")
    desk.wait_for_selector("[data-field=caller_name]:has-text('黄') .tk-edit", state="attached")
    fields = service.store.get(ticket).fields
    assert (fields["amount"], fields["caller_name"]) == ("300元", "黄")


def test_an_emergency_shows_the_number_to_call_on_top(desk: Page, place: tuple[str, TicketService]) -> None:
    paste(desk, place[0], FIRE)
    assert "119" in desk.inner_text("#tk-alarm") and desk.is_visible("#tk-alarm a")
    expect(desk.locator(".tk-obstacles")).to_contain_text("紧急", use_inner_text=True)


def test_where_danger_is_unsure_the_agent_is_told_to_ask_first(desk: Page, place: tuple[str, TicketService]) -> None:
    paste(desk, place[0], CYLINDERS)
    alarm = desk.locator("#tk-alarm[data-maybe]")
    expect(alarm).to_contain_text("先问一句", use_inner_text=True)
    expect(desk.locator("[data-field=urgency].tk-is-check")).to_be_visible()


def test_a_refusal_comes_with_the_way_to_go(desk: Page, place: tuple[str, TicketService]) -> None:
    url, service = place
    paste(desk, url, COURT)
    expect(desk.locator(".tk-refuse")).to_contain_text("12368", use_inner_text=True)
    desk.click("text=已告知，办结")
    desk.wait_for_selector("text=已办结")
    ticket = number(desk)
    assert service.store.get(ticket).status == "closed" and "12368" in service.store.get(ticket).reply


def test_what_was_typed_outlives_a_failure_and_a_reload(desk: Page, place: tuple[str, TicketService]) -> None:
    paste(desk, place[0], LAMP)
    desk.focus("[data-field=caller_name]")
    desk.keyboard.press("F2")
    desk.keyboard.type("黄女士")
    desk.keyboard.press("Enter")
    desk.route("**/v1/tickets", lambda route: route.abort())
    desk.keyboard.press("F9")
    desk.keyboard.press("F9")
    desk.wait_for_function("document.querySelector('#tk-error').textContent.includes('网络')")
    desk.unroute("**/v1/tickets")
    desk.reload()
    desk.wait_for_selector("[data-field=caller_name]:has-text('黄女士')")
    desk.keyboard.press("F9")
    desk.keyboard.press("F9")
    number(desk)


def test_without_the_word_the_console_asks_for_it(browser: Browser, place: tuple[str, TicketService]) -> None:
    with watched_page(browser, place[0], DESK, script=STAFF) as page:
        page.context.add_init_script("sessionStorage.removeItem('guanjia.operator')")
        page.goto(f"{place[0]}/console/")
        page.fill("#tk-line", EVIL)
        page.click("#tk-send")
        page.wait_for_selector("#pv-token[open]")
        page.fill("#pv-token-value", "hotline-word")
        page.click("#pv-token-yes")
        page.wait_for_selector(".tk-turn")
        assert EVIL in page.inner_text(".tk-turn")


def test_a_supervisor_takes_a_ticket_back_and_sends_it_again(desk: Page, place: tuple[str, TicketService]) -> None:
    url, service = place
    paste(desk, url, LAMP)
    for key in ("F9", "F9"):
        desk.keyboard.press(key)
    ticket = number(desk)
    desk.wait_for_function("document.activeElement.id === 'tk-send-off'")
    desk.keyboard.press("F10")
    desk.wait_for_selector("text=已派单")
    desk.goto(f"{url}/tickets/#{ticket}")
    desk.click("[data-step=return]")
    desk.click("#tk-act-yes")
    expect(desk.locator("#tk-act-error")).to_contain_text("理由", use_inner_text=True)
    desk.fill("#tk-act-reason", "路灯归供电")
    desk.select_option("#tk-act-department", "gdj")
    desk.click("#tk-act-yes")
    desk.click("[data-step=dispatch]")
    expect(desk.locator("#tk-act-department")).to_have_value("gdj")  # what the department suggested
    desk.click("#tk-act-yes")
    desk.wait_for_selector("[data-step=answer]")
    desk.click("[data-step=answer]")
    desk.fill("#tk-act-reply", "已修好。")
    desk.click("#tk-act-yes")
    desk.click("[data-step=close]")
    desk.click("#tk-act-yes")
    desk.wait_for_selector(".tk-one-sub .pv-chip:has-text('已办结')")
    assert service.store.get(ticket).department == "gdj"
    expect(desk.locator(".tk-trail")).to_contain_text("建议改派", use_inner_text=True)


def test_the_kill_switch_asks_why(desk: Page, place: tuple[str, TicketService]) -> None:
    desk.goto(f"{place[0]}/tickets/")
    desk.click("#tk-tab-rules")
    desk.check("#tk-kill")
    desk.click("#tk-save-rules")
    desk.wait_for_function("document.querySelector('#tk-error').textContent.includes('理由')")
    desk.fill("#tk-why", "演练")
    desk.click("#tk-save-rules")
    desk.wait_for_selector(".tk-off")
    assert place[1].dispatcher.policy.kill_switch and "演练" in desk.inner_text("#tk-rules .tk-trail")
    desk.uncheck("#tk-kill")
    desk.fill("#tk-why", "演练结束")
    desk.click("#tk-save-rules")
    desk.wait_for_selector(".tk-kill:not(.tk-off)")


def test_figures_plot_and_brief_downloads(desk: Page, place: tuple[str, TicketService]) -> None:
    paste(desk, place[0], LAMP)
    for key in ("F9", "F9"):
        desk.keyboard.press(key)
    number(desk)
    desk.goto(f"{place[0]}/insight/")
    desk.wait_for_selector("#tk-daily svg rect", state="attached")
    expect(desk.locator("#tk-kpi-total")).to_contain_text("件", use_inner_text=True)
    with desk.expect_download() as got:
        desk.click("#tk-md")
    assert "周报" in got.value.path().read_text(encoding="utf-8")
    desk.click("#tk-tab-labelling")
    desk.wait_for_selector("#tk-label-keep")
    desk.select_option("#tk-label-kind", "投诉")
    desk.select_option("#tk-label-category", index=1)
    desk.click("#tk-label-keep")
    desk.wait_for_selector("text=已记下")
    assert len(place[1].labelling.labels()) == 1


def test_a_citizens_complaint_gets_a_number_and_can_be_followed(
    phone: Page, place: tuple[str, TicketService], tmp_path: Path
) -> None:
    url, service = place
    photo = tmp_path / "p.jpg"
    Image.new("RGB", (2600, 1200), "green").save(photo)
    phone.goto(url)
    phone.fill("#gj-question", "我要投诉，南城鸿福路夜市烧烤店油烟太大，电话13800138000")
    phone.click("#gj-send")
    phone.click("[data-ticket]")
    phone.wait_for_function("document.querySelector('#gj-t-town').value === '441900004'")
    expect(phone.locator("#gj-t-phone")).to_have_value("13800138000")
    phone.set_input_files("#gj-t-photos", str(photo))
    phone.wait_for_selector("#gj-t-shots img")
    assert no_sideways(phone)
    phone.fill("#gj-t-phone", "")
    phone.click("#gj-t-send")
    expect(phone.locator("#gj-t-error")).to_contain_text("电话", use_inner_text=True)
    phone.fill("#gj-t-phone", "13800138000")
    phone.click("#gj-t-send")
    phone.wait_for_selector("#gj-ticket-done:not([hidden])")
    ticket = phone.inner_text("#gj-done-no").strip()
    kept = service.store.get(ticket)
    assert kept.status == "confirmed" and kept.fields["photos"] == 1 and service.photos.count(ticket) == 1
    phone.click("#gj-done-ok")
    phone.click(".gj-person [data-progress]")
    phone.fill("#gj-p-id", ticket)
    phone.fill("#gj-p-code", "8000")
    phone.click("#gj-progress-form [type=submit]")
    phone.wait_for_selector("#gj-p-found:not([hidden])")
    expect(phone.locator("#gj-p-found")).to_contain_text("已确认", use_inner_text=True)


@pytest.mark.parametrize("name", ["console", "tickets", "insight"])
def test_pages_fit_a_phone_in_large_type(browser: Browser, place: tuple[str, TicketService], name: str) -> None:
    with watched_page(browser, place[0], PHONE, script=STAFF) as page:
        page.goto(f"{place[0]}/{name}/")
        page.wait_for_selector("#gj-big")
        page.click("#gj-big")
        page.wait_for_timeout(500)
        assert no_sideways(page)
