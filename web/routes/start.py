"""First steps (开始使用): seven steps to the first round, each with its state, why, and the act; gone after the first launch."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from models.queries.inbox import waiting_counts
from models.queries.roll import beginnings
from models.queries.rounds import manning
from models.settings import settings
from web.i18n import _
from web.visit import Visiting

router = APIRouter()


@dataclass(frozen=True)
class FirstStep:
    """One step: what it is, how far it is, whether it is done, what to press, and which steps it needs first."""

    title: str
    says: str
    done: bool
    act: str
    href: str
    needs: tuple[int, ...] = ()


@router.get("/start")
def start(visit: Visiting, again: int = 0) -> Response:
    """The seven steps; the guide keeps them under `again` once a round is launched."""
    mine = [office.body_id for office in visit.visitor.offices if office.role == "administrator"]
    with visit.reading() as work:
        there = beginnings(work.session, mine, visit.today.year)
        counties = [one for body in mine for one in manning(work.session, body, ("county",), visit.today)]
        todo = waiting_counts(work.session, visit.visitor.keys, visit.now, visit.now)["todo"]
        gazetted = not work.calendar.provisional_year(visit.today.year)
    if there.launched and not again:
        return RedirectResponse("/dashboard", status_code=303)
    lacking = sum(len(one.unmanned) for one in counties)
    mail = bool(settings().smtp_host)
    steps = [
        FirstStep(_("导入名册"), _("已有 {bodies} 个机构、{people} 人、{experts} 位专家", bodies=there.bodies, people=there.people, experts=there.experts),
                  there.bodies > 1 and there.people > 1, _("导入名册"), "/imports"),
        FirstStep(_("选定办法"), _("已启用 {n} 个版本，条文旁写明系统怎样执行", n=there.versions) if there.versions
                  else _("从 14 份样本中选最接近的一份，或送来自己写的；启用前看清系统怎样执行。"), bool(there.versions), _("选一份办法"), "/adoptions"),
        FirstStep(_("核对日历"), _("{year} 年放假和调休已内置", year=visit.today.year) if gazetted else _("{year} 年放假安排还没有载入，期限都是暂定的", year=visit.today.year),
                  gazetted, _("看日历"), "/calendar"),
        FirstStep(_("设置发信邮箱"), _("已设置，邮件由邮局发出") if mail else _("没有设置时，邮件存在系统里，可在“消息”中查看；需要时由运维人员设置"),
                  mail, _("看消息"), "/messages"),
        FirstStep(_("指定审核人"), _manned(sum(one.of for one in counties), lacking),
                  bool(there.people > 1 and not lacking), _("去指定"), "/people"),
        FirstStep(_("预演一遍"), _("发布前先排出每一环节的起止，看假期、名额和专家够不够；不发任何邮件"), bool(there.rounds), _("新建批次并预演"), "/rounds/new", (2,)),
        FirstStep(_("发布第一个批次"), _("核对时间、名额和专家负荷后发布"), bool(there.launched), _("去发布"), "/rounds", (2, 5, 6)),
    ]  # fmt: skip
    now = next(
        (
            n
            for n, one in enumerate(steps, start=1)
            if not one.done and n != MAIL and all(steps[need - 1].done for need in one.needs)
        ),
        0,
    )
    return visit.page("start/page.html", steps=steps, now=now, todo=todo)


def _manned(counties: int, lacking: int) -> str:
    if not counties:
        return _("导入名册以后，每个旗县区至少指定 1 人")
    return _("{n} 个旗县区各至少 1 人", n=counties) + (_("，还差 {n} 个", n=lacking) if lacking else _("，都有了"))


MAIL = 4  # may wait: without it, letters stay in the system
