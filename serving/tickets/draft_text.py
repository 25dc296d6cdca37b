"""A draft as lines for a terminal."""

from __future__ import annotations

from assistant.tickets.dispatch import obstacle_text
from assistant.tickets.schema import Acceptance, TicketDraft
from serving.tickets.export import MODE_NAMES, URGENCY_NAMES, Exporter


def draft_text(draft: TicketDraft, exporter: Exporter) -> str:
    """Write every known field on a line of its own; doubtful ones are marked."""
    category = draft.category.value
    fields = [
        ("诉求类型", draft.kind.value.value, draft.kind.confidence),
        ("分类", f"{category.l1}/{category.name}（{category.l2}）" if category else "", draft.category.confidence),
        ("标题", draft.title.value, draft.title.confidence),
        ("诉求内容", draft.demand.value, draft.demand.confidence),
        ("诉求人", draft.caller_name.value, draft.caller_name.confidence),
        ("联系电话", draft.phone.value, draft.phone.confidence),
        ("事发地址", draft.address.value, draft.address.confidence),
        ("镇街", exporter.town_name(draft.town.value), draft.town.confidence),
        ("事发日期", draft.occurred_at.value, draft.occurred_at.confidence),
        ("涉及单位", "、".join(draft.parties.value), draft.parties.confidence),
        ("金额", draft.amount.value, draft.amount.confidence),
        ("紧急程度", URGENCY_NAMES[draft.urgency.value.value], draft.urgency.confidence),
        ("敏感苗头", "、".join(signal.name for signal in draft.weak_signals.value), draft.weak_signals.confidence),
        ("特殊群体", "、".join(draft.special_groups.value), draft.special_groups.confidence),
        ("保密", "反映人要求保密" if draft.confidential.value else "", draft.confidential.confidence),
        ("办理期限", draft.deadline, 1.0),
    ]
    lines = [f"{name}：{value}{'（请核对）' if sure < DOUBTFUL else ''}" for name, value, sure in fields if value]
    if draft.acceptance.value is Acceptance.REJECT:
        lines.append(f"建议不予受理：{draft.acceptance.reason}。{draft.acceptance.signpost}")
    if draft.dispatch:
        lines.append(f"派单：{MODE_NAMES[draft.dispatch.mode.value]}。{draft.dispatch.reason}")
        lines += [f"  {c.name} {c.probability:.0%} {c.basis}" for c in draft.dispatch.candidates]
        lines += [f"  须由人定：{obstacle_text(obstacle)}" for obstacle in draft.dispatch.obstacles]
    lines += [f"疑似重复：{d.ticket_id}（{d.similarity:.0%}）{'、'.join(d.words)}" for d in draft.duplicates]
    if draft.reply_hint:
        lines += ["可以直接答复：", draft.reply_hint.text]
    return "\n".join(lines)


DOUBTFUL = 0.7
"""Fields below this confidence are to be checked by the agent."""
