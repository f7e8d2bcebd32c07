"""Paces (办事习惯): how people ordinarily work; assumptions of a trial, shown beside what it found."""

from dataclasses import dataclass, field
from datetime import date

MOST_APPLICATIONS = 150


@dataclass(frozen=True, slots=True)
class Paces:
    """What one person does on a working day, and how applications come in.

    `reviews` and `sheets`: reviews of an officer and score sheets of an expert a day. `begun_after` and `listed_after`: working
    days until somebody begins with what arrived, and until the authority makes a list of it; never beyond the last day there is.
    `returned`: every so-manieth application is sent back once. `over`: applications for every hundred places.
    """

    reviews: int = 8
    sheets: int = 2
    begun_after: int = 2
    listed_after: int = 3
    returned: int = 10
    over: int = 125


ORDINARY = Paces()


@dataclass
class Strength:
    """What people can still do today. `share`: the part of a round that is played; whoever has less to do has less time too."""

    paces: Paces
    share: float
    _left: dict[tuple[int, str], tuple[float, date]] = field(default_factory=dict)

    def has_time(self, person: int, kind: str, today: date) -> bool:
        """Whether somebody has time for one more `review` or `sheet`, which is then spent; anything else takes no time."""
        a_day = {"review": self.paces.reviews, "sheet": self.paces.sheets}.get(kind)
        if a_day is None:
            return True
        most = max(a_day * self.share, 1.0)
        left, since = self._left.get((person, kind), (most, today))
        left = min(left + (today - since).days * a_day * self.share, most)
        enough = left >= 1
        self._left[person, kind] = (left - enough, today)
        return enough
