"""What Microsoft's errors are explained as: a row for each that is known, and what holds for every explanation."""

from urllib.parse import urlsplit

import pytest

from connectors.graph import admin_center
from connectors.graph.explanation import Link, Place
from connectors.graph.explanations import explain, explanation_of
from connectors.graph.graph_hints import HINTS
from connectors.graph.graph_problems import BY_CODE, BY_STATUS
from connectors.graph.own_problems import BY_CODE as OURS
from connectors.graph.token_problems import BY_KIND, BY_NAME, PROBLEMS, UNKNOWN, problem_of

BAD = "Request_BadRequest"
# Status, code and message as Graph gives them, and what they are explained as.
GRAPH = [
    (400, BAD, "One or more added object references already exist for the following modified properties: 'members'.",
     "already_member"),
    (400, BAD, "The source resource object or one of the objects being referenced don't exist.", "not_replicated"),
    (400, BAD, "Cannot Update a mail-enabled security groups and or distribution list.", "mail_group"),
    (400, BAD, ("Unable to update the specified properties for on-premises mastered Directory Sync objects or objects"
               " currently undergoing migration."), "on_premises"),
    (400, BAD, ("Unable to update the specified properties for objects that have originated within an external"
               " service."), "external_service"),
    (400, BAD, "License assignment cannot be done for user with invalid usage location.", "usage_location"),
    (400, BAD, "Subscription with SKU 6fd2c87f does not have any available licenses.", "no_seats"),
    (400, BAD, "User does not have a corresponding license.", "licence_not_held"),
    (400, BAD, "User license is inherited from a group membership and it cannot be removed directly from the user.",
     "licence_from_group"),
    (400, BAD, ("The specified password does not comply with password complexity requirements. Please provide a"
               " different password."), "weak_password"),
    (400, BAD, "Another object with the same value for property userPrincipalName already exists.", "value_taken"),
    (400, BAD, "Invalid object identifier 'x'.", "bad_id"),
    (400, BAD, "Invalid GUID", "bad_id"),
    (400, "400", "Get By Key only supports UserId and the key has to be a valid Guid", "bad_key"),
    (400, "BadRequest", "Get By Key only supports UserId and the key has to be a valid Guid", "bad_key"),
    (400, BAD, "One or more property values specified are invalid.", "bad_value"),
    (400, BAD, "Invalid property 'shoeSize'.", "bad_property"),
    (400, BAD, "Something that was never seen before.", "bad_request"),
    (400, "Request_UnsupportedQuery", "", "bad_query"),
    (400, "Directory_ExpiredPageToken", "", "changes_expired"),
    (400, BAD, "Converged UserCredentialPolicy does not allow creating or updating this authentication method.",
     "method_not_allowed"),
    (400, BAD, "The default authentication method cannot be deleted while other methods are registered.",
     "default_method"),
    (401, "InvalidAuthenticationToken", "Access token validation failure.", "token_refused"),
    (401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.", "token_expired"),
    (401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.", "wrong_audience"),
    (401, "InvalidAuthenticationToken", "Access token is empty.", "no_token"),
    (401, "Authorization_IdentityNotFound", "The identity of the calling application could not be established.",
     "app_gone"),
    (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", "denied"),
    (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
     "Neither tenant is B2C or tenant doesn't have premium license", "no_premium"),
    (403, "Forbidden", "Your tenant is not licensed for this feature.", "no_feature_licence"),
    (403, "AccessDenied", "Your tenant is not licensed for this feature.", "no_feature_licence"),
    (403, "AccessDenied", "", "denied"),
    (404, "Request_ResourceNotFound",
     "Resource 'x' does not exist or one of its queried reference-property objects are not present.", "not_found"),
    (404, "ImageNotFound", "Exception of type 'ImageNotFoundException' was thrown.", "no_photo"),
    (404, "ErrorNonExistentMailbox", "", "no_mailbox"),
    (409, "Directory_ConcurrencyViolation", "", "concurrency"),
    (409, "Request_MultipleObjectsWithSameKeyValue", "", "conflict"),
    (410, "syncStateNotFound", "", "changes_expired"),
    (410, "", "", "changes_expired"),
    (424, "", "", "predecessor_failed"),
    (429, "TooManyRequests", "", "throttled"),
    (429, "", "", "throttled"),
    (500, "UnknownError", "", "graph_trouble"),
    (502, "", "", "graph_trouble"),
    (503, "serviceNotAvailable", "", "graph_trouble"),
    (503, "Directory_ReplicaUnavailable", "", "graph_trouble"),
    (504, "", "", "graph_trouble"),
    (507, "", "", "graph_trouble"),
]  # fmt: skip
# AADSTS numbers and what they are explained as.
TOKENS = {
    7000215: "wrong_secret", 7000222: "expired_secret", 7000112: "app_disabled", 7000229: "not_let_in",
    700016: "unknown_app", 90002: "unknown_tenant", 900023: "unknown_tenant", 90038: "wrong_cloud",
    900382: "wrong_cloud", 70011: "bad_token_request", 1002012: "bad_token_request", 7000218: "bad_token_request",
    900144: "bad_token_request", 50034: "user_flow", 65001: "user_flow", 53003: "blocked_by_policy",
    530032: "blocked_by_security", 90055: "sign_in_busy", 90006: "sign_in_busy", 90024: "sign_in_busy",
    90033: "sign_in_busy", 90090: "sign_in_busy", 90012: "sign_in_busy", 50000: "sign_in_busy",
    700027: "wrong_certificate", 700024: "wrong_clock", 50027: "bad_token_request", 700021: "bad_token_request",
    700023: "bad_token_request",
}  # fmt: skip
NAMES = {
    "invalid_client": "wrong_secret", "unauthorized_client": "unknown_app", "invalid_request": "bad_token_request",
    "invalid_tenant": "unknown_tenant", "invalid_scope": "bad_token_request", "invalid_grant": "user_flow",
    "temporarily_unavailable": "sign_in_busy", "server_error": "sign_in_busy", "never_seen": "refused",
}  # fmt: skip
ALL = {
    explanation.kind: explanation
    for explanation in [
        *(hint for _, hint in HINTS),
        *BY_CODE.values(),
        *BY_STATUS.values(),
        *OURS.values(),
        *BY_KIND.values(),
        UNKNOWN.explanation,
    ]
}
MICROSOFTS = {"learn.microsoft.com", "entra.microsoft.com"}


@pytest.mark.parametrize(("status", "code", "message", "kind"), GRAPH)
def test_what_graph_says(status, code, message, kind):
    found = explanation_of(code or f"http_{status}", message)
    assert found.kind == kind
    assert explain(status, code, message) == found.sentence
    assert explanation_of(code, message, status).kind == kind


@pytest.mark.parametrize(("number", "kind"), TOKENS.items())
def test_what_the_token_endpoint_says_by_number(number, kind):
    problem = problem_of(number, "invalid_client")
    assert problem.code == kind
    assert explanation_of(problem.code, f"AADSTS{number}") is problem.explanation


@pytest.mark.parametrize(("name", "kind"), NAMES.items())
def test_what_the_token_endpoint_says_by_name(name, kind):
    assert problem_of(0, name).code == kind
    assert explanation_of(kind, name).kind == kind


def test_no_number_and_no_name_is_without_a_row():
    assert set(PROBLEMS) == set(TOKENS)
    assert set(BY_NAME) >= set(NAMES) - {"never_seen"}


@pytest.mark.parametrize(("code", "explanation"), OURS.items())
def test_what_we_say_ourselves(code, explanation):
    assert explanation_of(code) is explanation


def test_our_codes_and_microsofts_do_not_overlap():
    assert not set(OURS) & set(BY_KIND)
    assert not (set(OURS) | set(BY_KIND)) & set(BY_CODE)


def test_what_is_not_known_has_no_explanation():
    assert explanation_of("", "") is None
    assert explanation_of("something_else", "") is None
    assert explanation_of("http_²", "") is None
    assert explanation_of("somethingElse", "", 418).kind == "bad_request"


@pytest.mark.parametrize("kind", ALL)
def test_each_explanation_is_whole(kind):
    explanation = ALL[kind]
    assert kind.islower()
    for text in (explanation.sentence, explanation.cure, *explanation.causes):
        assert text.endswith(".")
        assert text[0].isupper()
    assert 1 <= len(explanation.causes) <= 3
    assert explanation.links


@pytest.mark.parametrize("kind", ALL)
def test_each_cure_leads_somewhere(kind):
    for words, to in ALL[kind].links:
        assert words[0].isupper()
        assert isinstance(to, Place) or urlsplit(to)[:2] in {("https", host) for host in MICROSOFTS}


def test_each_kind_means_one_thing():
    told = [explanation for _, explanation in HINTS] + [*BY_CODE.values(), *BY_STATUS.values(), *OURS.values()]
    for explanation in told:
        assert explanation.sentence == ALL[explanation.kind].sentence


def test_links_into_the_admin_center_name_the_tenant():
    assert admin_center.person_url("global", "t", "o") == (
        "https://entra.microsoft.com/t/#view/Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview/userId/o"
    )
    assert admin_center.secrets_url("us_gov", "t", "c").startswith("https://entra.microsoft.us/t/#view/")
    assert admin_center.permissions_url("china", "t", "c").endswith("/ApplicationMenuBlade/~/CallAnAPI/appId/c")
    assert admin_center.overview_url("elsewhere", "t", "c").startswith("https://entra.microsoft.com/t/")


def test_a_link_is_words_and_where():
    assert Link("Open", Place.PERSON).to == "person"
