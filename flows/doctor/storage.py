"""Storage: structure, foreign keys, the file itself, the tree of bodies, attachments."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select, text
from sqlmodel import Session

from models import Body, File
from models.columns import table_of
from models.schema import newest, stamped
from models.session import transaction
from models.settings import settings

BODIES, FILES = table_of(Body), table_of(File)
UNCHECKED = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"
INVALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"


def schema_current(session: Session, _now: datetime) -> Iterator[str]:
    """The database stands at the newest migration."""
    at = stamped(_engine(session))
    if at != newest():
        yield f"数据库是 {at or '未经升级的'}，软件需要 {newest()}"


def foreign_keys(session: Session, _now: datetime) -> Iterator[str]:
    """They are enforced, and nothing refers to what is not there."""
    if session.get_bind().dialect.name != "sqlite":
        yield from (f"外键 {name} 没有核对过" for name in session.execute(text(UNCHECKED)).scalars())
        return
    with transaction(_engine(session)) as ordinary:
        if ordinary.execute(text("PRAGMA foreign_keys")).scalar() != 1:
            yield "外键检查没有打开"
    for row in session.execute(text("PRAGMA foreign_key_check")):
        yield f"表 {row[0]} 第 {row[1]} 行指向 {row[2]} 里不存在的记录"


def integrity(session: Session, _now: datetime) -> Iterator[str]:
    """The database's own check."""
    if session.get_bind().dialect.name != "sqlite":
        yield from (f"索引 {name} 无效" for name in session.execute(text(INVALID)).scalars())
        return
    yield from (str(line) for line in session.execute(text("PRAGMA integrity_check")).scalars() if line != "ok")


def tree(session: Session, _now: datetime) -> Iterator[str]:
    """From every body one comes to a top."""
    above: dict[int, int | None] = {
        row.id: row.parent_id for row in session.execute(select(BODIES.c.id, BODIES.c.parent_id))
    }
    sound: set[int | None] = {None}
    for body_id in above:
        way: list[int | None] = []
        at: int | None = body_id
        while at not in sound and at not in way:
            way.append(at)
            at = above.get(at or 0)
        if at in sound:
            sound.update(way)
        else:
            yield f"机构 {body_id} 的上级绕成了圈"


def files(session: Session, _now: datetime) -> Iterator[str]:
    """Every stored file is there, in its size."""
    folder = Path(settings().files)
    for row in session.execute(select(FILES.c.sha256, FILES.c.size)):
        path = folder / row.sha256[:2] / row.sha256
        if not path.is_file() or path.stat().st_size != row.size:
            yield f"文件 {row.sha256[:12]}… 不在，或大小不对"


def _engine(session: Session) -> Engine:
    return session.get_bind().engine
