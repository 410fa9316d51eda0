"""What happened, in words. An event keeps a verb such as `credential.replaced`; people read a sentence.

A verb without words here is shown as it is written. A test holds this list against every verb that the product records.
"""

from typing import Final

# The part of a verb before the dot, and what its events are about.
AREAS: Final = {
    "sign_in": "Sign-in",
    "access": "Refusals",
    "audit": "Audit trail",
    "member": "Members",
    "role": "Roles",
    "scope": "Scopes",
    "run": "Runs",
    "approval": "Rules for agreement",
    "person": "People",
    "connector": "Connectors",
    "sync": "Synchronisations",
    "credential": "Credentials",
    "keys": "Keys",
}
# What an event can be about, by model.
SUBJECTS: Final = {
    "access.role": "Role",
    "access.scope": "Scope",
    "access.user": "Member",
    "connectors.connector": "Connector",
    "connectors.syncrun": "Synchronisation",
    "credentials.credential": "Credential",
    "credentials.keycanary": "Keys",
    "people.actionrun": "Run",
    "people.approvalrule": "Rule for agreement",
    "people.person": "Person",
}
# Read between the name of who did it and the name of what it was done to.
SENTENCES: Final = {
    "sign_in.succeeded": "signed in",
    "sign_in.refused": "was refused at sign-in as",
    "sign_in.code_refused": "gave a wrong code, after the right password, at sign-in as",
    "sign_in.throttled": "had tried too often, and has to wait, at sign-in as",
    "sign_in.ended": "signed out",
    "sign_in.proved": "confirmed who they are:",
    "sign_in.not_proved": "gave a wrong answer when asked to confirm being",
    "sign_in.shut_out": "was signed out, after too many wrong answers, as",
    "access.refused": "was refused what their role does not include:",
    "audit.exported": "exported the audit trail, as",
    "member.added": "added the member",
    "member.changed": "changed the member",
    "member.activated": "activated the member",
    "member.deactivated": "deactivated the member",
    "member.session_ended": "ended a session of",
    "member.sessions_ended": "ended the sessions of",
    "member.identity_linked": "linked an account at Microsoft to",
    "member.identity_unlinked": "took the account at Microsoft from",
    "member.password_set": "set the password of",
    "member.password_changed": "changed their own password",
    "member.way_added": "added a way to sign in:",
    "member.way_removed": "removed a way to sign in:",
    "member.recovery_codes_made": "made recovery codes:",
    "member.recovery_code_used": "used a recovery code:",
    "member.ways_reset": "removed all second factors of",
    "role.added": "added the role",
    "role.changed": "changed the role",
    "role.deleted": "deleted the role",
    "scope.added": "added the scope",
    "scope.changed": "changed the scope",
    "scope.deleted": "deleted the scope",
    "person.protected": "put under protection",
    "person.unprotected": "ended the protection of",
    "person.joined": "joined the accounts of several people to one:",
    "person.parted": "parted, from another person,",
    "person.told_apart": "said that these are different people, among them",
    "run.asked": "asked for",
    "run.sent": "had sent to Microsoft, with the action credential,",
    "run.refused": "was refused, when it was about to be sent,",
    "run.agreed": "agreed to what somebody else asked for:",
    "run.not_agreed": "did not agree to what somebody else asked for:",
    "approval.rule_changed": "changed when somebody else has to agree to",
    "run.cancelled": "cancelled, before it was sent,",
    "run.decided": "decided what became of",
    "run.confirmed": "let go on, after a restore,",
    "run.password_shown": "was shown the password or pass made by",
    "connector.added": "added the connector",
    "connector.changed": "changed the connector",
    "connector.deleted": "deleted the connector",
    "connector.sync_asked": "asked for a synchronisation of",
    "connector.sync_paused": "paused a synchronisation of",
    "connector.sync_resumed": "let go on a synchronisation of",
    "connector.sync_stopped": "stopped a synchronisation of",
    "connector.removal_accepted": "let a synchronisation remove what it asked about of",
    "connector.removal_refused": "kept what a synchronisation would have removed of",
    "sync.began": "began to read, with the credential for reading, the",
    "credential.added": "added the credential",
    "credential.changed": "changed the credential",
    "credential.checked": "checked the credential",
    "credential.refused": "found that Microsoft refuses the credential",
    "credential.works_again": "found that Microsoft accepts again the credential",
    "credential.secret_replaced": "replaced the secret or certificate of",
    "credential.certificate_made": "made a certificate, not in use yet, for",
    "credential.certificate_discarded": "discarded the certificate that waited for",
    "credential.shared": "made a shared credential of one that was filled in on a connector:",
    "credential.attached": "attached to a connector the credential",
    "credential.detached": "took from a connector the credential",
    "credential.deleted": "deleted the credential",
    "keys.rotation_begun": "began to encrypt everything with the newest of",
    "keys.rotated": "encrypted everything with the newest of",
}


def verbs_of(area: str) -> list[tuple[str, str]]:
    """The verbs of an area, with their words; none for what is no area."""
    return [(verb, words.rstrip(":, ")) for verb, words in SENTENCES.items() if verb.startswith(f"{area}.")]


def sentence(verb: str) -> str:
    """What somebody did; a verb without words is shown nearly as it is written."""
    return SENTENCES.get(verb) or verb.replace("_", " ").replace(".", ": ") + " ·"
