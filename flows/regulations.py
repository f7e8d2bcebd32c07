"""Regulations (办法): the rulebook the engine asks, made from the programme versions that the database holds."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from flows.activities import DutyPolicy
from flows.engine.declare import Policy, Stage
from flows.engine.rulebook import Cast, Reader, SetupRule, StepRule
from flows.lifecycle import STAGES
from flows.opinion import OpinionPolicy
from flows.programme import Programme, from_expanded, origin_of
from flows.programme.entries import Limit
from flows.programme.rosters import roster_rules
from flows.programme.schema import Obligation
from flows.programme.steps import Path, Step
from models import Casting, ProgrammeVersion, Round
from models import Programme as ProgrammeRow
from models.columns import table_of
from models.facts import SeatFact
from models.queries.facts import READERS

VERSIONS, PROGRAMMES = table_of(ProgrammeVersion), table_of(ProgrammeRow)
CASTINGS, ROUNDS = table_of(Casting), table_of(Round)
FULL_MARK = 100


class Regulations:
    """Stages, steps and casts by version. Versions are immutable, so a process reads each of them once."""

    def __init__(self) -> None:
        """Begins knowing no version."""
        self._programmes: dict[tuple[str, int], Programme] = {}
        self._rules: dict[tuple[str, int, str, str, int | None], StepRule] = {}

    def programme(self, session: Session, version_id: int) -> Programme:
        """The regulation of a version. Raises NoResultFound."""
        key = (_place(session), version_id)
        if key not in self._programmes:
            expanded = session.execute(select(VERSIONS.c.expanded).where(VERSIONS.c.id == version_id)).scalar_one()
            self._programmes[key] = from_expanded(expanded)
        return self._programmes[key]

    def stage(self, name: str) -> Stage:
        """The stage of that name. Raises KeyError."""
        return STAGES[name]

    def reader(self, stage: str) -> Reader:
        """The reader of a stage's facts."""
        return READERS[stage]

    def rule(self, session: Session, version_id: int, path: str, step: str, round_id: int | None) -> StepRule:
        """One step of one path, with what the round changed of it. Raises KeyError for a step the programme has not."""
        changes = _changes(session, round_id)
        key = (_place(session), version_id, path, step, round_id if changes else None)
        if changes or key not in self._rules:
            rule = self._make(self.programme(session, version_id), path, step, changes)
            if changes:
                return rule
            self._rules[key] = rule
        return self._rules[key]

    def cast(self, session: Session, version_id: int) -> Cast:
        """Who plays the programme's bodies; read once a session."""
        kept: dict[int, Cast] = session.info.setdefault("casts", {})
        if version_id not in kept:
            kept[version_id] = self._cast(session, version_id)
        return kept[version_id]

    def ladder(self, session: Session, version_id: int) -> tuple[int, ...]:
        """Days from the due day on which reminders go out."""
        return tuple(self.programme(session, version_id).reminders.ladder)

    def escalates_from(self, session: Session, version_id: int) -> int:
        """From this rung on the tier above is told too."""
        return self.programme(session, version_id).reminders.escalate

    def roster_faults(self, session: Session, version_id: int, seats: Sequence[SeatFact]) -> Sequence[str]:
        """What these seats no longer keep of the numbers and shares, in words."""
        return roster_rules(self.programme(session, version_id)).faults(seats)

    def setup_rules(self, session: Session, version_id: int) -> Sequence[SetupRule]:
        """What is owed before the plaque."""
        return [_setup_rule(one) for one in self.programme(session, version_id).setup_obligations()]

    def _cast(self, session: Session, version_id: int) -> Cast:
        row = session.execute(
            select(PROGRAMMES.c.id, PROGRAMMES.c.authority_body_id)
            .join(VERSIONS, VERSIONS.c.programme_id == PROGRAMMES.c.id)
            .where(VERSIONS.c.id == version_id)
        ).one()
        bound = {one.key: one.body_id for one in session.execute(
            select(CASTINGS.c.key, CASTINGS.c.body_id)
            .where(CASTINGS.c.programme_id == row.id, CASTINGS.c.to_on.is_(None))
            .order_by(CASTINGS.c.from_on)
        )}  # fmt: skip
        programme = self.programme(session, version_id)
        decides, executes = programme.deciding_body().name, programme.executing_body().name
        bodies = {**bound, decides: row.authority_body_id}
        for name, body in programme.bodies.items():
            if body.of and name not in bodies:
                bodies[name] = bodies.get(body.of, row.authority_body_id)
        levels = {name: body.level for name, body in programme.bodies.items() if body.level and name != decides}
        return Cast(row.id, row.authority_body_id, bodies.get(executes, row.authority_body_id), bodies, levels)

    def _make(self, programme: Programme, path: str, step: str, changes: Mapping[str, Any]) -> StepRule:
        if path == "round":
            return StepRule(path, step, "申报批次", STAGES["round"], STAGES["round"].policy())
        if path == "obligations":
            return _duty_rule(programme, step)
        if step.endswith("/opinion"):
            return self._opinion_rule(programme, path, step.removesuffix("/opinion"), changes)
        found = programme.path(path)
        node = _changed(found.step(step), changes.get(step, {}))
        after = found.after(step)
        stage = STAGES[node.stage]
        return StepRule(
            path, step, _title(programme, node), stage, _policy(programme, found, node, stage, changes.get(step, {})),
            tuple(node.by), dict(node.go), after.name if after else None, node.if_any, found.gives,
        )  # fmt: skip

    def _opinion_rule(self, programme: Programme, path: str, step: str, changes: Mapping[str, Any]) -> StepRule:
        parent = self._make(programme, path, step, changes)
        policy = OpinionPolicy(
            within=getattr(parent.policy, "within", None),
            rubric=getattr(parent.policy, "rubric", ()),
            hides_names=getattr(parent.policy, "blind", False),
            origins=parent.policy.origins,
        )
        return StepRule(path, f"{step}/opinion", f"{parent.title}", STAGES["opinion"], policy)


