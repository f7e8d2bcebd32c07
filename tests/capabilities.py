"""Capabilities (能力一览): which tests and scenarios exercise each, gathered from their markers; writes `docs/capabilities.md`."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from flows.programme.reading import read_all

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "capabilities.md"
OPENING = """# 能力一览

由测试里的标记写出（`python -m tests.capabilities`），不要手改。每一项能力后面是真正办到它的测试（`@pytest.mark.capability`）和情景（`capabilities:`）。
"""
PARTS: Mapping[str, tuple[int, int]] = {
    "规程和层级": (1, 8), "申报和评审": (9, 25), "人员": (26, 33), "时间和应办事项": (34, 49), "考勤": (50, 51),
    "考核和结果运用": (52, 64), "经费和档案": (65, 73), "补充": (74, 76),
}  # fmt: skip
TITLES: tuple[str, ...] = (
    "规程是分版本的数据，周期开始时用哪一版就一直用哪一版", "每个环节可以必经、可选、没有或禁止；原文未写的跳过并留下记录", "各办法用自己的称呼",
    "学校、乡镇、县、市、省的层级，各级有自己的审核人", "零到六级的审核链，含校内部门", "决定、执行、征询、备案、拨款、监督分属不同单位，也可委托第三方",
    "接收已在运行的工作室及其历史，不经申报", "领导小组等合议机构，有组长、成员和表决", "申报批次：起止、表格、盖章、排序",
    "名额：按批次、县、直属学校、全市、学科和年度目标", "先有下一级工作室，逐级提升", "资格条件：年龄、年限、职务、编制、称号、学科、学段、地点",
    "条件可以满足其一，也可以全部满足", "几年以内、某一级以上的业绩", "任职承诺及其到期日，与周期终点相比", "“原则上”的条件可以由有权的人写明理由放宽",
    "由评审人判断的条件，打分或定是否", "先后次序：主持人确定、目标和条件公布以后成员才能申请", "专家评审、打分、择优；会议与考评分步", "专家之后由党组等机构审定",
    "公示计时、异议、只冻结一人、依次递补", "不公示，直接公布", "发文编号、挂牌、证书、命名", "备案是有期限的记录，不是审批", "双方签署的协议，备案或挂牌以前要有",
    "各角色人数：正好、至少、至多、左右", "不计入人数的角色（顾问、助理、跟岗）", "本校比例，有分子有分母，每次变动重新核对", "必设的分工：助手、档案员、记录员、主讲、分管领导",
    "七种产生成员的办法", "按等次、出勤、动态调整退出，按原程序补选", "主持人和成员按意见链退出；退出失去待遇；每学年调整一次", "周期中失去条件",
    "自挂牌日起的周期、阶段、每年或每学期不同的主题", "周、双周、月、学期、半年、学年、年度、阶段、周期、指定月份", "应办事项：期次、次数、责任单位、凭据、刚性或弹性",
    "次数的范围，下限是要求", "凭据有级别，也可以用获奖代替", "每所成员学校都要轮到", "前后相连的事项：考察、报告、汇报", "一次活动算作几项、几个工作室，或替代别处的任务",
    "指定到人的任务", "在期次开始以前到期", "从某一天起满几个月的事项", "网站和公众号的更新，必办或可选", "活动计划：时间、地点、人员、主题，可导入",
    "平均每周的时间，统计出来", "目标及其进度", "学期和假日的日历，不计的月和周", "按活动登记考勤；缺勤比例、口径、下限和请假；调整出或只提示", "请假在活动开始以前提出，迟了不算",
    "各种考核：学期、半年、年度、中期、过程、终期，对工作室或成员", "各种等次", "指标、办法和各方意见", "先自评或总结，再考核", "成员随工作室一同考核，结果上报",
    "以前的结果是终期的依据", "每种考核、每个等次各有结果", "限期整改，期限由原文或由主管部门定，复核一次定结果", "由主管部门裁量的比例，写明理由", "撤销时一并通报",
    "自动续期、申请续期、只有优秀可以再申报、继续保留或重新组合、不续", "不得参加下一周期，但不撤销", "表彰、奖项、称号、证书、学分、优先", "经费的各种算法",
    "经费等考核结果再拨", "谁拨款、拨给谁", "专账：规定用途、预算、报表、审计导出", "工作室档案和成员成长档案", "向成员学校反馈，等次上报，计划和报告有人审", "期限前后提醒，逐级上报，待办一览",
    "文书模板", "每次例外、理由和所用版本都有记录", "周期结束到结果送达之间：保留身份，次日起算下一周期，无人申请即终止", "每个期限怎样数：首日、日历日或工作日、顺延",
    "保障单位的义务列成清单，记录和统计，不处分",
)  # fmt: skip


def exercised() -> Mapping[int, list[str]]:
    """By capability, the places that exercise it: `tests/unit/test_x.py::test_y`, `scenarios/BH-S1.yaml`."""
    found: dict[int, list[str]] = defaultdict(list)
    for place, numbers in sorted([*_marked_tests(), *_marked_scenarios()]):
        for number in numbers:
            found[number].append(place)
    return found


def _marked_tests() -> Iterator[tuple[str, tuple[int, ...]]]:
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        source = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if "mark.capability" in source else ():
            if isinstance(node, ast.FunctionDef):
                numbers = tuple(number for decorator in node.decorator_list for number in _numbers(decorator))
                if numbers:
                    yield f"{file.relative_to(ROOT).as_posix()}::{node.name}", numbers


def _numbers(decorator: ast.expr) -> tuple[int, ...]:
    if not (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "capability"
    ):
        return ()
    return tuple(one.value for one in decorator.args if isinstance(one, ast.Constant) and isinstance(one.value, int))


def _marked_scenarios() -> Iterator[tuple[str, tuple[int, ...]]]:
    for file in sorted((ROOT / "scenarios").glob("*.yaml")):
        for sheet in read_all(file.read_text(encoding="utf-8"), str(file)):
            numbers = tuple(int(one) for one in (sheet.values or {}).get("capabilities", ()))
            if numbers:
                yield f"scenarios/{file.name}", numbers


def page() -> str:
    """The page as Markdown."""
    found = exercised()
    lines = [OPENING]
    for part, (first, last) in PARTS.items():
        lines += [f"## {part}\n", "| # | 能力 | 由什么证明 |", "|---|---|---|"]
        for number in range(first, last + 1):
            proofs = "<br>".join(_link(place) for place in dict.fromkeys(found.get(number, ())))
            lines.append(f"| {number} | {TITLES[number - 1]} | {proofs} |")
        lines.append("")
    return "\n".join(lines)


def _link(place: str) -> str:
    path, _, name = place.partition("::")
    return f"[{name or Path(path).stem}](../{path})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit("、".join(str(n) for n in range(1, len(TITLES) + 1) if n not in exercised()) or None)
