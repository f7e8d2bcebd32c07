"""Grant (拨款): one fund, one period of one studio: held until the result it waits for is out, then due to its payer, then paid or stopped."""

from enum import StrEnum

from flows.engine.calendar import Due
from flows.engine.declare import END, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import fixed
from models.facts import GrantFacts
from models.money import MOST_FEN


class GrantPolicy(Policy):
    """What a fund asks of its payer. `ledger`: whether what is paid enters the studio's earmarked ledger."""

    title: str
    ledger: bool = True


class State(StrEnum):
    """Where an entitlement can stand."""

    HELD = "held"
    DUE = "due"
    PAID = "paid"
    STOPPED = "stopped"


def still_held(ask: Ask) -> Because | None:
    """Nothing is due before the result it waits for is out (赤峰 第十七条, 县 八(一))."""
    if ask.facts.result_out:
        return None
    return Because(f"还不能拨付：{ask.facts.waits_for}的结果还没有送达。", ask.policy.origin("waits"))


def unset_amount(ask: Ask) -> Because | None:
    """A fund without a figure in the text is paid in the amount that its payer sets, in whole fen."""
    fen = ask.payload.get("amount_fen", ask.facts.amount_fen)
    if ask.facts.amount_fen is not None or (isinstance(fen, int) and not isinstance(fen, bool) and 0 < fen <= MOST_FEN):
        return None
    return Because("请先写明这一期核定的金额（元，最多两位小数）。", ask.policy.origin("amount"), ("amount_fen",))


def fixed_amount(ask: Ask) -> Because | None:
    """What the text fixes is paid as it is; no more and no less."""
    given, fixed_fen = ask.payload.get("amount_fen"), ask.facts.amount_fen
    if fixed_fen is None or given in {None, fixed_fen}:
        return None
    says = f"应拨 {fixed_fen // 100}.{fixed_fen % 100:02} 元，金额由规程和考核结果确定，不能改。"
    return Because(says, ask.policy.origin("amount"))


def bad_share(ask: Ask) -> Because | None:
    """A share is a whole percent from 0 to 100."""
    share = ask.payload.get("share")
    right = isinstance(share, int) and not isinstance(share, bool) and 0 <= share <= 100
    return None if right else Because("拨付比例要在 0% 到 100% 之间。", ask.policy.origin("share"))


def nothing_left(ask: Ask) -> str:
    """A share of nothing stops the entitlement; any other leaves it due."""
    return State.STOPPED if ask.payload.get("share") == 0 else State.DUE


def pay_day(ask: Ask) -> Due | None:
    """The last day of the period it is for, where the text names no other."""
    due_on = ask.facts.due_on
    return fixed(due_on, "拨付期", "这一期的最后一天") if due_on is not None else None


STAGE = Stage(
    name="grant",
    title="拨款",
    subject="entitlement",
    policy=GrantPolicy,
    facts=GrantFacts,
    states=State,
    initial=State.HELD,
    exits={State.PAID: END, State.STOPPED: END},
    at_once=("release",),
    on=(
        On("release", State.HELD, State.DUE, by=Part.ENGINE, unless=(still_held,), do=(Notify(Part.PAYER, "payment_due"),)),
        On(
            "set_share", (State.HELD, State.DUE), frozenset({State.DUE, State.STOPPED}), by=Part.ENGINE, choose=nothing_left,
            unless=(bad_share,), do=(Follow("set_share"), Notify(Part.HOST, "share_set")),
        ),
        On(
            "pay", State.DUE, State.PAID, by=Part.PAYER, unless=(unset_amount, fixed_amount),
            do=(Follow("enter_payment"), Notify(Part.HOST, "paid")),
        ),
        On("stop", (State.HELD, State.DUE), State.STOPPED, by=(Part.ENGINE, Part.AUTHORITY), needs=("reason",), do=(Notify(Part.HOST, "payment_stopped"),)),
    ),
    waits=(
        Wait(State.HELD),
        Wait(State.DUE, for_=Part.PAYER, due=pay_day),
    ),
)  # fmt: skip
