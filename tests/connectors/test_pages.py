"""The list of connectors, the page of one, its end; and whatever hostile input is thrown at them."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors import services
from connectors.models import Connector, SyncRun
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.factories import make_account, make_checked_credential, make_connector, make_credential, make_run, make_user
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db
LIST = "/connectors/"
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>",
    "{{ request.user.password }}{% now 'Y' %}",
    "'; DROP TABLE connectors_connector; --",
    '" onmouseover="alert(1)',
    "名前 👩‍👩‍👧 Ünï",
    "javascript:alert(1)",
]


def names(response):
    return [connector.name for connector, _run, _entries in response.context["rows"]]


def page(client, connector):
    return client.get(connector.get_absolute_url())


class TestList:
    def test_it_shows_each_with_its_state(self, admin):
        contoso = make_connector("Contoso")
        make_connector("Fabrikam", acts=False, active=False)
        run = SyncRun.objects.create(
            connector=contoso, trigger="manual", state="succeeded", read=12345, ended_at=timezone.now()
        )
        response = admin.get(LIST)
        assert names(response) == ["Contoso", "Fabrikam"]
        content = response.content.decode()
        for words in ("12,345 read", run.get_state_display(), "Reads only", "Acts", "switched off"):
            assert words in content

    def test_the_latest_synchronisation_counts(self, admin):
        connector = make_connector("Contoso")
        for state in ("failed", "succeeded"):
            SyncRun.objects.create(connector=connector, trigger="manual", state=state)
        ((_connector, run, _entries),) = admin.get(LIST).context["rows"]
        assert run.state == "succeeded"

    def test_it_takes_as_many_queries_for_many_as_for_one(self, admin, django_assert_max_num_queries):
        make_connector("One")
        with django_assert_max_num_queries(30) as few:
            admin.get(LIST)
        for number in range(10):
            make_connector(f"Connector {number}")
        with django_assert_max_num_queries(len(few.captured_queries)):
            admin.get(LIST)

    def test_search_and_filter(self, admin):
        contoso = make_connector("Contoso", acts=False)
        make_connector(
            "Fabrikam", acts=False, active=False, sync_credential=make_credential("f", tenant_id=uuid.uuid4())
        )
        assert names(admin.get(LIST, {"q": "conto"})) == ["Contoso"]
        assert names(admin.get(LIST, {"q": f"{{{contoso.tenant_id}}}"})) == ["Contoso"]
        assert names(admin.get(LIST, {"state": "off"})) == ["Fabrikam"]
        assert names(admin.get(LIST, {"sort": "-name"})) == ["Fabrikam", "Contoso"]
        assert "No connector matches" in admin.get(LIST, {"q": "nobody"}).content.decode()

    def test_an_empty_list_says_what_to_do(self, admin):
        content = admin.get(LIST).content.decode()
        assert "No connectors yet" in content
        assert reverse("connectors:add") in content

    @pytest.mark.parametrize(
        ("columns", "words"),
        [
            ({"check_code": "expired_secret"}, "Cannot act"),
            ({"checked_at": None}, "Acts, not checked"),
            ({"tenant_id": uuid.uuid4()}, "Cannot act"),
        ],
    )
    def test_trouble_with_acting_is_seen_from_the_list(self, admin, columns, words):
        make_connector(action_credential=make_checked_credential("act", **columns))
        assert words in admin.get(LIST).content.decode()


class TestDetail:
    def test_its_sections(self, admin):
        connector = make_connector("Contoso")
        content = page(admin, connector).content.decode()
        for words in ("Connection", "What to import", "Schedule", "Action details", "Synchronisations", "Every hour"):
            assert words in content
        assert "offered actions will work" in content

    def test_no_secret_is_on_it(self, admin):
        connector = make_connector("Contoso", sync_credential=make_credential("", secret=CANARY))
        content = page(admin, connector).content.decode()
        assert CANARY not in content
        assert f"starts with {CANARY[:3]}" in content

    def test_a_reading_credential_that_may_write_is_warned_of(self, admin):
        connector = make_connector(sync_credential=make_checked_credential("read"))
        content = page(admin, connector).content.decode()
        assert "It may do more than read" in content
        assert "User.ReadWrite.All" in content

    def test_a_credential_that_does_not_work_says_why(self, admin):
        broken = make_credential("act", check_code="x", check_message="It has expired.", checked_at=timezone.now())
        content = page(admin, make_connector(action_credential=broken)).content.decode()
        assert "It has expired." in content
        assert ">0 of " in content

    def test_credentials_of_two_tenants_are_shown_as_trouble(self, admin):
        connector = make_connector(action_credential=make_checked_credential("act", tenant_id=uuid.uuid4()))
        assert "No action can be carried out" in page(admin, connector).content.decode()

    def test_without_any_credential_it_still_stands(self, admin):
        connector = make_connector(sync_credential=None, acts=False)
        assert "No credential has been set" in page(admin, connector).content.decode()

    def test_who_may_only_look_is_offered_nothing_else(self, client):
        group = make_user("Connector admin").groups.get()
        group.permissions.set(group.permissions.filter(codename="view_connector"))
        user = make_user()
        user.groups.add(group)
        client.force_login(user)
        connector = make_connector("Contoso")
        content = page(client, connector).content.decode() + client.get(LIST).content.decode()
        for name in ("edit_connection", "edit_import", "edit_actions", "check_credential", "sync", "delete"):
            assert reverse(f"connectors:{name}", args=[connector.pk]) not in content
        assert reverse("connectors:add") not in content


class TestDelete:
    def url(self, connector):
        return reverse("connectors:delete", args=[connector.pk])

    def test_one_that_has_brought_in_nobody_goes_with_its_filled_in_credentials(self, admin):
        shared = make_checked_credential("act")
        connector = make_connector("Contoso", sync_credential=make_credential(""), action_credential=shared)
        SyncRun.objects.create(connector=connector, trigger="manual", state="failed")
        assert "Delete Contoso" in admin.get(self.url(connector), HTTP_HX_REQUEST="true").content.decode()
        assert admin.post(self.url(connector)).url == LIST
        assert not Connector.objects.exists()
        assert not Credential.objects.filter(name="").exists()
        assert Credential.objects.filter(pk=shared.pk).exists()
        assert Event.objects.get(verb="connector.deleted").subject_name == "Contoso"

    def test_one_with_people_and_runs_is_refused_and_says_how_many(self, admin):
        connector = make_connector("Contoso")
        make_run(make_account(connector=connector))
        for response in (admin.get(self.url(connector)), admin.post(self.url(connector))):
            content = response.content.decode()
            assert "1 accounts" in content
            assert "Switch it off" in content
        assert Connector.objects.filter(pk=connector.pk).exists()
        assert not Event.objects.exists()

    def test_the_service_refuses_too(self, admin):
        connector = make_connector("Contoso")
        make_account(connector=connector)
        with pytest.raises(services.InUseError):
            services.delete(connector, actor=admin.user)

    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
    def test_the_wrong_person_is_refused(self, client, role):
        connector = make_connector("Contoso")
        client.force_login(make_user(role))
        assert client.post(self.url(connector)).status_code == 403
        assert client.get(LIST).status_code == 403
        assert page(client, connector).status_code == 403


class TestHostile:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_names_full_of_markup_are_shown_as_they_are(self, admin, name):
        connector = make_connector(name, sync_credential=make_credential("read"))
        act = connector.action_credential
        act.app_name = act.check_message = name
        act.granted_permissions, act.directory_roles = [name], [name]
        act.save()
        SyncRun.objects.create(connector=connector, trigger="manual", state="failed", message=name)
        addresses = [LIST, connector.get_absolute_url()]
        addresses += [
            reverse(f"connectors:{each}", args=[connector.pk])
            for each in ("edit_connection", "edit_import", "edit_actions", "delete")
        ]
        for address in addresses:
            content = admin.get(address).content.decode()
            assert "<img src=x" not in content
            assert "<script>alert" not in content
            assert 'onmouseover="alert' not in content
            assert "pbkdf2" not in content

    def test_markup_in_credentials_too(self, client):
        user = make_user("Credential admin")
        client.force_login(user)
        for name in HOSTILE:
            credential = make_checked_credential(name, description=name, app_name=name, granted_permissions=[name])
            make_connector(f"c{name}"[:90], action_credential=credential)
            for address in ("/credentials/", credential.get_absolute_url(), f"{credential.get_absolute_url()}edit/"):
                content = client.get(address).content.decode()
                assert "<img src=x" not in content
                assert "<script>alert" not in content

    @pytest.mark.parametrize("address", ["/connectors/add/", "/credentials/add/"])
    def test_a_form_of_ten_megabytes(self, client, address):
        client.force_login(make_user(is_superuser=True))
        response = client.post(address, {"name": "x" * 10_000_000})
        assert response.status_code in (400, 413)
        assert "larger than any form" in response.content.decode()
        assert not Connector.objects.exists()

    @pytest.mark.parametrize("address", ["/connectors/add/", "/credentials/add/", "/connectors/?q=%00"])
    def test_a_nul_byte(self, client, address):
        client.force_login(make_user(is_superuser=True))
        response = client.get(address) if "?" in address else client.post(address, {"name": "Con\0toso"})
        assert response.status_code == 400

    @pytest.mark.parametrize("address", ["/connectors/", "/credentials/"])
    @pytest.mark.parametrize(
        "query", ["q=%ff", "sort=%27", "after=zzz", "after=W10", "state=x&check=y&expires=z", "q=" + "a" * 3000]
    )
    def test_a_strange_query_is_no_fault(self, client, address, query):
        client.force_login(make_user(is_superuser=True))
        assert client.get(f"{address}?{query}").status_code == 200

    @pytest.mark.parametrize("name", ["detail", "edit_connection", "edit_import", "edit_actions", "delete", "sync_run"])
    def test_what_does_not_exist_is_not_found(self, admin, name):
        assert admin.get(reverse(f"connectors:{name}", args=[uuid.uuid4()])).status_code == 404

    def test_a_malformed_id_is_not_found(self, admin):
        assert admin.get("/connectors/not-an-id/").status_code == 404
