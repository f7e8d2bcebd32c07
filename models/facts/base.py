"""What every stage may know, and what is known of a person."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Any

from models.values import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What every stage may know: whose case it is, who plays which part, and whether a list has named it."""

    title: str = ""
    number: str = ""
    round_title: str = ""
    prefix: str = ""
    year: int | None = None
    person_id: int | None = None
    person_name: str = ""
    body_id: int | None = None
    body_name: str = ""
    kind: str = ""
    role: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    fixed_on: date | None = None
    closes_on: date | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class PostFact:
    """A post held: its kind, body, subject, whether established (在编), from when to when."""

    kind: str
    body_id: int
    subject: str
    established: bool
    from_on: date | None
    to_on: date | None


@dataclass(frozen=True, slots=True)
class CredentialFact:
    """Something earned: kind, name, level, date, until when, published or not, key project or not, confirmed or not."""

    kind: str
    name: str
    level: str
    on: date | None
    until: date | None
    published: bool
    key: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as the criteria see one."""

    born_on: date | None = None
    body_id: int | None = None
    school_id: int | None = None
    school_stage: str = ""
    lineage: tuple[int, ...] = ()
    posts: tuple[PostFact, ...] = ()
    credentials: tuple[CredentialFact, ...] = ()
    serves_in: tuple[str, ...] = ()
    studio_levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotaFact:
    """A quota that this case counts against: its scope in words, how many it allows and how many are taken.

    `share` tells apart whose share of the quota it is: one quota `per county` is a share for each county. `warns`: more are
    granted, and told of.
    """

    share: str
    scope: str
    at_most: int
    taken: int
    origin: Mapping[str, Any] = field(default_factory=dict)
    warns: bool = False

    def full(self, besides: int = 0) -> bool:
        """Whether no place is left, with those taken `besides` in the same act; what only warns always has one."""
        return not self.warns and self.taken + besides >= self.at_most
