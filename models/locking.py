"""Locking (锁): who takes row locks; only what will write does, and only where rows can be locked one by one."""

from sqlmodel import Session


def locks_rows(session: Session) -> bool:
    """Whether to lock rows: on PostgreSQL, in a session that writes. SQLite locks the whole file when a writer begins."""
    bind = session.get_bind()
    return bind.dialect.name == "postgresql" and not bind.get_execution_options().get("reading", False)
