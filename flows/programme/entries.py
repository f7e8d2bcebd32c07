"""What every entry of a programme file is made of: phrases, who, consequences, criteria, limits."""

from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, WithJsonSchema, model_validator

from flows.programme import phrases, vocabulary
from flows.programme.phrases import Amount, Moment, Span


class SchemaError(ValueError):
    """A value that is well-formed but wrong; says in both languages what was expected."""

    def __init__(self, message_zh: str, message_en: str, expected: str, found: object = None) -> None:
        super().__init__(message_en)
        self.message_zh, self.message_en, self.expected, self.found = message_zh, message_en, expected, found


def _listed(value: object) -> object:
    return value if isinstance(value, (list, tuple)) else (value,)


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise SchemaError("这里应当是文字", "text expected", "文字（数字请加引号）", value)
    return value


def _phrase(kind: str) -> WithJsonSchema:
    pattern, example = phrases.PATTERNS[kind]
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Text = Annotated[str, BeforeValidator(_text)]
SpanPhrase = Annotated[Span, BeforeValidator(phrases.span), _phrase("span")]
MomentPhrase = Annotated[Moment, BeforeValidator(phrases.moment), _phrase("moment")]
AmountPhrase = Annotated[Amount, BeforeValidator(phrases.amount), _phrase("amount")]
SharePhrase = Annotated[Fraction, BeforeValidator(phrases.share), _phrase("share")]
RatioPhrase = Annotated[Fraction, BeforeValidator(phrases.ratio), _phrase("ratio")]
Texts = tuple[Text, ...]
OneOrMore = Annotated[
    tuple[Text, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Whole = Annotated[int, Field(strict=True, ge=0)]


class Entry(BaseModel):
    """A value of the expanded file: frozen, and it knows no key but those declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True)


class Named(Entry):
    """An entry that is called by its key in the file."""

    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """The key under which the entry stands."""
        return self._name

    def called(self, name: str) -> Self:
        """Itself, knowing its name."""
        self._name = name
        return self


class Only(Entry):
    """Some of the periods of a cycle (`only`, `skip`)."""

    months: tuple[Annotated[int, Field(strict=True, ge=1, le=12)], ...] = ()
    semesters: tuple[Literal["autumn", "spring"], ...] = ()
    years: tuple[Annotated[int, Field(strict=True, ge=1)], ...] = ()
    phases: Texts = ()


class Limit(Entry):
    """How many: `exactly`, `at_least`, `at_most` or `about`, and what happens otherwise."""

    exactly: Whole | None = None
    at_least: Whole | None = None
    at_most: Whole | None = None
    about: Whole | None = None
    if_not: vocabulary.IfNot = "refuse"

    @property
    def least(self) -> int | None:
        """The smallest number that passes, if there is one."""
        return self.exactly if self.exactly is not None else self.at_least

    @property
    def most(self) -> int | None:
        """The largest number that passes, if there is one."""
        return self.exactly if self.exactly is not None else self.at_most

    @model_validator(mode="after")
    def _says_a_number(self) -> Self:
        if all(value is None for value in (self.exactly, self.at_least, self.at_most, self.about)):
            raise SchemaError("没有写数", "no number", "exactly、at_least、at_most 或 about")
        return self


class PathLimit(Limit):
    """How many a path may grant, and per what."""

    per: vocabulary.LimitScope


class Threshold(Entry):
    """A ratio that must be reached (`at_least`) or passed (`more_than`); exactly one of the two."""

    at_least: RatioPhrase | None = None
    more_than: RatioPhrase | None = None

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        if (self.at_least is None) == (self.more_than is None):
            raise SchemaError("at_least 和 more_than 只写一个", "either at_least or more_than", "at_least 或 more_than")
        return self


class Vote(Threshold):
    """Each seat is asked: a quorum of those asked, and how many of them must agree."""

    quorum: RatioPhrase


class Consequence(Entry):
    """What follows; `kind` is the word, `value` what it gives (fund, text, question)."""

    kind: str
    value: Text | None = None
    to: Text | None = None
    fund: Text | None = None
    share: SharePhrase | tuple[SharePhrase, SharePhrase] | None = None
    choices: dict[str, tuple["Consequence", ...]] = Field(default_factory=dict)
    by: Text | None = None
    within: SpanPhrase | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_its_word(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"kind": _word(value, vocabulary.BARE)}
        if not isinstance(value, dict) or "kind" in value:
            return value
        words = [key for key in vocabulary.VALUED if key in value]
        word = "decide" if "decide" in words else next(iter(words), "")
        if not word:
            _word(next(iter(value), "{}"), vocabulary.VALUED)
        rest = {key: inner for key, inner in value.items() if key != word}
        return {"kind": word, "value": value[word], **rest}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        ranged = isinstance(self.share, tuple)
        if self.kind == "decide" and self.value is not None and not self.choices and not (self.fund and ranged):
            raise SchemaError("decide 没有可选的答案", "decide without choices", "choices，或 fund 与 share: [低, 高]")
        if self.kind == "fund" and (self.share is None or ranged):
            raise SchemaError("fund 没有写拨付比例", "fund without share", "share: 百分比")
        if self.kind == "bar" and self.value != "next_cycle":
            raise SchemaError("bar 只能是 next_cycle", "bar knows only next_cycle", "next_cycle", self.value)
        return self


def _word(found: object, words: tuple[str, ...]) -> str:
    if found not in words:
        raise SchemaError(f"没有“{found}”这种结果运用", f"unknown consequence `{found}`", "、".join(words), found)
    return str(found)


Consequences = tuple[Consequence, ...]


class Loss(Entry):
    """What follows when a holder no longer has what the criteria ask."""

    then: Consequences


FORMS = ("fact", "has", "commits", "judged", "document", "any", "all")
_COMPARED = ("is", "among", "at_least", "at_most", "more_than", "less_than")
_ALLOWED: dict[str, tuple[str, ...]] = {
    "fact": (*_COMPARED, "as", "published"),
    "has": ("level", "among", "within", "published", "key", "at_least"),
    "commits": ("for",),
    "judged": (),
    "document": (),
    "any": (),
    "all": (),
}


class Criterion(Entry):
    """One condition for holding a role; exactly one form. Figures include their bound but `more_than`, `less_than`."""

    fact: vocabulary.Fact | None = None
    has: vocabulary.Credential | None = None
    commits: vocabulary.PostKind | None = None
    judged: Text | None = None
    document: Text | None = None
    any_of: tuple["Criterion", ...] = Field(default=(), alias="any")
    all_of: tuple["Criterion", ...] = Field(default=(), alias="all")
    is_: Text | None = Field(default=None, alias="is")
    among: Texts = ()
    at_least: Whole | None = None
    at_most: Whole | None = None
    more_than: Whole | None = None
    less_than: Whole | None = None
    as_: vocabulary.PostKind | None = Field(default=None, alias="as")
    level: vocabulary.Level | None = None
    within: SpanPhrase | None = None
    for_: SpanPhrase | None = Field(default=None, alias="for")
    published: bool = False
    key: bool = False
    only_kind: Text | None = None
    if_not: vocabulary.IfNot = "refuse"

    @property
    def form(self) -> str:
        """Which of the seven forms it has."""
        values = (self.fact, self.has, self.commits, self.judged, self.document, self.any_of, self.all_of)
        return next(form for form, value in zip(FORMS, values, strict=True) if value)

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        forms = [form for form in FORMS if form in value or f"{form}_of" in value]
        if len(forms) != 1:
            raise SchemaError(
                "一条条件只有一种写法", "exactly one form a criterion", "、".join(FORMS), "、".join(forms) or "无"
            )
        compare = set(_COMPARED) | {"as", "level", "within", "for", "published", "key"}
        wrong = [key for key in value if key in compare and key not in _ALLOWED[forms[0]]]
        if wrong:
            expected = "、".join(_ALLOWED[forms[0]]) or "没有别的键"
            raise SchemaError(
                f"{forms[0]} 不能带“{wrong[0]}”", f"`{forms[0]}` takes no `{wrong[0]}`", expected, wrong[0]
            )
        return value

    @model_validator(mode="after")
    def _known_value(self) -> Self:
        known = {"post": vocabulary.POSTS, "employment": ("established",), "area": vocabulary.LEVELS,
                 "school": ("host_school",), "home": ("host_school",), "serves": ("same_kind",)}.get(self.fact or "")  # fmt: skip
        for word in (self.is_, *self.among) if known else ():
            if word is not None and word not in (known or ()):
                raise SchemaError(
                    f"{self.fact} 不能是“{word}”", f"`{self.fact}` cannot be `{word}`", "、".join(known or ()), word
                )
        if self.fact and self.is_ is None and not self.among and all(
            bound is None for bound in (self.at_least, self.at_most, self.more_than, self.less_than)
        ):  # fmt: skip
            raise SchemaError("没有写与什么相比", "nothing to compare with", "、".join(_COMPARED))
        return self
