"""Questions that no knowledge base of ours may answer: other cities, one's own case, telephone numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.places import CITIES, PROVINCES

_PLACES = re.compile("|".join(("北京", "上海", "天津", "重庆", *sorted(CITIES, key=len, reverse=True))))
_ELSEWHERE = re.compile(
    r"^(请问|[^,，。?？]{2,4}期间|[\d年月日]+起?|[,，\s])*(?P<city>"
    + "|".join(sorted([*PROVINCES, *CITIES], key=len, reverse=True))
    + r")(省|市|自治区|维吾尔自治区|壮族自治区|回族自治区)?"
    r"([,，]|(?<=[省市区])(?!户|人|籍|社|医|驾|的?[户人籍社医驾])|.{0,12}(政府|指挥部|[局委厅]|法院|仲裁|电子税务|平台|规定|出台|措施))"
)
_FROM_THERE = re.compile(r"转|迁|异地|跨省|跨市|省外|回来|过来|带来")
_HERE = re.compile(
    "东莞|莞|这边|本市|我市|这里|"
    + "|".join(("松山湖", "虎门", "长安镇", "厚街", "塘厦", "凤岗", "常平", "大朗", "寮步"))
)
_SERVICE_THERE = re.compile(
    r"(?!大学|路|医院)(省|市)?(的|嘅)?.{0,8}("
    r"补贴|津贴|入户|积分|落户|社保|公积金|医保|政策|标准|地铁|学位|入学|招生|人才|户口|居住证|公租房|限购|摇号|最低工资|高龄|低保|规定"
    r"|失业金|失业保险|门诊|选点|养老金|退休|生育|产假|契税|年检|年审|驾照|驾驶证|护照|签注|通行证|结婚登记|离婚登记|营业执照|残疾|优待"
    r"|怎么(办|申请|弄)|要什么)"
)
_OWN_CASE = re.compile(
    r"(我|俺|我家|我们|孩子|我妈|我爸|我老婆|我老公)?(的|嘅)?.{0,10}(申请|业务|材料|单子|补贴|退税|贷款|提取|钱|津贴|件|审批|案子|案件|社保卡|证|护照|身份证|通行证).{0,12}"
    r"(到哪一?步|审到哪|进度|批(了|下来)没|批咗未|到账(了)?没|到了没(?!有?人)|过了没|办好(了)?没|做好(了)?没|制好(了)?没|现在什么状态|什么情况了|查一下到|审核通过(了)?(没|吗)|通过了没有|有没有(批|通过|到账))"
    r"|我.{0,8}(账户|卡|户头|医保|公积金|社保).{0,6}(还有|剩|里有|里面有)多少"
    r"|我的.{0,12}(进度|办到哪|审核结果|受理编号|回执)"
)
_OWN_ACCOUNT = re.compile(
    r"(查|看|帮我查|睇).{0,6}(我|我的|本人|自己).{0,10}(余额|账户|缴费记录|个人信息|明细|积分是多少|多少分|(交|缴)了?(多少|多久|几年|几个月)|有多少钱|多少个月)"
)
_HOW_TO_LOOK = re.compile(r"(怎么|怎样|如何|哪里|哪儿|在哪|去哪)(可以|能|才能)?.{0,4}(查|看)")
_CONTACT = re.compile(
    r"((?<!打)电话|联系方式|座机|号码).{0,8}(多少|是|几多|给|发|有没有|报)|(多少|几|给个|要个|留个|求个?).{0,4}(电话|联系方式)|电话(号码)?[?？]?$"
    r"|(办公|办事|窗口|大厅|局|中心|所|站|分局|详细|具体|准确)(的)?(地址|位置|门牌)|(地址|位置)(在哪(?!里?[改换变更办修])|是哪|是什么|发)|在(哪条|边条|什么|哪个)(路|街)|(几点|几时|几点钟).{0,6}(上班|开门|下班|关门|开始办|收工)|(上班|营业|办公|开门|下班)(的)?(时间(?=[?？。!！]?$|是|到|有|表|几|怎么安排)|几点)|(中午|周末|周六|星期六|礼拜六|周日).{0,8}(上班|开门|休息)吗|怎么坐(车|公交)(?!.{0,4}(免费|优惠|半价|打折))|(附近|旁边|门口|有没有|有冇|哪里|哪有|怎么|好|方便)(地方)?停车(?!.{0,6}(备案|许可|登记))"
)
_CHANGES = re.compile(
    r"(修改|更改|变更|更换|更新|改|换)(?:(?!窗口|处|中心|局|大厅|部门|科|所).){0,8}(电话|号码|地址)"
)
_HOTLINE = re.compile(
    r"12345|12333|12329|12366|12393|12315|110|119|120|122|热线|投诉电话|举报电话|打什么电话|哪个电话|哪些电话|打哪"
)


@dataclass(frozen=True)
class OutOfScope:
    """Why a question is outside: key of the reply and its variables."""

    key: str
    variables: dict[str, str] = field(default_factory=dict)


ALL_KINDS = frozenset({"own_case", "contact", "other_city"})


def outside(question: str, kinds: frozenset[str] = ALL_KINDS) -> OutOfScope | None:
    """Tell whether a normalised question is of a kind that is answered without a search; None if it is not."""
    found = _outside(question)
    return found if found and found.key in kinds else None


def _outside(question: str) -> OutOfScope | None:
    if _OWN_CASE.search(question) or (_OWN_ACCOUNT.search(question) and not _HOW_TO_LOOK.search(question)):
        return OutOfScope("own_case")
    if _CONTACT.search(question) and not _HOTLINE.search(question) and not _CHANGES.search(question):
        return OutOfScope("contact")
    city = None if _HERE.search(question) else _other_city(question)
    return OutOfScope("other_city", {"city": city}) if city else None


def _other_city(question: str) -> str | None:
    """Give the other city whose service is asked about; None where it is only where something comes from."""
    if not _FROM_THERE.search(question):
        start = _ELSEWHERE.search(question)
        if start and not _moves(question, start.start("city"), start.end("city")):
            return start["city"]
    for place in _PLACES.finditer(question):
        if _SERVICE_THERE.match(question, place.end()) and not _moves(question, *place.span()):
            return place[0]
    return None


def _moves(question: str, start: int, end: int) -> bool:
    """Tell whether the other city is only where something comes from or goes to."""
    before, after = question[max(0, start - 3) : start], question[end : end + 6]
    return bool(re.search(r"从|由|转|户口|户籍|老家|去|到|回|异地|[原前]来?在", before)) or bool(
        re.match(
            r"(市)?(户口|户籍|老家|人|籍|那边|来|买|交|缴|转|参保|看病|住院|就医|的(户口|社保.{0,2}转|公积金.{0,2}转|医保.{0,2}转))",
            after,
        )
    )
