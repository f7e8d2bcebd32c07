"""The values an import is made of: rows as read, faults, what would change, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Status = Literal["new", "changed", "same", "faulty"]
WHOLE = "工作簿"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, by sheet, row (from 1, the header being row 1; 0 is the whole sheet) and column."""

    sheet: str
    row: int
    column: str
    wrote: str
    why: str
    remedy: str

    def says(self) -> str:
        """The fault in one sentence, as it stands in the returned workbook."""
        written = f"写的是“{self.wrote}”，" if self.wrote else ""
        return f"{self.column}：{written}{self.why}。{self.remedy}。"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is written or rewritten; `was` is empty for something new."""

    column: str
    was: str
    now: str


@dataclass(slots=True)
class Row:
    """One row as read: its cells turned into values (a faulty cell is absent), and its faults."""

    sheet: str
    number: int
    key: str
    label: str
    values: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def get(self, column: str, otherwise: Any = None) -> Any:
        """The value of a column, or `otherwise` when the cell is empty or faulty."""
        found = self.values.get(column)
        return otherwise if found is None else found

    def fault(self, column: str, why: str, remedy: str, wrote: object = None) -> None:
        """Note a fault of this row; it will not be stored."""
        written = self.values.get(column) if wrote is None else wrote
        self.faults.append(Fault(self.sheet, self.number, column, shown(written), why, remedy))


@dataclass(frozen=True, slots=True)
class Roster:
    """A workbook as read: rows by sheet, faults of whole sheets, and remarks that stand in nobody's way."""

    rows: Mapping[str, tuple[Row, ...]]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What an import would do with one row."""

    sheet: str
    row: int
    key: str
    label: str
    status: Status
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A dry run: every row with what it would do, every fault, and remarks."""

    authority_body_id: int | None
    round_id: int | None
    roster: Roster
    rows: tuple[RowPlan, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    def count(self, status: Status, sheet: str | None = None) -> int:
        """How many rows have this status, in one sheet or in all."""
        return sum(one.status == status and sheet in {None, one.sheet} for one in self.rows)


@dataclass(frozen=True, slots=True)
class AppliedRow:
    """An accepted row of the sheet 申报, for the engine to make an application of."""

    person_id: int
    body_id: int
    school_stage: str
    studio_name: str
    answers: Mapping[str, Any]
    submitted_on: date | None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did: nothing at all where faults stood and the good rows alone were not asked for."""

    stored: bool
    plan: ImportPlan
    new: int = 0
    changed: int = 0
    same: int = 0
    faulty: int = 0
    applied: tuple[AppliedRow, ...] = ()


def shown(value: object) -> str:
    """A cell as people would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple):
        return "、".join(str(one) for one in value)
    return str(value)[:200]
