from django import forms

from neurons_admin.ui.styleguide_forms import sample_form, wrong_form
from neurons_admin.ui.widgets import SecretInput
from tests.ui.markup import Markup


class CredentialForm(forms.Form):
    name = forms.CharField(help_text="As it is shown in lists.")
    secret = forms.CharField(label="Client secret", widget=SecretInput, required=False)


def test_every_control_has_a_label_and_what_describes_it_exists():
    for form in (sample_form(), wrong_form()):
        markup = Markup(str(form))
        labelled = {label["for"] for label in markup.all("label")}
        for control in [*markup.all("input"), *markup.all("select"), *markup.all("textarea")]:
            assert control["id"] in labelled
            for described_by in control.get("aria-describedby").split():
                assert described_by in markup.ids
        assert len(markup.ids) == len(set(markup.ids))


def test_controls_wear_bootstraps_classes():
    markup = Markup(str(sample_form()))
    assert markup.one("input", name="name").has_class("form-control")
    assert markup.one("select").has_class("form-select")
    assert markup.one("textarea").has_class("form-control")
    assert all(tick.has_class("form-check-input") for tick in markup.all("input", type="checkbox"))


def test_an_error_stands_beside_its_field_and_on_top():
    markup = Markup(str(CredentialForm({"name": ""})))
    control = markup.one("input", name="name")
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"] == "id_name_helptext id_name_error"
    assert markup.one(id="id_name_error").text == "This field is required."
    summary = markup.one(role="alert")
    assert summary.text == "One thing to put right Name : This field is required."
    assert markup.one("a")["href"] == "#id_name"


def test_every_link_of_the_summary_leads_to_something_that_takes_focus():
    markup = Markup(str(wrong_form()))
    targets = [link["href"].removeprefix("#") for link in markup.all("a")]
    assert len(targets) == 5
    for target in targets:
        element = markup.one(id=target)
        assert element.tag in {"input", "select", "textarea"} or element["tabindex"] == "-1"


def test_an_error_of_the_whole_form_speaks_for_itself():
    form = CredentialForm({"name": "x"})
    form.add_error(None, "Microsoft does not know this tenant.")
    assert Markup(str(form)).one(role="alert").text == "Microsoft does not know this tenant."


def test_a_secret_is_never_rendered_back():
    form = CredentialForm({"name": "", "secret": "S3cr3t~value"})
    assert not form.is_valid()
    assert "S3cr3t~value" not in str(form)


def test_a_stored_secret_says_so_and_how_to_keep_it():
    form = CredentialForm()
    form.fields["secret"].widget.stored = "ends in x7Q"
    markup = Markup(str(form))
    control = markup.one("input", name="secret")
    assert "Stored · ends in x7Q" in markup.one(id="id_secret_stored").text
    assert control["aria-describedby"] == "id_secret_stored"
    assert control["placeholder"] == "Leave empty to keep it, or type a new one"
    assert "value" not in control.attributes


def test_one_forms_stored_secret_is_not_anothers():
    first = CredentialForm()
    first.fields["secret"].widget.stored = "ends in x7Q"
    assert "Stored" not in str(CredentialForm())


def test_optional_fields_say_so():
    markup = Markup(str(CredentialForm()))
    labels = {label["for"]: label.text for label in markup.all("label")}
    assert labels == {"id_name": "Name", "id_secret": "Client secret optional"}


def test_input_full_of_markup_stays_text():
    html = str(CredentialForm({"name": '"><script>alert(1)</script>', "secret": ""}))
    assert "<script>" not in html
