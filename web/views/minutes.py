"""Minutes of an expert review (评审纪要): what was done, by which rule and with what result, from the record alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.engine.work import Work
from models.queries.selection import asked_in, entries_of, experts_named, list_of, lists_of, refusals_in
from web.display import moment
from web.i18n import _, word
from web.views.selection import Ranking, ranking_of

SCORES = {"mean": word("均分"), "median": word("中位数"), "drop_ends": word("去掉最高、最低以后的均分")}
TIE_RULES = {"median": word("中位数"), "earlier_submission": word("提交先后")}
OUTCOMES = {"selected": word("入选"), "reserved": word("候补"), "rejected": word("未入选")}


@dataclass(frozen=True)
class Judge:
    """An expert of the review: sheets asked for, given and declined."""

    name: str
    workplace: str
    asked: int
    given: int
    refused: int


@dataclass(frozen=True)
class MinutesLine:
    """One application in its place."""

    position: int
    number: str
    name: str
    marks: str
    mark: float
    outcome: str


@dataclass(frozen=True)
class Minutes:
    """The whole paper; `made` is the confirmed list, None while it is a draft."""

    made: Any
    maker: str
    paragraphs: tuple[str, ...]
    judges: tuple[Judge, ...]
    lines: tuple[MinutesLine, ...]


def minutes_of(work: Work, round_id: int, policy: Any, today: date) -> Minutes:
    """The minutes of a round's expert review as it stands; names of applicants only where the ranking shows them."""
    ranking = ranking_of(work, round_id, policy, blind=policy.blind)
    draws = [one for one in lists_of(work.session, round_id, "draw") if one.made_at is not None]
    decided = list_of(work.session, round_id, ranking.made.id) if ranking.made is not None else None
    judges = _judges(work, round_id)
    said = (
        _assembled(draws, judges, today), _kept_away(work, round_id, draws), _counted(ranking, policy), _result(ranking, policy)
    )  # fmt: skip
    maker = f"{decided.body or ''} {decided.maker or ''}".strip() if decided is not None else ""
    return Minutes(ranking.made, maker, tuple(one for one in said if one), judges, tuple(_lines(ranking)))


def _judges(work: Work, round_id: int) -> tuple[Judge, ...]:
    load = {int(one.party.removeprefix("person:")): one for one in asked_in(work.session, round_id)}
    people = experts_named(work.session, load)
    return tuple(
        Judge(people[one].name, people[one].works_at, load[one].asked, load[one].given, load[one].refused)
        for one in sorted(load, key=lambda one: (-load[one].given, one))
    )


def _assembled(draws: Sequence[Any], judges: Sequence[Judge], today: date) -> str:
    """When and how the panel came together."""
    told = [
        _("{at}，以种子“{seed}”从 {pool} 位专家中随机抽取，为 {n} 件分派专家；种子和名单已存档，任何人可以重算。",
          at=moment(one.made_at, today), seed=one.seed, pool=len(one.payload["drawn_from"]["experts"]), n=one.named)
        for one in reversed(draws)
    ]  # fmt: skip
    given = sum(one.given for one in judges)
    return "".join(told) + _(
        "共 {n} 位专家评审，交评分表 {given} 份。", n=sum(one.given > 0 for one in judges), given=given
    )


def _kept_away(work: Work, round_id: int, draws: Sequence[Any]) -> str:
    """Who was kept away before the draw, and who stood back after it."""
    runs = [entry for one in draws for entry in entries_of(work.session, one.id)]
    apart = sum(
        len(one.payload["drawn_from"]["conflicts"].get(str(entry.run_id), ())) for one in draws for entry in runs
    )
    before = _("抽取时按机构、名册和申明排除 {n} 人次。", n=apart) if apart else _("抽取时没有需要排除的专家。")
    stood_back = refusals_in(work.session, round_id)
    if not stood_back:
        return before + _("抽取以后没有专家申请回避。")
    people = experts_named(work.session, {int(one.party.removeprefix("person:")) for one in stood_back})
    told = "；".join(
        f"{people[int(one.party.removeprefix('person:'))].name} {one.number or ''}".strip() for one in stood_back
    )
    return before + _("抽取以后申请回避 {n} 人次，由候补接替：{told}。", n=len(stood_back), told=told)


def _counted(ranking: Ranking, policy: Any) -> str:
    """How a mark was made of the sheets, and where another expert was brought in."""
    words = _("每件 {n} 人评分，名次按{score}", n=policy.panel, score=_(SCORES[policy.score]))
    if policy.tie:
        words += _("，相同的依次比{rules}", rules="、".join(_(TIE_RULES[one]) for one in policy.tie))
    disputed = [row.number for row in ranking.rows if row.disputed]
    words += _("；分差超过 {n} 分的加评一人", n=policy.disputed_above)
    return words + (
        _("，共 {n} 件：{which}。", n=len(disputed), which="、".join(disputed)) if disputed else _("，没有这样的申报。")
    )


def _result(ranking: Ranking, policy: Any) -> str:
    counts = {key: sum(row.outcome == key for row in ranking.rows) for key in OUTCOMES}
    words = "，".join(_("{what} {n} 件", what=_(OUTCOMES[key]), n=n) for key, n in counts.items())
    return _(
        "共评 {n} 件：{words}；低于 {least} 分的不入选。", n=len(ranking.rows), words=words, least=policy.pass_mark
    )


def _lines(ranking: Ranking) -> list[MinutesLine]:
    return [
        MinutesLine(
            row.position, row.number, row.name, "、".join(f"{dot.value:g}" for dot in row.dots), row.mark,
            _(OUTCOMES[row.outcome]) if row.outcome in OUTCOMES else "",
        )
        for row in ranking.rows
    ]  # fmt: skip
