"""What a callback may be sent to: URLs in their plain form, and addresses that are public.

A URL is checked when it is set and again at each attempt. What its host name resolves to is known only
at the attempt: `refusal` then judges each address, and the connection goes to an address so judged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

from hearback.errors import Invalid, TooLarge

MOST_URL = 2_048
"""Characters: what servers and proxies take everywhere."""

Networks = Sequence[IPv4Network | IPv6Network]

_PORTS = {"https": 443, "http": 80}
# A backslash is a slash to some readers and not to others; nothing outside ASCII is ever sent.
_PLAIN = re.compile(r"[!-\[\]-~]+")
# No zone (`%eth0`): it names an interface of this machine.
_IN_BRACKETS = re.compile(r"\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
# C resolvers read `0x7f.1`, `017700000001` and `2130706433` as 127.0.0.1 (WHATWG URL: "ends in a number").
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host` is lower case and without brackets; the query may hold a secret."""

    secure: bool
    host: str
    port: int
    path: str
    query: str = field(repr=False)

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def resource(self) -> str:
        """Path and query as the request line names them."""
        return f"{self.path}?{self.query}" if self.query else self.path


def parse(url: str, *, plain_http: bool = False) -> Target:
    """The target that `url` names; a fragment is not part of it. `plain_http` allows `http` too.

    Raises `Invalid` for anything but a plain URL, without repeating it: it may hold a secret.
    """
    if len(url) > MOST_URL:
        raise TooLarge(f"A callback URL has at most {MOST_URL} characters.")
    if not _PLAIN.fullmatch(url):
        raise Invalid("A callback URL has ASCII characters only, and neither spaces nor backslashes.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid("The callback URL's host or port is malformed.") from None
    _check_scheme(parts.scheme, plain_http)
    if port is None:
        port = _PORTS[parts.scheme]
    if port == 0:
        raise Invalid("A callback URL's port is between 1 and 65535.")
    return Target(parts.scheme == "https", _host(parts), port, parts.path or "/", parts.query)


def _check_scheme(scheme: str, plain_http: bool) -> None:
    if scheme not in _PORTS or (scheme == "http" and not plain_http):
        raise Invalid("A callback URL begins with https://" + (" or http://." if plain_http else "."))


def _host(parts: SplitResult) -> str:
    if "@" in parts.netloc:
        raise Invalid("A callback URL has no user name or password: set basic authentication instead.")
    host = parts.hostname or ""
    if _IN_BRACKETS.fullmatch(parts.netloc):
        return _canonical(IPv6Address, host)
    if "[" in parts.netloc or not _NAME.fullmatch(host):
        raise Invalid("The callback URL's host is not a name (international ones begin with xn--).")
    if _ENDS_IN_NUMBER.fullmatch(host):
        return _canonical(IPv4Address, host)
    return host


def _canonical(kind: type[IPv4Address | IPv6Address], host: str) -> str:
    try:
        return str(kind(host))
    except ValueError:
        raise Invalid("The callback URL's host is not an IP address in its usual form.") from None


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The allow-list that a parameter spells: CIDR ranges between commas; none if it is empty.

    Raises `ValueError` for what is not a range.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def refusal(address: str, allowed: Networks = ()) -> str | None:
    """Why nothing may be sent to this IP address, or None for a public one and one in `allowed`.

    A range of `allowed` opens the addresses it names and not others that stand for them (v4-mapped,
    NAT64, …). Raises `ValueError` for what is not an address.
    """
    ip = ip_address(address)
    if any(ip in network for network in allowed):
        return None
    for reason, refused in _REFUSED.items():
        if any(ip in network for network in refused):
            return reason
    return "reserved" if ip.version == 6 and ip not in _GLOBAL_UNICAST else None


# From IANA's registries of special-purpose addresses (RFC 6890), by the name that says most. Written out:
# what `ipaddress` calls private or global differs between Python's versions.
_RANGES = {
    "metadata": "169.254.169.254 169.254.170.2 169.254.170.23 100.100.100.200 168.63.129.16 192.0.0.192 "
    "fd00:ec2::254 fd00:ec2::23 fd20:ce::254",
    "loopback": "127.0.0.0/8 ::1",
    "unspecified": "0.0.0.0/8 ::",
    "private": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16",
    "carrier-grade NAT": "100.64.0.0/10",
    "link-local": "169.254.0.0/16 fe80::/10",
    "unique local": "fc00::/7",
    "site-local": "fec0::/10",
    "multicast": "224.0.0.0/4 ff00::/8",
    "documentation": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
    "benchmarking": "198.18.0.0/15 2001:2::/48",
    "v4-mapped": "::ffff:0:0/96",
    "v4-translated": "::ffff:0:0:0/96",
    "v4-compatible": "::/96",
    "NAT64": "64:ff9b::/96 64:ff9b:1::/48",
    "6to4": "2002::/16 192.88.99.0/24",
    "Teredo": "2001::/32",
    # protocol assignments, AS112, AMT, class E and broadcast; ORCHID within 2001::/23, SRv6
    "reserved": "192.0.0.0/24 192.31.196.0/24 192.52.193.0/24 192.175.48.0/24 240.0.0.0/4 "
    "100::/64 2001::/23 2620:4f:8000::/48 5f00::/16",
}
_REFUSED = {reason: [ip_network(each) for each in ranges.split()] for reason, ranges in _RANGES.items()}
_GLOBAL_UNICAST = IPv6Network("2000::/3")
