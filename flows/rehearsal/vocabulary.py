"""The vocabulary page (情景用词): `docs/scenarios.md`, written from the code so that it cannot fall behind it."""

from collections.abc import Iterable, Iterator, Mapping

from flows.engine.decide import IMPLICIT
from flows.engine.declare import On
from flows.lifecycle import STAGES
from flows.programme.vocabulary import BARE, VALUED
from flows.rehearsal.addresses import FORMS
from flows.rehearsal.beginning import ROUND_KEYS
from flows.rehearsal.carrying import RESERVE
from flows.rehearsal.established import STUDIO_KEYS
from flows.rehearsal.expectations import KINDS, ROWS
from flows.rehearsal.looks import DOCUMENT_KINDS
from flows.rehearsal.performing import WITH
from flows.rehearsal.profiles import FACTS
from flows.rehearsal.scenario import CALL, COMPLETE, NAME, UNNAME, WISH
from flows.rehearsal.words import PLAIN_REFUSALS, guards
from notifications.catalogue import notices

PARTS: Mapping[str, str] = {
    "applicant": "申报人", "person": "本人", "host": "主持人", "responsible": "责任人", "reviewer": "审核人", "receiver": "接收人",
    "assessor": "考核人", "confirmer": "确认人", "expert": "专家", "payer": "拨款方", "authority": "主管部门", "office": "经办部门",
    "public": "公众", "clock": "时钟", "engine": "系统",
}  # fmt: skip
OPENING = """# 情景用词

由代码写出（`studioflow rehearse --vocabulary`），不要手改。怎样写一个情景见 [scenarios/README.md](../scenarios/README.md)。

一步要么办理（`by` 谁、`do` 什么、`to` 哪一件、`with` 内容），要么查看（`expect`）；写了 `refused` 的一步必须被拒绝。
到 `on` 那一天之前，到期的事先办（`on` 是日期时为当天 10:00，也可以写 `2025-04-20T23:00`）。
没有写的都按能通过补齐：人员符合条件，材料齐全，单位都在；挡在前面而情景没有提到的事项先办好。
"""


def vocabulary_text() -> str:
    """The page as Markdown."""
    return (
        "\n".join(
            [OPENING, *_given(), *_who(), *_addresses(), *_events(), *_payloads(), *_refusals(), *_expectations()]
        )
        + "\n"
    )


def _given() -> Iterator[str]:
    yield "## 给出什么 `given`\n"
    yield from _table("键", "意思", {
        "round": "申报批次：{year: 2025, path: apply, opens: …, closes: …, quotas: {round: 20, county: 3}}；发布好了",
        "applications": f"申报办到哪一步：{{A: notice, B: plaque.announced, D: {RESERVE}, E: done}}，写步骤名、步骤.状态、{RESERVE}（候补）或 done（办结）",
        "people": "人员事实：{A: {born: 1989-04-01, body: county_a_school1}}，见下表",
        "studio": "一个工作室（名叫 studio，主持人叫 host），见下表",
        "studios": "几个工作室：{S: {…}}；{h: {count: 27}} 是 h1…h27，主持人同名",
        "bodies": "另加的单位：{name: {level: school, under: county_a, title: …}}",
    })  # fmt: skip
    yield f"\n批次的键：{'、'.join(f'`{key}`' for key in ROUND_KEYS)}。\n\n人员事实：\n"
    yield from _table("事实", "意思", FACTS)
    yield "\n工作室：\n"
    yield from _table("键", "意思", STUDIO_KEYS)
    yield "\n`calendar` 写与默认日历不同的：`{2025: {holidays: [2025-05-06], workdays: [2025-05-10], terms: {2025秋: [2025-09-01, 2026-01-20]}}}`。\n"


def _who() -> Iterator[str]:
    yield "## 谁 `by`\n"
    yield from _table("写法", "意思", {
        "办法里机构的名字": "`bureau`、`county`、`panel`……：从所办的那一件看，是哪个单位就是哪个单位",
        "authority、office": "作决定的机构；执行的机构",
        "host、applicant": "所办工作室的主持人；申报人",
        "人的名字": "情景里出现的人；名字第一次出现时就有这个人，条件都符合",
        "experts": "被问到的全部专家（`do: give`）；`expert1`…`expert9` 是其中一位",
        "seats": "被请表决的全部席位（`do: give`，`with: {votes: [agree, against]}`）；办法写了 `heads` 的机构每席一人：`group1`、`group2`……",
        "public": "公众",
        "单位的名字": "省、市的办法：`county_a`、`county_b`，各有 `…_school1`、`…_school2`，另有 `direct_school`；县、乡镇：`school1`、`school2`、`city_bureau`；学校：`department1`、`department2`、`other_school`、`city_bureau`；主管部门总叫 `bureau`",
    })  # fmt: skip
    yield ""


def _addresses() -> Iterator[str]:
    yield "## 哪一件 `to`\n"
    yield from _table("地址", "意思", {f"`{form}`": meaning for form, meaning in FORMS.items()})
    yield "\n`to` 是列表时，是对一份名单的一次办理：有一件被拒绝，就都不办。\n"


