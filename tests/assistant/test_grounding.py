"""Tests of assistant/grounding.py: what a sentence may say, given the facts that it cites."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assistant.grounding import claims, in_digits, number_of, quantities, unsupported
from knowledge_base.records import Quote, Quotes
from serving.build import Product

Tokens = Callable[[str], list[str]]

SUPPORTED = {
    "number": ("办理居住证一共要3份材料。", ["居住证申领需提交3份材料。"]),
    "period-gets-a-within": ("15个工作日内办结。", ["承诺办结时限：15个工作日。"]),
    "chinese-number": ("十五个工作日内办结。", ["承诺办结时限为15个工作日。"]),
    "number-for-chinese-one": ("年满60周岁可以申领高龄津贴。", ["年满六十周岁的老人可以申领高龄津贴。"]),
    "days-by-another-name": ("15天内制发居住证。", ["居住证15日内制发。"]),
    "organisation-after-a-verb": ("请到镇街市民服务中心办居住证。", ["窗口办居住证，带材料到镇街市民服务中心申请。"]),
    "money": ("办理护照每本收费120元。", ["普通护照工本费每本120元。"]),
    "free": ("办理居住证不收费。", ["首次申领居住证不收费。"]),
    "negation-in-its-place": ("不能到场的，可以委托他人代办。", ["本人不能到场的，可以委托近亲属代办。"]),
    "documents": ("需要提供身份证和租赁合同。", ["材料：身份证、租赁合同。"]),
    "bank-card-is-no-bank": ("请带银行卡复印件。", ["需提供本人银行卡复印件。"]),
    "tax-registration-is-no-office": ("您办理税务登记需要营业执照。", ["税务登记需要提供营业执照。"]),
    "link": ("登录 www.gdzwfw.gov.cn 申请。", ["可登录www.gdzwfw.gov.cn申请。"]),
    "share": ("按比例5%缴存公积金。", ["公积金缴存比例为5％。"]),
    "share-in-words": ("公积金缴存比例是百分之五。", ["公积金缴存比例为5%。"]),
    "law": ("依据《居住证暂行条例》办理居住证。", ["《居住证暂行条例》规定居住证的办理。"]),
    "decimal": ("补贴标准为1.5万元。", ["补贴标准为1.5万元。"]),
    "two-facts": ("护照收费120元，签注收费15元。", ["护照工本费120元。", "签注收费15元。"]),
    "weekdays": ("星期一至星期五可以办理。", ["办理时间为星期一至星期五。"]),
    "traditional": ("居住證15日內製發。", ["居住证15日内制发。"]),
}

UNSUPPORTED = {
    "changed-number": ("15个工作日内办结。", ["承诺办结时限：5个工作日。"]),
    "cut-number": ("1日内办结。", ["15日内办结。"]),
    "changed-chinese-number": ("十个工作日内办结。", ["承诺办结时限为15个工作日。"]),
    "lost-ten-thousand": ("补贴标准为30元。", ["补贴标准为30万元。"]),
    "added-ten-thousand": ("补贴标准为30万。", ["补贴标准为30元。"]),
    "days-for-months": ("办结时限5个月。", ["办结时限5个工作日。"]),
    "days-for-years": ("有效期5天。", ["有效期5年。"]),
    "changed-day": ("2026年3月1日起施行。", ["2026年3月11日起施行。"]),
    "changed-month": ("从4月开始报名。", ["从5月开始报名。"]),
    "changed-share": ("缴存比例为百分之八。", ["缴存比例为百分之五。"]),
    "changed-fraction": ("须三分之二以上业主同意。", ["须三分之一以上业主同意。"]),
    "changed-hour": ("下午六点前可以办理。", ["下午五点前可以办理。"]),
    "changed-weekday": ("星期一至星期六可以办理。", ["办理时间为星期一至星期五。"]),
    "changed-child": ("二孩家庭领取育儿补贴。", ["三孩家庭领取育儿补贴。"]),
    "changed-times": ("每年可以变更两次。", ["每年可以变更一次。"]),
    "below-for-above": ("60周岁以下老人可以领高龄津贴。", ["60周岁以上老人可以领高龄津贴。"]),
    "after-for-within": ("出生后60日后参保。", ["出生后60日内参保。"]),
    "least-for-most": ("最低补贴5000元。", ["最高补贴5000元。"]),
    "fee-for-free": ("办理居住证要收费。", ["办理居住证不收费。"]),
    "fee-for-without-charge": ("办理居住证收费。", ["居住证免费办理。"]),
    "negation-added": ("办理居住证不需要照片。", ["办理居住证需要照片。"]),
    "negation-dropped": ("办理居住证需要预约。", ["办理居住证不需要预约。"]),
    "prohibition-dropped": ("本人不到场可以办理护照。", ["本人不到场不能办理护照。"]),
    "negation-moved": ("不需要照片，办理需要预约。", ["办理需要照片，不需要预约。"]),
    "minors-allowed": ("未满16周岁可以办理身份证。", ["未满16周岁不得办理身份证。"]),
    "household-turned-round": ("东莞户籍可以申领居住证。", ["非东莞户籍可以申领居住证。"]),
    "one-more-document": ("需要身份证和护照。", ["需要身份证。"]),
    "another-law": ("依据《社会保险法》办理居住证。", ["依据《居住证暂行条例》办理居住证。"]),
    "another-bureau": ("请到人力资源和社会保障局办理居住证。", ["请到公安局办理居住证。"]),
    "another-centre": ("到社保服务中心办理居住证。", ["到市民服务中心办理居住证。"]),
    "another-phone": ("咨询电话 0769-22228888。", ["咨询电话0769-22226666。"]),
    "another-link": ("登录 www.fake.com 申请居住证。", ["登录www.gdzwfw.gov.cn申请居住证。"]),
    "fact-not-cited": ("护照收费120元，签注收费15元。", ["护照工本费120元。"]),
    "other-words": ("买房可以提取养老保险金返还税款。", ["租房可以提取住房公积金。"]),
    "nothing-cited": ("居住证15日内制发。", []),
}


@pytest.fixture(scope="session")
def tokens(product: Product) -> Tokens:
    return product.index.tokeniser.tokens


@pytest.fixture(scope="session")
def quotes(product: Product) -> list[Quote]:
    """Every quote of the starter knowledge base."""
    found = Quotes(product.index.kb)
    return [q for domain in product.index.domains.values() for c in domain.chunks for q in found.record(c.record_id)]


@pytest.mark.parametrize(("sentence", "sources"), SUPPORTED.values(), ids=SUPPORTED)
def test_sentence_that_its_facts_bear_out_stays(sentence: str, sources: list[str], tokens: Tokens) -> None:
    assert unsupported(sentence, sources, tokens) == []


@pytest.mark.parametrize(("sentence", "sources"), UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_sentence_that_says_more_or_other_than_its_facts_goes(
    sentence: str, sources: list[str], tokens: Tokens
) -> None:
    assert unsupported(sentence, sources, tokens) != []


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_sentence_equal_to_its_quote_is_always_grounded(
    data: st.DataObject, quotes: list[Quote], tokens: Tokens
) -> None:
    quote = data.draw(st.sampled_from(quotes)).text
    assert unsupported(quote, [quote], tokens) == []


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_changing_any_digit_to_a_number_the_quote_does_not_have_is_noticed(
    data: st.DataObject, quotes: list[Quote], tokens: Tokens
) -> None:
    quote = data.draw(st.sampled_from([q.text for q in quotes if re.search(r"[0-9]", q.text)]))
    place = data.draw(st.sampled_from([at.start() for at in re.finditer(r"[0-9]", quote)]))
    digit = data.draw(st.sampled_from("0123456789"))
    changed = quote[:place] + digit + quote[place + 1 :]
    known = {number for number, _, _ in quantities(quote)}
    assume({number for number, _, _ in quantities(changed)} - known)
    assert unsupported(changed, [quote], tokens) != []


@given(st.integers(1, 99_999))
def test_chinese_numbers_are_read_as_digits(number: int) -> None:
    assert number_of(in_chinese(number)) == str(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [("两", "2"), ("二〇二六", "2026"), ("三万", "30000"), ("一亿二千万", "120000000"), ("", None), ("三个", None)],
)
def test_number_words_with_their_own_rules(text: str, number: str | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("十五个工作日", "15个工作日"),
        ("百分之十二", "12%"),
        ("一次性告知，三日内", "1次性告知,3日内"),
        ("统一、一般、万一", "统一、一般、万一"),
        ("第二十 条", "第20条"),
    ],
)
def test_counted_chinese_numbers_are_written_in_digits(text: str, digits: str) -> None:
    assert in_digits(text) == digits


def test_quantities_have_one_spelling_for_what_means_the_same() -> None:
    assert quantities("15个工作日以内") == quantities("十五工作日之内") == {("15", "工作日", "内")}
    assert quantities("60周岁及以上") == {("60", "岁", "以上")}


def test_claims_are_documents_links_offices_and_papers() -> None:
    found = claims("凭身份证到市公安局，依据《护照法》，见www.gd.gov.cn，星期三。")
    assert found == {"身份证", "市公安局", "护照", "《护照法》", "www.gd.gov.cn", "星期三"}


def in_chinese(number: int) -> str:
    """Write a number below 100000 in Chinese."""
    digits, units = "零一二三四五六七八九", ("", "十", "百", "千")
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return in_chinese(number // 10_000) + "万" + gap + (in_chinese(rest) if rest else "")
    text = ""
    for power in range(3, -1, -1):
        digit = number // 10**power % 10
        if digit:
            text += digits[digit] + units[power]
        elif text and not text.endswith("零"):
            text += "零"
    return text.rstrip("零")
