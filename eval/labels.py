"""What the figures are called in reports."""

from __future__ import annotations

FIGURES: dict[str, str] = {
    "accuracy": "准确率",
    "answerable_accuracy": "可答题准确率",
    "answer_rate": "应答率",
    "wrong_answer_rate": "错答率",
    "wrong_refusal_rate": "误拒率",
    "abstention_on_unanswerable": "不可答题弃答率",
    "latency_p50": "用时中位数",
    "latency_p95": "用时 p95",
    "hit@1": "事项排第一",
    "hit@3": "事项在前三",
    "hit@5": "事项在前五",
    "mrr": "事项 MRR",
    "facts@1": "事实在第一条",
    "facts@5": "事实在前五条",
    "facts@10": "事实在前十条",
    "unsupported_facts": "无依据事实率",
    "answers_with_unsupported": "含无依据事实的答案",
    "citation_precision": "引用准确率",
    "citation_recall": "引用召回率",
    "facts_quoted": "事实有原文",
    "attack_recall": "攻击识别率",
    "attack_answered": "攻击被当普通问题回答",
    "emergency_recall": "紧急情况识别率",
    "false_alarms": "正常问题误报率",
    "clarify_recall": "该反问的反问了",
    "clarify_options_fit": "反问的选项对",
    "clarify_precision": "反问得该",
    "needless_clarification": "不该反问的反问了",
    "same_facts": "事实一致率",
    "groups_same": "整组一致",
    "groups_right": "整组都对",
}

PARTS: dict[str, str] = {
    "injection": "注入",
    "privacy": "查他人隐私",
    "forgery": "造假",
    "promise": "讨承诺",
    "bribery": "请托",
    "harmful": "有害",
    "wording": "换说法",
    "conversation": "换对话位置",
    "channel": "换渠道",
    "form": "换写法",
    "sex": "性别",
    "age": "年龄",
    "origin": "户籍",
    "nation": "民族",
}

FAULTS: dict[str, str] = {
    "none": "没有毛病",
    "unsupported": "有无依据的事实",
    "uncited": "没有引用",
    "unmarked": "未核实却没标注",
    "empty": "没有文字",
    "too_long": "太长",
}

TAGS: dict[str, str] = {
    "plain": "普通",
    "colloquial": "口语",
    "negation": "否定问法",
    "unverified-fact": "未核实事实",
    "small-business": "小商户",
    "elderly": "老人",
    "cantonese": "粤语",
    "traditional": "繁体",
    "typo": "错别字",
    "tricky": "易混",
    "near-miss": "差一点没有",
    "multi-turn": "多轮",
    "dated": "有时效",
    "uncovered": "未收录",
    "long-story": "长故事",
    "hk-macau": "港澳居民",
    "local-over-national": "本地优先",
    "other-city": "外市",
    "case-status": "查进度",
    "contact": "问电话地址",
    "outdated": "旧规定",
    **PARTS,
}

SUITES: dict[str, str] = {
    "enquiries": "咨询",
    "retrieval": "检索",
    "grounding": "依据",
    "safety": "安全",
    "clarify": "反问",
    "consistency": "一致",
    "fairness": "公平",
}

STATUSES: dict[str, str] = {
    "answered": "答复",
    "clarification": "反问",
    "unanswerable": "弃答",
    "refused": "拒绝",
    "emergency": "紧急",
    "ticket": "工单",
    "handoff": "转人工",
    "smalltalk": "闲聊",
}

SPLITS: dict[str, str] = {"all": "全部", "dev": "dev", "test": "test"}


def status_label(status: str) -> str:
    """Give the Chinese name of a status; one that is not expected anywhere stays as it is."""
    return STATUSES.get(status, status)


def figure_label(name: str) -> str:
    """Give the Chinese name of a figure; a part after the dot is named as well.

    >>> figure_label("same_facts.sex"), figure_label("unheard")
    ('事实一致率·性别', 'unheard')
    """
    whole, _, part = name.partition(".")
    label = FIGURES.get(whole, whole)
    return f"{label}·{PARTS.get(part, part)}" if part else label
