"""Group chats (工作群): the morning's counts to WeCom, DingTalk or Feishu; off unless configured, and never a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pydantic import SecretStr

from notifications.words import day_words

if TYPE_CHECKING:
    import apprise

ALLOWED = ("wecombot", "dingtalk", "feishu")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits, as numbers only."""

    overdue: int
    today: int
    soon: int
    rest: int


class ChatRefused(ValueError):  # noqa: N818  a refusal, in the words of the project
    """A chat address that is not a group robot we know."""


def group_text(counts: Counts, day: date) -> tuple[str, str]:
    """Title and text for a group: counts, no person, no case."""
    title = f"工作室管理晨报 {day_words(day, day)}"
    text = f"逾期 {counts.overdue} 件，今天截止 {counts.today} 件，3 个工作日内到期 {counts.soon} 件，以后到期 {counts.rest} 件。请登录系统办理。"
    return title, text


def robots(urls: Sequence[SecretStr]) -> "apprise.Apprise":
    """The group robots of the settings. Raises ChatRefused for any other kind of address, since it could reach anywhere."""
    import apprise  # it is large, and most sites have no robots

    found = apprise.Apprise()
    for url in urls:
        secret = url.get_secret_value()
        if secret.partition("://")[0].lower() not in ALLOWED or not found.add(secret):
            raise ChatRefused("群机器人地址只能用 wecombot://、dingtalk:// 或 feishu://：请检查 STUDIOFLOW_CHAT_URLS")
    return found


def tell_groups(urls: Sequence[SecretStr], counts: Counts, day: date) -> bool:
    """Post the counts to every configured group; True when there is none, or all took it."""
    if not urls:
        return True
    title, text = group_text(counts, day)
    return bool(robots(urls).notify(title=title, body=text))
