"""The checks by name, and running them."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, update
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from flows.doctor import cases, decided, histories, storage
from models import StageRun
from models.columns import table_of
from models.session import reading, transaction

RUNS = table_of(StageRun)
Find = Callable[[Session, datetime], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold: its name, the sentence that says it, what to do, and how to find where it does not hold."""

    name: str
    title: str
    remedy: str
    find: Find


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `broken` is empty where it holds everywhere."""

    name: str
    title: str
    remedy: str
    broken: tuple[str, ...]


_RESTORE = "有人绕过系统改过数据，或数据库受损：请停止使用，从备份恢复后核对这几件"
_CLOCK = "请看时钟进程是否在运行（studioflow serve）；仍不办的，运行 studioflow doctor --fix"

CHECKS: tuple[Check, ...] = (
    Check("schema_current", "数据库结构是最新的", "请重新启动一次，启动时自动升级", storage.schema_current),
    Check("foreign_keys", "外键有效，没有指向空处的记录", _RESTORE, storage.foreign_keys),
    Check("integrity", "数据库文件完好", _RESTORE, storage.integrity),
    Check("tree", "机构的上下级没有绕成圈", "请在机构管理中改正上级机构", storage.tree),
    Check("files", "附件的文件都在", "请从备份中找回这些文件，放回文件目录", storage.files),
    Check("versions", "每件事项的版本等于它的办理记录条数", _RESTORE, histories.versions),
    Check("gaps", "办理记录的序号没有缺漏", _RESTORE, histories.gaps),
    Check("chain", "办理记录的指纹一条接一条，没有被改过", _RESTORE, histories.chained),
    Check("folded", "按办理记录推出的状态就是现在的状态", _RESTORE, histories.folded),
    Check(
        "known_states",
        "每件事项的环节和状态都是办法里有的",
        "软件版本与数据不配套，请升级到写入这些数据的版本",
        cases.known_states,
    ),
    Check(
        "live_run", "在办的申报都有在办的环节，办结的都没有", "请把编号告诉技术支持，由其查看办理记录", cases.live_runs
    ),
    Check("outcomes", "办结的事项有结果，也不再占用谁的待办", _RESTORE, cases.outcomes),
    Check(
        "desks", "等时钟的不在任何人的待办里，等人的一定在某个待办里", "请由主管部门在事项页面改派经办人", cases.desks
    ),
    Check("waking", "到期要由时钟办理的都排上了时刻", _CLOCK, cases.waking),
    Check("stuck", "没有过了时刻一小时还没办的", _CLOCK, cases.stuck),
    Check("subjects", "每件事项办的东西都在", _RESTORE, cases.subjects),
    Check("incidents", "没有等人处理的异常", "请在运行页面打开异常，查明原因后重试或作罢", cases.incidents),
    Check("quotas", "没有超出名额", "请主管部门核对名单，或以书面决定调整名额", decided.quotas),
    Check("entries", "定下的名单都办完了，每一行都有结果", _CLOCK, decided.entries),
    Check("snapshots", "定下的名单与当时的指纹一致", _RESTORE, decided.snapshots),
    Check("frozen", "批次用过的办法版本没有被改过", _RESTORE, decided.frozen),
    Check("messages", "没有卡住的通知", "请查看邮件服务器设置，然后运行 studioflow dispatch", decided.messages),
)


def examine(engine: Engine, now: datetime, but: Collection[str] = ()) -> list[Finding]:
    """Run every check, in order, `but` those named; reads only."""
    found = []
    for check in (one for one in CHECKS if one.name not in but):
        try:
            with reading(engine) as session:
                broken = tuple(check.find(session, now))
        except DatabaseError as error:  # a damaged file: what can still be read is checked
            broken = (f"数据库读不出来：{error.orig}",)
        found.append(Finding(check.name, check.title, check.remedy, broken))
    return found


def mend(engine: Engine, now: datetime) -> list[str]:
    """Mend what can be mended without a decision: wake what nobody would wake; says in words what was done."""
    with transaction(engine) as session:
        asleep = [run_id for run_id, _ in cases.asleep(session)]
        if asleep:
            session.execute(update(RUNS).where(RUNS.c.id.in_(asleep)).values(wake_at=now, attempts=0))
    return [f"事项 {run_id} 重新排上时钟" for run_id in asleep]
