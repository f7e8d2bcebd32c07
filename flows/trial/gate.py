"""The gate (发布关口): what the last trial of a draft says to whoever would launch it, and whether it still holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flows.engine.calendar import local_day
from flows.engine.errors import Refused
from flows.engine.work import Work
from flows.office.changes import rules_of
from flows.office.jobs import forsaken
from flows.office.timeline import Finding, Timeline
from flows.office.timeline_checks import people_findings
from flows.office.timeline_parts import Circumstances, Unmanned
from flows.roster.columns import LEVEL_WORDS
from flows.trial.asking import latest
from flows.trial.likeness import draft_and_roster
from flows.trial.report import Report, from_row
from models import Round
from models.queries.rounds import manning

REVIEWING = ("county", "school")
SEVERITY = {"block": 0, "warn": 1, "pass": 2}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the trial of a round stands: `none`, `asked`, `running`, `forsaken`, `done`, `refused`, `failed`; and what changed since."""

    state: str
    row: Any = None
    report: Report | None = None
    plan_changed: bool = False
    roster_changed: bool = False

    @property
    def live(self) -> bool:
        """Whether somebody works at it."""
        return self.state in {"asked", "running"}

    @property
    def stale(self) -> bool:
        """Whether the draft, the roster or the calendar is no longer what it was run on."""
        return self.plan_changed or self.roster_changed

    @property
    def findings(self) -> Sequence[Finding]:
        """What a launch has to know of it: its findings, or that there is no trial of the draft as it is now."""
        if self.state == "done" and self.report is not None and not self.stale:
            return self.report.findings
        return (_missing(self),)


def standing(work: Work, round_id: int) -> Standing:
    """The last trial of a round, held against the draft and the roster of this moment."""
    row = latest(work.session, round_id)
    if row is None:
        return Standing("none")
    plan, roster = draft_and_roster(work, round_id)
    state = "forsaken" if forsaken(row, work.now) else str(row.state)
    report = from_row(row.result) if state == "done" else None
    return Standing(state, row, report, row.plan != plan, row.roster != roster)


def over_warnings(work: Work, round_id: int, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a launch without the preview page carries: the warnings of the trial, if there was one, which ask for a reason.

    Raises Refused, as the page does, where a county, or every school, that is to review has nobody to act.
    """
    _must_be_manned(work, round_id)
    tried = standing(work, round_id)
    warned = [one.title for one in tried.findings if one.level == "warn"] if tried.state != "none" else []
    return {**payload, "warnings": warned} if warned else dict(payload)


def _must_be_manned(work: Work, round_id: int) -> None:
    row = work.session.get_one(Round, round_id)
    rules = rules_of(work, row.version_id, row.path, row.changes)[1]
    asked = {who for rule in rules if rule.stage.name == "tier_review" for who in rule.by}
    authority_id = work.book.cast(work.session, row.version_id).authority_id
    staffed = manning(work.session, authority_id, [one for one in REVIEWING if one in asked], local_day(work.now))
    known = Circumstances([Unmanned(one.level, LEVEL_WORDS[one.level], one.unmanned, one.of) for one in staffed])
    blocked = tuple(one.title for one in people_findings(known) if one.level == "block")
    if blocked:
        says = f"还不能发布：有 {len(blocked)} 项要先处理。请先在“名册与权限”任命经办人。没有改动任何内容。"
        raise Refused("blocked", says, {}, blocked)


def with_trial(found: Timeline, tried: Standing) -> Timeline:
    """A forecast with what the trial found beside it; of the same matter both have their say, once."""
    by_key = {one.key: one for one in found.findings}
    for one in tried.findings:
        before = by_key.get(one.key)
        if before is None or before.level == "pass":
            by_key[one.key] = one
        else:
            by_key[one.key] = replace(before, says=f"{before.says}{one.says}", origin=one.origin)
    return replace(found, findings=tuple(sorted(by_key.values(), key=lambda one: SEVERITY[one.level])))


def _missing(tried: Standing) -> Finding:
    if tried.live:
        return Finding("warn", "trial/running", "正在演练", "演练完了再发布，才知道会不会卡住。", "看进度", "trial")
    if tried.state == "done":
        what = "和".join(
            name for name, changed in (("草稿", tried.plan_changed), ("名册或日历", tried.roster_changed)) if changed
        )
        says = f"上次演练以后，{what}改过，那时的结果不作数了。"
        return Finding("warn", "trial/stale", f"演练以后{what}改过", says, "重新演练", "trial")
    if tried.state == "none":
        says = "用这份草稿、现在的名册和日历走一遍全程，看会在哪里卡住、谁最忙。不影响真实数据，也不发通知。"
        return Finding("warn", "trial/none", "还没有演练", says, "去演练", "trial")
    return Finding("warn", "trial/none", "演练没有走完", "上一次演练中途停了，没有结果。", "再演练一次", "trial")
