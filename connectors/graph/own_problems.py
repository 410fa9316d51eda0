"""What this product itself says of an exchange with Microsoft, explained: by the code that its error carries."""

from typing import Final

from .explanation import ACTION_DETAILS, CREDENTIAL, PERSON, REPORT, SECRETS, SERVICE_HEALTH, Explanation, learn
from .graph_problems import ELSEWHERE, TOKEN_REFUSED, TROUBLE

_ADDRESSES = learn("The addresses Microsoft 365 needs", "microsoft-365/enterprise/urls-and-ip-address-ranges")
_CLOUDS = learn("Microsoft's clouds", "graph/deployments")
CHECK_NETWORK: Final = "Have whoever runs this server check its network, its proxy and its firewall."
_AGAIN_BY_ITSELF = "Nothing needs to be done: it is tried again."

_NO_ANSWER = Explanation(
    "no_answer",
    "Microsoft Graph was asked and did not answer.",
    (
        "The connection broke, or a proxy in between cut it.",
        "Microsoft took too long, or has an outage.",
    ),
    "What was asked may have happened all the same: the directory is read to find out.",
    (SERVICE_HEALTH, _ADDRESSES),
)
_UNREACHABLE = Explanation(
    "graph_unreachable",
    "Microsoft Graph could not be reached from this server.",
    (
        "The network or the proxy of this server is down.",
        "A firewall does not let it through to Microsoft Graph.",
        "The name of Microsoft's server could not be looked up.",
    ),
    CHECK_NETWORK,
    (_ADDRESSES, SERVICE_HEALTH),
)
_NOT_GRAPH = Explanation(
    "not_graph",
    "The answer did not come from Microsoft Graph.",
    (
        "A proxy, a firewall or a sign-in page of the network has answered in its place.",
        "The answer was cut off on its way.",
    ),
    CHECK_NETWORK,
    (_ADDRESSES,),
)

EXPIRED_CERTIFICATE: Final = Explanation(
    "expired_certificate",
    "The certificate has expired.",
    ("It has reached the end that was chosen when it was made.",),
    "Make a new one here, upload its public part in Entra under Certificates & secrets > Certificates, and take it into"
    " use.",
    (SECRETS, CREDENTIAL),
)
_CIRCLE = Explanation(
    "circle",
    "Microsoft Graph's pages lead round in a circle: this list has no end.",
    ("A fault of Microsoft's.", "Something between this server and Microsoft repeats old answers."),
    "What is known stays as it is. Synchronise again; if it ends so again, ask Microsoft's support, with the request"
    " ids of its calls.",
    (SERVICE_HEALTH,),
)

BY_CODE: Final = {
    EXPIRED_CERTIFICATE.kind: EXPIRED_CERTIFICATE,
    "circle": _CIRCLE,
    "no_end": _CIRCLE._replace(
        kind="no_end", sentence="Microsoft Graph gave empty pages only: this list seems to have no end."
    ),
    "no_answer": _NO_ANSWER,
    "graph_unreachable": _UNREACHABLE,
    "not_graph": _NOT_GRAPH,
    "not_the_person": _NOT_GRAPH._replace(
        kind="not_the_person", sentence="Microsoft Graph gave an answer that is not the person asked for."
    ),
    "not_a_page": _NOT_GRAPH._replace(
        kind="not_a_page", sentence="Microsoft Graph gave an answer that is no page of people."
    ),
    "sign_in_unreachable": _UNREACHABLE._replace(
        kind="sign_in_unreachable",
        sentence="Microsoft's sign-in service could not be reached from this server.",
        causes=(
            "The network or the proxy of this server is down.",
            "A firewall does not let it through to Microsoft's sign-in service.",
            "With a test tenant: its certificate is not known to this server.",
        ),
    ),
    "not_sign_in": _NOT_GRAPH._replace(
        kind="not_sign_in",
        sentence="The answer did not come from Microsoft's sign-in service.",
        causes=(
            "A proxy, a firewall or a sign-in page of the network has answered in its place.",
            "The address of the sign-in service in the settings is not right.",
        ),
    ),
    "slow_sign_in": Explanation(
        "slow_sign_in",
        "A new token took too long to get.",
        ("Microsoft's sign-in service is slow.", "The network of this server is slow."),
        _AGAIN_BY_ITSELF,
        (SERVICE_HEALTH,),
    ),
    "foreign_link": ELSEWHERE._replace(
        kind="foreign_link",
        sentence="Microsoft's answer pointed to another host. It was not followed.",
        links=(_CLOUDS,),
    ),
    "write_forbidden": Explanation(
        "write_forbidden",
        "A credential for reading was asked to write. Nothing was sent.",
        ("A fault of this product.",),
        REPORT,
        (ACTION_DETAILS,),
        again=False,
    ),
    "no_credential": Explanation(
        "no_credential",
        "No credential has been set for this.",
        ("The connector's Action Credentials were taken away meanwhile.",),
        "Fill in Action Credentials on the connector, or choose a shared credential.",
        (ACTION_DETAILS,),
    ),
    "secret_unreadable": Explanation(
        "secret_unreadable",
        "The stored client secret cannot be opened with the keys this server has.",
        (
            "The server was started with other keys than those the secret was stored with.",
            "An old key was removed too early.",
        ),
        "Have the old key put back, or replace the secret.",
        (CREDENTIAL, ACTION_DETAILS),
    ),
    "link_unreadable": Explanation(
        "link_unreadable",
        "The place where to go on cannot be opened with the keys this server has.",
        ("The server was started with other keys.",),
        "Nothing needs to be done: everything is read again.",
        (PERSON,),
    ),
    "no_network": _UNREACHABLE._replace(
        kind="no_network",
        sentence="Microsoft could not be asked: this server's CA file or proxy is not right.",
        causes=("The CA file named in the settings is not there.", "The proxy's address is not right."),
    ),
    "http_408": TROUBLE,
    "http_401": TOKEN_REFUSED,
    **dict.fromkeys(("http_301", "http_302", "http_303", "http_307", "http_308"), ELSEWHERE),
}
