"""What an application asks for and what it came to (申请事项): a studio, a seat in one, to leave it, another level, a next cycle."""

from flows.engine.work import Work
from web.display import STATES, StateMark, run_mark, state_mark
from web.i18n import _, word

WORDS = {
    "studio": word("申报“{studio}”"), "seat": word("加入“{studio}”，{role}"), "exit": word("退出“{studio}”"),
    "level": word("“{studio}”升级"), "cycle": word("“{studio}”续期"),
}  # fmt: skip
NAMELESS = {
    "studio": word("申报工作室"), "seat": word("申请席位，{role}"), "exit": word("退出工作室"), "level": word("申请升级"), "cycle": word("申请续期"),
}  # fmt: skip
BY_NAMING = {"named": word("指定为“{studio}”{role}"), "unnamed": word("取消“{studio}”{role}")}

# What these acts are called in the record of a request that is none for a studio.
ACTS = {
    "submit": word("提交申请"), "endorse": word("{step}同意"), "decline": word("{step}不同意"), "withdraw": word("撤回申请"),
}  # fmt: skip

OUTCOMES = {
    "hung": "named", "endorsed": "recommended", "declined": "declined", "lapsed": "lapsed", "withdrawn": "withdrawn",
    "rejected": "unselected", "upheld": "upheld", "registered": "named",
}  # fmt: skip
# What a seat or a cycle came to has marks of its own.
SEAT_OUTCOMES = {"seated": "active", "left": "left", "unplaced": "unplaced"}


def asked_for(work: Work, version_id: int, path: str, gives: str, role: str, studio: str) -> str:
    """What an application asks for; `studio` may be empty where none is named yet."""
    people = work.book.programme(work.session, version_id).people  # type: ignore[attr-defined]
    title = people[role].title if role in people else role
    verb, named, _role = path.partition("/")
    if named and verb in BY_NAMING:
        return _(BY_NAMING[verb], studio=studio, role=title)
    return _((WORDS if studio else NAMELESS)[gives], studio=studio, role=title)


def outcome_mark(outcome: str) -> StateMark:
    """The mark of what an application came to: a name, a seat, a next cycle, or nothing."""
    if outcome in SEAT_OUTCOMES:
        return state_mark("membership", SEAT_OUTCOMES[outcome])
    if outcome not in OUTCOMES and outcome in STATES["renewal"]:
        return state_mark("renewal", outcome)
    return (
        run_mark("application", "cancelled")
        if outcome == "cancelled"
        else state_mark("application", OUTCOMES.get(outcome, "withdrawn"))
    )
