"""Given grades (已有等次): results that a scenario gives come about by ordinary acts as soon as they can."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.engine.errors import Refused
from flows.programme import Programme
from flows.rehearsal import seen
from flows.rehearsal.addresses import Target, find
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.called import name_called
from flows.rehearsal.carrying import act
from flows.rehearsal.clearing import clear, graded_seats, usual_grade, with_seats
from flows.rehearsal.payloads import grade_named

TRIES = 4


@dataclass
class GivenGrades:
    """The grades of one studio that are still to come about: `{assessment@period: grade}`."""

    bureau: Bureau
    studio: str
    left: dict[str, str]

    def come(self) -> None:
        """Judge whatever has opened; called whenever time has passed."""
        if not self.left or not seen.assessing(self.bureau.engine):
            return
        for place, grade in list(self.left.items()):
            try:
                target = find(self.bureau, f"{self.studio}/{place}")
            except UnknownName:
                continue
            if target.run is None or target.run.ended_at is not None:
                continue
            del self.left[place]
            judge(self.bureau, target, {"grade": grade})


# How the periods of an assessment are called, by how often it is held.
PERIODS: Mapping[str, tuple[str, str]] = {
    "cycle": (r"cycle", "cycle"), "programme_year": (r"y\d+", "y1"), "half_year": (r"h\d+", "h1"),
    "semester": (r"\d{4}[秋春]", "2025秋"), "school_year": (r"\d{4}/\d{2}", "2025/26"), "month": (r"\d{4}-\d{2}", "2025-10"),
}  # fmt: skip


def _refuse_wrong_period(bureau: Bureau, place: str) -> None:
    """A grade of a period that an assessment never has would never come about. Raises UnknownName."""
    key, _, period = place.partition("@")
    one = bureau.programme.assessments[key]
    held = bureau.programme.assessments.get(one.with_ or "", one)
    form, example = PERIODS.get(str(held.per), (r".*", ""))
    if period and not re.fullmatch(form, period):
        raise UnknownName(f"grades：{key} 没有“{period}”这一期；期次写成 {key}@{example}")


def places_of(programme: Programme, said: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Grades by `assessment@period`, also where written by title, by period alone (`2025秋`, `y1`) or as `{annual: {y1: …}}`."""
    found: dict[str, Any] = {}
    for place, grade in said.items():
        key, at, period = str(place).partition("@")
        held = _held_each(programme, key) if not at else []
        if isinstance(grade, Mapping) and not at:
            found |= {f"{name_called(programme, key)}@{one}": each for one, each in grade.items()}
        elif len(held) == 1:
            found[f"{held[0]}@{key}"] = grade
        else:
            found[f"{name_called(programme, key)}{at}{period}"] = grade
    return found


def _held_each(programme: Programme, period: str) -> list[str]:
    """The assessments of the studio that have a period of this form."""
    judged = [(name, one) for name, one in programme.assessments.items() if one.of == "studio"]
    return [name for name, one in judged if re.fullmatch(PERIODS.get(str(one.per), ("", ""))[0], period)]


def give_grades(bureau: Bureau, studio: str, said: Mapping[str, Any]) -> None:
    """From now on these grades of a studio come about. Raises UnknownName for an assessment the programme has not."""
    said = places_of(bureau.programme, said)
    for place in said:
        key = str(place).partition("@")[0]
        if key not in bureau.programme.assessments:
            known = "、".join(bureau.programme.assessments)
            raise UnknownName(f"grades：没有叫“{key}”的考核；有：{known}")
        _refuse_wrong_period(bureau, str(place))
    if said:
        bureau.afterwards.append(
            GivenGrades(
                bureau, studio, {str(place): str(grade_named(bureau.programme, grade)) for place, grade in said.items()}
            ).come
        )


def judge(bureau: Bureau, target: Target, said: Mapping[str, Any]) -> None:
    """Judge, confirm and release, everybody at their desk: one `grade` for all, or `results` by name; else only record. Raises Refused."""
    for _ in range(TRIES):
        now = find(bureau, target.address)
        run = now.run
        if run is None or run.ended_at is not None:
            return
        given = said if {"grade", "results"} & set(said) else {**said, **_usual(bureau, run)}
        judging = "propose" if {"grade", "results"} & set(given) else "record"
        _press(bureau, now, {"open": judging, "proposed": "confirm", "confirmed": "release"}[run.state], given)


def _usual(bureau: Bureau, run: Any) -> Mapping[str, Any]:
    grade = usual_grade(bureau, run)
    return {"grade": grade} if grade else {}


def _press(bureau: Bureau, target: Target, event: str, said: Mapping[str, Any]) -> None:
    seats = graded_seats(bureau, target) if event == "propose" and "results" not in said else []
    payload: Mapping[str, Any] = with_seats(bureau, target, said) if event in {"propose", "record"} else {}
    if seats:
        payload = {
            **{key: value for key, value in said.items() if key != "grade"},
            "results": {str(seat): said["grade"] for seat in seats},
        }
    actor = bureau.desk_acting(target.run.desk)
    for _ in range(TRIES):
        try:
            act(bureau, find(bureau, target.address).run, event, actor, payload)
        except Refused as refused:
            if not clear(bureau, target, refused):
                raise
        else:
            return