@cache
def regulations() -> Regulations:
    """The rulebook of this process."""
    return Regulations()


def _place(session: Session) -> str:
    place: str = session.info.get("place") or session.info.setdefault("place", str(session.get_bind().engine.url))
    return place


def _changes(session: Session, round_id: int | None) -> Mapping[str, Any]:
    """What a round changed of its steps' numbers, with reasons; read once a session."""
    if round_id is None:
        return {}
    kept: dict[int, Mapping[str, Any]] = session.info.setdefault("round_changes", {})
    if round_id not in kept:
        kept[round_id] = session.execute(select(ROUNDS.c.changes).where(ROUNDS.c.id == round_id)).scalar() or {}
    return kept[round_id]


def _changed(step: Step, changes: Mapping[str, Any]) -> Step:
    values = {key: change["value"] for key, change in changes.items() if key != "rubric"}
    if not values:
        return step
    kept = {name: getattr(step, name) for name in type(step).model_fields}
    return type(step).model_validate({**kept, **values})


def _policy(programme: Programme, path: Path, step: Step, stage: Stage, changes: Mapping[str, Any]) -> Policy:
    values = step.policy() | _more(programme, path, step, changes)
    known = {key: value for key, value in values.items() if key in stage.policy.model_fields}
    return stage.policy(**known, origins=_origins(programme, path, step, changes))


