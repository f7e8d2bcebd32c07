"""The draw of experts (抽取专家): random to everyone beforehand, and the same for everyone who repeats it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from flows.engine.errors import EngineError


@dataclass(frozen=True, slots=True)
class DrawRun:
    """One case to be scored, and the experts who must stay away from it (回避)."""

    id: int
    conflicts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Panel:
    """Who scores a case, and who stands in for them, first called first."""

    members: tuple[int, ...]
    reserves: tuple[int, ...]


class TooFewExperts(EngineError):  # noqa: N818  says what is wrong, as the others do
    """A case cannot have its panel: `needed` places, only `free` experts."""

    def __init__(self, run: int, needed: int, free: int) -> None:
        super().__init__(
            f"第 {run} 号需要 {needed} 名专家，除去回避和已满额的只剩 {free} 名：请增加专家、减少名额或放宽上限"
        )
        self.run, self.needed, self.free = run, needed, free


def draw(
    seed: str, runs: Sequence[DrawRun], experts: Sequence[int], panel: int, reserves: int, limit: int | None
) -> Mapping[int, Panel]:
    """Draw a panel and its reserves for every case; the same seed and lists give the same panels in any order.

    It can be repeated by hand. A lot is the SHA-256, in lower-case hexadecimal, of a UTF-8 text:

    1. Cases are taken by how many experts may score them, fewest first; equal ones by their lot `seed|case`.
    2. For each case in turn the `panel` members are those of its free experts with the fewest places so far,
       equal ones by their lot `seed|case|expert`, smaller first. With a `limit`, an expert who sits on so many panels
       is no longer free.
    3. When all panels sit, the cases are gone through again in the same order and get their `reserves` by the same
       rule; places on panels and as reserve both count, and the limit does not, as a reserve may never be called.

    An expert in conflict is never taken. Raises TooFewExperts for the first case that cannot be served, and
    ValueError for a number that makes no sense or a case given twice.
    """
    _check(runs, panel, reserves, limit)
    free = {run.id: set(experts) - run.conflicts for run in runs}
    order = sorted(free, key=lambda run: (len(free[run]), _lot(seed, run)))
    for run in order:
        _need(run, panel + reserves, free[run])
    places: Counter[int] = Counter()
    members: dict[int, tuple[int, ...]] = {}
    for run in order:
        open_to = {expert for expert in free[run] if limit is None or places[expert] < limit}
        members[run] = _take(run, panel, open_to, places, seed)
    standing_by = {run: _take(run, reserves, free[run].difference(members[run]), places, seed) for run in order}
    return {run: Panel(members[run], standing_by[run]) for run in sorted(order)}


def _take(run: int, number: int, free: Collection[int], places: Counter[int], seed: str) -> tuple[int, ...]:
    _need(run, number, free)
    by_lot = sorted(free, key=lambda expert: (places[expert], _lot(seed, run, expert)))
    taken = tuple(by_lot[:number])
    places.update(taken)
    return taken


def _lot(seed: str, *numbers: int) -> str:
    return sha256("|".join([seed, *map(str, numbers)]).encode()).hexdigest()


def _need(run: int, number: int, free: Collection[int]) -> None:
    if len(free) < number:
        raise TooFewExperts(run, number, len(free))


def _check(runs: Iterable[DrawRun], panel: int, reserves: int, limit: int | None) -> None:
    if panel < 1 or reserves < 0 or (limit is not None and limit < 1):
        raise ValueError("抽取专家：每组至少一名，候补不少于零，每人上限至少一组，请改正数字")
    twice = [run for run, times in Counter(run.id for run in runs).items() if times > 1]
    if twice:
        raise ValueError(f"抽取专家：第 {min(twice)} 号出现了两次，请去掉重复的")
