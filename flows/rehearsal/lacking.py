"""What somebody lacks (缺的): a word that nothing asks for would leave a person who meets everything."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flows.programme import Programme
from flows.programme.entries import Criterion
from flows.rehearsal.beginning import REVIEWERS_SEAL
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.profiles import CREDENTIALS, many
from flows.rehearsal.synonyms import NO
from models import Attachment
from models.columns import table_of

ATTACHMENTS = table_of(Attachment)


def check_lacks(programme: Programme, people: Mapping[str, Mapping[str, Any]]) -> None:
    """What somebody lacks is something that is asked for. Raises UnknownName."""
    steps = [step for path in programme.paths.values() for step in path.steps]
    papers = [REVIEWERS_SEAL, *(paper for step in steps for paper in getattr(step, "attach", ()))]
    papers += [
        f"{getattr(step, 'form', '') or '申报表'}（盖章扫描件）" for step in steps if getattr(step, "seal", False)
    ]
    papers += [
        str(one.document) for role in programme.people for one in _every(programme.criteria(role)) if one.document
    ]
    for name, said in people.items():
        known = [*CREDENTIALS, "commitment", "studio", *papers, *many(said.get("papers", ()))]
        for lack in map(str, many(said.get("lacks", ()))):
            if lack not in known and not any(lack in paper for paper in papers):
                raise UnknownName(f"{name} 的 lacks：没有人要“{lack}”；可以写：{'、'.join(known)}")


def leave_out(bureau: Bureau, application_id: int, said: object) -> None:
    """Take papers out of an application that is about to be handed in. Raises UnknownName for one that is not there."""
    mine = ATTACHMENTS.c.application_id == application_id
    with bureau.at_work() as work:
        slots = [row.slot for row in work.session.execute(ATTACHMENTS.select().where(mine))]
        for lack in map(str, many(said)):
            out = [slot for slot in slots if lack in slot]
            if not out:
                raise UnknownName(f"lacks：没有叫“{lack}”的材料；有：{'、'.join(slots) or '无'}")
            work.session.execute(ATTACHMENTS.delete().where(mine, ATTACHMENTS.c.slot.in_(out)))


def put_seal(bureau: Bureau, application_id: int, person_id: int, said: object) -> None:
    """The reviewer's sealed scan is there, or it is not (`seal: no`)."""
    mine = (ATTACHMENTS.c.application_id == application_id) & (ATTACHMENTS.c.slot == REVIEWERS_SEAL)
    with bureau.at_work() as work:
        there = work.session.execute(ATTACHMENTS.select().where(mine)).first() is not None
    if str(said).lower() in NO:
        leave_out(bureau, application_id, REVIEWERS_SEAL if there else ())
    elif not there:
        bureau.attach(application_id, person_id, REVIEWERS_SEAL)


def _every(criteria: Iterable[Criterion]) -> Iterator[Criterion]:
    """Each criterion, and those of a group."""
    for one in criteria:
        yield one
        yield from _every((*one.any_of, *one.all_of))
