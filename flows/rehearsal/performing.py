"""Performing a step (办理一步): what `by`, `do`, `to` and `with` mean, by the same functions that pages call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flows.engine.apply import apply, apply_many
from flows.engine.decide import Refusal
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.voting import AGREE
from flows.engine.work import Intent
from flows.office.calling import call_for
from flows.rehearsal import seen
from flows.rehearsal.addresses import NotYet, Target, find, path_meant
from flows.rehearsal.beginning import begin, the_studio
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.carrying import Goal, Stuck, carry, filled
from flows.rehearsal.clearing import clear, with_seats
from flows.rehearsal.desk_acts import at_desk
from flows.rehearsal.finishing import finish
from flows.rehearsal.lacking import leave_out, put_seal
from flows.rehearsal.list_acts import list_act
from flows.rehearsal.looks import is_member
from flows.rehearsal.naming import fills_by_name, naming
from flows.rehearsal.payloads import as_taken, with_grades
from flows.rehearsal.placing import wish
from flows.rehearsal.recording import MARKS, recorded
from flows.rehearsal.scenario import CALL, COMPLETE, DESK_ACTS, NAME, UNNAME, WISH, Step
from flows.rehearsal.singly import OTHERS, USUAL
from flows.rehearsal.synonyms import ACTS_ON, as_event
from flows.rehearsal.understudy import (
    announce_first,
    catch_up,
    confirm_first,
    is_done,
    meet_the_limit,
    same_house,
    scored_first,
)
from flows.rehearsal.voting import SEATS, vote
from models import Record
from models.columns import table_of

RECORDS = table_of(Record)
CLEARINGS = 6
UNMENTIONED = frozenset({"unheard", "blocked"})
A_MONTH = timedelta(days=30)
# Names of the shared paths: nobody is called so, and a text that has one of them not is not asked for it.
USUAL_PATHS = frozenset({"apply", "join", "leave", "renew"})
# What a scenario may write in `with` for any act, beside what the event itself takes.
WITH: Mapping[str, str] = {
    "attach": "先附上这些材料", "role": "申请的角色（join 等路径）", "until": "complete：办到哪一步为止（步骤名，或 步骤.状态，或 reserve）",
    "marks": "give：各位专家依次的总分，或一张评分表", "rank": "endorse：推荐序位",
    "studio": "submit：几个工作室中申请加入哪一个；allocate：安排到哪一个",
    "wishes": "wish、submit：志愿，按顺序写工作室的名字；不写就填现有的工作室",
    "placements": "allocate：另作安排的人 {A: S1, B: none}，同时写 reason；不写就按统筹调配的建议",
    "grade": "complete：考核、整改复核的等次（不写为合格）；propose：等次",
    "due": "call、set_limit、extend：期限，同 due_on",
    "votes": "give（by: seats）：各席依次的表决，agree 或 against；最后一个用于其余各席",
    "lacks": "submit：缺的材料、凭据、部分或 link，或 seal: no（没有盖章）；不写就样样齐全",
    "proofs、parts、kind、level、theme、held_on、minutes": "submit（应办事项）：交的是什么；不写就按办法要的",
    **{mark: f"submit（应办事项）：{who}，列表；先记下这次活动，再报送" for mark, who in MARKS.items()},
    "person": "assign：指定的人，按名字写",
    "results": "propose（成员考核）：{L2: unqualified, others: qualified}，按名字写",
    "amount": "pay：2100元", "share": "decide：40%",
    "measures": "report：采取了哪些整改措施", "awards": "propose：随结果给的奖项 {C2: 创新实践奖}",
    "place": "waive：哪一条，写事实（post）、业绩（title）或条件里的话；不写就是可以放宽的第一条",
    "ends_on": "submit（应办事项）：活动的最后一天，与 held_on 一起写",
    "seats": "decide（调整成员）：[L2]，按名字写",
    "judged": "endorse：{条件位置: passed|failed}（不写为都符合）",
    "seal": "endorse：no 是没有审核盖章件", "agenda": "submit（应办事项）：议程，列表；其中写到别的应办事项的，同一期也算报送",
    "reason": "complete：为什么破例（超过人数、不在时间内），同 seat",
}  # fmt: skip


def perform(bureau: Bureau, step: Step) -> None:
    """Do what a step says. Raises Refused, and UnknownName or Stuck where the scenario itself cannot be followed."""
    own = naming if fills_by_name(bureau.programme, step) else OWN_ACTS.get(step.do)
    if own is not None:
        own(bureau, step)
        return
    targets = _each_once([_target(bureau, step, address) for address in step.to])
    step = replace(step, do=as_event(step.do, {_acted_on(target, step.do) for target in targets}))
    if step.do == "report" and not step.payload and step.refused is None:
        step = replace(step, payload={"report": "已经整改"})
    if step.do == "rank" and step.refused is None:
        targets = scored_first(bureau, targets)
    payload = _payload(bureau, step, targets)
    if step.by == SEATS and step.do == "give":
        for target in targets:
            vote(bureau, target, payload.get("votes", AGREE))
        return
    if list_act(bureau, step, targets, payload):
        return
    if len(targets) == 1:
        _perform_one(bureau, step, targets[0], payload)
        return
    if all(target.kind == "duty" for target in targets) and step.do == "submit":
        _hand_in_once(bureau, step, targets, payload)
        return
    intents = [_intent(bureau, step, target, payload) for target in targets]
    with bureau.at_work() as work:
        for result in apply_many(work, [intent for intent, _ in intents], intents[0][1]):
            _raise(result.outcome)


def _acted_on(target: Target, do: str) -> str:
    """What an act is done to: the stage it waits at where that calls the act otherwise, else the kind of thing."""
    stage = target.run.stage if target.run is not None else ""
    return stage if (stage, do) in ACTS_ON else target.kind


def _each_once(targets: Sequence[Target]) -> list[Target]:
    """Of several addresses that mean the same the first."""
    return list({(target.kind, target.subject_id): target for target in reversed(targets)}.values())[::-1]


def _hand_in_once(bureau: Bureau, step: Step, targets: Sequence[Target], payload: Mapping[str, Any]) -> None:
    """One event that is handed in for several duties: one record, counted for each of them."""
    _perform_one(bureau, step, targets[0], payload)
    record_id = (
        payload.get("record_id") or seen.one_row(bureau.engine, RECORDS.select().order_by(RECORDS.c.id.desc())).id
    )
    for target in targets[1:]:
        theirs = step if target.studio_id == targets[0].studio_id else replace(step, by=_host_name(bureau, target))
        _perform_one(bureau, theirs, target, {**payload, "record_id": record_id})


def _host_name(bureau: Bureau, target: Target) -> str:
    """The host of the studio whose duty it is: an event of several studios is handed in by each."""
    return bureau.name_of_person(target.host_id or 0)


def _perform_one(bureau: Bureau, step: Step, target: Target, payload: Mapping[str, Any]) -> None:
    """One act on one case; what nobody mentioned and what stands in the way of an act that must succeed is done before."""
    instead: Actor | None = None
    for _ in range(CLEARINGS):
        intent, actor = _intent(bureau, step, target, payload)
        try:
            with bureau.at_work() as work:
                apply(work, intent, instead or actor)
        except Refused as refused:
            if step.refused is None and is_done(target, step.do, refused):
                return
            instead = _instead(bureau, step, target, refused, actor) if instead is None else None
            if instead is None and (_as_written(step, refused) or not _cleared(bureau, step, target, refused, actor)):
                raise
            target = find(bureau, target.address)
        else:
            meet_the_limit(bureau, target, step.do, step.refused.because if step.refused is not None else "")
            return
    raise Stuck(f"{target.address} 补办了 {CLEARINGS} 次还不能 {step.do}")


def _instead(bureau: Bureau, step: Step, target: Target, refused: Refused, actor: Actor) -> Actor | None:
    """Who does an act that must succeed, or fail for another reason, where the authority and a body of its own are not told apart."""
    wanted = step.refused.because if step.refused is not None else "nothing"
    told_apart = wanted in {"", "not_yours", "wrong_state", "ended"}
    return same_house(bureau, target, actor) if not told_apart and refused.because == "not_yours" else None


def _cleared(bureau: Bureau, step: Step, target: Target, refused: Refused, actor: Actor) -> bool:
    """Do what stands in the way and, for an act that must succeed, what comes before it; whether there was anything."""
    if clear(bureau, target, refused):
        return True
    match refused.because if step.refused is None else "":
        case "unannounced":
            return announce_first(bureau, target)
        case "not_yours" | "wrong_state" | "unknown_event":
            return confirm_first(bureau, target, step.do) or catch_up(bureau, target, step.do, actor)
        case _:
            return False


def _as_written(step: Step, refused: Refused) -> bool:
    """Whether a refusal may be the one a step is written for: what nobody mentioned is done before it is looked at."""
    wanted = step.refused
    return wanted is not None and (
        not wanted.because or refused.because not in UNMENTIONED or wanted.because == refused.because
    )


def _raise(outcome: Any) -> None:
    """A list is one act: whoever is refused stops it, and nothing of it is written."""
    if isinstance(outcome, Refusal):
        if outcome.because == "not_found":
            raise NotFound
        raise Refused(outcome.because, outcome.says, outcome.origin, outcome.missing)


def actor_of(bureau: Bureau, who: str, target: Target) -> Actor:
    """Who a step means by `by`, seen from what it acts on. Raises UnknownName."""
    return bureau.acting(who, target.body_id, target.person_id, target.host_id)


def complete(bureau: Bureau, step: Step) -> None:
    """Take applications through their paths, and anything else to its end, by ordinary acts."""
    until, goals = str(step.payload.get("until", "")), []
    for address in step.to:
        target = _target(bureau, step, address)
        if target.kind == "application":
            goals.append(Goal(target.subject_id, address, until, str(step.payload.get("reason", ""))))
        else:
            finish(bureau, target, with_grades(bureau.programme, step.payload))
    carry(bureau, goals)


def wishing(bureau: Bureau, step: Step) -> None:
    """Say in order which studios one would join; an application is begun where there is none."""
    for address in step.to:
        target = _target(bureau, step, address)
        if target.kind != "application":
            raise Stuck(f"{address} 不是申请，不能填报志愿")
        wish(bureau, target.subject_id, _many(step.payload.get("wishes", ())))


def calling(bureau: Bureau, step: Step) -> None:
    """Ask for what the text leaves to a call: `studio/inspection`, due in a month unless the scenario says when."""
    said = as_taken(step.do, step.payload)
    due_on = date.fromisoformat(str(said.get("due_on", bureau.today + A_MONTH)))
    for address in step.to:
        name, _, key = address.partition("/")
        studio = find(bureau, name)
        actor = actor_of(bureau, step.by, studio)
        with bureau.at_work() as work:
            call_for(work, actor, [studio.subject_id], key.partition("@")[0], due_on, str(said.get("reason", "")))


# What a scenario may do beside the events of the stages.
OWN_ACTS: Mapping[str, Callable[[Bureau, Step], None]] = {
    COMPLETE: complete, WISH: wishing, CALL: calling, NAME: naming, UNNAME: naming,
    **dict.fromkeys(DESK_ACTS, at_desk),
}  # fmt: skip


def _many(said: Any) -> Sequence[Any]:
    return said if isinstance(said, list | tuple) else [said]


def _target(bureau: Bureau, step: Step, address: str) -> Target:
    """What is acted on; an application that is submitted is first begun by whoever submits it.

    Who hosts a studio may apply for its next level or cycle: their name is then their application.
    """
    begins = step.do in {"submit", COMPLETE, WISH} and "@" not in address
    if step.do == "decide" and address in bureau.people and is_member(bureau, address):
        address = f"studio/decision/{address}"
    try:
        target = find(bureau, address)
    except UnknownName as missing:
        if not begins or (isinstance(missing, NotYet) and not _begun_by_asking(bureau, address)):
            raise
        return _begun(bureau, step, address)
    if step.do == "decide" and target.kind in {"assessment", "rectification", "studio"}:
        return _question_from(bureau, address)
    hosts = target.kind == "studio" and (address in bureau.people or address in bureau.studios)
    return _begun(bureau, step, address) if begins and (hosts or _anew(bureau, step, target)) else target


def _question_from(bureau: Bureau, address: str) -> Target:
    """The question that a result put to the authority: of the member behind the period, else of the studio."""
    studio, _, rest = address.partition("/")
    name = rest.rpartition("/")[2]
    return find(bureau, f"{studio}/decision/{name}" if name in bureau.people else f"{studio}/decision")


def _anew(bureau: Bureau, step: Step, target: Target) -> bool:
    """Whether somebody asks once more after an application has ended, rather than on the one that has."""
    if target.application_id is None or step.do != "submit":
        return False
    wanted = step.refused.because if step.refused is not None else ""
    row = seen.application(bureau.engine, target.application_id)
    return row.outcome is not None and row.gives != "cycle" and wanted not in {"ended", "wrong_state"}


def _begun_by_asking(bureau: Bureau, address: str) -> bool:
    """Whether asking begins it: what a window or a result opens is there, or not open yet."""
    path = bureau.programme.paths.get(path_meant(bureau, address)[0])
    return path is not None and path.call not in {"window", "on_result"}


def _begun(bureau: Bureau, step: Step, address: str) -> Target:
    path_name, name = path_meant(bureau, address)
    if path_name not in bureau.programme.paths or (name in USUAL_PATHS and name not in bureau.people):
        raise UnknownName(
            f"没有“{address}”这一件，也没有叫“{path_name}”的路径；路径有：{'、'.join(bureau.programme.paths)}"
        )
    path = bureau.programme.paths[path_name]
    filer = None
    if str(step.payload.get("role", "host")) not in bureau.programme.people:
        raise UnknownName(f"没有叫“{step.payload['role']}”的角色；有：{'、'.join(bureau.programme.people)}")
    if step.by and step.by != name:
        role = str(step.payload.get("role", bureau.programme.roles_of(path)[0]))
        host_id = _host_id(bureau, str(step.payload.get("studio", ""))) if path.gives in {"seat", "exit"} else None
        beside = bureau.name_of_person(host_id) if host_id is not None and path.gives == "seat" else ""
        person_id = bureau.person(name, role if path.gives == "seat" else "host", host=beside)
        filer = bureau.acting(step.by, bureau.bodies[bureau.profiles[name].body], person_id, host_id)
    begin(bureau, path, name, filer, **{key: step.payload[key] for key in ("role", "studio") if key in step.payload})
    return find(bureau, f"{path_name}/{name}")


def _host_id(bureau: Bureau, studio: str) -> int | None:
    """The host of the studio named, else of the only studio there is."""
    rows = seen.all_rows(bureau.engine, seen.STUDIOS.select())
    if studio:
        return int(seen.studio(bureau.engine, the_studio(bureau, studio)).host_id)
    return rows[0].host_id if len(rows) == 1 else None


def _payload(bureau: Bureau, step: Step, targets: Sequence[Target]) -> dict[str, Any]:
    payload = {
        key: value
        for key, value in with_grades(bureau.programme, as_taken(step.do, step.payload)).items()
        if key not in {"attach", "role", "until", "wishes"} and (key != "studio" or step.do == "allocate")
    }
    for target in targets if "wishes" in step.payload else ():
        if target.application_id is not None:
            wish(bureau, target.application_id, _many(step.payload["wishes"]))
    applied = [one.application_id for one in targets if one.kind == "application" and one.application_id is not None]
    if applied and step.do == "submit":
        lacks = payload.pop("lacks", ())
        for application_id in applied:
            leave_out(bureau, application_id, lacks)
    payload = _with_papers(bureau, step, targets, payload)
    if step.do == "propose" and step.refused is None and isinstance(payload.get("results"), Mapping):
        payload["results"] = {OTHERS: USUAL, **payload["results"]}
    if step.do == "submit" and targets and targets[0].kind == "duty":
        return recorded(bureau, targets[0], payload)
    return payload


def _with_papers(bureau: Bureau, step: Step, targets: Sequence[Target], payload: dict[str, Any]) -> dict[str, Any]:
    """What is pressed once the papers named are with the applications, and the reviewer's seal is there or not."""
    papers = _many(step.payload.get("attach", ()))
    for target in targets:
        if target.application_id is None or target.person_id is None:
            continue
        if step.do == "endorse" and "seal" in payload:
            put_seal(bureau, target.application_id, target.person_id, payload["seal"])
        if papers:
            bureau.attach(target.application_id, target.person_id, *(str(one) for one in papers))
    return {key: value for key, value in payload.items() if key != "seal"}


def _intent(bureau: Bureau, step: Step, target: Target, payload: Mapping[str, Any]) -> tuple[Intent, Actor]:
    actor = actor_of(bureau, step.by, target)
    run = run_for(bureau, target, actor, step.do)
    if run is None:
        raise UnknownName(f"{target.address} 没有可以办理的环节")
    pressed = with_seats(bureau, target, filled(bureau, run, step.do, payload))
    return Intent(run.id, step.do, pressed, run.version), actor


def run_for(bureau: Bureau, target: Target, actor: Actor, event: str) -> Any:
    """Of several live runs the one that this actor answers for; of questions under a run, theirs."""
    if event in {"give", "refuse"} and target.run is not None:
        beside = [run for run in seen.live(target.runs) if run.stage == "opinion"]
        asked = beside or seen.questions(bureau.engine, target.run.id)
        mine = [run for run in asked if run.held_by in actor.keys]
        return (mine or list(asked) or [target.run])[0]
    live = seen.live(target.runs)
    mine = [run for run in live if run.held_by in actor.keys] or [run for run in live if run.desk in actor.keys]
    return mine[0] if mine else target.run
