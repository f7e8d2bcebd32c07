"""WHAT IS STORED: the tables, the queries that read them, the migrations and the only commit."""

from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

from models.accounts import (  # noqa: E402  the convention must precede the tables
    ApiToken,
    LoginAttempt,
    LoginSession,
    SavedView,
    User,
)
from models.answers import Decision, Objection, Opinion  # noqa: E402
from models.applications import Application, Attachment, CriterionCheck, Revision  # noqa: E402
from models.assessments import Assessment, Consequence, Mark, Rectification, Result  # noqa: E402
from models.bodies import Body, Casting  # noqa: E402
from models.calendars import CalendarDay, CalendarEdition, Term  # noqa: E402
from models.duties import Attendance, Credit, Duty, Leave, Record, RecordFile, RecordStudio  # noqa: E402
from models.imports import ImportJob  # noqa: E402
from models.messages import Message, Preference, Template  # noqa: E402
from models.money import Entitlement, LedgerEntry  # noqa: E402
from models.papers import Document, File, Series  # noqa: E402
from models.people import Appointment, Credential, Person, Post, Substitution, Tie  # noqa: E402
from models.programmes import Programme, ProgrammeVersion  # noqa: E402
from models.rounds import Listing, ListingEntry, Quota, Round  # noqa: E402
from models.runs import Incident, Lease, Request, StageRun, Transition  # noqa: E402
from models.studios import Cycle, Seat, Studio  # noqa: E402
from models.trials import Trial  # noqa: E402

__all__ = [
    "ApiToken", "Application", "Appointment", "Assessment", "Attachment", "Attendance", "Body", "CalendarDay",
    "CalendarEdition", "Casting", "Consequence", "Credential", "Credit", "CriterionCheck", "Cycle", "Decision",
    "Document", "Duty", "Entitlement", "File", "ImportJob", "Incident", "Lease", "Leave", "LedgerEntry", "Listing", "ListingEntry",
    "LoginAttempt", "LoginSession", "Mark", "Message", "Objection", "Opinion", "Person", "Post", "Preference",
    "Programme", "ProgrammeVersion", "Quota", "Record", "RecordFile", "RecordStudio", "Rectification", "Request",
    "Result", "Revision", "Round", "SavedView", "Seat", "Series", "StageRun", "Studio", "Substitution", "Template", "Term", "Tie",
    "Transition", "Trial", "User",
]  # fmt: skip
