"""Saved views (常用视图): the filters of a page kept under a name, for the person who keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from flows.engine.errors import NotFound, Refused
from models import SavedView
from models.columns import table_of
from web.i18n import _

VIEWS = table_of(SavedView)
KEYS: Mapping[str, tuple[str, ...]] = {
    "inbox": ("box", "stage", "round", "school"),
    "dashboard": ("round", "by", "county", "school"),
    "applications": ("round", "step", "state", "school", "q"),
}
MOST, LONGEST_NAME, LONGEST_VALUE = 12, 20, 60


@dataclass(frozen=True)
class SavedOne:
    """A view that was kept: its name, its address, and whether it is the one that is shown."""

    id: int
    name: str
    href: str
    on: bool


@dataclass(frozen=True)
class SavedViews:
    """What a page needs to offer its views: those kept, and the filters as they stand now (empty: nothing to keep)."""

    page: str
    here: str
    kept: tuple[SavedOne, ...]

    @property
    def name(self) -> str:
        """The name of the view that is shown; empty for none of them."""
        return next((one.name for one in self.kept if one.on), "")


def filters_in(page: str, said: Mapping[str, str]) -> str:
    """The filters of a page as an address keeps them: only what the page knows, in its order. Raises NotFound for another page."""
    if page not in KEYS:
        raise NotFound
    return urlencode([(key, said[key][:LONGEST_VALUE]) for key in KEYS[page] if said.get(key)])


def saved_views(session: Session, person_id: int, page: str, said: Mapping[str, str]) -> SavedViews:
    """What a person keeps of a page, by name; one query."""
    here = filters_in(page, said)
    rows = session.execute(
        select(VIEWS.c.id, VIEWS.c.name, VIEWS.c.query)
        .where(VIEWS.c.person_id == person_id, VIEWS.c.page == page)
        .order_by(VIEWS.c.name)
    )
    kept = tuple(SavedOne(row.id, row.name, f"/{page}?{row.query}", row.query == here) for row in rows)
    return SavedViews(page, here, kept)


def keep_view(session: Session, person_id: int, page: str, name: str, query: str, now: datetime) -> str:
    """Keep filters under a name; the same name again is the same view changed. Returns its address. Raises Refused."""
    kept = filters_in(page, dict(parse_qsl(query)))
    if not kept:
        raise Refused("no_filter", _("还没有筛选，没有什么可以保存。请先选好筛选。"))
    if not name or len(name) > LONGEST_NAME:
        raise Refused("no_name", _("请给视图起一个名字，最多 {n} 个字。没有保存。", n=LONGEST_NAME))
    own = (VIEWS.c.person_id == person_id, VIEWS.c.page == page)
    changed = session.execute(update(VIEWS).where(*own, VIEWS.c.name == name).values(query=kept, made_at=now))
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        _refuse_too_many(session, own)
        session.execute(insert(VIEWS).values(person_id=person_id, page=page, name=name, query=kept, made_at=now))
    return f"/{page}?{kept}"


def _refuse_too_many(session: Session, own: Sequence[object]) -> None:
    held = session.execute(select(func.count()).select_from(VIEWS).where(*own)).scalar_one()  # type: ignore[arg-type]
    if held >= MOST:
        raise Refused("too_many", _("最多保存 {n} 个常用视图，请先去掉不用的。没有保存。", n=MOST))


def drop_view(session: Session, person_id: int, view_id: int) -> str:
    """Forget one of one's own views; returns its page. Raises NotFound."""
    own = (VIEWS.c.id == view_id, VIEWS.c.person_id == person_id)
    page: str | None = session.execute(delete(VIEWS).where(*own).returning(VIEWS.c.page)).scalar()
    if page is None:
        raise NotFound
    return page
