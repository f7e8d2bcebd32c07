"""Rosters (成员名单): how many of each role, which roles must be there, and the share of the host's own school; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flows.programme.loading import origin_of
from flows.programme.schema import Programme
from models.facts import SeatFact


@dataclass(frozen=True, slots=True)
class Number:
    """How many of a role a roster must have, at least and at most; `within` names the role that it is part of."""

    role: str
    title: str
    least: int | None
    most: int | None
    within: str
    origin: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnShare:
    """Of the seats of `roles`, at most this share may be own-school ones of `count` (D-PCT: exact, nothing rounded)."""

    count: tuple[str, ...]
    roles: tuple[str, ...]
    at_most: Fraction
    origin: Mapping[str, Any] = field(default_factory=dict)

    def of(self, seats: Sequence[SeatFact]) -> tuple[int, int]:
        """(own-school ones, all) of these seats, as this share counts them."""
        own = sum(seat.own_school for seat in seats if seat.role in self.count)
        return own, sum(seat.role in self.roles for seat in seats)

    def exceeded(self, seats: Sequence[SeatFact]) -> bool:
        """Whether more are of the host's school than the share allows."""
        own, of_all = self.of(seats)
        return own > self.at_most * of_all


@dataclass(frozen=True, slots=True)
class RosterRules:
    """What a roster must keep when the host confirms it, and at every change after that."""

    numbers: tuple[Number, ...] = ()
    shares: tuple[OwnShare, ...] = ()

    def faults(self, seats: Sequence[SeatFact]) -> list[str]:
        """What these seats do not keep, in words: numbers first, then shares."""
        counted = [(one, held(seats, one)) for one in self.numbers]
        said = [f"{one.title}应有 {one.least} 人，现有 {n} 人" for one, n in counted if n < (one.least or 0)]
        said += [
            f"{one.title}最多 {one.most} 人，现有 {n} 人" for one, n in counted if one.most is not None and n > one.most
        ]
        shared = [(one, *one.of(seats)) for one in self.shares if one.exceeded(seats)]
        return said + [f"本校人员占 {own}/{of_all}，超过 {float(one.at_most):.0%}" for one, own, of_all in shared]


def held(seats: Sequence[SeatFact], number: Number) -> int:
    """How many seats there are of a role; one that is part of another counts by what its holders do."""
    return sum((seat.duty_role if number.within else seat.role) == number.role for seat in seats)


def roster_rules(programme: Programme) -> RosterRules:
    """What the roster of a studio of this programme must keep; what the text only warns of does not refuse."""
    numbers = tuple(
        Number(role.name, role.title, limit.least, limit.most, role.within or "", origin_of(programme, f"people.{role.name}.number").as_row())
        for role in programme.people.values()
        for limit in role.number
        if limit.if_not != "warn"
    )  # fmt: skip
    shares = tuple(
        OwnShare(tuple(one.count), tuple(one.in_), one.at_most, origin_of(programme, f"shares.{n}").as_row())
        for n, one in enumerate(programme.shares)
    )
    return RosterRules(numbers, shares)
