"""Reads from the wording of a question which facets of a service guide it asks for."""

from __future__ import annotations

import re

from knowledge_base.schema import Facet

_CUES: dict[Facet, str] = {
    Facet.MATERIALS: r"材料|资料|证件|带什么|带啥|带咩|带些|要带|带齐|带哪|带边|准备什么|准备哪|准备啥|准备咩|备齐|提交什么|提交哪|提供什么|提供哪|交什么|交哪些|交啥"
    r"|什么证明|哪些证明|什么手续|原件|复印件|用不用带|要不要带|什么证|哪几样|哪些东西|什么东西|咩嘢|要.{0,8}证吗|要.{0,8}合同吗",
    Facet.FEE: r"多少钱|几多钱|几钱|收费|费用|要钱|花钱|免费|工本费|价钱|手续费|收钱|贵不贵|交钱|登记费|成本",
    Facet.TIME_LIMIT: r"多久|几天|几日|几多日|多少天|多少日|多长时间|几个工作日|多少个工作日|时限|办结|什么时候.{0,6}(拿到|办好|下来|到账|批|好)|要等|等几|"
    r"几时|多快|期限|多少个?月内|几个月内|多长|当天|当场|何时|几个星期|几周|来得及|超过多少",
    Facet.VALIDITY: r"有效期|有效多|管多久|管几年|几年有效|多久有效|用几年|过期|到期|失效|几年一次|多久.{0,4}一次|每年|长期有效",
    Facet.CHANNELS: r"在哪|哪里|去哪|边度|网上|线上|手机|小程序|渠道|窗口|app|公众号|预约|地点|途径|跑一趟|邮寄|入口|平台|自助机|上门|现场|哪儿|哪个网站|方式",
    Facet.STEPS: r"怎么办|如何办|怎样办|点办|点样|怎么弄|怎么搞|流程|步骤|程序|怎么操作|怎么申请|如何申请|怎样申请|怎么申|第一步|手续|先.{0,12}(再|还是|后)|怎么走|咋办|咋弄|怎么.{0,4}(取|提|转|换|补|交|缴|报|查|领|登|迁|退)",
    Facet.CONDITIONS: r"条件|符合|资格|能不能|可以.{0,16}吗|可不可以|要求|满足|什么人|哪些人|谁可以|谁能|够不够|算不算|能.{0,14}吗|得不得|行不行|年龄|是不是|"
    r"必须|几岁|几多岁|多少岁|几年|多少年|限制|要不要|需不需要|用不用|会不会|得唔得|可唔可以|使唔使|有冇|能否|是否",
    Facet.DEPARTMENT: r"哪个部门|什么部门|哪些部门|归谁|归哪|归边|谁负责|谁管|哪个局|由谁|由哪|找谁|找哪|边个|哪个单位|主管|谁来管|什么单位|谁办|谁审|谁批|哪里管",
    Facet.LEGAL_BASIS: r"依据|法律|规定|罚|违法|第几条|条例|责任|法定|政策|合法|违规|追究|后果",
    Facet.RETURN_REASONS: r"退件|被退|打回|不予受理|不通过|没通过|驳回|审核不过|退回|拒绝|不受理|失败|不批|为什么.{0,6}(没|不)|原因|卡住|常见.{0,4}问题|过不了",
    Facet.RESULT: r"结果|能领|领多少|领几|拿多少|给多少|发多少|补多少|补贴多少|拿到什么|什么证|待遇|标准|额度|好处|有什么用|有咩用|多少分|能提多少|能贷多少|"
    r"最多|最高|上限|每月.{0,6}多少|一个月.{0,6}多少|多少钱|几多钱|赔|发给|得到",
    Facet.NOTES: r"注意|提醒|区别|一回事|不同|影响",
}
_COMPILED = {facet: re.compile(pattern) for facet, pattern in _CUES.items()}


def facet_cues(question: str) -> frozenset[Facet]:
    """Give the facets whose cue words stand in the normalised question; empty when none does.

    >>> sorted(facet_cues("办护照多少钱,几天能拿到"))
    [<Facet.FEE: 'fee'>, <Facet.RESULT: 'result'>, <Facet.TIME_LIMIT: 'time_limit'>]
    """
    return frozenset(facet for facet, pattern in _COMPILED.items() if pattern.search(question))


_ASKED: dict[str, str] = {
    "money": r"多少钱|几多钱|几钱|收费|费用|要钱|金额|多少元|标准是多少|领多少|给多少|补多少|发多少|罚多少|上限|额度|最多.{0,4}(提|贷|领)|多少块",
    "time": r"多久|几天|几日|几多日|多少天|多少日|多长|几个月|多少个月|几年|多少年|几个工作日|多少个工作日|期限|有效期|几时|何时|什么时候|提前多",
    "age": r"几岁|几多岁|多少岁|年龄|多大",
    "ratio": r"比例|百分之|几成|多少分|费率|税率|几个点",
    "contact": r"电话|号码|地址|具体位置|在哪条路|几点|上班时间|营业时间|开门|下班|联系方式",
}
_STATED: dict[str, str] = {
    "money": r"\d[\d.,]*\s*(万|亿|千)?元|免|不收|万元|不缴|\d万|工本费",
    "time": r"(?<!\d)\d{1,3}\s*(个)?(工作日|日|天|月|年|周|小时|学年)|长期|当场|即时|即日|半年|每年|[一二三四五六七八九十两]+(个)?(工作日|日|天|月|年)",
    "age": r"\d+\s*(周)?岁",
    "ratio": r"%|百分|比例|\d+分|\d+倍",
    "contact": r"\d点|\d{5,}|电话",
}
_ASKED_COMPILED = {kind: re.compile(pattern) for kind, pattern in _ASKED.items()}
_STATED_COMPILED = {kind: re.compile(pattern) for kind, pattern in _STATED.items()}


def asked_values(question: str) -> frozenset[str]:
    """Give the kinds of value a normalised question asks for: money, time, age, ratio, contact."""
    return frozenset(kind for kind, pattern in _ASKED_COMPILED.items() if pattern.search(question))


def stated_values(text: str) -> frozenset[str]:
    """Give the kinds of value a statement holds, in the words of `asked_values`."""
    return frozenset(kind for kind, pattern in _STATED_COMPILED.items() if pattern.search(text))
