"""Lint of names (名称): whoever or whatever a programme names must stand in the same file."""

from collections.abc import Iterable, Iterator, Mapping

from flows.programme.entries import Consequence
from flows.programme.reading import Place, Sheet
from flows.programme.schema import Programme
from flows.programme.vocabulary import EXITS, WHO_WORDS


def lint_names(programme: Programme, sheet: Sheet) -> None:
    """Blames every name that nothing has."""
    for place, name, kind, known in _uses(programme):
        if name not in known:
            message = (f"{kind}里没有“{name}”", f"no {place[-1]} called `{name}`")
            sheet.blame(place, name, "、".join(sorted(known)) or "（文件里没有）", message)


Use = tuple[Place, str, str, set[str]]


def _uses(programme: Programme) -> Iterator[Use]:
    who = {*programme.bodies, *programme.people, *WHO_WORDS}
    yield from _body_and_role_uses(programme, who)
    yield from _path_uses(programme, who)
    yield from _obligation_uses(programme, who)
    yield from _assessment_uses(programme, who)
    yield from _money_uses(programme, who)
    for path, consequence in programme.consequences():
        yield from _consequence_uses(programme, tuple(path.split(".")), consequence, who)


def _each(place: Place, names: Iterable[str | None], kind: str, known: set[str]) -> Iterator[Use]:
    for name in names:
        if name is not None:
            yield place, name, kind, known


def _body_and_role_uses(programme: Programme, who: set[str]) -> Iterator[Use]:
    roles = set(programme.people)
    for name, body in programme.bodies.items():
        yield from _each(("bodies", name, "of"), (body.of,), "机构", set(programme.bodies) - {name})
    for name, role in programme.people.items():
        yield from _each(("people", name, "within"), (role.within,), "人员", roles - {name})
        yield from _each(("people", name, "chosen_by"), (role.chosen_by,), "机构和人员", who)
    for n, share in enumerate(programme.shares):
        yield from _each(("shares", n, "count"), share.count, "人员", roles)
        yield from _each(("shares", n, "in"), share.in_, "人员", roles)
    for n, benefit in enumerate(programme.benefits):
        yield from _each(("benefits", n, "to"), benefit.to, "人员", roles | {"member"})


def _path_uses(programme: Programme, who: set[str]) -> Iterator[Use]:
    for name, path in programme.paths.items():
        place: Place = ("paths", name)
        yield from _each((*place, "roles"), path.roles, "人员", set(programme.people))
        yield from _needs(programme, place, path.needs)
        steps = {step.name for step in path.steps}
        for step in path.steps:
            here = (*place, "steps", step.name)
            yield from _each((*here, "by"), step.by, "机构和人员", who)
            yield from _each((*here, "go"), step.go, "出口", set(EXITS[step.stage]))
            yield from _each((*here, "go"), step.go.values(), "步骤", {*steps, "next", "end"})


def _needs(programme: Programme, place: Place, needs: Mapping[str, str]) -> Iterator[Use]:
    """Least results: the assessment must exist and award the grade."""
    for assessment, grade in needs.items():
        here = (*place, "needs", assessment)
        yield here, assessment, "考核", set(programme.assessments)
        if assessment in programme.assessments:
            yield here, grade, "等次", set(programme.assessments[assessment].grades)


def _blockable(programme: Programme) -> set[str]:
    steps = {step.name for path in programme.paths.values() for step in path.steps}
    return {*steps, *programme.paths, *programme.assessments, *programme.obligations}


def _obligation_uses(programme: Programme, who: set[str]) -> Iterator[Use]:
    phases = set(programme.cycle.phases)
    units = {*programme.people, "member", "school", *programme.obligations}
    for name, obligation in programme.obligations.items():
        place: Place = ("obligations", name)
        yield from _each((*place, "each"), (obligation.each,), "人员、学校和事项", units - {name})
        yield from _each((*place, "who"), (obligation.who,), "机构和人员", who)
        yield from _each((*place, "to"), (obligation.to,), "机构和人员", who)
        yield from _each((*place, "signed_by"), obligation.signed_by, "人员", {*programme.people, "member"})
        yield from _each((*place, "blocks"), obligation.blocks, "步骤、路径、考核和事项", _blockable(programme))
        for key, only in (("only", obligation.only), ("skip", obligation.skip)):
            yield from _each((*place, key, "phases"), only.phases if only else (), "阶段", phases)
    if programme.rectification:
        place = ("rectification",)
        reassessed_by, set_by = programme.rectification.reassessed_by, programme.rectification.limit.set_by
        yield from _each(
            (*place, "blocks"), programme.rectification.blocks, "步骤、路径、考核和事项", _blockable(programme)
        )
        yield from _each((*place, "reassessed_by"), (reassessed_by,), "机构", who)
        yield from _each((*place, "limit", "set_by"), (set_by,), "机构", who)


def _assessment_uses(programme: Programme, who: set[str]) -> Iterator[Use]:
    others = set(programme.assessments)
    for name, assessment in programme.assessments.items():
        place: Place = ("assessments", name)
        yield from _each((*place, "of"), (assessment.of,), "人员", {*programme.people, "studio", "member"})
        yield from _each((*place, "with"), (assessment.with_,), "考核", others - {name})
        yield from _each((*place, "last_with"), (assessment.last_with,), "考核", others - {name})
        yield from _each((*place, "basis"), assessment.basis, "考核", others - {name})
        yield from _each((*place, "opinions"), assessment.opinions, "机构和人员", who)
        yield from _needs(programme, place, assessment.needs)
        for key, party in (
            ("by", assessment.by), ("confirmed_by", assessment.confirmed_by), ("reported_to", assessment.reported_to)
        ):  # fmt: skip
            yield from _each((*place, key), (party,), "机构和人员", who)


def _money_uses(programme: Programme, who: set[str]) -> Iterator[Use]:
    for name, fund in programme.funds.items():
        yield ("funds", name, "from"), fund.from_, "机构", set(programme.bodies)
        yield ("funds", name, "to"), fund.to, "机构和人员", who
        yield from _each(("funds", name, "per_head"), fund.per_head, "人员", {*programme.people, "member"})
    if programme.ledger:
        yield from _each(("ledger", "kept_by"), (programme.ledger.kept_by,), "机构和人员", who)
        yield from _each(("ledger", "audited_by"), (programme.ledger.audited_by,), "机构和人员", who)
    if programme.records:
        yield from _each(("records", "kept_by"), (programme.records.kept_by,), "机构和人员", who)


def _consequence_uses(programme: Programme, place: Place, consequence: Consequence, who: set[str]) -> Iterator[Use]:
    here = tuple(int(part) if str(part).isdigit() else part for part in place)
    funds = set(programme.funds)
    if consequence.kind in ("reward", "fund") and consequence.value is not None:
        yield here, consequence.value, "经费", funds
    yield from _each(here, (consequence.fund,), "经费", funds)
    yield from _each(here, (consequence.to,), "人员", {*programme.people, "member", "studio", "person"})
    yield from _each(here, (consequence.by,), "机构和人员", who)
