"""Editing what is known of a person: what the forms take, what is sent of it, and what is refused."""

import dataclasses
import json
from typing import Any

import pytest

from connectors.actions import ActionForm
from connectors.actions.edit_contact import ContactForm, EditContact
from connectors.actions.edit_profile import EditProfile
from connectors.actions.editing import EditingForm, value_of
from connectors.actions.leave_date import LeaveDateForm, SetLeaveDate
from connectors.actions.manager import RemoveManager, SetManager
from connectors.actions.profile_form import EXTENSION_NAMES, NAMES, ProfileForm
from connectors.graph import NotThere, Refused
from tests.connectors.samples import OBJECT_ID, PERSON

TODAY = {
    "displayName": "Adele Vance",
    "jobTitle": "Clerk",
    "streetAddress": "1 High Street\r\nLeeds ",
    "usageLocation": "GB",
    "mail": "adele@contoso.example",
    "employeeOrgData": {"costCenter": "0815"},
    "businessPhones": ["+44 1"],
    "otherMails": ["a@example.org", "b@example.org"],
}
CHOSEN = "0a0b0c0d-1111-2222-3333-444455556666"


def target_with(**state: Any) -> Any:
    return dataclasses.replace(PERSON, state={**TODAY, **state}, synced=bool(state.get("onPremisesSyncEnabled")))


def filled(form_class: type[EditingForm], changes: dict[str, Any] | None = None, **state: Any) -> EditingForm:
    """The form as a browser sends it back with some fields changed."""
    target = target_with(**state)
    empty: Any = form_class(target=target, directory=None)  # type: ignore[arg-type]
    data = {name: empty.get_initial_for_field(field, name) or "" for name, field in empty.fields.items()}
    data["shown"] = json.dumps(data["shown"])
    return form_class({**data, **(changes or {})}, target=target, directory=None)  # type: ignore[arg-type]


def profile(changes: dict[str, Any] | None = None, **state: Any) -> EditingForm:
    return filled(ProfileForm, changes, **state)


def contact(changes: dict[str, Any] | None = None, **state: Any) -> EditingForm:
    return filled(ContactForm, changes, **state)


