"""Where a round stands (批次进度): its steps with their counts, the funnel, and what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.engine.rulebook import StepRule
from flows.office.timeline import Timeline
from models.queries.rounds import StepCount
from web.display import Provenance, day
from web.i18n import _, word
from web.views.cases import provenance_of

ACTS = {
    "draw": word("抽取专家"), "rank": word("评审排序"), "post": word("公示"), "announce": word("发文"), "register": word("登记"),
    "hang": word("挂牌"), "endorse": word("推荐"), "allocate": word("统筹调配"), "release": word("公布未入选"),
}  # fmt: skip


@dataclass(frozen=True)
class StepLine:
    """One step on the page of a round: how far, how many, until when."""

    title: str
    count: StepCount
    ends: str
    look: str
    origin: Provenance | None


def step_lines(
    rules: Sequence[StepRule], counts: Mapping[str, StepCount], forecasted: Timeline, today: date, address: str
) -> list[StepLine]:
    """The steps of the path with their counts and the last day each is expected to take."""
    ends = {one.key: one for one in forecasted.stretches}
    lines = []
    for rule in rules:
        count, stretch = counts.get(rule.name, StepCount()), ends.get(rule.name)
        look = "now" if count.here else "done" if count.reached else "coming"
        when = day(stretch.ends_on, today) if stretch else ""
        origin = provenance_of(dict(stretch.origin), address) if stretch else None
        lines.append(StepLine(rule.title, count, when, look, origin))
    return lines


@dataclass(frozen=True)
class NextAct:
    """What may be done now: its words, where it leads (a POST of a list act if `act`), and how many it is for."""

    label: str
    href: str
    why: str
    act: str = ""


def next_acts(row: Any, live: Mapping[tuple[str, str], int], undecided: int) -> list[NextAct]:
    """What the authority may do with a round in its state, the most pressing first."""
    here = f"/rounds/{row.id}"
    if row.state == "planned":
        return [NextAct(_("预演并发布"), f"{here}/preview", _("发布前先看时间、名额和会发生什么"))]
    found = []
    if n := live.get(("plaque", "announced"), 0):
        found.append(NextAct(_("挂牌，共 {n} 个", n=n), f"{here}/plaques", _("已发文，等挂牌")))
    if n := live.get(("plaque", "unannounced"), 0):
        found.append(NextAct(_("发文，共 {n} 个", n=n), f"{here}/lists", _("公示无异议，等编文号"), "announce"))
    if n := live.get(("public_notice", "unposted"), 0):
        found.append(NextAct(_("公示，共 {n} 件", n=n), f"{here}/lists", _("排序已确认，等张榜"), "post"))
    scored, scoring = live.get(("expert_review", "scored"), 0), live.get(("expert_review", "scoring"), 0)
    if scored and not scoring and not live.get(("expert_review", "unassigned")):
        found.append(NextAct(_("排序，共 {n} 件", n=scored), f"{here}/ranking", _("专家都评完了")))
    if n := live.get(("expert_review", "unassigned"), 0):
        found.append(NextAct(_("抽取专家，共 {n} 件", n=n), f"{here}/panel", _("县区已推荐，等抽取专家")))
    if row.state == "closed" and not undecided:
        found.append(NextAct(_("办结批次"), f"{here}/conclude", _("每一件都有结果了")))
    return found


def pages_of(round_id: int, rules: Sequence[StepRule], counts: Mapping[str, StepCount]) -> list[tuple[str, str]]:
    """The pages of a round that have something to show by now, and its score sheet: words with the address."""
    reached = {rule.stage.name for rule in rules if counts.get(rule.name, StepCount()).reached}
    pages = (
        ("expert_review", _("专家抽取"), "panel"),
        ("expert_review", _("评审排序"), "ranking"),
        ("plaque", _("发文与挂牌"), "plaques"),
    )
    always = (
        [(_("评分表"), f"/rounds/{round_id}/rubric")] if any(one.stage.name == "expert_review" for one in rules) else []
    )
    return always + [(label, f"/rounds/{round_id}/{page}") for stage, label, page in pages if stage in reached]


@dataclass(frozen=True)
class Funnel:
    """One bar of the funnel: how many came so far, how many are there now, and what part of the step before."""

    label: str
    value: int
    here: int
    share: str
    detail: str = ""
    href: str = ""


PASSED = {
    "school": word("学校同意"),
    "county": word("旗县区推荐"),
    "department": word("系部推荐"),
    "township": word("乡镇推荐"),
}
CHOSEN = {"expert_review": word("评审入选"), "public_notice": word("公示无异议"), "plaque": word("挂牌")}


def passed_words(rule: StepRule) -> str:
    """Having passed a step, in a few characters."""
    if len(rule.by) == 1 and rule.stage.name == "tier_review" and rule.by[0] in PASSED:
        return _(PASSED[rule.by[0]])
    return _(CHOSEN[rule.stage.name]) if rule.stage.name in CHOSEN else _("{step}通过", step=rule.title)


def funnel_of(rules: Sequence[StepRule], counts: Mapping[str, StepCount], begun: int, submitted: int, ends: Mapping[str, str],
              round_id: int) -> list[Funnel]:  # fmt: skip
    """Begun, submitted, then who passed each step; each a part of the one before."""
    rows = [
        (_("开始填写"), begun, 0, ""),
        (_("提交申报"), submitted, counts.get(rules[0].name, StepCount()).here, rules[0].stage.name),
    ]
    for rule in rules[1:]:
        count = counts.get(rule.name, StepCount())
        rows.append((passed_words(rule), count.passed, count.here, rule.stage.name))
    found, before = [], 0
    for n, (label, value, here, stage) in enumerate(rows):
        share = f"{value * 100 / before:.0f}%" if before and n else ""
        coming = ends.get(rules[n - 1].name, "") if n and not value and not here else ""
        words = _("在办 {n}", n=here) if here and n > 1 else _("预计 {day}前", day=coming) if coming and n > 1 else ""
        href = f"/applications?round={round_id}" + (f"&step={stage}" if stage else "")
        found.append(Funnel(label, value, here if n > 1 else 0, share if value else "", words, href))
        before = value
    return found
