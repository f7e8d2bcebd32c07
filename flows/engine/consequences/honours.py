"""Consequences that honour, remind or publish (表彰、称号、证书、学时、通报、提醒): a record, a paper and a notice each."""

from flows.engine.consequences.follower import Following
from flows.engine.consequences.papers import request_paper
from flows.engine.work import Work
from models.queries.bodies import lineages


def commend(work: Work, one: Following) -> None:
    """Commend the studio or the member (表彰), on paper."""
    _paper(work, one, "notice", "表彰")
    one.tell(work, (one.person_desk(),), "commended")


def honour(work: Work, one: Following) -> None:
    """Give a title, an award, credit hours or a priority: it stands in the file from now on."""
    one.tell(work, (one.person_desk(),), "honoured", facts=[["授予", one.rule.value]])


def award(work: Work, one: Following) -> None:
    """Give an award, and ask the office to hand it over (经开区 五(四)3)."""
    honour(work, one)
    one.tell(work, (one.desk(work, "office"),), "award_due", facts=[["奖励", one.rule.value]])


def certificate(work: Work, one: Following) -> None:
    """Give a certificate under a number of its series."""
    number = _paper(work, one, "certificate", one.rule.value)
    one.tell(work, (one.person_desk(),), "honoured", facts=[["证书", one.rule.value], ["编号", number]])


def circulate(work: Work, one: Following) -> None:
    """Make it known by a circular (通报) to the studio, its school and its county."""
    number = _paper(work, one, "circular", "通报")
    above = lineages(work.session, [one.studio.home_body_id])[one.studio.home_body_id]
    told = [f"body:{place.id}" for place in above if place.level in {"school", "county"}]
    one.tell(work, (one.host_desk(), *told), "circulated", facts=[["文号", number]])


def warn(work: Work, one: Following) -> None:
    """Remind the host and the office; nothing else follows."""
    who = [["人员", str(one.seat.name)]] if one.seat is not None else []
    one.tell(work, (one.person_desk(), one.host_desk(), one.desk(work, "office")), "warned", facts=who)


def bar(work: Work, one: Following) -> None:
    """Bar the studio and its host from the next cycle (赤峰 第十八条); applications are refused for it."""
    one.tell(work, (one.host_desk(),), "barred")


def _paper(work: Work, one: Following, kind: str, title: str) -> str:
    subject = ("seat", int(one.seat.id)) if one.seat is not None else ("studio", int(one.studio.id))
    context = {
        "title": title, "studio": one.studio.name, "person": str(one.seat.name) if one.seat is not None else "",
        "reason": one.cause.move.reason, "origin": dict(one.rule.origin), "version_id": one.cause.run.version_id,
        "cause_id": one.cause.transition_id, "about": one.about,
    }  # fmt: skip
    return request_paper(work, one.cast(work).authority_id, kind, *subject, context)
