"""Rosters (成员名单): how many of each role, which roles must be there, and the share of the host's own school; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flows.programme.entries import Limit
from flows.programme.loading import origin_of
from flows.programme.schema import Programme
from flows.programme.sections import Benefit
from models.facts import SeatFact

ABOUT = 1  # 左右 is read as one more or one fewer; it only ever warns


@dataclass(frozen=True, slots=True)
class Number:
    """How many of a role a roster must have, at least and at most; `within` names the role that it is part of.

    `if_not`: refuse, waive (原则上: more only with a signed reason) or warn. `about`: a figure that is only compared (左右).
    """

    role: str
    title: str
    least: int | None
    most: int | None
    within: str
    origin: Mapping[str, Any] = field(default_factory=dict)
    if_not: str = "refuse"
    about: int | None = None

    @property
    def only_warns(self) -> bool:
        """Whether nothing is refused by it."""
        return self.if_not == "warn"

    def short(self, seats: Sequence[SeatFact]) -> str:
        """What these seats lack of it, in words; empty when nothing."""
        n = held(seats, self)
        if self.least is not None and n < self.least:
            return f"{self.title}应有 {self.least} 人，现有 {n} 人"
        if self.about is not None and n < self.about - ABOUT:
            return f"{self.title}应有 {self.about} 人左右，现有 {n} 人"
        return ""

    def beyond(self, seats: Sequence[SeatFact]) -> str:
        """What these seats have more than it allows, in words; empty when nothing. One more that was signed for is allowed."""
        n = held(seats, self)
        if self.most is not None and n > self.most and self.if_not != "waive":
            return f"{self.title}最多 {self.most} 人，现有 {n} 人"
        if self.about is not None and n > self.about + ABOUT:
            return f"{self.title}应有 {self.about} 人左右，现有 {n} 人"
        return ""


@dataclass(frozen=True, slots=True)
class OwnShare:
    """Of the seats of `roles`, at most this share may be own-school ones of `count` (D-PCT: exact, nothing rounded).

    `least`: how many seats of these roles a roster must have; while it is being filled the share is of so many, because
    whoever is still to come may be of another school.
    """

    count: tuple[str, ...]
    roles: tuple[str, ...]
    at_most: Fraction
    origin: Mapping[str, Any] = field(default_factory=dict)
    least: int = 0

    def of(self, seats: Sequence[SeatFact]) -> tuple[int, int]:
        """(own-school ones, all) of these seats, as this share counts them."""
        own = sum(seat.own_school for seat in seats if seat.role in self.count)
        return own, sum(seat.role in self.roles for seat in seats)

    def exceeded(self, seats: Sequence[SeatFact]) -> bool:
        """Whether more are of the host's school than the share allows."""
        own, of_all = self.of(seats)
        return own > self.at_most * of_all

    def filling(self, seats: Sequence[SeatFact]) -> tuple[int, int]:
        """The same of a roster that is being filled."""
        own, of_all = self.of(seats)
        return own, max(of_all, self.least)

    def beyond(self, seats: Sequence[SeatFact], *, growing: bool = False) -> str:
        """By how much these seats exceed it, in words; empty when they do not."""
        own, of_all = self.filling(seats) if growing else self.of(seats)
        return f"本校人员占 {own}/{of_all}，超过 {float(self.at_most):.0%}" if own > self.at_most * of_all else ""


@dataclass(frozen=True, slots=True)
class RosterRules:
    """What a roster must keep when the host confirms it, and at every change after that; `hints` only warn."""

    numbers: tuple[Number, ...] = ()
    shares: tuple[OwnShare, ...] = ()
    hints: tuple[Number, ...] = ()

    def faults(self, seats: Sequence[SeatFact]) -> list[str]:
        """What these seats do not keep of what binds, in words: numbers first, then shares."""
        said = [one.short(seats) for one in self.numbers] + [one.beyond(seats) for one in self.numbers]
        return [text for text in (*said, *(one.beyond(seats) for one in self.shares)) if text]

    def hinted(self, seats: Sequence[SeatFact]) -> list[str]:
        """What these seats do not keep of what only warns, in words."""
        return [text for one in self.hints if (text := one.short(seats) or one.beyond(seats))]

    def changed(self, seats: Sequence[SeatFact], before: Sequence[SeatFact]) -> list[str]:
        """What a change of seats has brought about: faults and hints that were not there before it.

        While a roster grows it is not reproached with being short.
        """
        growing = len(seats) > len(before)
        known = self._noted(before, growing=growing)
        return [text for text in self._noted(seats, growing=growing) if text not in known]

    def _noted(self, seats: Sequence[SeatFact], *, growing: bool) -> list[str]:
        every = (*self.numbers, *self.hints)
        said = [] if growing else [one.short(seats) for one in every]
        said += [one.beyond(seats) for one in every] + [one.beyond(seats, growing=growing) for one in self.shares]
        return [text for text in said if text]


def held(seats: Sequence[SeatFact], number: Number) -> int:
    """How many seats there are of a role; one that is part of another counts by what its holders do."""
    return sum((seat.duty_role if number.within else seat.role) == number.role for seat in seats)


def roster_rules(programme: Programme) -> RosterRules:
    """What the roster of a studio of this programme must keep; what the text only warns of does not refuse."""
    every = [_number(programme, role, limit) for role, one in programme.people.items() for limit in one.number]
    binding = tuple(one for one in every if not one.only_warns)
    shares = tuple(
        OwnShare(
            tuple(one.count), tuple(one.in_), one.at_most, origin_of(programme, f"shares.{n}").as_row(),
            sum(number.least or 0 for number in binding if number.role in one.in_),
        )
        for n, one in enumerate(programme.shares)
    )  # fmt: skip
    return RosterRules(binding, shares, tuple(one for one in every if one.only_warns))


def _number(programme: Programme, role: str, limit: Limit) -> Number:
    one = programme.people[role]
    origin = origin_of(programme, f"people.{role}.number").as_row()
    return Number(role, one.title, limit.least, limit.most, one.within or "", origin, limit.if_not, limit.about)


def benefits_of(programme: Programme, role: str, *, seated: bool) -> tuple[Benefit, ...]:
    """What holders of a role are entitled to: all of it while they have their seat, then only what does not end with it (镇 四9)."""
    mine = [
        one for one in programme.benefits if not one.to or role in one.to or (role != "host" and "member" in one.to)
    ]
    return tuple(one for one in mine if seated or one.ends != "exit")
