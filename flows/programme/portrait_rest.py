"""What a programme plans, grants, accounts for and counts besides its duties, in plain Chinese (计划、待遇、账目档案、指标)."""

from collections.abc import Iterator, Sequence

from flows.programme.schema import Programme
from flows.programme.sections import Target
from flows.programme.vocabulary import PERIODS_ZH

# A rule in words with its place in the file.
Worded = tuple[str, str]


def planned(programme: Programme) -> Iterator[Worded]:
    """The activities that come with the text, month by month."""
    for n, activity in enumerate(programme.plan):
        place = f"（{activity.place}）" if activity.place else ""
        yield f"plan.{n}", f"{activity.month}月{place}：{'、'.join(activity.items)}"


def granted(programme: Programme) -> Iterator[Worded]:
    """Priorities, points and workload, with whom they are for."""
    for n, benefit in enumerate(programme.benefits):
        whom = f"（{_titles(programme, benefit.to)}）" if benefit.to else ""
        yield f"benefits.{n}", f"{benefit.title}{whom}{'，退出即止' if benefit.ends == 'exit' else ''}"


def accounted(programme: Programme) -> Iterator[Worded]:
    """How money is accounted for, what files are kept, and how things are called on paper."""
    ledger, records, documents = programme.ledger, programme.records, programme.documents
    if ledger:
        earmarked = "专款专用，" if ledger.earmarked else ""
        yield "ledger.earmarked", f"{earmarked}{PERIODS_ZH[ledger.statement]}报告使用情况"
        if ledger.uses:
            yield "ledger.uses", f"开支范围：{'、'.join(ledger.uses)}"
        if ledger.kept_by:
            yield "ledger.kept_by", f"经费由{_titles(programme, (ledger.kept_by,))}管理"
        if ledger.audited_by:
            yield "ledger.audited_by", f"经费由{_titles(programme, (ledger.audited_by,))}检查审计"
    if records:
        for key, whose, parts in (("studio", "工作室", records.studio), ("person", "个人", records.person)):
            yield f"records.{key}", f"{whose}档案：{'、'.join(parts)}"
        if records.kept_by:
            yield "records.kept_by", f"档案由{_titles(programme, (records.kept_by,))}保管"
    yield "documents.studio_name", f"工作室名称：{_spoken(documents.studio_name)}"
    if documents.base_name:
        yield "documents.base_name", f"所在学校授名：{documents.base_name}"
    if documents.certificate:
        yield "documents.certificate", f"证书：{documents.certificate.title}"


def _spoken(pattern: str) -> str:
    for place, word in (("{host}", "（主持人姓名）"), ("{school}", "（学校）"), ("{kind}", "（类别）")):
        pattern = pattern.replace(place, word)
    return pattern


def counted(programme: Programme) -> Iterator[Worded]:
    """The figures that are reported against; nothing follows from them."""
    for n, target in enumerate(programme.targets):
        yield f"targets.{n}", "：".join(part for part in (target.title, _figures(target)) if part)


def _figures(target: Target) -> str:
    bounds = (("至少", target.at_least), ("至多", target.at_most), ("平均", target.average))
    figures = "、".join(f"{word}{figure}" for word, figure in bounds if figure is not None)
    per = PERIODS_ZH.get(target.per or "", "")
    return f"{f'第{target.by_year}年底前' if target.by_year else ''}{per}{figures}" if figures else ""


def _titles(programme: Programme, names: Sequence[str]) -> str:
    titles = {name: body.title for name, body in programme.bodies.items()}
    titles |= {name: role.title for name, role in programme.people.items()}
    return "、".join(titles.get(name, "成员") for name in names)
