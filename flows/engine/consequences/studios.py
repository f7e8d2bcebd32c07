"""Effects that make a studio: the studio and its setup duties, seats, the plaque's number, the first cycle."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from flows.engine.calendar import due_after, local_day
from flows.engine.consequences.cycles import first_cycle, first_day, next_cycle
from flows.engine.consequences.vacancies import succeed_host
from flows.engine.series import next_numbers
from flows.engine.steps import Opening, desk_of, open_runs
from flows.engine.work import Happening, Intent, Work
from models import Application, Cycle, Document, Duty, Opinion, Record, Seat, Studio
from models.columns import table_of
from models.queries.bodies import lineages
from models.queries.cases import Case, cases

STUDIOS, CYCLES, SEATS, DUTIES = table_of(Studio), table_of(Cycle), table_of(Seat), table_of(Duty)
DOCUMENTS, APPLICATIONS = table_of(Document), table_of(Application)
OPINIONS, RECORDS = table_of(Opinion), table_of(Record)


def make_studio(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Make the studio that an announcement names and open what is owed before its plaque; a level path raises the level."""
    found = cases(work.session, [one.run.application_id for one in happened])
    further: list[Intent] = []
    for one in happened:
        case, policy = found[one.run.subject_id], one.rule.policy
        if getattr(policy, "gives", "") == "level" and case.studio_id is not None:
            work.session.execute(
                update(STUDIOS).where(STUDIOS.c.id == case.studio_id).values(level=getattr(policy, "level", ""))
            )
            continue
        if case.studio_id is not None:  # a next host, or a next cycle: the studio is there already
            if getattr(policy, "gives", "") == "studio" and not getattr(policy, "plaque", True):
                further += succeed_host(work, one, case)
            continue
        studio_id = _new_studio(work, one, case)
        open_setup(work, one, studio_id, "studio", ())
        # Without a plaque nothing else begins a cycle whose days do not hang on one.
        starts = getattr(policy, "starts", "plaque")
        if starts != "plaque" and not getattr(policy, "plaque", True):
            first_cycle(work, one, studio_id, first_day(starts, local_day(work.now)))
    return further


def _new_studio(work: Work, one: Happening, case: Case) -> int:
    policy: Any = one.rule.policy
    cast = work.book.cast(work.session, one.run.version_id)
    words = {
        "host": case.person_name,
        "school": case.body_name,
        "kind": policy.kinds.get(case.kind, case.kind),
        "year": str(local_day(work.now).year),
        "n": "",
    }
    name = case.studio_name or fill(policy.studio_name, words)
    studio_id: int = work.session.execute(
        insert(STUDIOS)
        .values(
            programme_id=cast.programme_id, name=name, kind=case.kind,
            level=policy.level, host_id=case.person_id, home_body_id=case.body_id,
            base_name=fill(policy.base_name, words) if policy.names_base else "", standing="forming" if policy.plaque else "active",
            made_at=work.now,
        )
        .returning(STUDIOS.c.id)
    ).scalar_one()  # fmt: skip
    mine = APPLICATIONS.c.id == case.id
    work.session.execute(update(APPLICATIONS).where(mine).values(studio_id=studio_id, studio_name=name))
    work.session.execute(
        insert(SEATS).values(
            studio_id=studio_id, person_id=case.person_id, role="host", duty_role="", body_id=case.body_id,
            from_on=local_day(work.now), why_ended="", application_id=case.id,
        )
    )  # fmt: skip
    return studio_id


def fill(pattern: str, words: Mapping[str, str]) -> str:
    """A naming pattern with its words filled in; names only, no expressions."""
    for word, value in words.items():
        pattern = pattern.replace(f"{{{word}}}", value)
    return pattern


def open_setup(work: Work, one: Happening, studio_id: int, each: str, units: Sequence[tuple[int, str]]) -> None:
    """Open the setup duties of the studio itself, or of each person of a role; those that exist stay."""
    wanted = [
        rule for rule in work.book.setup_rules(work.session, one.run.version_id) if (rule.each or "studio") == each
    ]
    host = work.session.execute(select(STUDIOS.c.host_id).where(STUDIOS.c.id == studio_id)).scalar_one()
    for rule in wanted:
        for unit_id, name in units or ((studio_id, ""),):
            duty_id = _new_duty(work, one, studio_id, rule, unit_id, name, host)
            openings = [_duty_opening(one, studio_id, rule.key, duty_id)]
            run_id = open_runs(work, openings)[0]
            _ask_signatures(work, one, rule, run_id, studio_id, host, unit_id)


