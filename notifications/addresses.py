"""Addresses (邮箱): exactly one recipient a mail, written so that no server can read two out of it."""

import re
from email.utils import parseaddr

MOST_ADDRESS = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_UNSAFE_IN_NAME = re.compile(r"[^\w ·（）-]")


class BadAddress(ValueError):  # noqa: N818  it is the address that is bad
    """An address that mail cannot be sent to; the message says what to mend."""


def one_address(text: str) -> str:
    """The one address this text is, with its domain in ASCII. Raises BadAddress for anything else, two addresses above all."""
    local, at, domain = text.strip(" ").rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local) > 64:
        raise BadAddress(f"邮箱“{_shown(text)}”写法不对：只能写一个邮箱，请在名册里改正")
    try:
        plain_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as mistake:
        raise BadAddress(f"邮箱“{_shown(text)}”的域名写法不对：请在名册里改正") from mistake
    labels = plain_domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise BadAddress(f"邮箱“{_shown(text)}”的域名写法不对：请在名册里改正")
    if len(local) + len(plain_domain) + 1 > MOST_ADDRESS:
        raise BadAddress(f"邮箱“{_shown(text)}”太长：请在名册里改正")
    return f"{local}@{plain_domain}"


def safe_name(name: str) -> str:
    """A display name without anything that means something in a header."""
    return " ".join(_UNSAFE_IN_NAME.sub(" ", name).split())[:60]


def sender_of(setting: str) -> tuple[str, str]:
    """Display name and address of the site's own sender, from its setting."""
    name, address = parseaddr(setting)
    return safe_name(name), address or "studioflow@localhost"


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "□" for letter in text[:60])
