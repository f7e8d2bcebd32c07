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
#   own bodies     people of the bodies at whose desk one sits, and of those below them
#   visible        models.queries.scope.visible_applications
#   studios        models.queries.scope.visible_studios; a member sees of a studio what web.studio_doors lets them
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
    ("GET", "/messages"): Access(PERSON, "own"),
    ("GET", "/messages/{message_id}"): Access(PERSON, "own"),
    ("POST", "/messages/read"): Access(PERSON, "own"),
    ("POST", "/messages/{message_id}/read"): Access(PERSON, "own"),
    ("GET", "/me"): Access(PERSON, "own"),
    ("POST", "/me"): Access(PERSON, "own"),
    ("POST", "/me/notices"): Access(PERSON, "own"),
    ("POST", "/me/password"): Access(PERSON, "own"),
    ("POST", "/me/sessions/{session_id}/end"): Access(PERSON, "own"),
    ("POST", "/me/tokens"): Access(PERSON, "own"),
    ("POST", "/me/tokens/{token_id}/end"): Access(PERSON, "own"),
    ("POST", "/me/substitutions"): Access(PERSON, "own"),
    ("POST", "/views"): Access(PERSON, "own"),
    ("POST", "/views/{view_id}/remove"): Access(PERSON, "own"),
    ("GET", "/acting"): Access(PERSON, "own"),
    ("POST", "/acting"): Access(PERSON, "own"),
    ("POST", "/acting/end"): Access(PERSON, "own"),
    ("GET", "/operations"): Access(BUREAU, "everyone"),
    ("POST", "/operations/incidents/{incident_id}"): Access(BUREAU, "everyone"),
    ("GET", "/audit"): Access(BUREAU, "visible"),
    # API: the same acts as the pages
    ("GET", "/api/openapi.json"): Access(PUBLIC, "everyone"),
    ("GET", "/api/inbox"): Access(PERSON, "desk"),
    ("GET", "/api/applications"): Access(PERSON, "visible"),
    ("GET", "/api/applications/{application_id}"): Access(PERSON, "visible"),
    ("GET", "/api/rounds"): Access(PERSON, "everyone"),
    ("GET", "/api/rounds/{round_id}"): Access(PERSON, "everyone"),
    ("GET", "/api/rounds/{round_id}/lists"): Access(PERSON, "everyone"),
    ("GET", "/api/messages"): Access(PERSON, "own"),
    ("GET", "/api/programmes"): Access(PUBLIC, "everyone"),
    ("POST", "/api/rounds"): Access(BUREAU, "authority"),
    ("POST", "/api/runs/{run_id}/{event}"): Access(PERSON, "desk"),
    ("POST", "/api/rounds/{round_id}/{act}"): Access(BUREAU, "authority"),
    ("POST", "/api/listings/{listing_id}/make"): Access(BUREAU, "authority"),
    # Scoring, panels, rankings, lists, notices, objections, plaques, verification
    ("GET", "/scores"): Access(EXPERTS, "own"),
    ("GET", "/scores/{run_id}"): Access(EXPERTS, "own"),
    ("POST", "/scores/{run_id}"): Access(EXPERTS, "own"),
    ("GET", "/scores/{run_id}/material"): Access(EXPERTS, "own"),
    ("GET", "/scores/{run_id}/papers/{n}"): Access(EXPERTS, "own"),
    ("POST", "/scores/{run_id}/draft"): Access(EXPERTS, "own"),
    ("GET", "/scores/{run_id}/recusal"): Access(EXPERTS, "own"),
    ("POST", "/scores/{run_id}/recusal"): Access(EXPERTS, "own"),
    ("GET", "/scores/{run_id}/sheet.xlsx"): Access(EXPERTS, "own"),
    ("POST", "/scores/{run_id}/sheet"): Access(EXPERTS, "own"),
    ("GET", "/rounds/{round_id}/panel"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}/ranking"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/lists"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}/lists/{listing_id}"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/lists/{listing_id}"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}/plaques"): Access(BUREAU, "authority"),
    ("GET", "/plaques/{run_id}"): Access(BUREAU, "authority"),
    ("POST", "/plaques/{run_id}"): Access(BUREAU, "authority"),
    ("GET", "/votes/{run_id}"): Access(PERSON, "own"),
    ("POST", "/votes/{run_id}"): Access(PERSON, "own"),
    ("GET", "/duties/{duty_id}"): Access(PERSON, "desk"),
    ("POST", "/duties/{duty_id}"): Access(PERSON, "desk"),
    ("GET", "/objections"): Access(BUREAU, "authority"),
    ("GET", "/objections/{objection_id}"): Access(BUREAU, "authority"),
    ("POST", "/objections/{objection_id}"): Access(BUREAU, "authority"),
    ("GET", "/objections/{objection_id}/files/{n}"): Access(BUREAU, "authority"),
    ("GET", "/o"): Access(PUBLIC, "everyone"),
    ("GET", "/o/{code}"): Access(PUBLIC, "everyone"),
    ("GET", "/notices"): Access(PUBLIC, "everyone"),
    ("GET", "/notices/{code}"): Access(PUBLIC, "everyone"),
    ("GET", "/notices/{code}/print"): Access(PUBLIC, "everyone"),
    ("GET", "/notices/{code}/qr.svg"): Access(PUBLIC, "everyone"),
    ("POST", "/notices/{code}/objections"): Access(PUBLIC, "everyone"),
    ("GET", "/verify"): Access(PUBLIC, "everyone"),
    ("GET", "/verify/{code:path}"): Access(PUBLIC, "everyone"),
    ("GET", "/open"): Access(PUBLIC, "everyone"),
    # Inbox, applications, single acts and files
    ("GET", "/inbox"): Access(PERSON, "own"),
    ("POST", "/inbox/bulk"): Access(PERSON, "desk"),
    ("POST", "/inbox/bulk/apply"): Access(PERSON, "desk"),
    ("GET", "/inbox/bulk/{request_id}"): Access(PERSON, "own"),
    ("POST", "/inbox/bulk/{request_id}/withdraw"): Access(PERSON, "own"),
    ("POST", "/runs/{run_id}/{event}"): Access(PERSON, "desk"),
    ("GET", "/applications"): Access(PERSON, "visible"),
    ("GET", "/applications/{application_id}"): Access(PERSON, "visible"),
    ("GET", "/applications/{application_id}/form"): Access(PERSON, "own"),
    ("POST", "/applications/{application_id}/form"): Access(PERSON, "own"),
    ("POST", "/applications/{application_id}/draft"): Access(PERSON, "own"),
    ("POST", "/applications/{application_id}/files"): Access(PERSON, "own"),
    ("POST", "/applications/{application_id}/files/{attachment_id}/remove"): Access(PERSON, "own"),
    ("POST", "/applications/{application_id}/submit"): Access(PERSON, "own"),
    ("POST", "/applications/{application_id}/seal"): Access(PERSON, "desk"),
    ("GET", "/applications/{application_id}/waive"): Access(BUREAU, "authority"),
    ("POST", "/applications/{application_id}/waive"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}/apply"): Access(PERSON, "own"),
    ("POST", "/rounds/{round_id}/apply"): Access(PERSON, "own"),
    ("GET", "/rounds/{round_id}/apply/for"): Access(PERSON, "own bodies"),
    ("POST", "/rounds/{round_id}/apply/for"): Access(PERSON, "own bodies"),
    # A studio's life: home, calendar, members, money, file
    ("GET", "/studios"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/calendar"): Access(PERSON, "studios"),
    ("POST", "/studios/{studio_id}/calendar"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/calendar.ics"): Access(PUBLIC, "own"),
    ("GET", "/studios/{studio_id}/members"): Access(PERSON, "studios"),
    ("POST", "/studios/{studio_id}/members"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/funds"): Access(PERSON, "studios"),
    ("POST", "/studios/{studio_id}/funds"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/funds/statement.xlsx"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/funds/{line_id}/voucher"): Access(PERSON, "studios"),
    ("GET", "/entitlements/{entitlement_id}"): Access(PERSON, "studios"),
    ("POST", "/entitlements/{entitlement_id}"): Access(PERSON, "desk"),
    ("GET", "/studios/{studio_id}/archive"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/archive/package.zip"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/archive/people/{person_id}"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/archive/records/{record_id}"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/archive/records/{record_id}/files/{file_id}"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/activities/new"): Access(PERSON, "studios"),
    ("POST", "/studios/{studio_id}/activities/new"): Access(PERSON, "studios"),
    ("GET", "/activities/{record_id}"): Access(PERSON, "studios"),
    ("POST", "/activities/{record_id}"): Access(PERSON, "studios"),
    ("POST", "/activities/{record_id}/draft"): Access(PERSON, "studios"),
    ("POST", "/activities/{record_id}/leave"): Access(PERSON, "studios"),
    ("GET", "/activities/{record_id}/unmarked"): Access(PERSON, "studios"),
    ("GET", "/activities/{record_id}/files/{file_id}"): Access(PERSON, "studios"),
    ("GET", "/studios/{studio_id}/nominate"): Access(PERSON, "own"),
    ("POST", "/studios/{studio_id}/nominate"): Access(PERSON, "own"),
    # Judging: assessments, opinions, rectifications, decisions, renewals, the board of studios
    ("GET", "/assessments/{assessment_id}"): Access(PERSON, "studios"),
    ("POST", "/assessments/{assessment_id}"): Access(PERSON, "desk"),
    ("POST", "/assessments/{assessment_id}/appeal"): Access(PERSON, "own"),
    ("POST", "/assessments/{assessment_id}/urge"): Access(PERSON, "desk"),
    ("GET", "/opinions/{run_id}"): Access(PERSON, "own"),
    ("POST", "/opinions/{run_id}"): Access(PERSON, "own"),
    ("GET", "/search"): Access(PERSON, "visible"),
    ("GET", "/files/{attachment_id}"): Access(PERSON, "visible"),
    # Rounds, dashboard, first steps, people, imports
    ("GET", "/rounds"): Access(READERS, "visible"),
    ("GET", "/rounds/new"): Access(BUREAU, "authority"),
    ("POST", "/rounds"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}"): Access(READERS, "visible"),
    ("GET", "/rounds/{round_id}/summary.xlsx"): Access(READERS, "visible"),
    ("GET", "/rounds/{round_id}/preview"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/plan"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}/rubric"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/rubric"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/quotas"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/launch"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}/extend"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/extend"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}/cancel"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/cancel"): Access(BUREAU, "authority"),
    ("GET", "/rounds/{round_id}/conclude"): Access(BUREAU, "authority"),
    ("POST", "/rounds/{round_id}/conclude"): Access(BUREAU, "authority"),
    ("GET", "/dashboard"): Access(READERS, "visible"),
    ("GET", "/dashboard/urge"): Access(READERS, "visible"),
    ("POST", "/dashboard/urge"): Access(READERS, "visible"),
    ("GET", "/start"): Access(BUREAU, "authority"),
    ("GET", "/people"): Access(BUREAU, "authority"),
    ("GET", "/people/{person_id}"): Access(BUREAU, "authority"),
    ("POST", "/people/{person_id}/appointments"): Access(BUREAU, "authority"),
    ("POST", "/people/{person_id}/appointments/{appointment_id}/end"): Access(BUREAU, "authority"),
    ("POST", "/people/{person_id}/substitutions"): Access(BUREAU, "authority"),
    ("GET", "/people/{person_id}/account"): Access(BUREAU, "authority"),
    ("POST", "/people/{person_id}/account"): Access(BUREAU, "authority"),
    ("GET", "/imports"): Access(BUREAU, "authority"),
    ("POST", "/imports"): Access(BUREAU, "authority"),
    ("GET", "/imports/template.xlsx"): Access(BUREAU, "authority"),
    ("GET", "/imports/{import_id}"): Access(BUREAU, "authority"),
    ("POST", "/imports/{import_id}"): Access(BUREAU, "authority"),
    ("POST", "/imports/{import_id}/check"): Access(BUREAU, "authority"),
    ("GET", "/imports/{import_id}/marked.xlsx"): Access(BUREAU, "authority"),
}


def allowed(method: str, path: str, roles: frozenset[str], table: Mapping[tuple[str, str], Access] = TABLE) -> bool:
    """Whether one of these roles may open the route; a route without a row is open to nobody."""
    access = table.get(("GET" if method == "HEAD" else method, path))
    return access is not None and bool(access.roles & roles)
