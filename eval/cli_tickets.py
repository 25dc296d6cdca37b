"""`guanjia eval tickets`: draft every ticket case and print the figures; `tickets-msga` measures on real messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from eval.suites.tickets import TicketVerdict
    from eval.ticket_cases import TicketCase

Cases = Annotated[Path | None, typer.Option("--cases", help="工单用例文件（JSONL）；不填用自有用例")]
Out = Annotated[Path | None, typer.Option("--out", help="逐条预测写到这里（JSONL）")]
Split = Annotated[str, typer.Option(help="只跑自有用例的 dev、test 或 fresh；空为全部")]
Misses = Annotated[bool, typer.Option("--misses/--no-misses", help="列出错例（test 不列）")]
Baselines = Annotated[bool, typer.Option("--baselines", help="再跑基线：关键词规则、TF-IDF 加线性模型")]
BaseModelCases = Annotated[
    int,
    typer.Option("--base-model", help="再让基座模型单独分类固定抽出的这么多条（每条几秒），0 不跑", min=0),
]
Model = Annotated[Path | None, typer.Option("--model", help="分类模型文件；不填用正在用的版本")]
Gate = Annotated[bool, typer.Option("--gate", help="对照 eval/gate.yaml 的门槛，有一项不到退出码就是 1")]

STEPS = (*(step / 20 for step in range(20)), 0.97, 0.99)
NAMES = {
    "kind": "诉求类型",
    "category_l2": "二级分类",
    "category_l1": "一级分类",
    "department": "主办单位",
    "department_top3": "主办单位前三",
    "town": "镇街",
    "urgency": "紧急程度",
    "weak_signal": "敏感苗头",
    "caller_name": "姓名",
    "phone": "电话",
    "address": "地址",
    "occurred_at": "日期",
    "demand": "诉求要点",
    "confidential": "保密",
    "category_l1_macro_f1": "一级分类 macro-F1",
    "category_l2_macro_f1": "二级分类 macro-F1",
    "auto_share": "可自动派的里自动派",
    "auto_right": "自动派的里派对",
    "auto_forbidden": "不该自动派的里自动派",
    "auto_danger": "紧急敏感里自动派（须为 0）",
    "emergency_recall": "紧急召回",
    "weak_signal_recall": "敏感召回",
    "department_ece": "派单把握校准误差",
    "duplicate_precision": "重复准确率",
    "duplicate_recall": "重复召回率",
}


def tickets(
    cases: Cases = None,
    out: Out = None,
    split: Split = "",
    misses: Misses = False,
    baselines: Baselines = False,
    base_model: BaseModelCases = 0,
    model: Model = None,
    gate: Gate = False,
) -> None:
    """工单：逐项准确率、派单、自动派单、校准、用时。"""
    from eval.cli_reports import held_to_gate
    from eval.cli_run import told
    from eval.gate import load_gate
    from eval.suites.tickets import figures, judge
    from eval.ticket_cases import SPLITS, load_ticket_cases, own_cases
    from eval.ticket_run import write

    with told():
        asked = load_ticket_cases(cases) if cases else own_cases(split)
        predictions = _predicted(asked, model)
        if out:
            write(predictions, out)
        verdicts = [judge(case, prediction) for case, prediction in zip(asked, predictions, strict=True)]
        for name in SPLITS:
            part = [v for v in verdicts if v.case.split == name]
            if part:
                typer.echo(f"\n== 工单 {'' if cases else name}（{len(part)} 条）\n{report(part)}")
        if gate:
            held_to_gate("tickets", split, figures(verdicts), load_gate().tickets)
        if misses:
            typer.echo("\n错例\n" + misses_told(verdicts))
        if baselines:
            typer.echo("\n基线\n" + _baselines(asked))
        if base_model:
            typer.echo(_base_model(asked, base_model))


def msga(
    file: Annotated[Path, typer.Argument(help="真实留言（JSONL：id, text, label{kind, domain}）")],
    folds: Annotated[int, typer.Option(help="交叉验证折数", min=2)] = 5,
) -> None:
    """工单：在外部真实留言上训练并交叉验证类型和领域。"""
    from eval.cli_run import told
    from eval.msga import measure
    from serving.cli_settings import load_settings

    with told():
        typer.echo(measure(file, load_settings().index_dir / "embeddings.sqlite", folds))


def report(verdicts: Sequence[TicketVerdict]) -> str:
    """Write the figures and the risk–coverage curve as lines."""
    from eval.suites.tickets import figures, risk_coverage

    lines = [f"{NAMES.get(name, name):　<16}{value}" for name, value in figures(verdicts).items()]
    lines.append("风险与覆盖（派单把握不低于门槛的）")
    lines += [f"  {step:.2f} 覆盖 {cover} 派错 {risk}" for step, cover, risk in risk_coverage(verdicts, STEPS)]
    return "\n".join(lines)


def misses_told(verdicts: Sequence[TicketVerdict]) -> str:
    """List wrong fields of the dev cases; of the other splits only how many, for nobody shall tune on them."""
    from eval.suites.tickets import wrong

    shown = [v for v in verdicts if v.case.split == "dev"]
    fields = list(dict.fromkeys(name for v in shown for name in v.right))
    lines = []
    for name in fields:
        for case, expected, given in wrong(shown, name):
            lines.append(f"{name}  {case.id}  应为 {expected}，得到 {given}\n    {case.text[:120]!r}")
    kept_back = sum(not right for v in verdicts if v.case.split != "dev" for right in v.right.values())
    return "\n".join([*lines, f"test、fresh 另有 {kept_back} 处，只看分，不列出"] if kept_back else lines)


def _predicted(cases: Sequence[TicketCase], model: Path | None) -> list[dict[str, Any]]:
    from rich.progress import Progress

    from eval.ticket_build import drafting
    from eval.ticket_run import predict

    with Progress(transient=True) as shown:
        task = shown.add_task("工单", total=len(cases))
        made = drafting(model)
        return predict(cases, made.drafter, made.earlier, progress=lambda: shown.advance(task))


def _baselines(cases: Sequence[TicketCase]) -> str:
    from eval.ticket_baselines import standings

    return standings(cases)


def _base_model(cases: Sequence[TicketCase], n: int) -> str:
    import asyncio

    from rich.progress import Progress

    from eval.baselines.ticket_category import sample, standing
    from eval.runner import product_for
    from serving.cli_settings import load_settings

    chosen = sample(cases, n)
    with product_for(load_settings(), with_model=True, say=typer.echo) as product, Progress(transient=True) as shown:
        model = product.model.chat()
        if model is None:
            return "只有基座模型：没有可用的基座模型，先运行 guanjia model pull"
        task = shown.add_task("基座模型", total=len(chosen))
        found = asyncio.run(standing(chosen, model, product.index.kb, lambda: shown.advance(task)))
    return f"只有基座模型（固定抽样 {len(chosen)} 条）：{found}"
