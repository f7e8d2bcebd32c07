"""Accounts: who may log in, and the sessions that are open."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import reference


class User(SQLModel, table=True):
    """A login of one person; the password is stored as an argon2id hash."""

    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = reference("person.id", unique=True)
    login: str = Field(unique=True)
    password_hash: str
    disabled_at: datetime | None = None
    locale: str = ""
    large_type: bool = False
    single_keys: bool = True


class LoginSession(SQLModel, table=True):
    """An open session; only the hash of its token is stored."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    user_id: int = reference("account.id")
    csrf: str
    acting_for_id: int | None = reference("person.id", index=False, default=None)
    opened_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None


class LoginAttempt(SQLModel, table=True):
    """A failed login, counted per login name and per address."""

    id: int | None = Field(default=None, primary_key=True)
    login_hash: str = Field(index=True)
    address_hash: str = Field(index=True)
    at: datetime = Field(index=True)


class ApiToken(SQLModel, table=True):
    """A named key with which a person's own programs use the API; only its hash is stored."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    user_id: int = reference("account.id")
    name: str
    made_at: datetime
    ended_at: datetime | None = None


class SavedView(SQLModel, table=True):
    """A view of a page that a person keeps under a name: the filters as they stand in the address, and nothing else."""

    __table_args__ = (UniqueConstraint("person_id", "page", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = reference("person.id")
    page: str
    name: str
    query: str
    made_at: datetime
