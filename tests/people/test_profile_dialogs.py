"""The dialogs of profile, contact, leave date and manager: they work, refuse bad input, and refuse the wrong person."""

import json
import re
import uuid
from html import unescape

import pytest
from django.urls import reverse

from neurons_admin.access.roles import PEOPLE_ADMIN, VIEWER
from people.models import ActionRun
from tests.factories import make_account, make_connector, make_person, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def adele():
    return make_account(make_person("Adele Vance"), mobile_phone="+44 2", more={"otherMails": ["a@example.org"]})


def url(account, key):
    return reverse("people:ask", args=[account.person_id, account.pk, key])


def sent(client, account, key, **changes):
    """The dialog's form, sent back with some fields changed."""
    content = client.get(url(account, key), **HTMX).content.decode()
    shown = re.search(r'name="shown" value="([^"]*)"', content)
    values = json.loads(unescape(shown[1])) if shown else {}
    data = {name: "\n".join(value) if isinstance(value, list) else value or "" for name, value in values.items()}
    data |= {"shown": json.dumps(values)} if shown else {}
    return client.post(url(account, key), {**data, "click": str(uuid.uuid4()), **changes}, **HTMX)


class TestProfile:
    def test_it_shows_todays_values_in_parts(self, desk, adele):
        content = desk.get(url(adele, "edit_profile"), **HTMX).content.decode()
        for words in ('value="Adele Vance"', "Office and address", "<details", "never an application", "Can be undone"):
            assert words in content

    def test_only_what_was_changed_is_asked_for(self, desk, adele):
        sent(desk, adele, "edit_profile", jobTitle="Chief")
        run = ActionRun.objects.get()
        assert run.params == {"changes": {"jobTitle": "Chief"}, "was": {"jobTitle": adele.job_title}}
        assert run.label == "Edit profile: job title"

    def test_changing_nothing_is_refused(self, desk, adele):
        assert "Nothing has been changed." in sent(desk, adele, "edit_profile").content.decode()
        assert not ActionRun.objects.exists()

    def test_bad_input_comes_back_with_what_was_shown(self, desk, adele):
        content = sent(desk, adele, "edit_profile", employeeId="x" * 17, city="Leeds").content.decode()
        assert "at most 16 characters" in content
        assert 'value="Leeds"' in content
        assert 'name="shown"' in content

    def test_of_somebody_synchronised_only_one_field_is_open(self, desk):
        account = make_account(synced=True)
        content = desk.get(url(account, "edit_profile"), **HTMX).content.decode()
        assert "only the usage location can be changed here" in content
        fields = re.findall(r"<(?:input|textarea)(?=[^>]*form-control)[^>]*>", content)
        assert [re.search(r'name="(\w+)"', field)[1] for field in fields if " disabled" not in field] == [
            "usageLocation"
        ]

    def test_it_is_for_who_may(self, client, adele):
        client.force_login(make_user(VIEWER))
        assert client.get(url(adele, "edit_profile")).status_code == 403


class TestContact:
    def test_phones_and_addresses_are_two_runs(self, desk, adele):
        sent(desk, adele, "edit_contact", mobilePhone="", otherMails="b@example.org")
        assert {run.conflict_class for run in ActionRun.objects.all()} == {"contact:phones", "contact:mails"}

    def test_bad_input_is_refused(self, desk, adele):
        assert "is not an e-mail address" in sent(desk, adele, "edit_contact", otherMails="<b>").content.decode()
        assert not ActionRun.objects.exists()

    def test_somebody_synchronised_is_refused(self, desk):
        content = desk.get(url(make_account(synced=True), "edit_contact"), **HTMX).content.decode()
        assert "Active Directory" in content
        assert 'class="btn btn-primary"' not in content


def leaving(client, directory, today=None):
    """Somebody with a leave date, where it can be changed, and whoever may."""
    connector = make_connector(actions_allowed=["set_leave_date"])
    connector.action_credential.granted_permissions += ["User-LifeCycleInfo.ReadWrite.All"]
    connector.action_credential.save()
    account = make_account(connector=connector)
    directory.users[str(account.object_id)] = {"id": str(account.object_id), "employeeLeaveDateTime": today}
    client.force_login(make_user(PEOPLE_ADMIN))
    return account


