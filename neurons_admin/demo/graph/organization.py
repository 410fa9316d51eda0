"""The tenant about itself: organization, licences bought, app registrations with their secrets' end."""

from neurons_admin.demo import licences, odata, policy
from neurons_admin.demo.apps import App
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.odata import answer, denied, not_found
from neurons_admin.demo.wire import Json, Response


def get_organization(call: Call) -> Response:
    """`GET /organization`: a list of one."""
    call.require(policy.READ_ORGANIZATION)
    tenant = call.tenant
    domains = [
        {"name": name, "isDefault": number == 0, "isInitial": number == 1, "type": "Managed",
         "capabilities": "Email, OfficeCommunicationsOnline"}
        for number, name in enumerate(tenant.domains)
    ]  # fmt: skip
    organization: Json = {
        "id": tenant.id,
        "deletedDateTime": None,
        "businessPhones": ["+1 425 555 0100"],
        "city": "Redmond",
        "country": None,
        "countryLetterCode": "US",
        "createdDateTime": "2016-01-01T09:00:00Z",
        "displayName": "Contoso",
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": "2026-05-31T22:10:00Z",
        "onPremisesSyncEnabled": True,
        "postalCode": "98052",
        "preferredLanguage": "en",
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": "WA",
        "street": "One Contoso Way",
        "technicalNotificationMails": [f"it@{tenant.domains[0]}"],
        "tenantType": "AAD",
        "assignedPlans": licences.assigned_plans(),
        "provisionedPlans": [],
        "verifiedDomains": domains,
    }
    return _listed(call, "organization", [organization])


def list_subscribed_skus(call: Call) -> Response:
    """`GET /subscribedSkus`, all on one page."""
    call.require(policy.READ_SKUS)
    unsupported(call.query, "$filter", "$top", "$skip", "$search", "$expand")
    seats = call.tenant.directory.seats
    return _listed(call, "subscribedSkus", licences.subscribed_skus(call.tenant.id, seats.bought, seats.consumed))


def get_application(call: Call) -> Response:
    """`GET /applications(appId='...')`: with `Application.ReadWrite.OwnedBy` alone only the caller's own."""
    wanted = call.parts["app"]
    if not call.caller.has_any(policy.READ_APPLICATIONS):
        call.require((policy.READ_OWN_APPLICATION,))
        if wanted.lower() != call.caller.client_id:
            raise denied()
    app = call.tenant.apps.by_client_id(wanted)
    if app is None:
        raise not_found(wanted)
    entity = _application(call, app)
    select = odata.selected(call.query, entity, "application")
    values = {name: entity[name] for name in select} if select else entity
    return answer({"@odata.context": call.context("applications/$entity")} | values)


def _application(call: Call, app: App) -> Json:
    secret = {
        "customKeyIdentifier": None,
        "displayName": "Neurons Admin",
        "endDateTime": app.secret_expires,
        "hint": app.client_secret[:3],
        "keyId": app.key_id,
        "secretText": None,
        "startDateTime": "2024-12-01T00:00:00Z",
    }
    older = {**secret, "displayName": "before rotation", "keyId": app.object_id, "hint": "old",
             "startDateTime": "2022-12-01T00:00:00Z", "endDateTime": "2024-12-01T00:00:00Z"}  # fmt: skip
    return {
        "id": app.object_id,
        "deletedDateTime": None,
        "appId": app.client_id,
        "applicationTemplateId": None,
        "createdDateTime": "2022-12-01T00:00:00Z",
        "description": None,
        "disabledByMicrosoftStatus": None,
        "displayName": app.name,
        "identifierUris": [],
        "isFallbackPublicClient": None,
        "notes": None,
        "publisherDomain": call.tenant.domains[0],
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "addIns": [],
        "appRoles": [],
        "keyCredentials": [],
        "passwordCredentials": [older, secret],
        "requiredResourceAccess": [],
    }


def _listed(call: Call, what: str, entities: list[Json]) -> Response:
    select = odata.selected(call.query, entities[0], what)
    value = [{name: entity[name] for name in select} for entity in entities] if select else entities
    context = f"{what}({','.join(select)})" if select else what
    return answer({"@odata.context": call.context(context), "value": value})
