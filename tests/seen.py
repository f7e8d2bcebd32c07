"""What a test sees of its world: runs, states, studios, duties, messages and lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from flows.engine.clock import VirtualClock
from models import Application, CriterionCheck, Duty, Listing, ListingEntry, Message, StageRun, Studio, Transition
from models.columns import table_of
from models.session import transaction

RUNS, MESSAGES, TRANSITIONS = table_of(StageRun), table_of(Message), table_of(Transition)
ENTRIES, STUDIOS, CHECKS, DUTIES = table_of(ListingEntry), table_of(Studio), table_of(CriterionCheck), table_of(Duty)


class Seen:
    """Reading a world by the names that a test has given."""

    engine: Engine
    clock: VirtualClock
    ids: dict[str, int]
    runs: dict[str, int]

    def run_of(self, name: str, held_by: str | None = None) -> Any:
        """The live run of an application (of one branch if `held_by`), or the last one it had."""
        with transaction(self.engine) as session:
            if name == "round":
                return session.execute(select(RUNS).where(RUNS.c.id == self.runs["round"])).one()
            query = select(RUNS).where(
                RUNS.c.subject_kind == "application", RUNS.c.subject_id == self.ids[f"application/{name}"]
            )
            if held_by is not None:
                query = query.where(RUNS.c.held_by.in_((f"body:{self.ids[held_by]}", f"person:{self.ids[held_by]}")))
            rows = session.execute(query.order_by(RUNS.c.id)).all()
        live = [row for row in rows if row.ended_at is None]
        return next(reversed(live or rows), None)

    def unjudged(self, name: str) -> list[str]:
        """The criteria of an application that a tier has still to judge, by place."""
        with transaction(self.engine) as session:
            return list(
                session.execute(
                    select(CHECKS.c.place).where(
                        CHECKS.c.application_id == self.ids[f"application/{name}"],
                        CHECKS.c.result == "judge", CHECKS.c.asks == "tier",
                    )
                ).scalars()
            )  # fmt: skip

    def duties(self, host: str, key: str) -> Sequence[Any]:
        """The runs of one obligation of a host's studio, with what each is about."""
        with transaction(self.engine) as session:
            return session.execute(
                select(RUNS, DUTIES.c.title, DUTIES.c.responsible, DUTIES.c.receiver, DUTIES.c.due_on)
                .join(DUTIES, DUTIES.c.id == RUNS.c.subject_id)
                .where(RUNS.c.subject_kind == "duty", DUTIES.c.studio_id == self.studio(host).id, DUTIES.c.key == key)
                .order_by(RUNS.c.id)
            ).all()

    def run_of_duty(self, duty_id: int) -> Any:
        """The run of a duty."""
        with transaction(self.engine) as session:
            return session.execute(
                select(RUNS).where(RUNS.c.subject_kind == "duty", RUNS.c.subject_id == duty_id)
            ).one()

    def owed(self, host: str, key: str) -> Sequence[Any]:
        """The duties of one obligation of a host's studio in the order of their periods, with the state of each (none: waived)."""
        with transaction(self.engine) as session:
            return session.execute(
                select(DUTIES, RUNS.c.state, RUNS.c.outcome, RUNS.c.due_at, RUNS.c.desk)
                .outerjoin(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
                .where(DUTIES.c.studio_id == self.studio(host).id, DUTIES.c.key == key)
                .order_by(DUTIES.c.begins_on, DUTIES.c.id)
            ).all()

    def signatures(self, duty: Any) -> Mapping[str, Any]:
        """The open signatures of a duty, by the name of who is asked."""
        names = {f"person:{value}": key for key, value in self.ids.items() if not key.startswith("application/")}
        with transaction(self.engine) as session:
            rows = session.execute(select(RUNS).where(RUNS.c.parent_id == duty.id, RUNS.c.ended_at.is_(None))).all()
        return {names[row.held_by]: row for row in rows}

    def asked(self, name: str) -> Sequence[Any]:
        """The open questions to experts about an application."""
        with transaction(self.engine) as session:
            return session.execute(
                select(
                    RUNS.c.id,
                    RUNS.c.version,
                    RUNS.c.held_by,
                    RUNS.c.version_id,
                    RUNS.c.path,
                    RUNS.c.step,
                    RUNS.c.round_id,
                )
                .where(
                    RUNS.c.application_id == self.ids[f"application/{name}"],
                    RUNS.c.stage == "opinion",
                    RUNS.c.ended_at.is_(None),
                )
                .order_by(RUNS.c.id)
            ).all()

    def state(self, name: str) -> str:
        run = self.run_of(name)
        return f"{run.step}.{run.state}"

    def outcome(self, name: str) -> str | None:
        with transaction(self.engine) as session:
            row = session.get(Application, self.ids[f"application/{name}"])
            return row.outcome if row else None

    def studio(self, name: str) -> Studio:
        with transaction(self.engine) as session:
            found: Studio = session.execute(select(Studio).where(STUDIOS.c.host_id == self.ids[name])).scalar_one()
            return found

    def mail(self, notice: str, to: str | None = None) -> Sequence[Any]:
        with transaction(self.engine) as session:
            query = select(MESSAGES).where(MESSAGES.c.notice == notice)
            if to is not None:
                query = query.where(MESSAGES.c.person_id == self.ids.get(f"{to}_officer", self.ids.get(to)))
            return session.execute(query.order_by(MESSAGES.c.id)).all()

    def history(self, name: str) -> list[str]:
        with transaction(self.engine) as session:
            rows = session.execute(
                select(RUNS.c.step, TRANSITIONS.c.event)
                .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
                .where(RUNS.c.subject_kind == "application", RUNS.c.subject_id == self.ids[f"application/{name}"])
                .order_by(TRANSITIONS.c.id)
            )
            return [f"{row.step}.{row.event}" for row in rows]

    def entries(self, listing_id: int) -> Sequence[Any]:
        with transaction(self.engine) as session:
            return session.execute(
                select(ENTRIES).where(ENTRIES.c.listing_id == listing_id).order_by(ENTRIES.c.position)
            ).all()

    def listing(self, listing_id: int) -> Listing | None:
        with transaction(self.engine) as session:
            return session.get(Listing, listing_id)

    def moment(self) -> datetime:
        return self.clock.now()