class TestLeaveDate:
    def test_it_is_off_until_the_connector_offers_it(self, client):
        client.force_login(make_user(PEOPLE_ADMIN))
        content = client.get(url(make_account(), "set_leave_date"), **HTMX).content.decode()
        assert "does not offer this action" in content

    def test_it_asks_for_a_moment(self, client, directory):
        account = leaving(client, directory, "2026-11-30T17:00:00Z")
        assert 'value="2026-11-30"' in client.get(url(account, "set_leave_date"), **HTMX).content.decode()
        today = {"day": "2026-11-30", "time": "17:00"}
        assert "Nothing has been changed" in sent(client, account, "set_leave_date", **today).content.decode()
        assert "Choose a date" in sent(client, account, "set_leave_date", day="").content.decode()
        sent(client, account, "set_leave_date", day="2026-12-31", time="17:00")
        assert ActionRun.objects.get().params == {"moment": "2026-12-31T17:00:00Z"}

    @pytest.mark.parametrize("day", ["0001-01-01", "0900-05-05", "9999-12-31"])
    def test_a_mistyped_year_is_said(self, client, directory, day):
        account = leaving(client, directory)
        assert "Look at the year." in sent(client, account, "set_leave_date", day=day).content.decode()
        assert not ActionRun.objects.exists()


class TestManager:
    def test_it_says_who_it_is_and_asks_for_another(self, desk, adele):
        megan, miriam = (make_account(make_person(name), adele.connector) for name in ("Megan", "Miriam"))
        type(adele).objects.update(manager_id=megan.object_id)
        assert 'value="Megan"' in desk.get(url(adele, "set_manager"), **HTMX).content.decode()
        sent(desk, adele, "set_manager", manager=str(miriam.object_id))
        run = ActionRun.objects.get()
        assert run.params == {"manager_id": str(miriam.object_id), "manager_name": "Miriam"}
        assert run.label == "Set manager to Miriam"

    def test_nobody_chosen_is_refused(self, desk, adele):
        assert "Choose somebody." in sent(desk, adele, "set_manager").content.decode()

    def test_who_cannot_be_chosen_is_refused_though_sent(self, desk, adele):
        elsewhere = make_account(make_person("Elsewhere"))
        report = make_account(make_person("Report"), adele.connector, manager_id=adele.object_id)
        for account, words in ((adele, "their own manager"), (report, "a circle"), (elsewhere, "no longer in")):
            assert words in sent(desk, adele, "set_manager", manager=str(account.object_id)).content.decode()
        assert not ActionRun.objects.exists()

    def test_two_managers_are_one_too_many(self, desk, adele):
        two = [str(make_account(make_person(name), adele.connector).object_id) for name in ("Megan", "Miriam")]
        assert "Choose one only." in sent(desk, adele, "set_manager", manager=two).content.decode()

    def test_the_manager_is_removed(self, desk, adele):
        type(adele).objects.update(manager_id=uuid.uuid4())
        assert "Not known here" in desk.get(url(adele, "remove_manager"), **HTMX).content.decode()
        sent(desk, adele, "remove_manager")
        assert ActionRun.objects.get().action == "remove_manager"

    def test_without_a_manager_there_is_nothing_to_remove(self, desk, adele):
        assert "There is no manager" in desk.get(url(adele, "remove_manager"), **HTMX).content.decode()


@pytest.mark.parametrize(
    "shown",
    ['{"jobTitle": "a\\u0000"}', '{"jobTitle": "\\ud800"}', '{"jobTitle": NaN}', "[" * 20_000, "{", "null", "[]", ""],
)
def test_what_travels_along_in_the_form_may_come_back_as_anything(desk, adele, shown):
    response = sent(desk, adele, "edit_profile", jobTitle="Chief", shown=shown)
    assert "Open the dialog again." in response.content.decode()
    assert not ActionRun.objects.exists()
