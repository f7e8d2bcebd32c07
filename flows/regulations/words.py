"""Words (称谓): how people call the parts that a programme names."""

from flows.programme import Programme


def who_title(programme: Programme, who: str) -> str:
    """How people call a `who`: a body or a role of the programme, the authority, the office, the person."""
    if who in programme.bodies:
        return programme.bodies[who].title
    if who in programme.people:
        return programme.people[who].title
    named = {
        "authority": programme.deciding_body().title,
        "office": programme.executing_body().title,
        "person": "本人",
        "studio": "工作室",
    }
    return named.get(who, who)
