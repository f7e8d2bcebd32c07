"""Assessments (考核), their results and marks, rectifications (整改), and what followed from each result (结果运用)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, entries, one_of, partial, reference


class Assessment(SQLModel, table=True):
    """One kind of assessment of one cycle in one period; `released_at`: when its results were delivered to the studio."""

    __table_args__ = (
        UniqueConstraint("cycle_id", "key", "period"),
        CheckConstraint("begins_on <= ends_on", name="in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = reference("studio.id")
    cycle_id: int = reference("cycle.id", index=False)
    key: str
    period: str
    title: str
    begins_on: date
    ends_on: date
    opens_on: date
    due_on: date | None = None
    in_step_with: int | None = reference("assessment.id", default=None)
    assessor: str = ""
    confirmer: str = ""
    comment: str = ""
    released_at: datetime | None = None


class Result(SQLModel, table=True):
    """The grade of the studio (no seat) or of one seat; `after_rectification` stands in its place once it has been mended."""

    __table_args__ = (
        partial("one_result_a_seat", "assessment_id", "seat_id", where="seat_id IS NOT NULL", unique=True),
        partial("one_result_a_studio", "assessment_id", where="seat_id IS NULL", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = reference("assessment.id")
    seat_id: int | None = reference("seat.id", default=None)
    proposed: str = ""
    grade: str = ""
    after_rectification: str = ""
    awards: list[Any] = entries()
    reason: str = ""
    by_person_id: int | None = reference("person.id", index=False, default=None)


class Mark(SQLModel, table=True):
    """What was found under one indicator, with links to its evidence."""

    __table_args__ = (UniqueConstraint("assessment_id", "seat_id", "indicator"),)

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = reference("assessment.id", index=False)
    seat_id: int | None = reference("seat.id", index=False, default=None)
    indicator: str
    value: str = ""
    comment: str = ""
    evidence: list[Any] = entries()
    by_person_id: int | None = reference("person.id", index=False, default=None)


class Rectification(SQLModel, table=True):
    """The time a studio has to mend what an assessment found; it runs from the delivery of the result."""

    __table_args__ = (one_of("verdict", "", "effective", "ineffective"),)

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = reference("assessment.id", unique=True, index=False)
    studio_id: int = reference("studio.id")
    findings: list[Any] = entries()
    limit_on: date
    assessor: str
    blocks: list[Any] = entries()
    measures: list[Any] = entries()
    report: dict[str, Any] = document()
    reported_at: datetime | None = None
    verdict: str = ""
    grade: str = ""


class Consequence(SQLModel, table=True):
    """One thing that followed from one act: what, for whom, and by which clause; each once. `whom`: studio or seat:<id>."""

    __table_args__ = (UniqueConstraint("cause_id", "place", "whom"),)

    id: int | None = Field(default=None, primary_key=True)
    cause_id: int = reference("transition.id", index=False)
    place: str
    whom: str
    studio_id: int = reference("studio.id")
    seat_id: int | None = reference("seat.id", default=None)
    person_id: int | None = reference("person.id", default=None)
    kind: str = Field(index=True)
    value: str = ""
    origin: dict[str, Any] = document()
    at: datetime
