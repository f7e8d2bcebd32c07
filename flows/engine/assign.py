"""Assignment (统筹调配的求解): who gets a place where, preference after preference; pure, solved exactly, the same each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product


@dataclass(frozen=True, slots=True)
class Seeker:
    """Somebody to be placed. `costs`: by preference, what each place costs them (0: as it should be); `barred`: where they may not go."""

    key: int
    costs: Mapping[str, Mapping[int, int]]
    barred: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Places:
    """Where people can be placed: at most `most` more; `least`: how many more it should have."""

    key: int
    most: int
    least: int = 0


class NotSolvedError(RuntimeError):
    """The solver found no answer; there always is one (nobody is placed), so this is a fault to be seen."""


@dataclass
class _Model:
    """Every pair of a seeker and a place is a variable, 0 or 1; then the shortfall of each place, and the fullest place."""

    seekers: Sequence[Seeker]
    places: Sequence[Places]
    rows: list[Mapping[int, float]] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    @property
    def pairs(self) -> int:
        return len(self.seekers) * len(self.places)

    @property
    def width(self) -> int:
        return self.pairs + len(self.places) + 1

    def at_most(self, values: Mapping[int, float], bound: float) -> None:
        """Add: the sum of these variables, each so many times, is at most this."""
        self.rows.append(values)
        self.upper.append(bound)

    def least(self, objective: Mapping[int, float]) -> Mapping[int, float]:
        """The values of all variables for which the sum is least."""
        import numpy as np  # the solver is large, and few who import this solve anything
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        goal = np.zeros(self.width)
        for column, weight in objective.items():
            goal[column] = weight
        most = [0.0 if self.places[n % len(self.places)].key in self.seekers[n // len(self.places)].barred else 1.0
                for n in range(self.pairs)]  # fmt: skip
        ceiling = np.array(most + [np.inf] * (len(self.places) + 1))
        placed = [(weight, n, column) for n, row in enumerate(self.rows) for column, weight in row.items()]
        weights, lines, columns = zip(*placed, strict=True)
        sums = coo_array((weights, (lines, columns)), shape=(len(self.rows), self.width)).tocsr()
        found = milp(
            goal, integrality=np.ones(self.width), bounds=Bounds(0, ceiling),
            constraints=LinearConstraint(sums, -np.inf, np.array(self.upper)), options={"mip_rel_gap": 0.0},
        )  # fmt: skip
        if found.x is None:
            raise NotSolvedError(str(found.message))
        return {column: round(value) for column, value in enumerate(found.x)}


def assign(seekers: Sequence[Seeker], places: Sequence[Places], prefer: Sequence[str]) -> Mapping[int, int]:
    """Where each seeker is placed; who is not there has no place.

    First as many as possible are placed; then each preference in its order is met as well as all before it allow, summed over
    everybody. `size` keeps every place near its size: none below its least, then none much fuller than another. What is still
    open after that goes by the order of the seekers and of the places.
    """
    if not seekers or not places:
        return {}
    model = _model(seekers, places)
    found: Mapping[int, float] = {}
    for objective in _objectives(model, prefer):
        found = model.least(objective)
        reached = sum(weight * found[column] for column, weight in objective.items())
        model.at_most(objective, reached + 0.5)
    pairs = product(seekers, places)
    return {who.key: where.key for n, (who, where) in enumerate(pairs) if found[n]}


def _model(seekers: Sequence[Seeker], places: Sequence[Places]) -> _Model:
    model, wide = _Model(seekers, places), len(places)
    for n in range(len(seekers)):
        model.at_most({n * wide + p: 1.0 for p in range(wide)}, 1)
    fullest = model.pairs + wide
    for p, place in enumerate(places):
        column = {n * wide + p: 1.0 for n in range(len(seekers))}
        model.at_most(column, place.most)
        model.at_most(dict.fromkeys(column, -1.0) | {model.pairs + p: -1.0}, -place.least)
        model.at_most(column | {fullest: -1.0}, place.most - max(one.most for one in places))
    return model


def _objectives(model: _Model, prefer: Sequence[str]) -> Sequence[Mapping[int, float]]:
    wide, seekers = len(model.places), model.seekers
    goals: list[Mapping[int, float]] = [dict.fromkeys(range(model.pairs), -1.0)]
    for one in prefer:
        if one == "size":
            goals += [{model.pairs + p: 1.0 for p in range(wide)}, {model.pairs + wide: 1.0}]
            continue
        costs = {
            n * wide + p: float(who.costs.get(one, {}).get(place.key, 0))
            for (n, who), (p, place) in product(enumerate(seekers), enumerate(model.places))
        }
        goals.append({column: cost for column, cost in costs.items() if cost})
    order = {n * wide + p: float(n * wide + p) for n in range(len(seekers)) for p in range(wide)}
    return [goal for goal in (*goals, order) if goal]
