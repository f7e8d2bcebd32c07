"""A stale page (页面过期): who did what to the case meanwhile."""

from dataclasses import dataclass

from flows.engine.calendar import local_day
from flows.engine.work import Work
from models.queries.applications import last_transition
from models.queries.scope import visible_applications
from web.display import relative
from web.i18n import _, word
from web.identity import Visitor

DID = {
    "endorse": word("同意并推荐"), "decline": word("不予推荐"), "send_back": word("退回补正"), "resubmit": word("重新提交"),
    "submit": word("提交申报"), "withdraw": word("撤回"), "extend": word("延期"), "lapse": word("到期失效"), "cancel": word("取消"),
    "give": word("提交评分"), "refuse": word("回避"), "close": word("到期办结"),
}  # fmt: skip


@dataclass(frozen=True)
class LastAct:
    """The last act on a case: who, for whom, what, when, and where to see it."""

    who: str
    acted_for: str
    what: str
    at: str
    href: str


def last_act(work: Work, run_id: int, visitor: Visitor) -> LastAct | None:
    """The last act on a run; None when the visitor may not see the case or nothing happened to it."""
    scope = visible_applications(visitor.person_id or 0, visitor.body_ids)
    row = last_transition(work.session, run_id, scope)
    if row is None or row.event == "open":
        return None
    href = f"/applications/{row.application_id}"
    when = relative(row.at, local_day(work.now))
    return LastAct(row.actor or _("系统"), row.acted_for or "", _(DID.get(row.event, word("办理"))), when, href)
