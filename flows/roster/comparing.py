"""Compares a roster with itself and with the database: what is wrong between rows, and what each good row would do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from flows.roster import columns
from flows.roster.cells import credential_of, post_kind
from flows.roster.columns import APPLICATIONS, BODIES, EXPERTS, PEOPLE
from flows.roster.rows import Change, Roster, Row, RowPlan, Status, shown
from flows.roster.stored import Stored, read_stored

BODY_FIELDS = {
    "机构名称": "name",
    "类型": "kind",
    "层级": "level",
    "学段": "school_stage",
    "联系电话": "phone",
    "邮箱": "email",
}
PERSON_FIELDS = {"姓名": "name", "性别": "gender", "出生日期": "born_on", "手机": "phone", "邮箱": "email"}
EXPERT_FIELDS = {"单位名称": "works_at", "职称": "rank_title", "擅长学段": "school_stage"}


@dataclass(slots=True)
class Comparison:
    """The good rows by key, the stored side, and what each row would do."""

    stored: Stored
    today: date
    authority_code: str | None
    round_id: int | None
    rows: dict[str, list[Row]]
    confined: bool = False
    reached: frozenset[str] = frozenset()
    good: dict[str, dict[str, Row]] = field(default_factory=dict)
    plans: list[RowPlan] = field(default_factory=list)

    def body_known(self, code: str) -> bool:
        """Whether a body is stored, or comes with a good row."""
        return code in self.stored.bodies or code in self.good[BODIES]

    def body_fields(self, row: Row) -> dict[str, Any]:
        """All columns of a body as they will be; an empty cell keeps what is stored."""
        return _fields(row, BODY_FIELDS, self.stored.bodies.get(row.key))

    def is_elsewhere(self, staff_no: str) -> bool:
        """Whether a person has a post or an office in a body that the importing authority does not reach."""
        person = self.stored.people.get(staff_no) if self.confined else None
        if person is None:
            return False
        held = {post.body_id for post in self.stored.posts.get(person.id, [])} | self.stored.offices.get(
            person.id, set()
        )
        return any(self.stored.code_of[one] not in self.reached for one in held)

    def person_fields(self, row: Row) -> dict[str, Any]:
        """The columns of a person that a row writes; where both sheets name a person, 人员 has the say on the person.

        An expert who is at home elsewhere is engaged as they are: their name, telephone and address are not ours to write.
        """
        known = self.stored.people.get(row.key)
        if row.sheet == EXPERTS and self.is_elsewhere(row.key):
            return {}
        if row.sheet == PEOPLE:
            return _fields(row, PERSON_FIELDS, known)
        own = (
            {}
            if row.key in self.good[PEOPLE]
            else _fields(row, {key: PERSON_FIELDS[key] for key in ("姓名", "手机", "邮箱")}, known)
        )
        return own | _fields(row, EXPERT_FIELDS, known)

    def credentials(self, row: Row) -> list[tuple[str, str, str]]:
        """Kind, name and level of everything the row says was earned."""
        found = [credential_of(title) for title in row.get("称号", ())]
        if row.get("市级以上骨干校长培训") == "是":
            found.append(("training", columns.TRAINING, "city"))
        return list(dict.fromkeys(found))

    def school_of(self, staff_no: str) -> str | None:
        """The code of the body where this person is in post: by the roster, else by the latest stored post."""
        row, person = self.good[PEOPLE].get(staff_no), self.stored.people.get(staff_no)
        if row is not None:
            return str(row.values["单位编码"])
        posts = self.stored.posts.get(person.id, []) if person is not None else []
        latest = max(posts, key=lambda post: (post.from_on or date.min, post.id), default=None)
        return self.stored.code_of[latest.body_id] if latest is not None else None


def compare(
    session: Session, roster: Roster, authority_body_id: int | None, round_id: int | None, today: date
) -> Comparison:
    """What the roster would do to the database as it is now. Writes nothing."""
    rows = {
        sheet: [replace(row, faults=list(row.faults)) for row in roster.rows.get(sheet, ())] for sheet in columns.SHEETS
    }
    numbers = [row.key for sheet in (PEOPLE, EXPERTS, APPLICATIONS) for row in rows[sheet]]
    stored = read_stored(session, numbers, authority_body_id, round_id, today)
    code = stored.code_of[authority_body_id] if authority_body_id is not None else _only_root(stored, rows[BODIES])
    if authority_body_id is None and code in stored.bodies:
        stored = read_stored(session, numbers, stored.bodies[code].id, round_id, today)
    compared = Comparison(stored, today, code, round_id, rows, confined=authority_body_id is not None)
    for sheet in columns.SHEETS:
        _once(rows[sheet])
        compared.good[sheet] = {row.key: row for row in rows[sheet] if not row.faults}
    _check_bodies(compared, confined=compared.confined)
    tree = parents(compared)
    compared.reached = frozenset(one for one in tree if code in (_above(tree, one) or ()))
    _check_people(compared)
    _check_experts(compared)
    _check_applications(compared)
    compared.plans = [_plan(compared, row) for sheet in columns.SHEETS for row in rows[sheet]]
    return compared


def parents(compared: Comparison) -> dict[str, str | None]:
    """The tree as it would stand: each body's parent by code."""
    stored = compared.stored
    tree = {code: stored.code_of.get(body.parent_id) for code, body in stored.bodies.items()}
    for code, row in compared.good[BODIES].items():
        tree[code] = row.get("上级编码", tree.get(code))
    return tree