class TestEditProfile:
    def test_the_form_shows_todays_values(self) -> None:
        form: Any = ProfileForm(target=target_with(), directory=None)  # type: ignore[arg-type]
        assert form["jobTitle"].value() == "Clerk"
        assert form["costCenter"].value() == "0815"
        assert form["division"].value() is None
        assert form.fields["shown"].initial["streetAddress"] == TODAY["streetAddress"]

    def test_every_property_is_in_one_part_of_the_form(self) -> None:
        assert sorted(name for _, names, _ in ProfileForm.layout for name in names) == sorted(NAMES)

    def test_it_sends_only_what_was_changed(self) -> None:
        form = profile({"jobTitle": " Manager ", "city": "Leeds"})
        assert form.is_valid(), form.errors
        (order,) = EditProfile.orders(form)
        assert order.action == EditProfile(
            {"jobTitle": "Manager", "city": "Leeds"}, {"jobTitle": "Clerk", "city": None}
        )
        assert order.action.write(PERSON, TODAY).body == {"jobTitle": "Manager", "city": "Leeds"}
        assert order.action.title == "Edit profile: job title, city"

    def test_it_refuses_to_change_nothing(self) -> None:
        form = profile()
        assert not form.is_valid()
        assert form.errors == {"__all__": ["Nothing has been changed."]}

    def test_what_is_emptied_is_sent_as_null(self) -> None:
        form = profile({"jobTitle": ""})
        assert form.is_valid()
        assert form.changes == {"jobTitle": None}

    @pytest.mark.parametrize("name", ["displayName", "usageLocation", "mail"])
    def test_what_cannot_be_cleared_is_wanted(self, name: str) -> None:
        form = profile({name: "", "city": "Leeds"})
        assert list(form.errors) == [name]

    def test_what_was_never_set_may_stay_empty(self) -> None:
        assert profile({"city": "Leeds"}, usageLocation=None, mail=None).is_valid()

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("employeeId", "x" * 17), ("givenName", "x" * 65), ("streetAddress", "x" * 1025), ("postalCode", "x" * 41),
            ("extensionAttribute15", "x" * 1025), ("usageLocation", "GBR"), ("usageLocation", "1A"),
            ("preferredLanguage", "english please"), ("mail", "adele"), ("mailNickname", "adele vance"),
            ("mailNickname", "adele@vance"), ("mailNickname", "adéle"), ("displayName", "x" * 257),
        ],
    )  # fmt: skip
    def test_it_keeps_to_microsofts_limits(self, name: str, text: str) -> None:
        assert list(profile({name: text}).errors) == [name]

    def test_a_country_is_written_large(self) -> None:
        form = profile({"usageLocation": "de"})
        assert form.is_valid()
        assert form.changes == {"usageLocation": "DE"}

    def test_cost_centre_and_division_travel_together(self) -> None:
        action = EditProfile({"division": "Retail"})
        assert action.write(PERSON, TODAY).body == {"employeeOrgData": {"division": "Retail", "costCenter": "0815"}}
        assert action.snapshot(TODAY) == {"division": None}

    def test_of_extension_attributes_only_the_changed_travel(self) -> None:
        body = EditProfile({"extensionAttribute3": "x"}).write(PERSON, TODAY).body
        assert body == {"onPremisesExtensionAttributes": {"extensionAttribute3": "x"}}

    def test_what_has_changed_meanwhile_is_not_overwritten(self) -> None:
        action = EditProfile({"jobTitle": "Manager"}, {"jobTitle": "Clerk"})
        assert action.objection(PERSON, TODAY) == ""
        assert action.objection(PERSON, {**TODAY, "city": "Elsewhere"}) == ""
        assert "job title" in action.objection(PERSON, {**TODAY, "jobTitle": "Head"})

    @pytest.mark.parametrize("shown", ["", "[]", "nonsense", "null"])
    def test_a_form_that_does_not_say_what_it_showed_is_opened_again(self, shown: str) -> None:
        assert profile({"shown": shown, "city": "Leeds"}).errors["shown"] == ["Open the dialog again."]

    def test_a_synchronised_account_has_only_its_usage_location_changed(self) -> None:
        form = profile({"usageLocation": "DE", "jobTitle": "Forged"}, onPremisesSyncEnabled=True)
        assert form.is_valid(), form.errors
        assert form.changes == {"usageLocation": "DE"}
        assert form.fields["jobTitle"].disabled
        synced = {**TODAY, "onPremisesSyncEnabled": True}
        assert EditProfile({"usageLocation": "DE"}).objection(PERSON, synced) == ""
        assert "Nothing was" in EditProfile({"usageLocation": "DE", "city": "x"}).objection(PERSON, synced)

    def test_extension_attributes_are_for_accounts_that_were_never_synchronised(self) -> None:
        form = profile({"extensionAttribute1": "x", "city": "Leeds"}, onPremisesSyncEnabled=False)
        assert form.is_valid()
        assert form.changes == {"city": "Leeds"}
        assert all(form.fields[name].disabled for name in EXTENSION_NAMES)
        assert "never synchronised" in form.parts()[-1].note
        assert not any(part.note for part in profile().parts())
        once = {**TODAY, "onPremisesSyncEnabled": False}
        assert "never synchronised" in EditProfile({"extensionAttribute1": "x"}).objection(PERSON, once)

    def test_its_undo_leaves_alone_what_was_not_changed(self) -> None:
        back = EditProfile({"jobTitle": "Manager"}, {"jobTitle": "Clerk"}).inverse({"jobTitle": "Clerk"})
        assert back == EditProfile({"jobTitle": "Clerk"})

    def test_what_cannot_be_cleared_has_no_way_back_to_nothing(self) -> None:
        assert EditProfile({"mail": "a@example.org"}).inverse({"mail": None}) is None
        assert EditProfile({"city": "Leeds"}).inverse({}) is None

    def test_a_value_that_was_not_read_is_no_empty_one(self) -> None:
        assert not EditProfile({"city": None}).is_so({})
        assert EditProfile({"city": None}).is_so({"city": ""})

    def test_a_part_that_is_folded_away_opens_when_something_is_wrong_in_it(self) -> None:
        folded = {part.title: part.is_open for part in profile({"extensionAttribute1": "x" * 2000}).parts()}
        assert folded["Extension attributes"]
        assert not folded["Directory"]


class TestEditContact:
    def test_phones_and_addresses_are_two_orders(self) -> None:
        form = contact({"businessPhones": "+44 9", "otherMails": "c@example.org\n\n c@example.org "})
        assert form.is_valid(), form.errors
        phones, mails = EditContact.orders(form)
        assert phones.action == EditContact({"businessPhones": ["+44 9"]}, {"businessPhones": ["+44 1"]})
        assert mails.action == EditContact({"otherMails": ["c@example.org"]}, {"otherMails": TODAY["otherMails"]})
        assert phones.action.conflicts != mails.action.conflicts
        assert not mails.follows

    def test_each_needs_its_own_permission_only(self) -> None:
        for name, least in (("mobilePhone", "User-Phone.ReadWrite.All"), ("otherMails", "User-Mail.ReadWrite.All")):
            needs = EditContact({name: None}).needs_for({})
            assert needs[0].least == least
            assert needs[0].met_by({"User.ReadWrite.All"})
            assert not needs[0].met_by({"User.Read.All"})

    def test_an_emptied_list_is_an_empty_list(self) -> None:
        form = contact({"businessPhones": "", "otherMails": ""})
        assert form.is_valid()
        assert form.changes == {"businessPhones": [], "otherMails": []}

    def test_another_order_of_addresses_is_no_change(self) -> None:
        assert not contact({"otherMails": "b@example.org\na@example.org"}).is_valid()

    @pytest.mark.parametrize("mails", ["no address", "a@example.org, b@example.org", "<a@example.org>", "x" * 5000])
    def test_each_line_is_an_address(self, mails: str) -> None:
        assert list(contact({"otherMails": mails}).errors) == ["otherMails"]

    def test_there_are_250_addresses_at_most(self) -> None:
        many = [f"a{number}@example.org" for number in range(251)]
        assert not contact({"otherMails": "\n".join(many)}).is_valid()
        assert contact({"otherMails": "\n".join(many[1:])}).is_valid()

    def test_a_synchronised_account_is_refused(self) -> None:
        assert "Active Directory" in EditContact.refusal(target_with(onPremisesSyncEnabled=True))
        assert EditContact.refusal(target_with()) == ""


