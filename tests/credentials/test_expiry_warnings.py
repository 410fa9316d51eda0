"""Members are told by e-mail before a secret expires, each time once, and never of a value."""

import threading
from datetime import timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from credentials import warnings
from credentials.certificates import generate
from credentials.models import Credential, ExpiryWarning
from people import sweeper
from tests.factories import make_connector, make_credential, make_user

pytestmark = pytest.mark.django_db
SECRET = "abc8Q~the-value-of-a-secret"


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.SENDS_MAIL = True
    settings.PUBLIC_URL = "https://admin.example.com"


@pytest.fixture
def keeper():
    return make_user("Credential admin", email="keeper@contoso.example")


def expiring(days, name="Contoso acting", **columns):
    credential = make_credential(name, secret=SECRET, **columns)
    credential.set_expiry(timezone.localdate() + timedelta(days=days))
    credential.save()
    return credential


@pytest.fixture
def admin(client, keeper):
    client.force_login(keeper)
    return client


def days_pass(days):
    """Bring every last day nearer, and with it what is known to have been told of it."""
    for model, column in ((Credential, "secret_expires_on"), (ExpiryWarning, "expires_on")):
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(**{column: getattr(row, column) - timedelta(days=days)})


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (30, "expires in 30 days"),
        (14, "expires in 14 days"),
        (7, "expires in 7 days"),
        (1, "expires tomorrow"),
        (0, "expires today"),
        (-1, "has expired"),
    ],
)
def test_a_mail_says_what_expires_when_and_where_to_mend_it(keeper, days, words):
    credential = expiring(days)
    make_connector("Contoso", action_credential=credential)
    assert warnings.send_due() == 1
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["keeper@contoso.example"], f"Contoso acting: the client secret {words}")
    assert f"https://admin.example.com{credential.get_absolute_url()}" in sent.body
    assert "Used by: Contoso" in sent.body
    assert SECRET not in sent.body
    assert credential.secret_hint not in sent.body.split()


def test_over_the_weeks_there_are_five_of_them(keeper):
    expiring(40)
    told = []
    for _ in range(45):
        days_pass(1)
        for _ in range(3):
            warnings.send_due()
        told += [message.subject.partition("secret ")[2] for message in mail.outbox]
        mail.outbox.clear()
    expected = ["expires in 30 days", "expires in 14 days", "expires in 7 days", "expires tomorrow", "has expired"]
    assert told == expected


def test_what_was_replaced_starts_afresh(keeper):
    credential = expiring(5)
    warnings.send_due()
    credential.set_secret("another~value-of-a-secret", expires_on=timezone.localdate() + timedelta(days=5))
    credential.save()
    assert warnings.send_due() == 1


def test_certificates_too(keeper):
    credential = make_credential("Contoso acting")
    credential.set_certificate(generate("Contoso acting", 1))
    credential.secret_expires_on = timezone.localdate() + timedelta(days=3)
    credential.save()
    warnings.send_due()
    assert mail.outbox[0].subject == "Contoso acting: the certificate expires in 3 days"
    assert "PRIVATE KEY" not in mail.outbox[0].body


def test_what_was_filled_in_is_for_who_keeps_connectors(keeper):
    make_user("Connector admin", email="connectors@contoso.example")
    connector = make_connector("Contoso", action_credential=expiring(3, ""))
    warnings.send_due()
    (sent,) = mail.outbox
    assert sent.to == ["connectors@contoso.example"]
    assert sent.subject.startswith("Contoso (")
    assert connector.get_absolute_url() in sent.body


def test_who_is_not_active_has_no_address_or_no_right_gets_none():
    make_user("Credential admin", email="gone@contoso.example", is_active=False)
    make_user("Credential admin")
    make_user("Viewer", email="viewer@contoso.example")
    expiring(3)
    assert (warnings.send_due(), mail.outbox, ExpiryWarning.objects.count()) == (0, [], 0)


def test_without_a_mail_server_nothing_is_sent_and_the_page_says_so(admin, keeper, settings):
    settings.SENDS_MAIL = False
    credential = expiring(3)
    assert (warnings.send_due(), ExpiryWarning.objects.count()) == (0, 0)
    url = reverse("credentials:detail", args=[credential.pk])
    assert "No mail server is set" in admin.get(url).content.decode()
    settings.SENDS_MAIL = True
    assert "No mail server is set" not in admin.get(url).content.decode()


def test_one_that_the_server_does_not_take_is_tried_again_and_the_others_wait(keeper, monkeypatch):
    expiring(3, "First")
    expiring(4, "Second")
    tries = []

    def refuse(*args):
        tries.append(args)
        raise SMTPException("busy")

    with monkeypatch.context() as patch:
        patch.setattr(warnings, "send_mail", refuse)
        assert warnings.send_due() == 0
    assert (len(tries), ExpiryWarning.objects.count()) == (1, 0)
    assert warnings.send_due() == 2


def test_a_name_with_line_breaks_makes_no_header(keeper):
    expiring(3, "Contoso\nBcc: everybody@contoso.example")
    warnings.send_due()
    (sent,) = mail.outbox
    assert sent.subject.startswith("Contoso Bcc: everybody@contoso.example:")
    assert sent.recipients() == ["keeper@contoso.example"]


@pytest.mark.django_db(transaction=True)
def test_two_processes_send_it_once(keeper):
    expiring(3)
    begin = threading.Barrier(2)

    def one():
        begin.wait()
        warnings.send_due()
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(mail.outbox), ExpiryWarning.objects.count()) == (1, 1)


def test_the_sweeper_sees_to_it(monkeypatch):
    called = threading.Event()
    monkeypatch.setattr(sweeper, "warn_of_expiry", called.set)
    one = sweeper.Sweeper()
    try:
        one.sweep()
        assert called.wait(5)
    finally:
        one.close()
