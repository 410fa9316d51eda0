"""Addresses of signing in and out, of one's own page, of the members and their roles."""

from django.urls import path

from neurons_admin.access import factor_proofs  # noqa: F401 - registers its ways to prove who one is
from neurons_admin.access.views import (
    confirm,
    factors,
    identities,
    members,
    passkeys,
    profile,
    roles,
    scopes,
    sessions,
    sign_in,
)

app_name = "access"

urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-in/second-step/", sign_in.second_step, name="second_step"),
    path("sign-in/passkey/", passkeys.sign_in, name="passkey_sign_in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign_out"),
    path("confirm/", confirm.confirm, name="confirm"),
    path("confirm/passkey/", passkeys.confirm, name="confirm_passkey"),
    path("profile/", profile.profile, name="profile"),
    path("profile/sessions/end/", sessions.end_own, name="end_own_sessions"),
    path("profile/ways/", factors.ways, name="ways"),
    path("profile/ways/app/", factors.add_app, name="way_add_app"),
    path("profile/ways/app/<uuid:pk>/", factors.app, name="way_app"),
    path("profile/ways/passkey/", passkeys.add, name="way_add_passkey"),
    path("profile/ways/codes/", factors.recovery_codes, name="way_codes"),
    path("profile/ways/<slug:kind>/<uuid:pk>/remove/", factors.remove, name="way_remove"),
    path("members/", members.members, name="members"),
    path("members/add/", members.add, name="member_add"),
    path("members/roles/", roles.roles, name="roles"),
    path("members/roles/add/", roles.add, name="role_add"),
    path("members/roles/<int:pk>/", roles.role, name="role"),
    path("members/roles/<int:pk>/delete/", roles.delete, name="role_delete"),
    path("members/scopes/", scopes.scopes, name="scopes"),
    path("members/scopes/add/", scopes.add, name="scope_add"),
    path("members/scopes/<int:pk>/", scopes.scope, name="scope"),
    path("members/scopes/<int:pk>/delete/", scopes.delete, name="scope_delete"),
    path("members/<int:pk>/", members.member, name="member"),
    path("members/<int:pk>/password/", members.set_password, name="member_password"),
    path("members/<int:pk>/sessions/end/", sessions.end_of, name="member_sessions"),
    path("members/<int:pk>/second-factors/", members.reset_factors, name="member_factors"),
    path("members/<int:pk>/microsoft/", identities.identity, name="member_identity"),
    path("members/<int:pk>/deactivate/", members.deactivate, name="member_deactivate"),
    path("members/<int:pk>/activate/", members.activate, name="member_activate"),
]
