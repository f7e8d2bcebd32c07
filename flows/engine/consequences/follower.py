"""One thing that follows, as its executor gets it: from which act, about which studio, for whom."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flows.engine.following import Consequence
from flows.engine.rulebook import Cast
from flows.engine.steps import desk_of
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Work
from models.queries.bodies import lineages


@dataclass(frozen=True, slots=True)
class Host:
    """The host as the one concerned, for whom a desk is sought."""

    person_id: int
    host_id: int | None


@dataclass(frozen=True, slots=True)
class Following:
    """A consequence that is happening now. `seat`: the seat it is for, None for the studio; `about`: what the act was about."""

    rule: Consequence
    cause: Happening
    studio: Any
    seat: Any | None = None
    about: str = ""

    @property
    def whom(self) -> str:
        """For whom it is: `studio` or `seat:<id>`."""
        return f"seat:{self.seat.id}" if self.seat is not None else "studio"

    @property
    def person_id(self) -> int:
        """The person it is for: whoever has the seat, else the host."""
        return int(self.seat.person_id if self.seat is not None else self.studio.host_id)

    def cast(self, work: Work) -> Cast:
        """Who plays the programme's bodies for this studio."""
        return work.book.cast(work.session, self.cause.run.version_id)

    def desk(self, work: Work, who: str) -> str:
        """The desk of a body or person of the programme, seen from this studio."""
        above = lineages(work.session, [self.studio.home_body_id])[self.studio.home_body_id]
        return desk_of(who, self.cast(work), Host(self.person_id, self.studio.host_id), above)

    def tell(self, work: Work, desks: Iterable[str], notice: str, **more: Any) -> None:
        """Tell these desks that it happened, each once, with the clause that brought it about."""
        cause, rule = self.cause, self.rule
        said = {"title": self.studio.name, "clause": str(rule.origin.get("text", "")), **more}
        tell(work, [
            Telling(desk, notice, cause.run, cause.version, cause.rule, cause.facts, None, mark=f"{rule.place}/{self.whom}/{notice}",
                    reason=cause.move.reason, more=said)
            for desk in dict.fromkeys(desks)
        ])  # fmt: skip

    def host_desk(self) -> str:
        """The desk of the studio's host."""
        return f"person:{self.studio.host_id}"

    def person_desk(self) -> str:
        """The desk of the person it is for."""
        return f"person:{self.person_id}"

    def about_id(self, kind: str) -> int | None:
        """The id of what the act was about, if it is of that kind."""
        found, _, number = self.about.partition(":")
        return int(number) if found == kind else None


FollowExecutor = Callable[[Work, Following], None]
FollowExecutors = Mapping[str, FollowExecutor]
