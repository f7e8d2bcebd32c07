"""What the API takes and gives in the office: rosters, regulations, accounts and appointments."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from web.api.bodies import Given, Taken

LONGEST = 200_000  # characters of a regulation; the longest sample has a tenth of it
Role = Literal["administrator", "officer", "viewer", "expert", "assessor"]


class RowFaultOut(Given):
    """One fault of a roster: sheet, row as the workbook counts, column, what stands there, why not, what to do."""

    sheet: str
    row: int
    column: str
    wrote: str
    why: str
    remedy: str


class ImportedOut(BaseModel):
    """What an import did, or with `dry_run` would do; rows are counted, and drafts begun in a round."""

    stored: bool
    new: int
    changed: int
    same: int = 0
    faulty: int = 0
    begun: int = 0
    refused: int = 0
    faults: list[RowFaultOut] = []
    notes: list[str] = []


class RegulationIn(Taken):
    """A regulation: a sample by its code, or a text of one's own."""

    code: str = Field(default="", max_length=80)
    text: str = Field(default="", max_length=LONGEST)
    body_id: int | None = None


class AdoptionIn(RegulationIn):
    """A regulation that is to hold from a day on; `before`: the version in `before` of the check, if there was one."""

    since: date
    before: int | None = None


class MistakeOut(BaseModel):
    """One mistake of a text: line from 1, dotted path, what is wrong, what was expected."""

    line: int
    path: str
    says: str
    expected: str


class CheckedOut(BaseModel):
    """What a text is and would become: its number, and the version that it would follow; or its mistakes."""

    code: str = ""
    title: str = ""
    sha256: str = ""
    number: int = 0
    before: int | None = None
    same_number: int | None = None
    mistakes: list[MistakeOut] = []


class AdoptedOut(BaseModel):
    """The version that holds now or from a day on."""

    version_id: int
    code: str
    number: int


class AccountIn(Taken):
    """A login for a person of the roster."""

    staff_no: str = Field(max_length=40)
    login: str = Field(max_length=40)
    password: str = Field(max_length=200)


class PasswordIn(Taken):
    """A new password; empty where an account is closed or opened again."""

    password: str = Field(default="", max_length=200)


class PersonOut(BaseModel):
    """A person of one's own bodies, with the account if there is one."""

    id: int
    name: str
    staff_no: str
    login: str | None
    disabled: bool


class PeoplePageOut(BaseModel):
    """A page of people."""

    page: int
    total: int
    items: list[PersonOut]


class AppointmentIn(Taken):
    """A role of a person in a body, by its code, from a day on and until another if one is given."""

    staff_no: str = Field(max_length=40)
    body: str = Field(max_length=40)
    role: Role
    from_on: date
    to_on: date | None = None


class AppointedOut(BaseModel):
    """The appointment."""

    appointment_id: int
