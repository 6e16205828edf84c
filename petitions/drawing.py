"""The workflow as a page of docs/: the diagram and the table, made from workflow.py."""

from petitions.workflow import PLACES, VERBS, State, targets_of


def workflow_page() -> str:
    """Return docs/petition_workflow.md."""
    arrows = [
        f"  {source or '[*]'} --> {target}: {verb.label}"
        for name, verb in VERBS.items()
        for source in (verb.sources or ("",))
        for target in targets_of(name)
    ]
    places = [
        f"| {State(state).label} | {place.stage} | {place.turn} | {place.needs} |" for state, place in PLACES.items()
    ]
    verbs = [
        f"| {name} | {verb.label} | {'、'.join(State(s).label for s in verb.sources)} |"
        f" {'、'.join(State(s).label for s in targets_of(name))} | {'、'.join(verb.needs)} | {'、'.join(verb.notices)} |"
        for name, verb in VERBS.items()
    ]
    return "\n".join([
        "# 信访事项的环节", "", "由代码生成（make docs），请勿手改。", "", "```mermaid", "stateDiagram-v2", *arrows, "```", "",
        "| 环节 | 公开环节 | 轮到 | 所需权限 |", "|---|---|---|---|", *places, "",
        "| 动作 | 名称 | 从 | 到 | 所需权限 | 文书 |", "|---|---|---|---|---|---|", *verbs, "",
    ])  # fmt: skip