OWN_MEANINGS: Mapping[str, str] = {
    WISH: "填报志愿：`{by: A, do: wish, to: A, with: {wishes: [S1, S2]}}`，还没有申请的先开始一份；也可以写在 `submit` 的 `wishes` 里",
    CALL: "提出办法留给临时要求的事项或经费（`per: call`）：`{by: bureau, do: call, to: studio/inspection, with: {due: 2025-12-01}}`，不写期限是三十天",
    NAME: "指定由单位或主持人确定的角色：`{by: school, do: name, to: assistant/M1}`；几个工作室时写 `with: {studio: S}`",
    UNNAME: "收回指定：`{by: school, do: take_back, to: assistant/M1}`",
    "appeal": "申诉已经送达的结果：`{by: host, do: appeal, to: studio/annual@y1, with: {facts: …}}`，成员的写 `studio/members@y1/M1`",
    "spend": "登记一笔支出：`{by: host, do: spend, to: studio, with: {amount: 300元, use: 书籍}}`",
    "note_loss": "认定不再符合条件：`{by: bureau, do: note_loss, to: M1, with: {reason: 调离}}`，主持人写 `host`",
    "order_rectification": "责令整改：`{by: bureau, do: order_rectification, to: studio/annual@y1, with: {reason: …}}`",
    "plan": "计划一次活动，事先要准备的从这时起欠：`{by: host, do: plan, to: studio/study@2025秋#1, with: {held_on: 2025-09-10}}`",
    "ask_leave": "为工作室最近计划的一次活动（或 `with: {held_on: …}` 那一天的活动）请假，按时提出的即获准：`{by: L1, do: ask_leave, to: studio, with: {reason: 培训}}`",
}  # fmt: skip


def _events() -> Iterator[str]:
    yield "## 办理 `do`\n"
    yield f"`{COMPLETE}`：把一件申请由通常的办理办到 `with: {{until: …}}` 那一步，不写就办结；应办事项签好、报送、收下；考核评出、确认、送达（`with: {{grade: …}}` 或 `{{results: {{…}}}}`，不评等次的不写）；整改报告并复核（`grade`）；决定事项作出决定（`choice`）；经费拨付（`amount`）；批次结束。\n"
    yield "情景自己的办理："
    yield from (f"- `{act}`：{means}" for act, means in OWN_MEANINGS.items())
    yield "\n其余都是各阶段的事件：\n"
    for stage in STAGES.values():
        yield f"### {stage.title} `{stage.name}`\n"
        yield "| 事件 | 在什么状态 | 到 | 由谁 | 要写 | 拒绝它的 |\n|---|---|---|---|---|---|"
        yield from (_event_row(on) for on in stage.on)
        yield ""
    yield (
        "每个阶段都有："
        + "；".join(f"`{event}`（{_named(parts)}）" for event, parts in IMPLICIT.items())
        + "。`withdraw` 只用于申请。\n"
    )


def _event_row(on: On) -> str:
    unless = "、".join(f"`{guard.__name__}`" for guard in on.unless)
    needs = "、".join(f"`{key}`" for key in on.needs)
    return f"| `{on.event}`{' *' if on.on_list else ''} | {'、'.join(on.sources)} | {'、'.join(sorted(on.targets))} | {_named(on.parts)} | {needs} | {unless} |"


def _named(parts: tuple[str, ...]) -> str:
    return "、".join(PARTS.get(part, part) for part in parts)


def _payloads() -> Iterator[str]:
    yield "## 内容 `with`\n\n事件“要写”的键之外：\n"
    yield from _table("键", "意思", WITH)
    yield ""


def _refusals() -> Iterator[str]:
    yield "## 拒绝 `refused`\n\n`{because: 理由, clause: 依据里的条款, says: 答复里的话}`，写哪个看哪个。理由是：\n"
    yield from _table("理由", "什么时候", {f"`{name}`": _cell(meaning) for name, meaning in guards().items()})
    yield "\n各处都可能有的：\n"
    yield from _table("理由", "什么时候", {f"`{name}`": meaning for name, meaning in PLAIN_REFUSALS.items()})
    yield ""


def _expectations() -> Iterator[str]:
    yield "## 期望 `expect`\n\n| 种类 | 写法 | 意思 |\n|---|---|---|"
    for name, kind in KINDS.items():
        yield f"| `{name}` | `{kind.form}` | {_cell(kind.means)} |"
    yield f"\n可以数（`count`）、可以没有（`none`）的：{'、'.join(f'`{kind}`' for kind in ROWS)}。`none` 里写别的种类，是说它不成立。"
    yield "\n一行一样的期望也可以写成 `{工作室或人: 内容}`：`{cycle: {studio: {from: 2025-05-08}}}`、`{document: {studio: circular}}`、`{money: {studio/base@cycle: 20000元}}`；`none` 可以是列表。\n"
    yield f"文书 `kind`：{_words(DOCUMENT_KINDS)}。结果运用 `kind`：{_words((*BARE, *VALUED))}。通知 `notice`：\n"
    yield from _table("通知", "意思", {f"`{key}`": one.title for key, one in notices().items()})


def _words(names: Iterable[str]) -> str:
    return "、".join(f"`{name}`" for name in names)


def _table(first: str, second: str, rows: Mapping[str, str]) -> Iterator[str]:
    yield f"| {first} | {second} |\n|---|---|"
    yield from (f"| {key} | {_cell(value)} |" for key, value in rows.items())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