def _more(programme: Programme, path: Path, step: Step, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a stage needs beyond its step: criteria, rubric, the cycle, naming patterns."""
    has_experts = any(one.stage == "expert_review" for one in path.steps)
    match step.stage:
        case "application":
            # Whoever leaves need not meet what is asked of those who join.
            roles = () if path.gives == "exit" else programme.roles_of(path)
            criteria = {role: programme.people[role].criteria for role in roles}
            return {"criteria": criteria, "expert_judges": has_experts, "from_levels": path.from_, "call": path.call}
        case "tier_review":
            # Nobody judges themselves: a consent of the person is not the tier that judges.
            tiers = [one.name for one in path.steps if one.stage == "tier_review" and set(one.by) != {"person"}]
            return {"judges": step.name in tiers[:1]}
        case "expert_review":
            return {"rubric": changes["rubric"]["value"] if "rubric" in changes else rubric(programme)}
        case "plaque":
            return _naming(programme, path)
        case "membership":
            return {
                "gives": path.gives,
                "limits": {
                    role: most for role in programme.roles_of(path) if (most := _most(programme.people[role].number))
                },
            }
        case _:
            return {}


def rubric(programme: Programme) -> tuple[tuple[str, str, int], ...]:
    """The host's judged criteria as a score sheet of 100 marks in equal shares; one line for all where there is none."""
    judged = [one.judged for one in programme.criteria("host") if one.judged] or ["综合评价"]
    share, rest = divmod(FULL_MARK, len(judged))
    return tuple((f"r{n}", title, share + (n <= rest)) for n, title in enumerate(judged, start=1))


def _most(number: Sequence[Limit]) -> tuple[int, str] | None:
    """The most of a role and what happens beyond; what is only warned of binds nobody."""
    return next(((one.most, one.if_not) for one in number if one.most is not None and one.if_not != "warn"), None)


def _naming(programme: Programme, path: Path) -> dict[str, Any]:
    documents = programme.documents
    numbers = {
        kind: (one.title, one.number)
        for kind in ("announcement", "plaque", "certificate")
        if (one := getattr(documents, kind)) is not None
    }
    return {
        "level": path.to or programme.level, "gives": path.gives, "cycle": programme.cycle_length(),
        "studio_name": documents.studio_name, "base_name": documents.base_name or "", "numbers": numbers,
    }  # fmt: skip


def _origins(programme: Programme, path: Path, step: Step, changes: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    base = f"paths.{path.name}.steps.{step.name}"
    origins: dict[str, Mapping[str, Any]] = {"": origin_of(programme, base).as_row()}
    for key in type(step).model_fields:
        origins[key] = origin_of(programme, f"{base}.{key}").as_row()
    for role in programme.roles_of(path):
        origins[f"number.{role}"] = origin_of(programme, f"people.{role}.number").as_row()
        for n, _ in enumerate(programme.criteria(role)):
            origins[f"{role}.criteria.{n}"] = origin_of(programme, f"people.{role}.criteria.{n}").as_row()
    origins["from"] = origin_of(programme, f"paths.{path.name}.from").as_row()
    origins["limits"] = origin_of(programme, f"paths.{path.name}.limits").as_row()
    for key, change in changes.items():
        origins[key] = {"kind": "decision", "text": "批次设定", "reason": str(change.get("reason", ""))}
    return origins


def _title(programme: Programme, step: Step) -> str:
    if step.stage == "tier_review":
        return f"{'、'.join(who_title(programme, who) for who in step.by)}审核"
    if step.stage == "plaque" and not step.plaque:
        return "登记"
    return programme.word(step.stage, STAGES[step.stage].title)


def who_title(programme: Programme, who: str) -> str:
    """How people call a `who`: a body or a role of the programme, the authority, the office, the person."""
    if who in programme.bodies:
        return programme.bodies[who].title
    if who in programme.people:
        return programme.people[who].title
    named = {
        "authority": programme.deciding_body().title,
        "office": programme.executing_body().title,
        "person": "本人",
        "studio": "工作室",
    }
    return named.get(who, who)


def _duty_rule(programme: Programme, key: str) -> StepRule:
    if key.endswith("/opinion"):
        return StepRule(
            "obligations",
            key,
            programme.obligations[key.removesuffix("/opinion")].title,
            STAGES["opinion"],
            STAGES["opinion"].policy(),
        )
    one = programme.obligations[key]
    origins = {"": origin_of(programme, f"obligations.{key}").as_row()}
    policy = DutyPolicy(
        title=one.title, times=one.times if isinstance(one.times, int) else one.times[0], proof=tuple(one.proof),
        signed_by=tuple(one.signed_by), receipt=one.receipt, soft=one.soft, origins=origins,
        roster=roster_rules(programme) if any(counted.record == "roster" for counted in one.counts) else None,
    )  # fmt: skip
    return StepRule("obligations", key, one.title, STAGES["activities"], policy)


def _setup_rule(one: Obligation) -> SetupRule:
    times = one.times if isinstance(one.times, int) else one.times[0]
    within = one.due.span if one.due.anchor == "announcement" and one.due.side == "after" else None
    return SetupRule(
        one.name, one.title, one.each or "", one.to or "", times, tuple(one.signed_by), tuple(one.blocks), within,
        one.roll or "next_working_day",
    )  # fmt: skip


def version_in_force(session: Session, programme_id: int, on: date) -> int | None:
    """The newest version of a programme in force on a day."""
    return session.execute(
        select(VERSIONS.c.id)
        .where(VERSIONS.c.programme_id == programme_id, or_(VERSIONS.c.in_force_on <= on))
        .order_by(VERSIONS.c.in_force_on.desc(), VERSIONS.c.number.desc())
        .limit(1)
    ).scalar()
