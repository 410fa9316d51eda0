"""The address that a request comes from, as far as it can be believed."""

import ipaddress
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# Whoever has one address of IPv6 has at least this network of them: counting single ones would count nothing.
IPV6_NETWORK_BITS: Final = 64


def address_of(request: HttpRequest) -> str:
    """Who is at the other end; empty for a request through a socket without a proxy's word.

    `X-Forwarded-For` can be written by anybody. It is believed only as far as BEHIND_PROXY says how many proxies of
    ours stand in between: each has added one address at its end.
    """
    direct = _valid(str(request.META.get("REMOTE_ADDR", "")))
    hops = [hop.strip() for hop in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    proxies = settings.PROXIES
    if proxies and len(hops) >= proxies:
        return _valid(hops[-proxies]) or direct
    return direct


def counted_address(request: HttpRequest) -> str | None:
    """What tries are counted under: an address of IPv4, or the network of one of IPv6."""
    address = address_of(request)
    if ":" not in address:
        return address or None
    return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False).network_address)


def _valid(text: str) -> str:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
