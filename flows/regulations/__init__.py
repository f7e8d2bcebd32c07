"""Regulations (办法): the rulebook the engine asks, made from the programme versions that the database holds."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlmodel import Session

from flows.engine.declare import Stage
from flows.engine.rulebook import Cast, FundRule, Reader, RenewalPath, SetupRule, StepRule
from flows.engine.work import Work
from flows.lifecycle import STAGES
from flows.programme import Programme, from_expanded
from flows.programme.rosters import roster_rules
from flows.regulations.assessing import assessment_rule, attendance_rule
from flows.regulations.duties import duty_rule, owed_rule, setup_rule
from flows.regulations.funding import fund_rule, grant_rule
from flows.regulations.mending import decision_rule, rectification_rule
from flows.regulations.paths import FULL_MARK, path_rule, rubric
from flows.regulations.renewing import renewal_paths
from flows.regulations.words import who_title
from models import Casting, ProgrammeVersion, Round
from models import Programme as ProgrammeRow
from models.columns import table_of
from models.facts import SeatFact
from models.queries.facts import READERS
from models.session import place_of
from models.statements import rows

__all__ = ["FULL_MARK", "Regulations", "programme_under", "regulations", "rubric", "version_in_force", "who_title"]

VERSIONS, PROGRAMMES = table_of(ProgrammeVersion), table_of(ProgrammeRow)
CASTINGS, ROUNDS = table_of(Casting), table_of(Round)
CAST = (
    select(PROGRAMMES.c.id, PROGRAMMES.c.authority_body_id, CASTINGS.c.key, CASTINGS.c.body_id)
    .join(VERSIONS, VERSIONS.c.programme_id == PROGRAMMES.c.id)
    .outerjoin(CASTINGS, (CASTINGS.c.programme_id == PROGRAMMES.c.id) & CASTINGS.c.to_on.is_(None))
    .where(VERSIONS.c.id == bindparam("version"))
    .order_by(CASTINGS.c.from_on)
)
CHANGES = select(ROUNDS.c.changes).where(ROUNDS.c.id == bindparam("round"))


def round_rule(_programme: Programme, step: str) -> StepRule:
    """The round itself; its dates are its row's."""
    return StepRule("round", step, "申报批次", STAGES["round"], STAGES["round"].policy())


# What is not a step of a path has a section of its own: the first half of a rule's address.
SECTIONS: Mapping[str, Callable[[Programme, str], StepRule]] = {
    "round": round_rule,
    "obligations": duty_rule,
    "funds": grant_rule,
    "assessments": assessment_rule,
    "attendance": attendance_rule,
    "rectification": rectification_rule,
    "decisions": decision_rule,
}


