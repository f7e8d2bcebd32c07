"""Passwords (密码): what is too weak, said in plain words, before anything is stored."""

from itertools import pairwise

from flows.engine.errors import Refused

SHORTEST, LONGEST = 10, 128
# Words that head every list of leaked passwords, and those of this place; a password made of one of them and digits is common.
COMMON = frozenset({
    "password", "passw0rd", "qwertyuiop", "qwerty", "asdfghjkl", "1q2w3e4r", "1qaz2wsx", "iloveyou", "admin", "administrator",
    "welcome", "letmein", "woaini", "studioflow", "gongzuoshi", "jiaoyuju", "abcd", "abc", "aaaa", "test", "zhangsan",
})  # fmt: skip


def refuse_weak(password: str, *own: str) -> None:
    """Refuse a password that is too short, too long, one of the common ones, or made of one's own login or number."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused("weak_password", f"密码要 {SHORTEST} 到 {LONGEST} 位。没有改动任何内容。")
    plain = password.lower()
    letters = "".join(sign for sign in plain if not sign.isdigit() and sign.isalnum())
    if letters in COMMON or plain in COMMON or _monotonous(plain) or letters == "":
        raise Refused(
            "common_password", "这个密码太常见，容易被猜中。请换一个，例如几个不相干的词连在一起。没有改动任何内容。"
        )
    if any(word and word.lower() in plain for word in own if len(word) >= 4):
        raise Refused("own_password", "密码里不要用自己的登录名或工号。没有改动任何内容。")


def _monotonous(text: str) -> bool:
    """One sign repeated, or a run of neighbours such as 1234567890 or abcdefghij."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(steps) == 1 and steps <= {-1, 0, 1}
