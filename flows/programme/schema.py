"""The whole expanded programme file as one typed value (规程), with what the engine asks of it."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from flows.programme import vocabulary
from flows.programme.entries import Consequence, Consequences, Criterion, Entry, Text
from flows.programme.expand import Origin
from flows.programme.phrases import Span
from flows.programme.sections import (
    Absent,
    Assessment,
    Attendance,
    Benefit,
    Body,
    Clauses,
    Cycle,
    Documents,
    Fund,
    Ledger,
    Obligation,
    Planned,
    Records,
    Rectification,
    Reminders,
    Role,
    Share,
    Target,
)
from flows.programme.steps import MembershipStep, Path

__all__ = ["Obligation", "Programme"]

NAMING: Mapping[str, Literal["seat", "exit"]] = {"named": "seat", "unnamed": "exit"}


class Programme(Entry):
    """A whole regulation, expanded. `expanded`, `sha256`, `text` and `origins` are what a version stores."""

    code: Text = Field(alias="programme")
    title: Text
    source: Text
    level: vocabulary.Level
    words: dict[str, Text] = Field(default_factory=dict)
    kinds: dict[str, Text] = Field(default_factory=dict)
    bodies: dict[str, Body]
    people: dict[str, Role]
    shares: tuple[Share, ...] = ()
    cycle: Cycle
    paths: dict[str, Path]
    obligations: dict[str, Obligation] = Field(default_factory=dict)
    plan: tuple[Planned, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    attendance: Attendance | None = None
    assessments: dict[str, Assessment] = Field(default_factory=dict)
    rectification: Rectification | None = None
    funds: dict[str, Fund] = Field(default_factory=dict)
    ledger: Ledger | None = None
    documents: Documents
    records: Records | None = None
    targets: tuple[Target, ...] = ()
    reminders: Reminders
    absent: Absent = Absent()
    clauses: Clauses
    _expanded: dict[str, Any] = PrivateAttr(default_factory=dict)
    _sha256: str = PrivateAttr(default="")
    _text: str = PrivateAttr(default="")
    _origins: dict[str, Origin] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _name_entries(self) -> Self:
        sections: tuple[dict[str, Any], ...] = (
            self.bodies, self.people, self.paths, self.obligations, self.assessments, self.funds,
        )  # fmt: skip
        for section in sections:
            for name, entry in section.items():
                entry.called(name)
        return self

    def keep(self, expanded: dict[str, Any], sha256: str, text: str, origins: dict[str, Origin]) -> None:
        """Remembers what it was made of; called once, by whoever loads it."""
        self._expanded, self._sha256, self._text, self._origins = expanded, sha256, text, origins

    @property
    def prefix(self) -> str:
        """Initials of the code, for the numbers of applications: county-master-teacher → CMT."""
        words = self.code.split("-")
        return "".join(word[0] for word in words).upper() if len(words) > 1 else self.code[:2].upper()

    @property
    def expanded(self) -> dict[str, Any]:
        """The expanded file as plain JSON values, with its origins: what a version stores."""
        return self._expanded

    @property
    def sha256(self) -> str:
        """The hash of the expanded file; the order of keys does not matter."""
        return self._sha256

    @property
    def text(self) -> str:
        """The file as it was written; empty for a programme read back from its expanded form."""
        return self._text

    @property
    def origins(self) -> dict[str, Origin]:
        """Origins by dotted path."""
        return self._origins

    def path(self, name: str) -> Path:
        """The path of that name; a role that is filled by naming somebody has one of one step. Raises KeyError."""
        return self.paths[name] if name in self.paths else self._naming(name)

    def _naming(self, name: str) -> Path:
        """`named/<role>` gives a role that a text lets a school or host fill (`chosen_by`), `unnamed/<role>` takes it back."""
        verb, _, role = name.partition("/")
        chooser = self.people[role].chosen_by if role in self.people else None
        if chooser is None or verb not in NAMING:
            raise KeyError(name)
        step = MembershipStep(name="seat", stage="membership", by=(chooser,))
        return Path(gives=NAMING[verb], roles=(role,), steps=(step,)).called(name)

    def paths_giving(self, gift: str) -> tuple[Path, ...]:
        """The paths that give a studio, a level, a seat, an exit or a cycle, in the order of the file."""
        return tuple(path for path in self.paths.values() if path.gives == gift)

    def body(self, name: str) -> Body:
        """The body of that name. Raises KeyError."""
        return self.bodies[name]

    def deciding_body(self) -> Body:
        """The body that decides (`authority`). Raises LookupError when the file names none."""
        for body in self.bodies.values():
            if "decides" in body.does:
                return body
        raise LookupError("规程没有写哪个机构作决定（does: [decides]）")

    def executing_body(self) -> Body:
        """The body that executes (`office`), else the one that decides."""
        return next((body for body in self.bodies.values() if "executes" in body.does), None) or self.deciding_body()

    def role(self, name: str) -> Role:
        """The role of that name. Raises KeyError."""
        return self.people[name]

    def member_roles(self) -> tuple[Role, ...]:
        """Every counted role but the host (`member`)."""
        return tuple(role for role in self.people.values() if role.counts and role.name != "host")

    def roles_of(self, path: Path) -> tuple[str, ...]:
        """The roles that a path gives, keeps or ends: those it names, every counted one of a seat or exit path, else the host."""
        if path.gives not in {"seat", "exit"}:
            return ("host",)
        return path.roles or tuple(role.name for role in self.member_roles() if role.within is None)

    def criteria(self, role: str) -> tuple[Criterion, ...]:
        """Who may hold the role. Raises KeyError."""
        return self.people[role].criteria

    def word(self, key: str, default: str) -> str:
        """The programme's own word for a verb or stage, else the one given."""
        return self.words.get(key, default)

    def setup_obligations(self) -> tuple[Obligation, ...]:
        """What is owed before the plaque: obligations per setup, and those that block a plaque step."""
        plaques = {step.name for path in self.paths.values() for step in path.steps if step.stage == "plaque"}
        return tuple(
            obligation
            for obligation in self.obligations.values()
            if obligation.per == "setup" or plaques & set(obligation.blocks)
        )

    def cycle_length(self) -> tuple[Span, ...]:
        """The cycle's length, as one span or the spans of its phases in order."""
        if self.cycle.length is not None:
            return (self.cycle.length,)
        return tuple(phase.length for phase in self.cycle.phases.values())

    def consequences(self) -> tuple[tuple[str, Consequence], ...]:
        """Every consequence of the file with its path, those inside choices too."""
        return tuple(_all_consequences(self))


def _all_consequences(programme: Programme) -> list[tuple[str, Consequence]]:
    found: list[tuple[str, Consequence]] = []

    def walk(place: str, consequences: Consequences) -> None:
        for n, consequence in enumerate(consequences):
            found.append((f"{place}.{n}", consequence))
            for choice, inner in consequence.choices.items():
                walk(f"{place}.{n}.choices.{choice}", inner)

    for role in programme.people.values():
        walk(f"people.{role.name}.loss.then", role.loss.then if role.loss else ())
    for path in programme.paths.values():
        walk(f"paths.{path.name}.then", path.then)
    if programme.attendance:
        walk("attendance.then", programme.attendance.then)
    for assessment in programme.assessments.values():
        for grade, consequences in assessment.then.items():
            walk(f"assessments.{assessment.name}.then.{grade}", consequences)
    if programme.rectification:
        walk("rectification.ineffective", programme.rectification.ineffective)
    return found
