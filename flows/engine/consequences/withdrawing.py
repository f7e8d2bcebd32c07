"""Withdrawing (撤回): what followed from a result that was corrected is taken back where it was not carried out; the rest is for people."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select, update

from flows.engine.consequences.money import waiting_for
from flows.engine.steps import cancelling
from flows.engine.work import Happening, Intent, Work
from models import Application, Decision, Duty, Entitlement, Rectification, StageRun
from models.columns import table_of

APPLICATIONS, DECISIONS, DUTIES, ENTITLEMENTS = (table_of(one) for one in (Application, Decision, Duty, Entitlement))
RECTIFICATIONS, RUNS = table_of(Rectification), table_of(StageRun)
WHY = "原结果经复核更正"
WITHDRAWN, BY_HAND, OVER = "withdrawn", "by_hand", "over"
Outcome = tuple[str, str]
# What was carried out stays as it is, and says what people do about it.
SAYS = {
    "adjust_out": "人员已经调整出；需要恢复的，请按加入程序重新加入",
    "award": "奖励已经授予；是否收回，请另行决定",
    "certificate": "证书已经发出；需要换发的，请另行办理",
    "circulate": "通报已经发出，请另发更正",
    "commend": "表彰已经发文；需要撤销的，请另行发文",
    "credits": "学时已经记入；需要更改的，请另行登记",
    "end": "工作室已经终止，席位和事项都已结束；需要恢复的，请重新设立",
    "fund": "经费已经按原结果拨付；差额请另行补拨或扣回",
    "leave": "退出已经办结；需要恢复的，请按加入程序重新加入",
    "priority": "优先条件已经记入；请在审核时说明",
    "refill": "补选仍在办理；席位恢复后自动办结，不再需要的请免办",
    "revoke": "工作室已经撤销，席位和事项都已结束；需要恢复的，请重新设立",
    "reward": "奖励已经发放；需要追回的，请另行办理",
    "succeed": "主持人已经更换；需要恢复的，请另行办理",
    "suspend": "工作室已经暂停；恢复请按规定办理",
    "title": "称号已经授予；是否收回，请另行决定",
    "warn": "提醒已经发出，请说明结果已更正",
}


def withdraw(work: Work, cause: Happening, assessment: Any, row: Any) -> Outcome:
    """Take back one consequence of an assessment if it was not carried out; returns what became of it, and in words what is left to do."""
    step = WITHDRAWALS.get(row.kind)
    return step(work, cause, assessment, row) if step else (BY_HAND, SAYS.get(row.kind, ""))


def _cancelled(work: Work, cause: Happening, run_ids: Sequence[int], row: Any) -> Outcome:
    for run_id in run_ids:
        work.ask(cancelling(run_id, cause.transition_id, WHY, quiet=True))
    if run_ids:
        return WITHDRAWN, ""
    return (BY_HAND, SAYS[row.kind]) if row.kind in SAYS else (OVER, "")


def _live(work: Work, kind: str, subjects: Any) -> Sequence[int]:
    mine = (RUNS.c.subject_kind == kind) & RUNS.c.subject_id.in_(subjects) & RUNS.c.ended_at.is_(None)
    return list(work.session.execute(select(RUNS.c.id).where(mine).order_by(RUNS.c.id)).scalars())


def _rectification(work: Work, cause: Happening, assessment: Any, row: Any) -> Outcome:
    opened = select(RECTIFICATIONS.c.id).where(RECTIFICATIONS.c.assessment_id == assessment.id)
    return _cancelled(work, cause, _live(work, "rectification", opened), row)


def _question(work: Work, cause: Happening, _assessment: Any, row: Any) -> Outcome:
    opened = select(DECISIONS.c.id).where(DECISIONS.c.cause_id == row.cause_id, DECISIONS.c.studio_id == row.studio_id)
    if row.seat_id is not None:
        opened = opened.where(DECISIONS.c.seat_id == row.seat_id)
    return _cancelled(work, cause, _live(work, "decision", opened), row)


def _succession(work: Work, cause: Happening, _assessment: Any, row: Any) -> Outcome:
    owed = select(DUTIES.c.id).where(
        DUTIES.c.studio_id == row.studio_id, DUTIES.c.key == "succession", DUTIES.c.period.endswith(f"#{row.cause_id}")
    )
    return _cancelled(work, cause, _live(work, "duty", owed), row)


def _exit(work: Work, cause: Happening, _assessment: Any, row: Any) -> Outcome:
    asked = (APPLICATIONS.c.studio_id == row.studio_id) & (APPLICATIONS.c.gives == "exit")
    open_ = asked & (APPLICATIONS.c.person_id == row.person_id) & APPLICATIONS.c.outcome.is_(None)
    ids = list(work.session.execute(select(APPLICATIONS.c.id).where(open_, APPLICATIONS.c.made_by.is_(None))).scalars())
    work.session.execute(update(APPLICATIONS).where(APPLICATIONS.c.id.in_(ids)).values(outcome="cancelled"))
    return _cancelled(work, cause, _live(work, "application", ids), row)


def _share(work: Work, _cause: Happening, assessment: Any, row: Any) -> Outcome:
    """What is not paid yet gets another share by what now follows; what is paid was paid."""
    waited = f"{assessment.key}@{assessment.period}"
    mine = select(ENTITLEMENTS.c.id).where(
        ENTITLEMENTS.c.studio_id == row.studio_id, ENTITLEMENTS.c.fund == row.value, waiting_for(waited)
    )
    opened = work.session.execute(mine).first() is not None
    return (BY_HAND, SAYS["fund"]) if opened and not _live(work, "entitlement", mine) else (WITHDRAWN, "")


def _reward(work: Work, cause: Happening, assessment: Any, row: Any) -> Outcome:
    mine = select(ENTITLEMENTS.c.id).where(
        ENTITLEMENTS.c.studio_id == row.studio_id, ENTITLEMENTS.c.fund == row.value,
        ENTITLEMENTS.c.period.startswith(f"{assessment.key}@{assessment.period}"),
    )  # fmt: skip
    unpaid = _live(work, "entitlement", mine)
    for run_id in unpaid:
        work.ask(Intent(run_id, "stop", {"reason": WHY}, cause_id=cause.transition_id))
    return (WITHDRAWN, "") if unpaid else (BY_HAND, SAYS["reward"])


def _nothing_to_do(_work: Work, _cause: Happening, _assessment: Any, _row: Any) -> Outcome:
    """What is only looked up when somebody asks is no longer found."""
    return WITHDRAWN, ""


WITHDRAWALS: dict[str, Callable[[Work, Happening, Any, Any], Outcome]] = {
    "bar": _nothing_to_do, "decide": _question, "fund": _share, "leave": _exit, "rectify": _rectification, "reward": _reward,
    "succeed": _succession,
}  # fmt: skip