def _new_duty(work: Work, one: Happening, studio_id: int, rule: Any, unit_id: int, name: str, host: int) -> int:
    cast = work.book.cast(work.session, one.run.version_id)
    case = cases(work.session, [one.run.application_id])[one.run.subject_id]
    above = lineages(work.session, [case.body_id])[case.body_id]
    today = local_day(work.now)
    due = due_after(today, rule.within, work.calendar, roll=rule.roll, start_label="发文公布") if rule.within else None
    duty_id: int = work.session.execute(
        insert(DUTIES)
        .values(
            studio_id=studio_id, key=rule.key, period="setup", unit_kind=rule.each or "studio", unit_id=unit_id,
            title=f"{rule.title}（{name}）" if name else rule.title, need=rule.times, counted=0,
            responsible=f"person:{host}", receiver=desk_of(rule.to, cast, case, above) if rule.to else "", due_on=due.on if due else None,
            blocks=list(rule.blocks),
        )
        .returning(DUTIES.c.id)
    ).scalar_one()  # fmt: skip
    return duty_id


def _duty_opening(one: Happening, studio_id: int, key: str, duty_id: int) -> Opening:
    return Opening(
        one.run.version_id, "obligations", key, "duty", duty_id, round_id=one.run.round_id, studio_id=studio_id,
        cause_id=one.transition_id,
    )  # fmt: skip


def _ask_signatures(
    work: Work, one: Happening, rule: Any, run_id: int, studio_id: int, host: int, unit_id: int
) -> None:
    signers = {role: host if role == "host" else unit_id for role in rule.signed_by}
    if not signers:
        return
    rows = [
        {
            "run_id": run_id,
            "kind": "signature",
            "party": f"person:{person}",
            "place": n,
            "further": False,
            "draft": {},
            "answer": {},
            "reason": "",
        }
        for n, person in enumerate(signers.values())
    ]
    statement = insert(OPINIONS).returning(OPINIONS.c.id, sort_by_parameter_order=True)
    ids = work.session.connection().execute(statement, rows).scalars()
    open_runs(work, [
        Opening(one.run.version_id, "obligations", f"{rule.key}/opinion", "opinion", opinion_id, held_by=str(row["party"]),
                studio_id=studio_id, parent_id=run_id, cause_id=one.transition_id)
        for row, opinion_id in zip(rows, ids, strict=True)
    ])  # fmt: skip


def start_cycle(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Hang the plaque: number it, begin the first cycle on this day, and let the studio run (D-PLAQUE)."""
    found = cases(work.session, [one.run.application_id for one in happened])
    today = local_day(work.now)
    further: list[Intent] = []
    for one in happened:
        case = found[one.run.subject_id]
        if case.studio_id is None:
            continue
        if case.host_id != case.person_id:
            further += succeed_host(work, one, case)
            continue
        _request_papers(work, one, case, today)
        if getattr(one.rule.policy, "gives", "") == "cycle":
            next_cycle(work, one, case.studio_id)
            continue
        first_cycle(work, one, case.studio_id, first_day(getattr(one.rule.policy, "starts", "plaque"), today))
        work.session.execute(update(STUDIOS).where(STUDIOS.c.id == case.studio_id).values(standing="active"))
    return further


def _request_papers(work: Work, one: Happening, case: Case, today: date) -> None:
    policy: Any = one.rule.policy
    cast = work.book.cast(work.session, one.run.version_id)
    kinds = ["plaque", *(["certificate"] if policy.certificate else [])]
    for kind in kinds:
        title, pattern = policy.numbers.get(kind, ("", "{year}-{n:03}"))
        n = next_numbers(work.session, cast.authority_id, kind, today.year)[0]
        number = pattern.replace("{year}", str(today.year)).replace("{n:03}", f"{n:03}").replace("{n}", str(n))
        work.session.execute(
            insert(DOCUMENTS).values(
                kind=kind, body_id=cast.authority_id, number=number, subject_kind="studio", subject_id=case.studio_id, template=kind,
                context={"title": fill(title, {"studio": case.studio_name}), "host": case.person_name, "school": case.body_name},
                requested_at=work.now,
            )
        )  # fmt: skip
