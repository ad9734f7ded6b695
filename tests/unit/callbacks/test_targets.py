"""What a callback URL may be, and which addresses nothing is ever sent to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hearback.callbacks import targets
from hearback.callbacks.targets import Target
from hearback.errors import Invalid, TooLarge
from hypothesis import given
from hypothesis import strategies as st

REFUSED = """
    127.0.0.1            loopback
    127.255.255.254      loopback
    ::1                  loopback
    0:0:0:0:0:0:0:1      loopback
    0.0.0.0              unspecified
    0.1.2.3              unspecified
    ::                   unspecified
    10.0.0.0             private
    10.255.255.255       private
    172.16.0.1           private
    172.31.255.255       private
    192.168.0.1          private
    192.168.255.255      private
    100.64.0.1           carrier-grade NAT
    100.127.255.255      carrier-grade NAT
    169.254.0.1          link-local
    169.254.255.255      link-local
    fe80::1              link-local
    fe80::1%1            link-local
    febf::1              link-local
    169.254.169.254      metadata
    169.254.170.2        metadata
    169.254.170.23       metadata
    100.100.100.200      metadata
    168.63.129.16        metadata
    192.0.0.192          metadata
    fd00:ec2::254        metadata
    fd20:ce::254         metadata
    fc00::1              unique local
    fdff:ffff::1         unique local
    fec0::1              site-local
    feff::1              site-local
    224.0.0.1            multicast
    239.255.255.250      multicast
    ff02::1              multicast
    192.0.2.1            documentation
    198.51.100.7         documentation
    203.0.113.255        documentation
    2001:db8::1          documentation
    3fff::1              documentation
    198.18.0.1           benchmarking
    198.19.255.255       benchmarking
    2001:2::1            benchmarking
    ::ffff:127.0.0.1     v4-mapped
    ::ffff:7f00:1        v4-mapped
    ::ffff:8.8.8.8       v4-mapped
    ::ffff:0:10.0.0.1    v4-translated
    ::127.0.0.1          v4-compatible
    ::8.8.8.8            v4-compatible
    64:ff9b::127.0.0.1   NAT64
    64:ff9b::a9fe:a9fe   NAT64
    64:ff9b:1::1         NAT64
    64:ff9b:1:ffff::1    NAT64
    2002:7f00:1::        6to4
    2002:a9fe:a9fe::1    6to4
    192.88.99.1          6to4
    2001::1              Teredo
    2001:0:7f00:1::1     Teredo
    192.0.0.1            reserved
    192.0.0.255          reserved
    192.52.193.1         reserved
    240.0.0.1            reserved
    255.255.255.255      reserved
    100::1               reserved
    2001:10::1           reserved
    2001:20::1           reserved
    5f00::1              reserved
    4000::1              reserved
    1::1                 reserved
    e000::1              reserved
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
    169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255
    198.20.0.0 223.255.255.255 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450::1
