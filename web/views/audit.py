"""Audit (审计): lines of the history in words, and whether the chain of one run is whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.engine.work import HASHED, chain
from flows.lifecycle import STAGES
from web.display import moment
from web.i18n import _, word

EVENTS = {
    "open": word("到达"), "submit": word("提交"), "resubmit": word("补正后提交"), "endorse": word("同意"), "decline": word("不予推荐"),
    "send_back": word("退回补正"), "withdraw": word("撤回"), "lapse": word("失效"), "extend": word("延期"), "cancel": word("取消"),
    "recount": word("期限重算"), "draw": word("抽取专家"), "give": word("评分"), "refuse": word("回避"), "rank": word("排序"),
    "post": word("公示"), "object": word("提出异议"), "dismiss": word("异议不成立"), "uphold": word("异议成立"), "close": word("结束"),
    "announce": word("发文"), "hang": word("挂牌"), "register": word("登记"), "launch": word("发布"), "open_round": word("开始受理"),
    "conclude": word("办结"), "all_in": word("评分到齐"), "promote": word("递补"), "release": word("释放名额"), "accept": word("通过"),
    "return": word("退回"), "pass_due": word("逾期"),
    "judge": word("判断资格"), "ask_seats": word("请成员投票"),
}  # fmt: skip
_ACTORS = {"clock": word("系统"), "engine": word("系统"), "public": word("公众")}


@dataclass(frozen=True)
class AuditLine:
    """One transition in words."""

    id: int
    run_id: int
    at: str
    who: str
    what: str
    stage: str
    case: str
    reason: str
    hash: str


def line_of(row: Any, today: date) -> AuditLine:
    """A transition as the page shows it; who did it for whom stays in the record of the case."""
    stage = STAGES[row.stage].title if row.stage in STAGES else row.stage
    case = "，".join(
        part
        for part in (row.person if row.stage != "opinion" else "", row.number, "" if row.person else row.round_title)
        if part
    )
    who = row.actor or _(_ACTORS.get(row.actor_kind, "系统"))
    event = _(EVENTS[row.event]) if row.event in EVENTS else row.event
    return AuditLine(row.id, row.run_id, moment(row.at, today), who, event, stage, case, row.reason, row.hash[:12])


def chain_fault(head: str, rows: Sequence[Any]) -> int | None:
    """The version at which the chain of a run breaks; None when every link and the head hold."""
    before: str | None = None
    for expected, row in enumerate(rows, start=1):
        linked = before is None or row.before == before
        if row.version != expected or not linked or chain(row.before, _said(row)) != row.hash:
            return int(row.version)
        before = row.hash
    return None if before == head else len(rows) + 1


def _said(row: Any) -> dict[str, Any]:
    return {key: getattr(row, key) for key in HASHED}
