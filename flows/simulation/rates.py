"""Rates (比率): how the people of a simulation behave; whole numbers in a thousand, drawn from one seed."""

from dataclasses import dataclass
from random import Random

THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Rates:
    """How often people act on time, late or never, and what they decide; each in a thousand.

    `best` and `worst`: how often a grade is the best or the worst of its scale, the others share the rest. `leaver`: of a
    member in a year. `agrees`: of a seat that votes. `appeal` and `objection`: of a result or a posted entry. Silence of a
    reviewer is never `never`.
    """

    on_time: int = 850
    late: int = 120
    returned: int = 50
    best: int = 200
    worst: int = 60
    mended: int = 800
    renews: int = 900
    agrees: int = 800
    leaver: int = 30

    def behaviour(self, chance: Random) -> str:
        """Whether somebody acts `on_time`, `late` or `never`."""
        drawn = chance.randrange(THOUSAND)
        if drawn < self.on_time:
            return "on_time"
        return "late" if drawn < self.on_time + self.late else "never"

    def grade(self, grades: tuple[str, ...], chance: Random) -> str:
        """A grade of a scale that is given best first."""
        drawn = chance.randrange(THOUSAND)
        if drawn < self.worst:
            return grades[-1]
        if drawn < self.worst + self.best or len(grades) <= 2:
            return grades[0]
        return chance.choice(grades[1:-1])

    def happens(self, rate: int, chance: Random) -> bool:
        """Whether something with this rate happens."""
        return chance.randrange(THOUSAND) < rate