"""


def rows(table: str) -> list[tuple[str, str]]:
    return [
        (address, reason.strip())
        for address, reason in (row.split(None, 1) for row in table.strip().splitlines())
    ]


@pytest.mark.parametrize(("address", "reason"), rows(REFUSED))
def test_nothing_is_sent_to_an_address_that_is_not_public(address: str, reason: str) -> None:
    assert targets.refusal(address) == reason


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_open(address: str) -> None:
    assert targets.refusal(address) is None


@given(st.ip_addresses())
def test_whatever_python_holds_for_not_global_is_refused(address: IPv4Address | IPv6Address) -> None:
    assert address.is_global or targets.refusal(str(address)) is not None


LOCAL = targets.networks("127.0.0.1/32")


def test_an_allow_list_opens_its_ranges_and_nothing_beside_them() -> None:
    assert targets.refusal("127.0.0.1", LOCAL) is None
    assert targets.refusal("127.0.0.2", LOCAL) == "loopback"
    assert targets.refusal("::1", LOCAL) == "loopback"


@pytest.mark.parametrize(
    "address", ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::"]
)
def test_an_opened_address_is_not_open_in_disguise(address: str) -> None:
    assert targets.refusal(address, LOCAL)


def test_an_allow_list_is_cidr_ranges_between_commas() -> None:
    assert [str(network) for network in targets.networks("127.0.0.1, 10.0.0.0/8,fd00::/8")] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "fd00::/8",
    ]
    assert targets.networks("") == ()


@pytest.mark.parametrize("text", ["10.0.0.1/8", "localhost", "127.1"])
def test_an_allow_list_that_is_none_is_refused_and_opens_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        targets.networks(text)


GOOD = {
    "https://example.com": Target(True, "example.com", 443, "/", ""),
    "https://example.com/": Target(True, "example.com", 443, "/", ""),
    "HTTPS://Example.COM/A?b=C#d": Target(True, "example.com", 443, "/A", "b=C"),
    "https://example.com:8443/a/b?x=1&y=%20": Target(True, "example.com", 8443, "/a/b", "x=1&y=%20"),
    "https://example.com?x=1": Target(True, "example.com", 443, "/", "x=1"),
    "https://xn--bcher-kva.example/": Target(True, "xn--bcher-kva.example", 443, "/", ""),
    "https://a_b.example/": Target(True, "a_b.example", 443, "/", ""),
    "https://receiver:9000/": Target(True, "receiver", 9000, "/", ""),
    "https://8.8.8.8/": Target(True, "8.8.8.8", 443, "/", ""),
    "https://[2001:4860:4860:0::8888]:8443/": Target(True, "2001:4860:4860::8888", 8443, "/", ""),
    "https://1.2.3.4.example/": Target(True, "1.2.3.4.example", 443, "/", ""),
    "https://example.com/@user?to=a@b": Target(True, "example.com", 443, "/@user", "to=a@b"),
}


@pytest.mark.parametrize("url", GOOD)
def test_a_plain_https_url_is_a_target(url: str) -> None:
    assert targets.parse(url) == GOOD[url]


def test_http_is_a_target_only_where_it_is_allowed() -> None:
    assert targets.parse("http://example.com/", plain_http=True) == Target(False, "example.com", 80, "/", "")
    with pytest.raises(Invalid, match="https://"):
        targets.parse("http://example.com/")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://example.com:80/", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("https://example.com:80/", "example.com:80"),
        ("http://example.com:443/", "example.com:443"),
        ("https://[2001:4860:4860::8888]/", "[2001:4860:4860::8888]"),
        ("https://[2001:4860:4860::8888]:1/", "[2001:4860:4860::8888]:1"),
    ],
)
def test_the_host_header_names_a_port_that_is_not_the_usual_one(url: str, authority: str) -> None:
    assert targets.parse(url, plain_http=True).authority == authority


NOT_PLAIN = """
    https:// https:///a https:a https:/example.com/ //example.com/ example.com/ / ftp://example.com/
    file:///etc/passwd gopher://example.com/ javascript:alert(1) https://user@example.com/ https://user:pw@example.com/
    https://@example.com/ https://example.com@127.0.0.1/ https://:443/ https://example.com:0/ https://example.com:65536/
    https://example.com:-1/ https://example.com:8o/ https://example.com.:443/ https://exa%6dple.com/ https://.example/
    https://a..example/ https://-a.example/ https://a-.example/ https://exa*mple.com/ https://bücher.example/
    https://example。com/ https://１２７.0.0.1/ https://ⓛocalhost/ https://example.com\\@127.0.0.1/
    https://example.com/\u200b https://example.com/ä https://[::1 https://::1/ https://[fe80::1%25eth0]/
    https://[fe80::1%eth0]/ https://[example.com]/ https://[127.0.0.1]/ https://[v1.a]/ https://[::1]a/ https://[]/
"""


@pytest.mark.parametrize("url", NOT_PLAIN.split())
def test_anything_but_a_plain_url_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        targets.parse(url, plain_http=True)


@pytest.mark.parametrize("odd", [" ", "\t", "\n", "\r\nX-Injected: yes", "\x00", "\x7f"])
@pytest.mark.parametrize(
    "where", ["{}https://example.com/", "https://exam{}ple.com/", "https://example.com/a{}"]
)
def test_a_url_has_no_spaces_and_no_control_characters(where: str, odd: str) -> None:
    with pytest.raises(Invalid):
        targets.parse(where.format(odd))


NOT_USUAL = """
    2130706433 017700000001 0x7f000001 0x7f.0.0.1 0x7f.1 127.1 127.0.1 127.0.0.01 0177.0.0.1 0177.0.0.0x1
    00000177.0.0.1 127.0.0.0x1 0 0x 0x0 1 256.1.1.1 1.2.3.4.5 3232235521 4294967297 a.0x7f a.1 0X7F.1 127.0.0.1.
"""


@pytest.mark.parametrize("host", NOT_USUAL.split())
def test_an_address_is_spelled_in_its_usual_form_only(host: str) -> None:
    with pytest.raises(Invalid):
        targets.parse(f"https://{host}/")


@given(st.ip_addresses(v=4))
def test_every_usual_form_is_read_as_the_address_it_spells(address: IPv4Address) -> None:
    assert ip_address(targets.parse(f"https://{address}/").host) == address


def test_a_url_has_a_length_that_every_server_takes() -> None:
    longest = "https://example.com/".ljust(targets.MOST_URL, "a")
    assert len(targets.parse(longest).path) == targets.MOST_URL - len("https://example.com")
    with pytest.raises(TooLarge):
        targets.parse(longest + "a")


@pytest.mark.parametrize(
    "url", ["ftp://example.com/?access_key=planted", "https://example.com:0/?access_key=planted"]
)
def test_a_refused_url_is_not_repeated(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        targets.parse(url)
    assert "planted" not in f"{refused.value.message}{refused.value.details}"


def test_a_target_is_shown_without_its_query() -> None:
    assert "planted" not in repr(targets.parse("https://example.com/?access_key=planted"))
