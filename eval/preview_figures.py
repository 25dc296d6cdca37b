"""The figures of pre-review: rates with their intervals, page times, and what it does to the return rate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from eval.metrics import Figure, Measure, Rate, percentile
from eval.preview_scoring import CONFIDENT, DefectMark, FieldMark, PreviewVerdict, TypeMark

NAMES = frozenset({"name", "applicant", "holder", "lessor", "lessee", "legal_rep", "agent"})
UNDER_SEAL = frozenset({"issued_on"})
FUZZY = frozenset({"seal_text"})
"""Only ever fuzzy evidence; reported by itself and left out of the field total."""

Group = dict[str, Figure]
Mark = TypeVar("Mark")


def figures(verdicts: Sequence[PreviewVerdict], faulty_share: float) -> dict[str, Group]:
    """Give all figures in groups, in the order they are shown."""
    scored = [v for v in verdicts if not v.error]
    fields = [f for v in scored for f in v.fields]
    shown = [f for f in fields if not f.hidden and f.name not in FUZZY]
    return {
        "材料类型": _type_figures([t for v in scored for t in v.types]),
        "字段": _field_figures(shown, fields),
        "字段逐项": {name: _right(marks) for name, marks in _by(lambda f: f.name, _readable(fields)).items()},
        "缺陷": _defect_figures(scored),
        "缺陷召回逐码": _recall_by(lambda d: d.code, scored),
        "缺陷召回逐种": _recall_by(lambda d: d.cause, scored),
        "缺陷精确逐码": _precision_by_code(scored),
        "误报": _alarm_figures(scored),
        "退件率模拟": return_figures(scored, faulty_share),
        "用时": _time_figures(scored),
    }


def return_figures(verdicts: Sequence[PreviewVerdict], faulty_share: float) -> Group:
    """Simulate returns at a stated share of faulty applications.

    Without pre-review every faulty application is returned. With it the applicant mends all he is told of and is
    returned when a blocking defect went unnoticed; a clean application is never returned, but mended in vain when
    something blocks it falsely. The interval is that of the measured share, scaled.
    """
    faulty = [v for v in verdicts if v.is_faulty]
    clean = [v for v in verdicts if v.case.expect.clean]
    missed = Rate(sum(v.would_be_returned for v in faulty), len(faulty))
    vain = Rate(sum(bool(v.false_blocks) for v in clean), len(clean))
    low, high = missed.interval
    return {
        "不预审": Measure(faulty_share * 100, len(verdicts), "%"),
        "预审后": Measure(faulty_share * missed.value * 100, len(faulty), "%"),
        "预审后（95% 下限）": Measure(faulty_share * low * 100, len(faulty), "%"),
        "预审后（95% 上限）": Measure(faulty_share * high * 100, len(faulty), "%"),
        "白跑一趟（误拦）": Measure((1 - faulty_share) * vain.value * 100, len(clean), "%"),
    }


def _type_figures(marks: Sequence[TypeMark]) -> Group:
    return {
        "全部": _right(marks),
        "清晰": _right([t for t in marks if not t.degraded]),
        "有损": _right([t for t in marks if t.degraded]),
        **{f"·{kind}": _right(found) for kind, found in sorted(_by(lambda t: t.truth, marks).items())},
    }


def _field_figures(shown: Sequence[FieldMark], every: Sequence[FieldMark]) -> Group:
    found: Group = {"全部": _right(shown)}
    for told, names in (
        ("身份证号", {"id_number"}),
        ("信用代码", {"uscc"}),
        ("姓名（各类）", NAMES),
        ("发证日期（多在章下）", UNDER_SEAL),
    ):
        for damage, degraded in (("清晰", False), ("有损", True)):
            found[f"{told}·{damage}"] = _right([f for f in shown if f.name in names and f.degraded is degraded])
    given = [f for f in every if f.given is not None and f.name not in FUZZY]
    sure = [f for f in given if f.confidence >= CONFIDENT]
    found["读出的值里错的"] = Rate(sum(f.wrong for f in given), len(given))
    found[f"有把握（≥{CONFIDENT}）却错"] = Rate(sum(f.wrong for f in sure), len(sure))
    hidden = [f for f in every if f.hidden]
    found["看不清的件上有把握却错"] = Rate(sum(f.wrong and f.confidence >= CONFIDENT for f in hidden), len(hidden))
    return found


def _defect_figures(verdicts: Sequence[PreviewVerdict]) -> Group:
    defects = [d for v in verdicts for d in v.defects]
    blocking = [d for d in defects if d.blocking]
    blocks = [a for v in verdicts for a in v.alarms if a.severity == "block" and (a.hit or a.false)]
    said = [a for v in verdicts for a in v.alarms if a.hit or a.false]
    return {
        "召回（全部）": Rate(sum(d.found for d in defects), len(defects)),
        "召回（阻断）": Rate(sum(d.blocked for d in blocking), len(blocking)),
        "召回（阻断，不论代码）": Rate(sum(d.noticed or d.blocked for d in blocking), len(blocking)),
        "精确（全部）": Rate(sum(a.hit for a in said), len(said)),
        "精确（阻断）": Rate(sum(a.hit for a in blocks), len(blocks)),
    }


def _recall_by(key: Callable[[DefectMark], str], verdicts: Sequence[PreviewVerdict]) -> Group:
    by_key = _by(key, [d for v in verdicts for d in v.defects])
    return {name: Rate(sum(d.found for d in found), len(found)) for name, found in sorted(by_key.items())}


def _precision_by_code(verdicts: Sequence[PreviewVerdict]) -> Group:
    by_code = _by(lambda a: a.code, [a for v in verdicts for a in v.alarms if a.hit or a.false])
    return {code: Rate(sum(a.hit for a in found), len(found)) for code, found in sorted(by_code.items())}


def _alarm_figures(verdicts: Sequence[PreviewVerdict]) -> Group:
    clean = [v for v in verdicts if v.case.expect.clean]
    faulty = [v for v in verdicts if not v.case.expect.clean]
    hinted = [v for v in clean if any(a.false for a in v.alarms)]
    return {
        "清白件被误拦": Rate(sum(bool(v.false_blocks) for v in clean), len(clean)),
        "清白件有任何误报（含提示）": Rate(len(hinted), len(clean)),
        "有错件另有误拦": Rate(sum(bool(v.false_blocks) for v in faulty), len(faulty)),
    }


def _time_figures(verdicts: Sequence[PreviewVerdict]) -> Group:
    pages = [float(s) for v in verdicts for s in v.prediction.get("page_s", [])]
    cases = [float(v.prediction["seconds"]) for v in verdicts if "seconds" in v.prediction]
    first = [float(v.prediction["first_page_s"]) for v in verdicts if v.prediction.get("first_page_s")]
    return {
        "每页中位": Measure(percentile(pages, 0.5), len(pages), "秒"),
        "每页 p95": Measure(percentile(pages, 0.95), len(pages), "秒"),
        "首页结果中位": Measure(percentile(first, 0.5), len(first), "秒"),
        "每件中位": Measure(percentile(cases, 0.5), len(cases), "秒"),
    }


def told(groups: dict[str, Group]) -> str:
    """Write the figures as lines."""
    lines = []
    for title, group in groups.items():
        lines.append(f"\n{title}")
        lines += [f"  {name:　<20}{value}" for name, value in group.items() if value.n]
    return "\n".join(lines)


def summary(verdicts: Sequence[PreviewVerdict], groups: dict[str, Group]) -> str:
    """Write the rows for `RESULTS.md`: one table of the figures that the goals name, one of codes."""
    rows = ["| 指标 | 值 | n | 95% |", "| --- | ---: | ---: | --- |"]
    for title in ("材料类型", "字段", "缺陷", "误报", "退件率模拟", "用时"):
        for name, value in groups[title].items():
            if value.n and (title != "材料类型" or "·" not in name):
                rows.append(f"| {title}：{name} | {_cell(value)} | {value.n} | {_interval(value)} |")
    rows += ["", "| 代码 | 召回 | n | 精确 | n |", "| --- | ---: | ---: | ---: | ---: |"]
    recall, precision = groups["缺陷召回逐码"], groups["缺陷精确逐码"]
    for code in sorted({*recall, *precision}):
        r, p = recall.get(code, Rate(0, 0)), precision.get(code, Rate(0, 0))
        rows.append(f"| {code} | {_cell(r)} | {r.n} | {_cell(p)} | {p.n} |")
    clean, unscored = sum(v.case.expect.clean for v in verdicts), sum(bool(v.error) for v in verdicts)
    head = f"{counted(verdicts)}；其中清白 {clean} 例，未计分 {unscored} 例"
    return "\n".join([head, "", *rows]) + "\n"


def misses(verdicts: Sequence[PreviewVerdict]) -> list[str]:
    """List what went wrong, by kind; of the test split only how many, for nobody shall tune on them."""
    lines: list[str] = []
    kept_back = 0
    for v in verdicts:
        found = list(_wrongs(v))
        if v.case.split == "test":
            kept_back += len(found)
        else:
            lines += [f"{kind}  {v.case.id}  {what}" for kind, what in found]
    lines.sort()
    return [*lines, f"test 另有 {kept_back} 处，只看分，不列出"] if kept_back else lines


def _wrongs(v: PreviewVerdict) -> Iterable[tuple[str, str]]:
    if v.error:
        yield "未计分", v.error
    for t in v.types:
        if not t.right:
            yield "类型", f"{t.file} 应为 {t.truth}，得到 {t.given or '无'} {v.case.degraded.get(t.file, '')}"
    for f in v.fields:
        bad = f.wrong if f.hidden else not f.right
        if bad and f.name not in FUZZY:
            kind = v.case.expect.types.get(f.file, "看不清")
            yield (
                f"字段 {f.name}",
                f"{f.file}（{kind}）应为 {f.truth!r}，得到 {f.given!r} {v.case.degraded.get(f.file, '')}",
            )
    for d in v.defects:
        if not (d.blocked if d.blocking else d.found):
            yield (
                f"漏报 {d.cause}",
                f"{d.code} {d.place} {'（另有阻断）' if d.noticed else ''}{v.case.degraded.get(d.place, '')}",
            )
    messages = v.prediction.get("messages", [""] * len(v.alarms))
    for alarm, message in zip(v.alarms, messages, strict=True):
        if alarm.false:
            yield (
                f"误报 {alarm.severity} {alarm.code}",
                f"{alarm.place} {message} {v.case.degraded.get(alarm.place, '')}",
            )


def counted(verdicts: Sequence[PreviewVerdict]) -> str:
    """Say what was asked: files, share of damaged files, defects by number."""
    files = sum(len(v.case.files) for v in verdicts)
    damaged = sum(len(v.case.degraded) for v in verdicts)
    planted = Counter(len(v.case.expect.findings) for v in verdicts)
    told_defects = "、".join(f"{n} 个缺陷 {planted[n]} 例" for n in sorted(planted))
    items = len({v.case.item for v in verdicts})
    share = f"{damaged / max(files, 1):.0%}"
    return f"{len(verdicts)} 例，{items} 个事项，{files} 份文件，有损 {damaged}（{share}）；{told_defects}"


def _right(marks: Sequence[FieldMark] | Sequence[TypeMark]) -> Rate:
    return Rate(sum(m.right for m in marks), len(marks))


def _readable(marks: Sequence[FieldMark]) -> list[FieldMark]:
    return [f for f in marks if not f.hidden]


def _by(key: Callable[[Mark], str], marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    found: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[key(mark)].append(mark)
    return found


def _cell(value: Figure) -> str:
    if isinstance(value, Measure):
        return f"{value.value:.3g} {value.unit}"
    return f"{value.value:.1%}" if value.n else "—"


def _interval(value: Figure) -> str:
    return "" if isinstance(value, Measure) else f"{value.interval[0]:.1%}–{value.interval[1]:.1%}"
