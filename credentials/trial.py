"""Trying a credential before it is kept. How that is done is known to the floor above, which knows Microsoft.

`settings.CREDENTIAL_TRIAL` names its function, so that nothing here reaches up.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from .finding import Finding
from .models import Credential


def try_out(credential: Credential) -> Finding:
    """Sign in afresh with a credential, saved or not. Asks the network: never inside a transaction. Raises nothing."""
    find: Callable[[Credential], Finding] = import_string(settings.CREDENTIAL_TRIAL)
    return find(credential)