class TestSetLeaveDate:
    @staticmethod
    def form(live: str | None = "2027-03-31T18:00:59Z", **data: str) -> LeaveDateForm:
        return LeaveDateForm(data, target=PERSON, directory=None, live=live)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("data", "moment"),
        [
            ({"day": "2026-12-31", "time": "17:30"}, "2026-12-31T17:30:00Z"),
            ({"day": "2026-12-31"}, "2026-12-31T23:59:59Z"),
            ({"day": "2027-03-31", "time": "18:01"}, "2027-03-31T18:01:00Z"),
            ({"day": "2027-03-31"}, "2027-03-31T23:59:59Z"),
            ({"day": "2027-03-31", "time": "18:00", "remove": "on"}, None),
        ],
    )
    def test_it_is_a_moment_or_none(self, data: dict[str, str], moment: str | None) -> None:
        form = self.form(**data)
        assert form.is_valid(), form.errors
        assert SetLeaveDate.orders(form)[0].action == SetLeaveDate(moment)

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            ({}, "day"),
            ({"time": "17:00"}, "day"),
            ({"day": "tomorrow"}, "day"),
            ({"day": "2026-12-31", "remove": "on"}, "remove"),
            ({"day": "2026-12-31", "time": "99"}, "time"),
            ({"day": "2027-03-31", "time": "18:00"}, "__all__"),
        ],
    )
    def test_it_is_told_what_is_wrong(self, data: dict[str, str], name: str) -> None:
        assert list(self.form(**data).errors) == [name]

    def test_it_shows_todays(self) -> None:
        form = self.form()
        shown = {name: form[name].field.widget.format_value(form[name].initial) for name in ("day", "time")}
        assert shown == {"day": "2027-03-31", "time": "18:00"}

    def test_what_is_not_there_cannot_be_removed(self) -> None:
        form = self.form(live=None, remove="on")
        assert list(form.errors) == ["day"]
        assert form.fields["remove"].disabled

    def test_the_same_moment_may_be_written_otherwise(self) -> None:
        assert SetLeaveDate("2026-12-31T17:00:00Z").is_so({"employeeLeaveDateTime": "2026-12-31T18:00:00+01:00"})


class TestManager:
    def test_nobody_is_set_as_their_own_manager(self) -> None:
        assert SetManager(OBJECT_ID).objection(PERSON, {})
        assert SetManager(CHOSEN).objection(PERSON, {}) == ""

    def test_set_and_remove_undo_each_other(self) -> None:
        before = {"manager": {"id": CHOSEN.upper(), "displayName": "Megan"}}
        kept = RemoveManager().snapshot(before)
        assert kept == {"manager": CHOSEN, "managerName": "Megan"}
        assert RemoveManager().inverse(kept) == SetManager(CHOSEN, "Megan")
        assert SetManager(CHOSEN).inverse({"manager": None, "managerName": None}) == RemoveManager()
        assert SetManager(CHOSEN).inverse({}) is None

    def test_a_manager_who_is_not_there_may_have_been_removed_already(self) -> None:
        assert RemoveManager().heard(NotThere("Gone.", code="Request_ResourceNotFound", status=404)) == "already"
        assert RemoveManager().heard(Refused("No.", code="Authorization_RequestDenied", status=403)) == ""

    def test_a_synchronised_account_is_refused(self) -> None:
        assert "Active Directory" in SetManager.refusal(target_with(onPremisesSyncEnabled=True))

    def test_there_is_nothing_to_remove_from_somebody_without(self) -> None:
        assert RemoveManager.needless(target_with())
        assert not RemoveManager.needless(target_with(manager={"id": CHOSEN}))


def test_a_list_that_is_not_set_is_empty() -> None:
    assert (value_of({}, "otherMails"), value_of({}, "city")) == ([], None)


def test_the_forms_are_forms_of_actions() -> None:
    assert all(issubclass(action.form, ActionForm) for action in (EditProfile, EditContact, SetLeaveDate))
