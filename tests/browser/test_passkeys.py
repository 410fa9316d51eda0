"""Passkeys, with an authenticator that Chromium plays."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def authenticator(page):
    """A device that holds passkeys and is always unlocked by whoever sits there; verified(False) has it refuse that."""
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return lambda command, **more: browser.send(f"WebAuthn.{command}", {**made, **more})


def leave(page):
    page.context.clear_cookies()
    page.goto("/sign-in/")


def use_passkey(page):
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use my passkey").click()


def test_somebody_adds_a_passkey_and_signs_in_with_nothing_else(page, product, sign_in, authenticator):
    sign_in("admin")
    page.goto("/members/add/")
    page.locator("input[name=username]").fill("keyholder")
    for name in ("password1", "password2"):
        page.locator(f"input[name={name}]").fill(product.password)
    page.locator("form:has(input[name=password1]) [type=submit]").click()
    page.wait_for_url("**/members/")
    leave(page)
    sign_in("keyholder")
    page.goto("/profile/ways/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("They are shown this once")).to_be_visible()
    kept = authenticator("getCredentials")["credentials"]
    assert [one["isResidentCredential"] for one in kept] == [True]

    leave(page)
    use_passkey(page)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()

    leave(page)
    authenticator("setUserVerified", isUserVerified=False)
    use_passkey(page)
    expect(page.get_by_text("The browser gave no passkey")).to_be_visible()
    assert "/sign-in/passkey/" in page.url

    # A copy of the device, which has not counted on.
    authenticator("setUserVerified", isUserVerified=True)
    authenticator("removeCredential", credentialId=kept[0]["credentialId"])
    authenticator("addCredential", credential={**kept[0], "signCount": 0})
    leave(page)
    use_passkey(page)
    expect(page.get_by_text("did not fit")).to_be_visible()
