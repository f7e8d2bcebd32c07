"""What each act may carry when a program sends it: no more than its page sends, and of the kind its stage reads."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, ValidationError

from flows.engine.errors import Refused
from web.api.bodies import Taken

Text = Annotated[str, Field(max_length=2000)]
Line = Annotated[str, Field(max_length=500)]
Seat = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
Number = StrictInt | StrictFloat


class Act(Taken):
    """An act that says no more than why."""

    reason: Text = ""


class Judging(Act):
    """Criteria that a person judges, by their place."""

    judged: dict[str, Literal["passed", "failed"]] = Field(default={})


class Endorsing(Judging):
    """`rank`: the place on the ranking of whoever recommends."""

    rank: int | None = Field(default=None, ge=1, le=9999)


class Defect(Taken):
    """What is to be corrected, and where."""

    place: Line
    what: Text = Field(min_length=1)


class SendingBack(Act):
    """Everything that is to be corrected, at once."""

    defects: list[Defect] = Field(default=[], max_length=50)


class Setting(Act):
    """A limit, or a later one."""

    due_on: date


class Waiving(Act):
    """The criterion that is waived, by its place."""

    place: Line


class HandingIn(Act):
    """What a duty asks for; papers are files, and these are handed in on the page. An application carries nothing."""

    title: Line = ""
    text: Text = ""
    link: Line = ""
    theme: Line = ""
    place: Line = ""
    kind: Line = ""
    level: Line = ""
    key: StrictBool = False
    listed: StrictBool = False
    parts: list[Line] = Field(default=[], max_length=50)
    minutes: int | None = Field(default=None, ge=1, le=100_000)
    held_on: date | None = None
    ends_on: date | None = None


class Naming(Act):
    """Who does it from now on."""

    person_id: int


class Marked(Taken):
    """What was found of one indicator."""

    value: Line | Number = ""
    comment: Text = ""


class Recording(Act):
    """What was found where there are no grades. `held_on`: the day it was judged."""

    comment: Text = ""
    marks: dict[Line, Number | Line | Marked] = Field(default={})
    held_on: date | None = None


class Proposing(Recording):
    """The grade of a studio, or those of its members by their seats."""

    grade: Line = ""
    results: dict[Seat, Line] = Field(default={})
    reasons: dict[Seat, Text] = Field(default={})
    awards: list[Line] | dict[Seat, list[Line]] = Field(default=[])


class Releasing(Act):
    """`limit_on`: the last day for mending, where the text lets it be set."""

    limit_on: date | None = None


class Reporting(Act):
    """What was done to mend."""

    report: Text
    measures: list[Text] = Field(default=[], max_length=50)


class Reassessing(Act):
    """The grade after mending."""

    grade: Line


class Deciding(Act):
    """One of the choices, or a share in whole percent; `seats`: whom it is about, where members are named."""

    choice: Line = ""
    share: StrictInt | None = None
    seats: list[int] = Field(default=[], max_length=200)


class Choosing(Act):
    """One of the choices that the text offers."""

    choice: Line


class Giving(Act):
    """An answer: marks with comments (a score), a choice (a vote), an opinion (a hearing), or a signature."""

    marks: dict[str, Number] = Field(default={})
    comments: dict[str, Text] = Field(default={})
    comment: Text = ""
    choice: Line = ""
    signed: StrictBool = False


class Paying(Act):
    """By which voucher; `amount_fen` only where the text leaves the amount to the payer."""

    voucher: Line = ""
    amount_fen: StrictInt | None = None


class Allocating(Act):
    """The studio of somebody who is placed; none: there was no place."""

    studio: int | None = None


WITH_REASON = (
    "accept", "announce", "ask_seats", "cancel", "conclude", "confirm", "dismiss", "excuse", "hang", "launch", "leave", "post",
    "refuse", "register", "resubmit", "return", "seat", "stop", "uphold", "withdraw",
)  # fmt: skip
CARRIES: Mapping[str, type[Act]] = {
    **dict.fromkeys(WITH_REASON, Act),
    "allocate": Allocating, "assign": Naming, "choose": Choosing, "decide": Deciding, "decline": Judging, "endorse": Endorsing,
    "extend": Setting, "give": Giving, "judge": Judging, "pay": Paying, "propose": Proposing, "reassess": Reassessing,
    "record": Recording, "release": Releasing, "report": Reporting, "send_back": SendingBack, "set_limit": Setting,
    "submit": HandingIn, "waive": Waiving,
}  # fmt: skip
# A panel and a ranking are those of a list, which is kept; an objection is filed with who files it and what proves it.
ELSEWHERE: Mapping[str, str] = {
    "draw": "请用 POST /api/rounds/{round_id}/draw 起草名单。",
    "rank": "请用 POST /api/rounds/{round_id}/rank 起草名单。",
    "object": "异议请在公示页面提出。",
}


def described() -> str:
    """Which keys the payload of each event may have, in one line each."""
    return "\n".join(f"- `{event}`: {', '.join(CARRIES[event].model_fields)}" for event in sorted(CARRIES))


def carried(event: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The payload of an event as its stage reads it. An event that nobody knows carries nothing: the engine says so.

    Raises Refused for what is done elsewhere; RequestValidationError, with the places, for what the event may not carry.
    """
    if event in ELSEWHERE:
        raise Refused("elsewhere", f"这里不能这样办理。{ELSEWHERE[event]}没有改动任何内容。")
    model: type[BaseModel] = CARRIES.get(event, Act)
    try:
        return model.model_validate(payload).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        wrong = [{**one, "loc": ("body", "payload", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(wrong) from error
