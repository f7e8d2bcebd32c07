"""Selection (遴选): the lists of a round: draw experts, rank what they scored, post the notice, announce under one number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, pstdev
from typing import Any

from sqlalchemy import insert, select

from flows.engine.calendar import local_day
from flows.engine.consequences.studios import fill
from flows.engine.declare import Actor
from flows.engine.draw import DrawRun, draw
from flows.engine.errors import Refused
from flows.engine.lists import Entry, draft_list, make_list
from flows.engine.series import next_numbers
from flows.engine.work import Work, read_facts, run_state
from flows.expert_review import mark_of, spread_of
from flows.office.recusal import conflicts_of, experts_of
from flows.programme.vocabulary import Score
from flows.regulations import programme_under
from models import Document, Opinion, Round, StageRun
from models.columns import table_of
from models.queries.cases import Case, cases

RUNS, ROUNDS, OPINIONS = table_of(StageRun), table_of(Round), table_of(Opinion)
DOCUMENTS = table_of(Document)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one application stands after its experts: mark, median, spread, each judge's mark and z-score."""

    run_id: int
    version: int
    application_id: int
    mark: float
    median: float
    spread: float
    judges: tuple[tuple[str, float, float, bool], ...]
    submitted: str
    tie_rule: str = ""


def waiting(work: Work, round_id: int, stage: str, state: str) -> Sequence[Any]:
    """Runs of a round that wait for a list, in order of id."""
    return work.session.execute(
        select(RUNS)
        .where(RUNS.c.round_id == round_id, RUNS.c.stage == stage, RUNS.c.state == state, RUNS.c.ended_at.is_(None))
        .order_by(RUNS.c.id)
    ).all()


def draft_draw(work: Work, actor: Actor, round_id: int, seed: str, limit: int | None = None) -> int:
    """Draw a panel and reserves for every application that waits for one; the seed is recorded so that anybody can draw again.

    Raises Refused when none waits or there are too few experts.
    """
    rows = waiting(work, round_id, "expert_review", "unassigned")
    if not rows:
        raise Refused("empty_list", "没有等待抽取专家的申报。")
    rule = work.book.rule(work.session, rows[0].version_id, rows[0].path, rows[0].step, round_id)
    rows = _judged_rows(work, rows)
    cast = work.book.cast(work.session, rows[0].version_id)
    found = cases(work.session, [row.application_id for row in rows])
    experts = experts_of(work, cast.authority_id)
    conflicts = conflicts_of(work, [found[row.application_id] for row in rows], experts, cast.authority_id)
    runs = [DrawRun(row.id, conflicts[row.application_id]) for row in rows]
    policy: Any = rule.policy
    panels = draw(seed, runs, experts, policy.panel, policy.reserves, limit)
    entries = [
        Entry(row.id, row.version, place, {"panel": list(panels[row.id].members), "reserves": list(panels[row.id].reserves)},
              {"number": found[row.application_id].number or ""})
        for place, row in enumerate(rows, start=1)
    ]  # fmt: skip
    kept = {"experts": list(experts), "conflicts": {str(run.id): sorted(run.conflicts) for run in runs}, "limit": limit}
    return draft_list(
        work,
        actor,
        "draw",
        rows[0].step,
        cast.authority_id,
        entries,
        round_id=round_id,
        seed=seed,
        payload={"drawn_from": kept},
    )


def _judged_rows(work: Work, rows: Sequence[Any]) -> Sequence[Any]:
    """Those of which a person has judged what the papers must show. Raises Refused when none is left."""
    known: Any = read_facts(work, [run_state(row) for row in rows])
    judged = [row for row in rows if not known[row.id].unjudged and not known[row.id].unmet]
    if not judged:
        says = f"还不能抽取：{len(rows)} 件都要先核对资格。请逐件判断后再抽取。"
        raise Refused("unjudged", says, {}, tuple(known[row.id].number for row in rows))
    return judged


