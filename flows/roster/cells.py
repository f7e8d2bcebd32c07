"""One cell at a time: what was written becomes a value, or a reason and a remedy."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flows.engine.calendar import completed_years
from flows.roster import columns
from flows.roster.opening import Cell

FORMULA_MARKS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
NOTHING = {"", "-", "—", "——", "/", "无", "暂无"}
PHONE = re.compile(r"\+?[0-9()（）\- ]{5,24}(转[0-9]{1,6})?")
ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?|([0-9]{4})([0-9]{2})([0-9]{2})")
SEPARATORS = re.compile(r"[、,，;；\s]+")
YOUNGEST, LONGEST = 16, 500


class Wrong(ValueError):  # noqa: N818  it names the cell
    """A cell that cannot be taken: why, and how to mend it."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


Reader = Callable[[str, date], Any]


def plain(cell: Cell | None) -> str:
    """What stands in a cell, as text on one line; whole numbers without a decimal point, dates as 2026-03-02."""
    if cell is None or isinstance(cell, bool):
        return {None: "", True: "是", False: "否"}[cell]
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(" ")
    text = "".join(
        " " if one in "\r\n\t" else one for one in str(cell) if one in "\r\n\t" or one.isprintable() or one == "\u3000"
    )
    return text.strip(" \u3000\xa0")


def read_cell(column: str, text: str, today: date) -> Any:
    """The value of a cell, None when it is empty. Raises Wrong, with the remedy, for one that cannot be taken."""
    if text in NOTHING:
        return None
    reader = READERS.get(column, _words)
    if text.startswith(FORMULA_MARKS) and not (reader is _phone and PHONE.fullmatch(text)):
        raise Wrong("表格里是公式", "请复制后选择性粘贴为数值，或直接填写内容")
    if len(text) > LONGEST and column != "办学理念":
        raise Wrong(f"有 {len(text)} 个字，超过 {LONGEST} 个字", "请缩短后再填")
    return reader(text, today)


def _words(text: str, _today: date) -> str:
    return re.sub(r"\s+", " ", text)


def _code(text: str, _today: date) -> str:
    code = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"[0-9A-Za-z_.\-]{1,64}", code):
        raise Wrong("编码只能用数字、字母和短横线", "请去掉空格和其他字符，并把单元格设为文本格式")
    return code


def _codes(text: str, today: date) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_code(one, today) for one in SEPARATORS.split(text) if one))


def _phone(text: str, _today: date) -> str:
    number = unicodedata.normalize("NFKC", text)
    if not PHONE.fullmatch(number):
        raise Wrong("不像电话号码", "请只写一个号码，如 0476-8330000 或 13900000000")
    return number


def _address(text: str, _today: date) -> str:
    address = unicodedata.normalize("NFKC", text)
    if address.count("@") > 1:
        raise Wrong("一格里写了两个邮箱地址", "请只留一个地址")
    if not ADDRESS.fullmatch(address):
        raise Wrong("不是有效的邮箱地址", "请写成 name@example.cn 的样子")
    return address


def read_day(text: str, _today: date) -> date:
    """A day written as 2026-03-02, 2026/3/2, 2026.3.2, 2026年3月2日 or 20260302. Raises Wrong."""
    found = DAY.fullmatch(unicodedata.normalize("NFKC", text).removesuffix(" 00:00:00"))
    if found is None:
        raise Wrong("不是日期", "请写成 2026-03-02 的样子，或把单元格设为日期格式")
    year, month, day = (int(one) for one in found.groups() if one is not None)
    try:
        return date(year, month, day)
    except ValueError:
        raise Wrong("没有这一天", "请核对年、月、日") from None


def _past_day(text: str, today: date) -> date:
    day = read_day(text, today)
    if day > today:
        raise Wrong(f"晚于今天（{today.isoformat()}）", "请核对日期")
    if day.year < 1900:
        raise Wrong("早于 1900 年", "请核对年份")
    return day


def _born(text: str, today: date) -> date:
    born = read_day(text, today)
    if born > today:
        raise Wrong(f"出生日期晚于今天（{today.isoformat()}）", "请核对出生年份")
    if not YOUNGEST <= completed_years(born, today) <= 100:
        raise Wrong(f"按此日期现在 {completed_years(born, today)} 岁", "请核对出生年份")
    return born


def _choice(words: tuple[str, ...]) -> Reader:
    def read(text: str, _today: date) -> str:
        if text not in words:
            raise Wrong("没有这个选项", f"请从这些词中选一个：{'、'.join(words)}")
        return text

    return read


def _kind(text: str, _today: date) -> str:
    if text not in columns.KINDS:
        raise Wrong("没有这种机构类型", f"请从这些词中选一个：{'、'.join(columns.KINDS)}")
    return columns.KINDS[text]


def _level(text: str, _today: date) -> str:
    word = re.sub(r"[（）()、，,\s]|级$", "", text)
    if word not in columns.LEVELS:
        raise Wrong("没有这个层级", f"请从这些词中选一个：{'、'.join(columns.LEVEL_WORDS.values())}")
    return columns.LEVELS[word]


def _stage(text: str, _today: date) -> str:
    stage = columns.STAGE_ALIASES.get(text, text)
    if stage not in columns.SCHOOL_STAGES:
        raise Wrong("没有这个学段", f"请从这些词中选一个：{'、'.join(columns.SCHOOL_STAGES)}")
    return stage


def _stages(text: str, today: date) -> str:
    return "、".join(dict.fromkeys(_stage(one, today) for one in SEPARATORS.split(text) if one))


def _number(text: str, _today: date) -> int:
    number = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"[0-9]{1,5}", number):
        raise Wrong("不是个数", "请填 0 或正整数")
    return int(number)


def _titles(text: str, _today: date) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in SEPARATORS.split(text) if one))


READERS: dict[str, Reader] = {
    "机构编码": _code, "上级编码": _code, "单位编码": _code, "工号": _code, "申报人工号": _code, "回避机构编码": _codes,
    "类型": _kind, "层级": _level, "学段": _stage, "擅长学段": _stages, "申报学段": _stage,
    "联系电话": _phone, "手机": _phone, "邮箱": _address,
    "性别": _choice(columns.GENDERS), "市级以上骨干校长培训": _choice(columns.YES_OR_NO), "称号": _titles,
    "出生日期": _born, "任现职日期": _past_day, "提交日期": read_day,
    "科研课题数": _number, "发表论文数": _number,
}  # fmt: skip


def post_kind(title: str) -> str:
    """Which kind of post a title is: principal, deputy_principal, class_teacher, teacher, or other."""
    if re.search(r"(?<![副誉])(校长|园长)(?!助理|室|办)", title):
        return "principal"
    if re.search(r"副(校长|园长)", title):
        return "deputy_principal"
    if "班主任" in title:
        return "class_teacher"
    return "teacher" if "教师" in title or "老师" in title else "other"


def credential_of(title: str) -> tuple[str, str, str]:
    """Kind, name and level of a title as rosters write them: 市级名校长 is a title 名校长 of the city."""
    level, name = next(
        ((key, title.removeprefix(word)) for word, key in columns.CREDENTIAL_LEVELS if title.startswith(word)),
        ("", title),
    )
    if not name:
        level, name = "", title
    trained = name.removesuffix("入选")
    return ("training" if trained != name or "培训" in name else "title"), trained or name, level
