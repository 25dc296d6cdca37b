"""Materials whose source nobody has verified: they are told, and nobody is sent away for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from knowledge_base.schema import ServiceItem
from preview.schema import Finding, Severity
from preview.wording import text


def hint_if_unverified(item: ServiceItem, finding: Finding, serving: Mapping[str, tuple[str, ...]]) -> Finding:
    """Turn a finding into a hint 「待核实」 where only materials of unverified source (not grade A or B) call for it.

    `serving`: the materials that each file stands for. A finding that concerns no material stays as it is.
    """
    concerned = {finding.material_id, *serving.get(finding.file_id or "", ())} - {None}
    if finding.severity is Severity.HINT or not concerned:
        return finding
    if any(material.verified for material in item.materials if material.id in concerned):
        return finding
    return replace(
        finding,
        severity=Severity.HINT,
        message=text("unverified.message", message=finding.message),
        how_to_fix=text("unverified.fix", fix=finding.how_to_fix),
    )