def standings(work: Work, round_id: int) -> list[Standing]:
    """Every scored application of a round, best first; equal marks are told apart by the programme's tie rule, in its order."""
    rows = waiting(work, round_id, "expert_review", "scored")
    if not rows:
        return []
    policy: Any = work.book.rule(work.session, rows[0].version_id, rows[0].path, rows[0].step, round_id).policy
    found = cases(work.session, [row.application_id for row in rows])
    answers = _marks(work, [row.id for row in rows])
    scale = _scales(answers)
    placed = [_standing(row, found[row.application_id], answers.get(row.id, []), policy.score, scale) for row in rows]
    ordered = sorted(placed, key=lambda one: _order(one, policy.tie))
    return [_tie_named(one, before, policy.tie) for one, before in zip(ordered, [None, *ordered], strict=False)]


def _marks(work: Work, run_ids: Sequence[int]) -> Mapping[int, list[tuple[str, float, bool]]]:
    found: dict[int, list[tuple[str, float, bool]]] = {}
    for row in work.session.execute(
        select(OPINIONS.c.run_id, OPINIONS.c.party, OPINIONS.c.mark, OPINIONS.c.further)
        .where(OPINIONS.c.run_id.in_(run_ids), OPINIONS.c.mark.is_not(None))
        .order_by(OPINIONS.c.id)
    ):
        found.setdefault(row.run_id, []).append((row.party, row.mark, row.further))
    return found


def _scales(answers: Mapping[int, list[tuple[str, float, bool]]]) -> Mapping[str, tuple[float, float]]:
    """Each judge's own mean and deviation: information beside the marks, it never changes them."""
    by_judge: dict[str, list[float]] = {}
    for given in answers.values():
        for party, mark, _ in given:
            by_judge.setdefault(party, []).append(mark)
    return {party: (fmean(marks), pstdev(marks)) for party, marks in by_judge.items()}


def _standing(
    row: Any,
    case: Case,
    given: Sequence[tuple[str, float, bool]],
    method: Score,
    scale: Mapping[str, tuple[float, float]],
) -> Standing:
    marks = [mark for _, mark, _ in given]
    judges = tuple(
        (party, mark, (mark - scale[party][0]) / scale[party][1] if scale[party][1] else 0.0, further)
        for party, mark, further in given
    )
    submitted = case.submitted_at.isoformat() if case.submitted_at else ""
    return Standing(
        row.id, row.version, case.id, mark_of(marks, method), float(median(marks)), spread_of(marks), judges, submitted
    )


def _order(one: Standing, tie: Sequence[str]) -> tuple[Any, ...]:
    rules = {"median": -one.median, "earlier_submission": one.submitted}
    return (-round(one.mark, 6), *(rules[rule] for rule in tie), one.run_id)


def _tie_named(one: Standing, before: Standing | None, tie: Sequence[str]) -> Standing:
    """Says by which rule an equal mark was told apart."""
    if before is None or round(before.mark, 6) != round(one.mark, 6):
        return one
    broken = next((rule for rule in tie if _order(one, [rule])[1] != _order(before, [rule])[1]), "order")
    return Standing(**{**{name: getattr(one, name) for name in Standing.__dataclass_fields__}, "tie_rule": broken})


def draft_ranking(work: Work, actor: Actor, round_id: int, reserved: int | None = None) -> int:
    """Rank what the experts scored: the best within the quotas are selected, the next kept in order, the others not selected.

    `reserved`: how many are kept; by default as many runners-up as the step says.

    Raises Refused while some of the round are not scored.
    """
    placed = standings(work, round_id)
    if not placed:
        raise Refused("empty_list", "没有评完的申报，不能排序。")
    run = next(row for row in waiting(work, round_id, "expert_review", "scored") if row.id == placed[0].run_id)
    found = cases(work.session, [one.application_id for one in placed])
    given = outcomes(work, round_id, placed, reserved)
    entries = []
    for position, (one, outcome) in enumerate(zip(placed, given, strict=True), start=1):
        case = found[one.application_id]
        shown = {"name": case.person_name, "school": case.body_name, "outcome": outcome}
        entries.append(Entry(one.run_id, one.version, position, {"outcome": outcome}, shown, one.mark, one.tie_rule))
    cast = work.book.cast(work.session, run.version_id)
    return draft_list(work, actor, "rank", run.step, cast.authority_id, entries, round_id=round_id)