def _fields(row: Row, names: Mapping[str, str], known: Any) -> dict[str, Any]:
    empty = None if known is None else known
    return {
        field: row.get(name, getattr(empty, field, None if field == "born_on" else "")) for name, field in names.items()
    }


def _only_root(stored: Stored, rows: Iterable[Row]) -> str | None:
    roots = {code for code, body in stored.bodies.items() if body.parent_id is None and body.level != "school"}
    roots |= {
        row.key for row in rows if not row.faults and row.get("上级编码") is None and row.key not in stored.bodies
    }
    return roots.pop() if len(roots) == 1 else None


def _once(rows: list[Row]) -> None:
    first: dict[str, int] = {}
    for row in rows:
        if row.key and first.setdefault(row.key, row.number) != row.number:
            column = columns.KEY_COLUMN[row.sheet]
            row.fault(column, f"与第 {first[row.key]} 行的{column}重复", "请核对两行，只留正确的一行", wrote=row.key)


def _drop(compared: Comparison, row: Row, column: str, why: str, remedy: str) -> None:
    row.fault(column, why, remedy)
    if compared.good[row.sheet].get(row.key) is row:
        del compared.good[row.sheet][row.key]


def _check_bodies(compared: Comparison, *, confined: bool) -> None:
    # A faulty row takes those below it along, so the tree is looked at until nothing more falls out.
    while True:
        tree, before = parents(compared), len(compared.good[BODIES])
        found = [(row, _body_fault(compared, row, tree, confined=confined)) for row in compared.good[BODIES].values()]
        for row, fault in found:
            if fault is not None:
                _drop(compared, row, "上级编码", *fault)
        if len(compared.good[BODIES]) == before:
            break
    for row in compared.rows[BODIES]:
        _unknown_parent(compared, row)


def _unknown_parent(compared: Comparison, row: Row) -> None:
    parent = row.get("上级编码")
    told = any(fault.column == "上级编码" for fault in row.faults)
    if (
        row.faults
        and not told
        and parent
        and parent not in {one.key for one in compared.rows[BODIES]} | set(compared.stored.bodies)
    ):
        row.fault("上级编码", "没有这个上级机构", "请填机构表中已有的机构编码")


