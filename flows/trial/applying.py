"""Applying (提交申报): an application is begun with everything that is asked for, by whoever the path lets, and handed in."""

from typing import Any

from flows.engine.apply import apply
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.work import Intent, Work
from flows.office.rounds import begin_application, workplace_of
from flows.programme.steps import Path
from flows.rehearsal.beginning import papers
from flows.trial.applicants import Applicant, studios_of
from flows.trial.bureau import TrialBureau


def apply_for(bureau: TrialBureau, path: Path, one: Applicant) -> int:
    """Begin somebody's application, attach its papers and submit it; returns its id. Raises Refused, also when nobody may file it."""
    profile = bureau.profiles[one.name]
    wishes, studio_id = _wanted(bureau, path, one)
    with bureau.at_work() as work:
        filer = _filer(bureau, work, path, one)
        application_id, run_id = begin_application(
            work, filer, bureau.round_id, person_id=one.person_id, studio_id=studio_id, kind=one.kind, subject=profile.subject,
            school_stage=profile.school_stage, studio_name=f"{bureau.name_of_person(one.person_id)}工作室", answers=wishes,
        )  # fmt: skip
    bureau.attach(application_id, filer.person_id or one.person_id, *papers(bureau, path, one.name))
    with bureau.at_work() as work:
        apply(work, Intent(run_id, "submit"), filer)
    return application_id


def _wanted(bureau: TrialBureau, path: Path, one: Applicant) -> tuple[dict[str, Any], int | None]:
    """Which studio somebody wants to join, or which ones where seats are given centrally; nothing for another path."""
    if path.gives != "seat":
        return {}, None
    studios = [row.id for row in studios_of(bureau, bureau.version_id)]
    if not studios:
        return {}, None
    first = one.person_id % len(studios)
    turned = [*studios[first:], *studios[:first]]
    most = next((step.wishes for step in path.steps if step.stage == "application" and step.wishes), 0)
    return ({"wishes": turned[:most]}, None) if most else ({}, turned[0])


def _filer(bureau: TrialBureau, work: Work, path: Path, one: Applicant) -> Actor:
    """The person, or an officer of the first body that may file for them. Raises Refused when that body has none."""
    by = path.steps[0].by or ("person",)
    if "person" in by or "host" in by:
        return bureau.person_acting(one.person_id)
    cast = work.book.cast(work.session, bureau.version_id)
    above = workplace_of(work, one.person_id)[1]
    bodies = [place.id for who in by for place in above if cast.levels.get(who) == place.level]
    bodies += [cast.bodies[who] for who in by if who in cast.bodies]
    for body in bodies:
        if people := bureau.who_sits_at(f"body:{body}"):
            return bureau.person_acting(people[0])
    named = "、".join(bureau.names.get(f"body:{body}", "") for body in bodies[:1])
    raise Refused("nobody", f"{named}没有经办人，不能为本单位的人申报。")