def outcomes(work: Work, round_id: int, placed: Sequence[Standing], reserved: int | None = None) -> list[str]:
    """What a ranking gives each of these standings, in their order: selected while the quotas last, then reserved, then rejected."""
    if not placed:
        return []
    rows = waiting(work, round_id, "expert_review", "scored")
    known = read_facts(work, [run_state(row) for row in rows])
    policy: Any = work.book.rule(work.session, rows[0].version_id, rows[0].path, rows[0].step, round_id).policy
    most = policy.runners_up if reserved is None else reserved
    taken: Counter[str] = Counter()
    given: list[str] = []
    for one in placed:
        given.append(_outcome(one, known[one.run_id], policy, taken, room=given.count("reserved") < most))
    return given


def _outcome(one: Standing, facts: Any, policy: Any, taken: Counter[str], *, room: bool) -> str:
    if one.mark < policy.pass_mark:
        return "rejected"
    if any(quota.full(taken[quota.share]) for quota in facts.quotas):
        return "reserved" if room and policy.take == "best" else "rejected"
    for quota in facts.quotas:
        taken[quota.share] += 1
    return "selected"


def draft_posting(work: Work, actor: Actor, round_id: int, run_ids: Sequence[int] | None = None) -> int:
    """The list to be posted: name, school and studio of each, nothing else about a person (公示 shows this snapshot)."""
    rows = [row for row in waiting(work, round_id, "public_notice", "unposted") if run_ids is None or row.id in run_ids]
    return _draft_simple(work, actor, round_id, "post", rows)


def draft_announcement(
    work: Work, actor: Actor, round_id: int, act: str = "announce", run_ids: Sequence[int] | None = None
) -> int:
    """The list of studios to be announced under one number, registered, or hung."""
    state = "announced" if act == "hang" else "unannounced"
    rows = [row for row in waiting(work, round_id, "plaque", state) if run_ids is None or row.id in run_ids]
    return _draft_simple(work, actor, round_id, act, rows)


def _draft_simple(work: Work, actor: Actor, round_id: int, act: str, rows: Sequence[Any]) -> int:
    if not rows:
        raise Refused("empty_list", "现在没有可以列入名单的申报。")
    found = cases(work.session, [row.application_id for row in rows])
    entries = [
        Entry(row.id, row.version, place, {}, _shown(found[row.application_id]))
        for place, row in enumerate(rows, start=1)
    ]
    cast = work.book.cast(work.session, rows[0].version_id)
    return draft_list(work, actor, act, rows[0].step, cast.authority_id, entries, round_id=round_id)


def _shown(case: Case) -> dict[str, str]:
    """What a posted list may say of a person."""
    return {"name": case.person_name, "school": case.body_name, "studio": case.studio_name, "stage": case.school_stage}


def announce(work: Work, actor: Actor, listing_id: int, round_id: int) -> str:
    """Make an announcement: the number comes from the series before anything else, its document is asked for. Returns the number."""
    one = work.session.execute(select(ROUNDS).where(ROUNDS.c.id == round_id)).one()
    rows = waiting(work, round_id, "plaque", "unannounced")
    policy: Any = work.book.rule(work.session, one.version_id, one.path, rows[0].step, round_id).policy
    title, pattern = policy.numbers["announcement"]
    year = local_day(work.now).year
    n = next_numbers(work.session, one.authority_body_id, "announcement", year)[0]
    word = programme_under(work, one.version_id).word("announcement", "教发")
    number = fill(pattern, {"word": word, "year": str(year), "n": str(n)})
    make_list(work, actor, listing_id, number)
    work.session.execute(
        insert(DOCUMENTS).values(
            kind="announcement", body_id=one.authority_body_id, number=number, subject_kind="listing", subject_id=listing_id,
            template=policy.announce, context={"title": title, "round": one.title}, requested_at=work.now,
        )
    )  # fmt: skip
    return number


def post(work: Work, actor: Actor, listing_id: int, round_id: int) -> str:
    """Make a posting under the next number of the authority's notices (GS-2026-01), by which anybody finds it again. Returns it."""
    authority: int = work.session.execute(
        select(ROUNDS.c.authority_body_id).where(ROUNDS.c.id == round_id)
    ).scalar_one()
    year = local_day(work.now).year
    number = f"GS-{year}-{next_numbers(work.session, authority, 'notice', year)[0]:02}"
    make_list(work, actor, listing_id, number)
    return number