def _body_fault(
    compared: Comparison, row: Row, tree: Mapping[str, str | None], *, confined: bool
) -> tuple[str, str] | None:
    parent = row.get("上级编码")
    if parent is not None and not compared.body_known(parent):
        return _missing(compared.rows[BODIES], parent, "上级机构")
    above = _above(tree, row.key)
    if above is None:
        return "上级关系绕成了圈", "请核对上级编码，最高一级留空"
    if confined and not _inside(compared, row.key, above):
        return "不在本单位管辖范围内", "请填本单位或下级机构的编码，或请上级单位导入"
    level, over = row.get("层级"), _level_of(compared, tree.get(row.key))
    if over is not None and columns.RANKS.index(over) < columns.RANKS.index(level):
        return f"上级的层级（{columns.LEVEL_WORDS[over]}）低于本机构", "请核对层级和上级编码"
    return None


def _missing(rows: Iterable[Row], code: str, what: str) -> tuple[str, str]:
    at = next((row.number for row in rows if row.key == code), None)
    if at is None:
        return f"没有这个{what}", "请核对编码，或先在前面的表中补上"
    return f"所指的{what}在第 {at} 行，那一行有错", f"请先改好第 {at} 行"


def _above(tree: Mapping[str, str | None], code: str) -> list[str] | None:
    path = [code]
    while (parent := tree.get(path[-1])) is not None:
        if parent in path:
            return None
        path.append(parent)
    return path


def _inside(compared: Comparison, code: str, above: list[str]) -> bool:
    if compared.authority_code not in above:
        return False
    if code not in compared.stored.bodies:
        return True
    stored = compared.stored
    now = {key: stored.code_of.get(body.parent_id) for key, body in stored.bodies.items()}
    return compared.authority_code in (_above(now, code) or ())


def _level_of(compared: Comparison, code: str | None) -> str | None:
    if code is None:
        return None
    row, body = compared.good[BODIES].get(code), compared.stored.bodies.get(code)
    return row.get("层级") if row is not None else body.level if body is not None else None


def _check_people(compared: Comparison) -> None:
    for row in compared.rows[PEOPLE]:
        code = row.get("单位编码")
        if code is None:
            continue
        if not compared.body_known(code):
            _drop(compared, row, "单位编码", *_missing(compared.rows[BODIES], code, "单位"))
        elif compared.confined and (code not in compared.reached or compared.is_elsewhere(row.key)):
            _drop(compared, row, "单位编码", "此人或此单位不在本单位管辖范围内", "请上级单位导入")


def _check_experts(compared: Comparison) -> None:
    for row in compared.rows[EXPERTS]:
        if compared.authority_code is None:
            _drop(compared, row, "工号", "不知道专家由哪个主管部门聘请", "请先选定导入的主管部门")
        same = compared.good[PEOPLE].get(row.key)
        if same is not None and row.get("姓名") and same.get("姓名") != row.get("姓名"):
            _drop(compared, row, "姓名", f"与人员表第 {same.number} 行同一工号的姓名不同", "请核对工号和姓名")
        if compared.is_elsewhere(row.key) and row.get("姓名") != compared.stored.people[row.key].name:
            _drop(compared, row, "姓名", "与名册里这个工号的姓名不同", "请向本人核对工号和姓名")
        for code in row.get("回避机构编码", ()):
            if not compared.body_known(code):
                _drop(compared, row, "回避机构编码", *_missing(compared.rows[BODIES], code, "机构"))


def _check_applications(compared: Comparison) -> None:
    for row in compared.rows[APPLICATIONS]:
        if row.get("申报人工号") is None or row.key in compared.good[PEOPLE]:
            continue
        if row.key not in compared.stored.people or any(one.key == row.key for one in compared.rows[PEOPLE]):
            at = next((one.number for one in compared.rows[PEOPLE] if one.key == row.key), None)
            why = "名册里没有这个申报人" if at is None else f"申报人在人员表第 {at} 行，那一行有错"
            _drop(
                compared,
                row,
                "申报人工号",
                why,
                "请核对工号，或先在人员表补上" if at is None else f"请先改好人员表第 {at} 行",
            )
        elif compared.school_of(row.key) is None:
            _drop(compared, row, "申报人工号", "申报人没有任职单位", "请先在人员表填写单位和职务")
        elif compared.is_elsewhere(row.key):
            _drop(compared, row, "申报人工号", "申报人不在本单位管辖范围内", "请核对工号")


