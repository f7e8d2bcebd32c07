"""The report (模拟报告): what a simulation found, as plain values; shards are merged by adding them up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

MOST_NAMED = 50
HOST, MEMBER, OFFICER = "主持人", "成员", "经办人"


@dataclass
class Report:
    """What happened to so many studios.

    `unsettled`: studios without an outcome though their cycle is over; `running`: those still in their first cycle when the years
    asked for were over; `anew`: studios that may apply in a next round; `work`: acts by role and week; `opened` and `overdue`: duties by month; `mails`: messages by role; `money`: fen by year and
    standing; `collisions`: due days on a free day or in a vacation; `says`: what was said in a refusal, by guard; `unreached`: states nobody came to; `unused`: clauses that no
    case exercised; `broken`: what did not hold.
    """

    programme: str
    title: str
    begins_on: str
    ends_on: str
    studios: int
    days: int = 0
    standings: Counter[str] = field(default_factory=Counter)
    renewed: int = 0
    unsettled: int = 0
    running: int = 0
    anew: int = 0
    work: Counter[tuple[str, str]] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    overdue: Counter[str] = field(default_factory=Counter)
    duties: Counter[tuple[str, str]] = field(default_factory=Counter)
    grades: Counter[tuple[str, str]] = field(default_factory=Counter)
    consequences: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    money: Counter[tuple[str, str]] = field(default_factory=Counter)
    collisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreached: list[str] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    unused: list[str] = field(default_factory=list)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    stuck: Counter[tuple[str, str]] = field(default_factory=Counter)
    says: dict[str, str] = field(default_factory=dict)
    transitions: int = 0
    incidents: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether every studio is settled and nothing broke."""
        return not (self.broken or self.incidents or self.unsettled)

    def peaks(self) -> dict[str, tuple[str, int]]:
        """The busiest week of each role: which, and how many acts."""
        best: dict[str, tuple[str, int]] = {}
        for (week, role), n in sorted(self.work.items()):
            if n > best.get(role, ("", 0))[1]:
                best[role] = (week, n)
        return best

    def mails_each(self) -> dict[str, float]:
        """Messages a person of each role was sent, over the whole time."""
        return {role: round(n / max(self.people[role], 1), 1) for role, n in sorted(self.mails.items())}

    def as_json(self) -> dict[str, Any]:
        """The report with string keys only; pairs are joined by a slash."""
        plain: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Counter):
                plain[one.name] = {
                    "/".join(key) if isinstance(key, tuple) else key: value[key] for key in sorted(value, key=str)
                }
            else:
                plain[one.name] = value
        return plain | {"sound": self.sound, "peaks": self.peaks(), "mails_each": self.mails_each()}


def merged(reports: Iterable[Report]) -> Report:
    """One report of many shards: counts added, findings joined; a state or clause is unreached where no shard came to it."""
    first, *rest = list(reports)
    for one in rest:
        for part in fields(Report):
            mine, theirs = getattr(first, part.name), getattr(one, part.name)
            if part.name == "people":  # each shard has the same officers, and hosts and members of its own
                first.people = mine + theirs
                first.people[OFFICER] = max(mine[OFFICER], theirs[OFFICER])
            elif isinstance(mine, Counter):
                mine.update(theirs)
            elif part.name in {"studios", "renewed", "unsettled", "running", "anew", "transitions", "incidents"}:
                setattr(first, part.name, mine + theirs)
            elif part.name in {"ends_on", "days"}:  # the longest
                setattr(first, part.name, max(mine, theirs))
            elif part.name == "says":  # the first that was heard
                first.says = {**theirs, **mine}
            elif part.name == "broken":
                first.broken = (mine + theirs)[:MOST_NAMED]
    reached = {f"{stage}.{state}" for stage, state in first.reached}
    first.unreached = [one for one in first.unreached if one not in reached]
    first.unused = [one for one in first.unused if one not in first.used]
    return first
