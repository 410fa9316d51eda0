"""What happened, in words. An event keeps a verb such as `credential.replaced`; people read a sentence.

A verb without words here is shown as it is written. A test holds this list against every verb that the product records.
"""

from typing import Final

# The part of a verb before the dot, and what its events are about.
AREAS: Final = {
    "sign_in": "Sign-in",
    "member": "Members",
    "run": "Runs",
    "connector": "Connectors",
    "credential": "Credentials",
}
# What an event can be about, by model.
SUBJECTS: Final = {
    "access.user": "Member",
    "connectors.connector": "Connector",
    "credentials.credential": "Credential",
    "people.actionrun": "Run",
    "people.person": "Person",
}
SENTENCES: Final = {
    "sign_in.succeeded": "Signed in",
    "sign_in.refused": "Tried to sign in: wrong name or password, or a deactivated member",
    "sign_in.ended": "Signed out",
    "member.added": "Added a member",
    "member.changed": "Changed a member",
    "member.activated": "Activated a member",
    "member.deactivated": "Deactivated a member",
    "member.password_set": "Set a member's password",
    "member.password_changed": "Changed their own password",
    "run.asked": "Asked for an action",
    "run.cancelled": "Cancelled an action before it was sent",
    "run.password_shown": "Was shown the generated password, once",
    "connector.sync_asked": "Asked for a synchronisation",
}
# Events that somebody who reads the trail looks for.
TONES: Final = {
    "sign_in.refused": "warning",
    "member.deactivated": "warning",
    "member.password_set": "warning",
    "run.password_shown": "warning",
}


def sentence(verb: str) -> str:
    """What was done, for a verb; one without words is shown as it is written."""
    return SENTENCES.get(verb) or verb.replace(".", ": ").replace("_", " ").capitalize()