def _plan(compared: Comparison, row: Row) -> RowPlan:
    if row.faults:
        return RowPlan(row.sheet, row.number, row.key, row.label, "faulty", (), tuple(row.faults))
    looks = {
        BODIES: _body_changes,
        PEOPLE: _person_changes,
        EXPERTS: _expert_changes,
        APPLICATIONS: _application_changes,
    }
    fresh, changes = looks[row.sheet](compared, row)
    status: Status = "new" if fresh else "changed" if changes else "same"
    return RowPlan(row.sheet, row.number, row.key, row.label, status, tuple(changes))


def _body_changes(compared: Comparison, row: Row) -> tuple[bool, list[Change]]:
    known = compared.stored.bodies.get(row.key)
    changes = _differences(known, compared.body_fields(row), BODY_FIELDS)
    was = compared.stored.code_of.get(known.parent_id) if known is not None and known.parent_id else None
    parent = row.get("上级编码", was)
    if parent != was:
        changes.append(Change("上级编码", shown(was), shown(parent)))
    return known is None, changes


def _person_changes(compared: Comparison, row: Row) -> tuple[bool, list[Change]]:
    known = compared.stored.people.get(row.key)
    changes = _differences(known, compared.person_fields(row), PERSON_FIELDS)
    old, same = post_before(compared, row)
    if not same:
        was = (
            f"{compared.stored.code_of[old.body_id]} {old.title} {shown(old.from_on)}".strip()
            if old is not None
            else ""
        )
        now = f"{row.values['单位编码']} {row.values['职务']} {shown(row.get('任现职日期'))}".strip()
        changes.append(Change("职务", was, now))
    for kind, name, level in compared.credentials(row):
        if known is None or (known.id, kind, name, level) not in compared.stored.credentials:
            changes.append(Change("培训" if kind == "training" else "称号", "", name))
    return known is None, changes


def post_before(compared: Comparison, row: Row) -> tuple[Any, bool]:
    """The open post that a row speaks of (the same body first, else the latest), and whether nothing differs."""
    known = compared.stored.people.get(row.key)
    posts = compared.stored.posts.get(known.id, []) if known is not None else []
    code, title = row.values["单位编码"], row.values["职务"]
    ranked = sorted(posts, key=lambda post: (
        compared.stored.code_of[post.body_id] == code, post.title == title, post.from_on or date.min, post.id,
    ))  # fmt: skip
    if not ranked:
        return None, False
    old = ranked[-1]
    since = row.get("任现职日期", old.from_on)
    alike = (compared.stored.code_of[old.body_id], old.title, old.kind, old.from_on)
    return old, alike == (code, title, post_kind(title), since)


def _expert_changes(compared: Comparison, row: Row) -> tuple[bool, list[Change]]:
    known = compared.stored.people.get(row.key)
    changes = _differences(known, compared.person_fields(row), PERSON_FIELDS | EXPERT_FIELDS)
    if known is None or known.id not in compared.stored.experts:
        changes.append(Change("专家", "", "聘为专家"))
    for code in row.get("回避机构编码", ()):
        body = compared.stored.bodies.get(code)
        if known is None or body is None or (known.id, body.id) not in compared.stored.avoided:
            changes.append(Change("回避机构编码", "", code))
    return known is None and row.key not in compared.good[PEOPLE], changes


def _application_changes(compared: Comparison, row: Row) -> tuple[bool, list[Change]]:
    known = compared.stored.people.get(row.key)
    return compared.round_id is not None and (known is None or known.id not in compared.stored.applied), []


def _differences(known: Any, fields: Mapping[str, Any], names: Mapping[str, str]) -> list[Change]:
    found = []
    for column, name in names.items():
        was = getattr(known, name) if known is not None else ""
        if name in fields and (was or "") != (fields[name] or ""):
            found.append(Change(column, _word(name, was), _word(name, fields[name])))
    return found


def _word(name: str, value: Any) -> str:
    words = {"kind": columns.KIND_WORDS, "level": columns.LEVEL_WORDS}.get(name, {})
    return words.get(value, shown(value))
