"""Panels, rankings and lists as pages show them: who was drawn and why not others, where each stands, what a list will do."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import Any

from flows.engine.decide import Refusal
from flows.engine.draw import DrawRun, draw
from flows.engine.lists import FELL_OUT
from flows.engine.work import Result, Work
from flows.expert_review import spread_of
from flows.office.recusal import conflicts_of, experts_of
from flows.office.selection import outcomes, standings, waiting
from models.queries.cases import cases
from models.queries.selection import asked_in, entries_of, experts_named, lists_of, marks_given, numbers_of, ties_of
from web.display import Dot, StateMark, run_mark
from web.i18n import _

LOWEST_SHOWN = 60
FAR = 2.0
TIE_WORDS = {"avoids": "名册中申明回避", "kin": "亲属", "teacher": "师生", "colleague": "同单位"}
TIES = {"median": "并列，按中位数", "earlier_submission": "并列，按提交先后", "order": "并列，按受理顺序"}


@dataclass(frozen=True)
class RankRow:
    """One line of a ranking."""

    position: int
    number: str
    name: str
    mark: float
    dots: tuple[Dot, ...]
    spread: float
    disputed: bool
    further: bool
    tie: str
    outcome: str
    words: str
    application_id: int


@dataclass(frozen=True)
class JudgeRow:
    """A judge's own scale beside the others': information, it never changes a mark."""

    name: str
    workplace: str
    sheets: int
    mean: float
    lean: float

    @property
    def far(self) -> bool:
        """Whether the judge stands out."""
        return abs(self.lean) >= FAR


@dataclass(frozen=True)
class Ranking:
    """A ranking as it would be, or as it was made."""

    rows: tuple[RankRow, ...]
    cut: int
    judges: tuple[JudgeRow, ...]
    low: int
    made: Any = None


@dataclass(frozen=True)
class ListLine:
    """One entry of a list: whom, what it gets or got, and why not."""

    position: int
    number: str
    name: str
    detail: str
    mark: StateMark | None
    refused: str = ""
    score: float | None = None


def ranking_of(work: Work, round_id: int, policy: Any, *, blind: bool) -> Ranking:
    """The standings of a round; once a ranking is made, as that list has them, with names."""
    made = next((one for one in lists_of(work.session, round_id, "rank") if one.made_at is not None), None)
    if made is not None:
        entries = entries_of(work.session, made.id)
        found = [(one.run_id, one.application_id, one.score or 0.0, one.reason if one.reason in TIES else "", str(one.payload.get("outcome", "")))
                 for one in entries]  # fmt: skip
    else:
        placed = standings(work, round_id)
        given = outcomes(work, round_id, placed)
        found = [
            (one.run_id, one.application_id, one.mark, one.tie_rule, outcome)
            for one, outcome in zip(placed, given, strict=True)
        ]
    marks = marks_given(work.session, [one[0] for one in found])
    who = numbers_of(work.session, [one[1] for one in found])
    hidden = blind and made is None
    rows = tuple(
        _rank_row(n, one, marks.get(one[0], ()), who[one[1]], policy, hidden=hidden)
        for n, one in enumerate(found, start=1)
    )
    cut = max((row.position for row in rows if row.outcome == "selected"), default=0)
    lowest = min([LOWEST_SHOWN, *(int(dot.value) // 10 * 10 for row in rows for dot in row.dots)])
    return Ranking(rows, cut, _judges(work, marks), lowest, made)


def _rank_row(position: int, one: Any, given: Sequence[Any], who: Any, policy: Any, *, hidden: bool) -> RankRow:
    _run, application_id, mark, tie, outcome = one
    dots = tuple(Dot(row.mark, row.further) for row in given)
    first = [row.mark for row in given if not row.further]
    further = any(row.further for row in given)
    words = "；".join(_("专家 {n}：{mark} 分", n=n, mark=f"{dot.value:g}") for n, dot in enumerate(dots, start=1))
    return RankRow(
        position, who.number or "", "" if hidden else f"{who.name}（{who.body}）", mark, dots, spread_of([row.mark for row in given]),
        spread_of(first) > policy.disputed_above, further, _(TIES[tie]) if tie in TIES else "", outcome,
        _("均分 {mark}；{words}", mark=f"{mark:.2f}", words=words), application_id,
    )  # fmt: skip


def _judges(work: Work, marks: Mapping[int, Sequence[Any]]) -> tuple[JudgeRow, ...]:
    by_judge: dict[int, list[float]] = defaultdict(list)
    for given in marks.values():
        for row in given:
            by_judge[int(row.party.removeprefix("person:"))].append(row.mark)
    means = {judge: fmean(found) for judge, found in by_judge.items()}
    middle, width = (fmean(means.values()), pstdev(means.values())) if means else (0.0, 0.0)
    people = experts_named(work.session, list(means))
    return tuple(
        JudgeRow(
            people[judge].name,
            people[judge].works_at,
            len(by_judge[judge]),
            mean,
            (mean - middle) / width if width else 0.0,
        )
        for judge, mean in sorted(means.items(), key=lambda one: (-abs(one[1] - middle), one[0]))
    )


# Panels


@dataclass(frozen=True)
class PoolRow:
    """An expert of the pool: load so far and what keeps the expert away."""

    name: str
    workplace: str
    asked: int
    given: int
    refused: int
    reserve: int
    away: int


@dataclass(frozen=True)
class Pool:
    """Everything about a draw before and after it."""

    rows: tuple[PoolRow, ...]
    conflicts: tuple[tuple[str, str, tuple[str, ...]], ...]
    waiting: int
    share: float


def pool_of(work: Work, round_id: int, authority_id: int, policy: Any) -> Pool:
    """The experts, the conflicts found and why, and how many sheets fall to each."""
    rows = waiting(work, round_id, "expert_review", "unassigned")
    found = cases(work.session, [row.application_id for row in rows])
    experts = experts_of(work, authority_id)
    conflicts = conflicts_of(work, list(found.values()), experts, authority_id)
    load = {int(one.party.removeprefix("person:")): one for one in asked_in(work.session, round_id)}
    reserve = _reserves(work, round_id)
    people, ties = experts_named(work.session, {*experts, *load}), ties_of(work.session, experts)
    away = Counter(expert for ids in conflicts.values() for expert in ids)
    kept_away: dict[tuple[str, str], list[str]] = defaultdict(list)
    for case_id, ids in sorted(conflicts.items()):
        for expert in sorted(ids):
            why = _why_away(ties.get(expert, ()), found[case_id], expert)
            kept_away[people[expert].name, why].append(found[case_id].number or "")
    listed = tuple((name, why, tuple(numbers)) for (name, why), numbers in sorted(kept_away.items()))
    pool = tuple(
        PoolRow(one.name, one.works_at, load[one.id].asked if one.id in load else 0, load[one.id].given if one.id in load else 0,
                load[one.id].refused if one.id in load else 0, reserve[one.id], away[one.id])
        for one in sorted(people.values(), key=lambda one: (-(load[one.id].asked if one.id in load else 0), one.id))
    )  # fmt: skip
    return Pool(pool, listed, len(rows), len(rows) * policy.panel / len(experts) if experts else 0.0)


def _reserves(work: Work, round_id: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for one in lists_of(work.session, round_id, "draw"):
        if one.made_at is not None:
            for entry in entries_of(work.session, one.id):
                found.update(entry.payload.get("reserves", ()))
    return found


def _why_away(ties: Sequence[Any], case: Any, expert: int) -> str:
    if expert == case.person_id:
        return _("本人申报")
    said = [
        _(TIE_WORDS.get(tie.kind, tie.kind))
        for tie in ties
        if tie.body_id in {case.body_id, case.county_id} or tie.other_person_id == case.person_id
    ]
    return "；".join(dict.fromkeys(said)) if said else _("同单位或上级单位任职")


def drawn_again(listing: Any, entries: Sequence[Any]) -> tuple[int, ...]:
    """Repeat a draw from its recorded seed and lists; gives the positions where it comes out otherwise, none when it is proved."""
    kept = listing.payload["drawn_from"]
    runs = [DrawRun(one.run_id, frozenset(kept["conflicts"][str(one.run_id)])) for one in entries]
    first = entries[0].payload
    panels = draw(listing.seed, runs, kept["experts"], len(first["panel"]), len(first["reserves"]), kept["limit"])
    return tuple(
        one.position
        for one in entries
        if (list(panels[one.run_id].members), list(panels[one.run_id].reserves))
        != (one.payload["panel"], one.payload["reserves"])
    )


# Lists


def drafted_lines(
    entries: Sequence[Any], results: Sequence[Result], *, hidden: bool, people: Mapping[int, Any]
) -> list[ListLine]:
    """What making a drafted list would do to each entry, those refused first."""
    lines = []
    for one, result in zip(entries, results, strict=True):
        outcome = result.outcome
        if isinstance(outcome, Refusal):
            lines.append(_line(one, None, outcome.says, hidden=hidden, people=people))
        else:
            lines.append(_line(one, run_mark(one.stage, outcome.move.to), "", hidden=hidden, people=people))
    return sorted(lines, key=lambda line: (not line.refused, line.position))


def made_lines(entries: Sequence[Any], *, hidden: bool, people: Mapping[int, Any]) -> list[ListLine]:
    """What became of each entry of a made list, those that fell out first."""
    lines = []
    for one in entries:
        fell = one.reason if one.outcome == FELL_OUT else ""
        mark = run_mark(one.stage, one.outcome) if one.outcome and not fell else None
        lines.append(_line(one, mark, fell, hidden=hidden, people=people))
    return sorted(lines, key=lambda line: (not line.refused, line.position))


def _line(one: Any, mark: StateMark | None, refused: str, *, hidden: bool, people: Mapping[int, Any]) -> ListLine:
    shown = one.shown
    name = "" if hidden else str(shown.get("name", ""))
    detail = "" if hidden else "　".join(str(shown[key]) for key in ("school", "studio") if shown.get(key))
    if "panel" in one.payload:
        members, reserves = (_named(one.payload.get(key, ()), people) for key in ("panel", "reserves"))
        detail = _("{members}；候补 {reserves}", members=members, reserves=reserves) if reserves else members
    return ListLine(one.position, one.number or "", name, detail, mark, refused, one.score)


def _named(ids: Sequence[int], people: Mapping[int, Any]) -> str:
    return "、".join(people[one].name for one in ids if one in people)
