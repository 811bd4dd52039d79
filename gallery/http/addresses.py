"""The network address of a request, as far as it can be trusted."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# The network that a provider gives one customer, who can use any address in it.
IPV6_CUSTOMER_BITS = 64
MAX_CHARACTERS = 60


def address_of(request: HttpRequest) -> str:
    """Return the visitor's address. Behind a proxy, this is the one that the proxy saw."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:
        # Only the last entry is from the proxy. Those before it are whatever the visitor sent.
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        address = forwarded.rsplit(",", 1)[-1].strip() or address
    return address[:MAX_CHARACTERS].replace(" ", "")


def network_of(request: HttpRequest) -> str:
    """Return the address, or for IPv6 the network that belongs to one customer."""
    address = address_of(request)
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_CUSTOMER_BITS), strict=False))