class Regulations:
    """Stages, steps and casts by version. Versions are immutable, so a process reads each of them once."""

    def __init__(self) -> None:
        """Begins knowing no version."""
        self._programmes: dict[tuple[str, int], Programme] = {}
        self._rules: dict[tuple[str, int, str, str, int | None], StepRule] = {}
        self._said: dict[tuple[str, int, str, str], Any] = {}

    def programme(self, session: Session, version_id: int) -> Programme:
        """The regulation of a version. Raises NoResultFound."""
        key = (place_of(session), version_id)
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
        kept: dict[tuple[int, str, str, int | None], StepRule] = session.info.setdefault("rules", {})
        asked = (version_id, path, step, round_id)
        if asked not in kept:
            kept[asked] = self._rule(session, *asked)
        return kept[asked]

    def _rule(self, session: Session, version_id: int, path: str, step: str, round_id: int | None) -> StepRule:
        changes = _changes(session, round_id)
        if changes:
            return self._make(self.programme(session, version_id), path, step, changes)
        key = (place_of(session), version_id, path, step, None)
        if key not in self._rules:
            self._rules[key] = self._make(self.programme(session, version_id), path, step, changes)
        return self._rules[key]

    def planned(self, session: Session, version_id: int, path: str, step: str, changes: Mapping[str, Any]) -> StepRule:
        """One step as it would be with these changes of a round.

        Raises KeyError for a step the programme has not, ValueError for a value that the step cannot take.
        """
        return self._make(self.programme(session, version_id), path, step, changes)

    def cast(self, session: Session, version_id: int) -> Cast:
        """Who plays the programme's bodies; read once a session."""
        kept: dict[int, Cast] = session.info.setdefault("casts", {})
        if version_id not in kept:
            kept[version_id] = self._cast(session, version_id)
        return kept[version_id]

    def prefix(self, session: Session, version_id: int) -> str:
        """What numbers of applications begin with where no round says otherwise."""
        return self.programme(session, version_id).prefix

    def ladder(self, session: Session, version_id: int) -> tuple[int, ...]:
        """Days from the due day on which reminders go out."""
        kept: dict[int, tuple[int, ...]] = session.info.setdefault("ladders", {})
        if version_id not in kept:
            kept[version_id] = tuple(self.programme(session, version_id).reminders.ladder)
        return kept[version_id]

    def own_word(self, session: Session, version_id: int, verb: str) -> str:
        """What a text itself calls a verb; empty where it has no word of its own."""
        return self.programme(session, version_id).words.get(verb, "")

    def escalates_from(self, session: Session, version_id: int) -> int:
        """From this rung on the tier above is told too."""
        return self.programme(session, version_id).reminders.escalate

    def roster_faults(
        self, session: Session, version_id: int, seats: Sequence[SeatFact], before: Sequence[SeatFact] | None = None
    ) -> Sequence[str]:
        """What these seats do not keep of the numbers and shares, in words; with `before`, what the change has brought about."""
        rules = roster_rules(self.programme(session, version_id))
        return rules.faults(seats) if before is None else rules.changed(seats, before)

    def exit_path(self, session: Session, version_id: int) -> tuple[str, str] | None:
        """The path by which somebody leaves, and its first step."""
        exits = self.programme(session, version_id).paths_giving("exit")
        return next(((path.name, path.steps[0].name) for path in exits), None)

    def fund(self, session: Session, version_id: int, key: str) -> FundRule:
        """What a fund pays, to whom, and which results it waits for."""
        rule: FundRule = self._once(session, version_id, "fund", key, lambda programme: fund_rule(programme, key))
        return rule

    def renewals(self, session: Session, version_id: int) -> Sequence[RenewalPath]:
        """The paths to a next cycle."""
        paths: Sequence[RenewalPath] = self._once(session, version_id, "renewals", "", renewal_paths)
        return paths

    def version_on(self, session: Session, programme_id: int, on: date) -> int | None:
        """The version of a programme in force on a day."""
        return version_in_force(session, programme_id, on)

    def setup_rules(self, session: Session, version_id: int) -> Sequence[SetupRule]:
        """What is owed before the plaque."""
        return [setup_rule(one) for one in self.programme(session, version_id).setup_obligations()]

    def owed_for(self, session: Session, version_id: int, key: str) -> Sequence[SetupRule]:
        """What is owed for each record of an obligation."""
        owed: Sequence[SetupRule] = self._once(
            session, version_id, "owed", key,
            lambda programme: [owed_rule(one) for one in programme.obligations.values() if one.each == key],
        )  # fmt: skip
        return owed

    def _once(self, session: Session, version_id: int, what: str, key: str, read: Callable[[Programme], Any]) -> Any:
        """What a version says of something, read out of it once a process."""
        asked = (place_of(session), version_id, what, key)
        if asked not in self._said:
            self._said[asked] = read(self.programme(session, version_id))
        return self._said[asked]

    def _cast(self, session: Session, version_id: int) -> Cast:
        found = rows(session, CAST, version=version_id)
        row, bound = found[0], {one.key: one.body_id for one in found if one.key is not None}
        programme = self.programme(session, version_id)
        decides, executes = programme.deciding_body().name, programme.executing_body().name
        bodies = {**bound, decides: row.authority_body_id}
        for name, body in programme.bodies.items():
            if body.of and name not in bodies:
                bodies[name] = bodies.get(body.of, row.authority_body_id)
        levels = {name: body.level for name, body in programme.bodies.items() if body.level and name != decides}
        return Cast(row.id, row.authority_body_id, bodies.get(executes, row.authority_body_id), bodies, levels)

    def _make(self, programme: Programme, path: str, step: str, changes: Mapping[str, Any]) -> StepRule:
        if path in SECTIONS:
            return SECTIONS[path](programme, step)
        return path_rule(programme, path, step, changes)


@cache
def regulations() -> Regulations:
    """The rulebook of this process."""
    return Regulations()


def programme_under(work: Work, version_id: int) -> Programme:
    """The programme of a version, whole: what the engine asks for in parts, an office reads as it is written."""
    return cast(Regulations, work.book).programme(work.session, version_id)


def _changes(session: Session, round_id: int | None) -> Mapping[str, Any]:
    """What a round changed of its steps' numbers, with reasons; read once a session."""
    if round_id is None:
        return {}
    kept: dict[int, Mapping[str, Any]] = session.info.setdefault("round_changes", {})
    if round_id not in kept:
        kept[round_id] = next((row.changes for row in rows(session, CHANGES, round=round_id)), {})
    return kept[round_id]


def version_in_force(session: Session, programme_id: int, on: date) -> int | None:
    """The newest version of a programme in force on a day."""
    return session.execute(
        select(VERSIONS.c.id)
        .where(VERSIONS.c.programme_id == programme_id, VERSIONS.c.in_force_on <= on)
        .order_by(VERSIONS.c.in_force_on.desc(), VERSIONS.c.number.desc())
        .limit(1)
    ).scalar()
