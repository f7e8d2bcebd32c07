"""Access: the one reviewed table of who may open which route. Nothing that is not in it answers; body scope is in the queries."""

from collections.abc import Mapping
from dataclasses import dataclass

PUBLIC = frozenset({"public", "person"})
PERSON = frozenset({"person"})
REVIEWERS = frozenset({"officer", "administrator"})
BUREAU = frozenset({"administrator"})
EXPERTS = frozenset({"expert"})
READERS = frozenset({"administrator", "officer", "viewer"})


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a route, over what, and whether it writes. `scope` names the rule that the query or the engine applies."""

    roles: frozenset[str]
    scope: str


# (method, path) → roles · scope. Roles left out are refused. Scopes:
#   everyone       nothing of a person is shown beyond what a posted list says
#   own            rows of one's own person only
#   visible        models.queries.scope.visible_applications
#   desk           the engine refuses who does not hold the desk (decide._not_theirs)
#   authority      programmes whose deciding body one administers
TABLE: Mapping[tuple[str, str], Access] = {
    ("GET", "/"): Access(PUBLIC, "everyone"),
    ("GET", "/healthz"): Access(PUBLIC, "everyone"),
    ("GET", "/readyz"): Access(PUBLIC, "everyone"),
    ("GET", "/login"): Access(PUBLIC, "everyone"),
    ("POST", "/login"): Access(PUBLIC, "everyone"),
    ("POST", "/logout"): Access(PERSON, "own"),
    ("POST", "/locale"): Access(PUBLIC, "own"),
    ("GET", "/menu"): Access(PUBLIC, "everyone"),
    ("GET", "/guide"): Access(PUBLIC, "everyone"),
    # Programmes, calendar, messages, own settings, operations
    ("GET", "/programmes"): Access(PUBLIC, "everyone"),
    ("GET", "/programmes/{code}"): Access(PUBLIC, "everyone"),
    ("GET", "/programmes/{code}/{number}"): Access(PUBLIC, "everyone"),
    ("GET", "/calendar"): Access(PERSON, "own"),
    ("GET", "/calendar/edit"): Access(BUREAU, "everyone"),
    ("POST", "/calendar/edit"): Access(BUREAU, "everyone"),
}


def allowed(method: str, path: str, roles: frozenset[str], table: Mapping[tuple[str, str], Access] = TABLE) -> bool:
    """Whether one of these roles may open the route; a route without a row is open to nobody."""
    access = table.get(("GET" if method == "HEAD" else method, path))
    return access is not None and bool(access.roles & roles)
