"""Every table (表): importing this declares them all, for they refer to one another."""

from models.accounts import (
    ApiToken,
    LoginAttempt,
    LoginSession,
    SavedView,
    User,
)
from models.answers import Decision, Objection, Opinion
from models.applications import Application, Attachment, CriterionCheck, Revision
from models.assessments import Assessment, Consequence, Mark, Rectification, Result
from models.bodies import Body, Casting
from models.calendars import CalendarDay, CalendarEdition, Term
from models.duties import Attendance, Credit, Duty, Leave, Record, RecordFile, RecordStudio
from models.imports import ImportJob
from models.messages import Message, Preference, Template
from models.money import Entitlement, LedgerEntry
from models.papers import Document, File, Series
from models.people import Appointment, Credential, Person, Post, Substitution, Tie
from models.programmes import Programme, ProgrammeVersion
from models.rounds import Listing, ListingEntry, Quota, Round
from models.runs import Incident, Lease, Request, StageRun, Transition
from models.studios import Cycle, Seat, Studio
from models.trials import Trial

__all__ = [
    "ApiToken", "Application", "Appointment", "Assessment", "Attachment", "Attendance", "Body", "CalendarDay",
    "CalendarEdition", "Casting", "Consequence", "Credential", "Credit", "CriterionCheck", "Cycle", "Decision",
    "Document", "Duty", "Entitlement", "File", "ImportJob", "Incident", "Lease", "Leave", "LedgerEntry", "Listing", "ListingEntry",
    "LoginAttempt", "LoginSession", "Mark", "Message", "Objection", "Opinion", "Person", "Post", "Preference",
    "Programme", "ProgrammeVersion", "Quota", "Record", "RecordFile", "RecordStudio", "Rectification", "Request",
    "Result", "Revision", "Round", "SavedView", "Seat", "Series", "StageRun", "Studio", "Substitution", "Template", "Term", "Tie",
    "Transition", "Trial", "User",
]  # fmt: skip
