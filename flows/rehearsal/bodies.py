"""The bodies a rehearsal is played among (机构): what stands above and below the authority, and who sits in them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flows.programme import Programme

EXPERTS = 9
OUTSIDE = "外地学校"
COUNTY_NAMES = {"county_a": "甲县", "county_b": "乙县"}


@dataclass(frozen=True, slots=True)
class BodyPlan:
    """One body: its name in the scenario, what people read, its level and the body above."""

    name: str
    title: str
    level: str
    parent: str | None


def tree(programme: Programme) -> list[BodyPlan]:
    """The bodies around the authority, which is always called `bureau`.

    A city or province has two counties of two schools and a direct school; a county or township two schools under a
    city; a school two departments, and another school beside it.
    """
    title, level = programme.deciding_body().title, programme.level
    match level:
        case "province" | "city":
            return [BodyPlan("bureau", title, level, None), *_counties()]
        case "county" | "township":
            above = [BodyPlan("city_bureau", "市教育局", "city", None)]
            if level == "township":
                above.append(BodyPlan("county_bureau", "县教育局", "county", "city_bureau"))
            schools = [BodyPlan(f"school{n}", f"第{n}学校", "school", "bureau") for n in (1, 2)]
            return [*above, BodyPlan("bureau", title, level, above[-1].name), *schools]
        case _:
            departments = [BodyPlan(f"department{n}", f"第{n}系部", "department", "bureau") for n in (1, 2)]
            city = BodyPlan("city_bureau", "市教育局", "city", None)
            other = BodyPlan("other_school", "外校", "school", "city_bureau")
            return [city, BodyPlan("bureau", title, level, "city_bureau"), *departments, other]


def _counties() -> Iterator[BodyPlan]:
    for county, title in COUNTY_NAMES.items():
        yield BodyPlan(county, f"{title}教育局", "county", "bureau")
        for n in (1, 2):
            yield BodyPlan(f"{county}_school{n}", f"{title}第{n}学校", "school", county)
    yield BodyPlan("direct_school", "直属学校", "school", "bureau")


def homes(programme: Programme) -> tuple[str, str]:
    """Where hosts and members work unless a scenario says otherwise, and another such place."""
    if programme.level in {"province", "city"}:
        return "county_a_school1", "county_a_school2"
    if programme.level in {"county", "township"}:
        return "school1", "school2"
    return "department1", "department2"


def cast_of(programme: Programme) -> list[BodyPlan]:
    """Bodies that belong to one named body of the authority, and are bound to real ones of their own."""
    found = []
    bound = {programme.deciding_body().name}
    for name, body in programme.bodies.items():
        if body.of in bound:
            bound.add(name)
            found.append(BodyPlan(name, body.title, "department", "bureau"))
    return found


def given_bodies(programme: Programme, said: Mapping[str, Any]) -> list[BodyPlan]:
    """Bodies that a scenario adds: `{name: {level, under, title}}`, or `{name: level}` under the authority, also by its level."""
    above = {programme.level: "bureau", "authority": "bureau"}
    plans = []
    for name, more in said.items():
        entry = more if isinstance(more, dict) else {"level": more}
        level = str(entry.get("level", "school"))
        plans.append(
            BodyPlan(
                name,
                str(entry.get("title", name)),
                level,
                above.get(str(entry.get("under", "bureau")), str(entry.get("under", "bureau"))),
            )
        )
    return plans


def place_unmentioned(programme: Programme, name: str, known: Collection[str]) -> BodyPlan:
    """A place of work that only a person's facts name: another school of the county whose name it begins with, else of their own."""
    if name == OUTSIDE:
        return BodyPlan(name, name, "school", None)
    counties = [one for one in known if name.startswith(f"{one}_") or (one in COUNTY_NAMES and name.startswith(one))]
    if programme.level == "school":
        outside = "school" in name or "校" in name
        return BodyPlan(name, name, *(("school", "city_bureau") if outside else ("department", "bureau")))
    above = "county_a" if programme.level in {"province", "city"} else "bureau"
    return BodyPlan(name, name, "school", (counties or [above])[0])


def other_home(programme: Programme, home: str) -> str:
    """Another place where members work; the same where there is no other."""
    return next((name for name in reversed(homes(programme)) if name != home), home)


def from_elsewhere(programme: Programme, role: str) -> bool:
    """Whether whoever joins in a role comes from another school unless a scenario says otherwise: where a share limits the own."""
    counted = any(role in share.count for share in programme.shares)
    return counted and not any(criterion.fact == "school" for criterion in programme.criteria(role))


# Words of the glossary for bodies that a text names as it likes, and what their titles have in them.
USUAL_BODIES: Mapping[str, str] = {"leading_group": "领导小组", "studio_office": "管理办公室", "expert_panel": "专家"}


def titles(programme: Programme) -> Mapping[str, str]:
    """Other names of bodies and of the host, and those they have in the file: 教导处 is `office`, a level its only body."""
    found = {body.title: name for name, body in programme.bodies.items()}
    for word, part in USUAL_BODIES.items():
        named = [name for title, name in found.items() if part in title]
        found |= {word: named[0]} if len(named) == 1 else {}
    for level in {body.level for body in programme.bodies.values() if body.level}:
        at = [name for name, body in programme.bodies.items() if body.level == level]
        words = ("county", "district") if level == "county" else (level,)
        found |= {word: at[0] for word in words if len(at) == 1 and word not in programme.bodies}
    return {programme.people["host"].title: "host", **found} if "host" in programme.people else found
