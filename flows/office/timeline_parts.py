"""What a forecast is made of (预演的部件): dates, circumstances, stretches of the calendar, findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from flows.engine.calendar import Due, Span

Kind = Literal["work", "notice", "conditional"]
Level = Literal["block", "warn", "pass"]


@dataclass(frozen=True, slots=True)
class Dates:
    """What the authority sets: the first and last day of applications, and days fixed for single steps."""

    opens_on: date
    closes_on: date
    timetable: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmanned:
    """Reviewers of one level among whom some have nobody to act: how many bodies there are, and which lack an officer."""

    level: str
    title: str
    names: tuple[str, ...]
    of: int


@dataclass(frozen=True, slots=True)
class ExpertGroup:
    """Applications expected in one school stage, and the experts who know it."""

    name: str
    applications: int
    experts: int

    def load(self, panel: int) -> float:
        """Sheets an expert; every application goes to `panel` of them. Without an expert, all sheets fall on nobody: infinite."""
        if not self.applications:
            return 0.0
        return self.applications * panel / self.experts if self.experts else float("inf")


@dataclass(frozen=True, slots=True)
class Share:
    """Places of one scope: fewest and most, for one body or for each."""

    scope: str
    name: str
    at_least: int | None
    at_most: int | None
    body_id: int | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the database knows that decides whether a round can run: officers, experts, places, addresses."""

    unmanned: Sequence[Unmanned] = ()
    groups: Sequence[ExpertGroup] = ()
    experts: int = 0
    available: int = 0
    shares: Sequence[Share] = ()
    counties: Sequence[str] = ()
    invited: int = 0
    unaddressed: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """One step on the calendar: first and last day, why the last day is that day, and when reminders go out."""

    key: str
    title: str
    stage: str
    kind: Kind
    starts_on: date
    due: Due
    span: Span | None
    origin: Mapping[str, Any]
    reminders: tuple[date, ...] = ()
    fixed: bool = False

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.due.on

    @property
    def days(self) -> int:
        """Calendar days, both ends counted."""
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `key` names it, `place` says where it is mended (dates, quotas, experts, people, calendar), `origin` by which clause."""

    level: Level
    key: str
    title: str
    says: str = ""
    remedy: str = ""
    place: str = ""
    suggests: date | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The forecast of a round: its steps in order, what was checked, and how long all of it takes."""

    stretches: tuple[Stretch, ...]
    findings: tuple[Finding, ...]
    working_days: int

    @property
    def first_day(self) -> date:
        """The day applications begin."""
        return self.stretches[0].starts_on

    @property
    def last_day(self) -> date:
        """The last day of the last step that is not conditional."""
        return max(one.ends_on for one in self.stretches if one.kind != "conditional")

    @property
    def days(self) -> int:
        """Calendar days from the first to the last, both counted."""
        return (self.last_day - self.first_day).days + 1

    def of(self, level: Level) -> list[Finding]:
        """The findings of one level."""
        return [one for one in self.findings if one.level == level]

    @property
    def launchable(self) -> bool:
        """Whether nothing blocks."""
        return not self.of("block")
