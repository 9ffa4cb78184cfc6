"""Where a webhook may go: URLs by their form, and addresses."""

import ipaddress
import socket
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.webhooks.target import Target, parse_target, refusal
from shared.errors import InvalidInput

PRIVATE = [
    # loopback, this network, private networks, shared address space
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # noqa: S104
    "100.64.0.1", "100.127.255.255",
    # link-local, and with it the metadata of AWS, GCP and Azure; Alibaba's; Oracle's
    "169.254.0.1", "169.254.169.254", "100.100.100.200", "192.0.0.192",
    # documentation, benchmarks, relays, multicast, reserved, broadcast
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255",
    # IPv6: unspecified, loopback, link-local, unique local (AWS's metadata among them), site-local, multicast
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    # documentation, discard, segment routing, Teredo, ORCHID
    "2001:db8::1", "3fff::1", "100::1", "5f00::1", "2001::1", "2001:10::1", "2001:20::1",
    # ways in which an IPv6 address leads to an IPv4 one: mapped, compatible, translated, NAT64, 6to4
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:93.184.215.14", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    # no addresses at all
    "", "localhost", "1.2.3", "0x7f000001", "2130706433", "1.2.3.4.5", "١٢٧.0.0.1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.215.14", "8.8.8.8", "172.32.0.1", "100.63.255.255", "2606:4700:4700::1111", "2a00:1450::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_webhook_goes_to(address: str) -> None:
    assert refusal(address, allow_private=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_webhook_may_go_to(address: str) -> None:
    assert refusal(address, allow_private=False) == ""


@given(st.ip_addresses())
def test_only_global_unicast_passes(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if refusal(str(address), allow_private=False) == "":
        assert address.is_global
        assert not any([address.is_multicast, address.is_reserved, address.is_loopback, address.is_link_local])
        assert not address.is_private
        if isinstance(address, ipaddress.IPv6Address):
            assert address.ipv4_mapped is None
            assert address.sixtofour is None
            assert address.teredo is None


REFUSED = {
    "no scheme": "hooks.example.com/x",
    "http": "http://hooks.example.com/",
    "another scheme": "ftp://hooks.example.com/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://hooks.example.com:443/_x",
    "user name": "https://user@hooks.example.com/",
    "password": "https://user:password@hooks.example.com/",
    "two hosts": "https://hooks.example.com@127.0.0.1/",
    "empty user name": "https://@hooks.example.com/",
    "fragment": "https://hooks.example.com/#x",
    "no host": "https:///x",
    "only a port": "https://:443/",
    "no dot": "https://localhost/",
    "a name inside": "https://metadata/",
    "loopback": "https://127.0.0.1/",
    "private": "https://10.0.0.1/",
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "IPv6 loopback": "https://[::1]/",
    "IPv4 in IPv6": "https://[::ffff:7f00:1]/",
    "short IPv4": "https://127.1/",
    "IPv4 as a number": "https://2130706433/",
    "hexadecimal IPv4": "https://0x7f.0x0.0x0.0x1/",
    "octal IPv4": "https://0177.0.0.1/",
    "five parts": "https://1.2.3.4.5/",
    "mail port": "https://hooks.example.com:25/",
    "ssh port": "https://hooks.example.com:22/",
    "plain http port": "https://hooks.example.com:80/",
    "port too large": "https://hooks.example.com:65536/",
    "port that is none": "https://hooks.example.com:x/",
    "a space": "https://hooks.example.com/a b",
    "a line end": "https://hooks.example.com/\r\nx-injected: 1",
    "a tab": "https://hooks.ex\tample.com/",
    "a null": "https://hooks.example.com/\x00",
    "a backslash": "https://hooks.example.com\\@127.0.0.1/",
    "another script": "https://höoks.example.com/",
    "digits of another script": "https://１２７.0.0.1/",
    "wide dots": "https://127。0。0。1/",
    "an empty label": "https://hooks..example.com/",
    "a long label": f"https://{'a' * 64}.example.com/",
    "a long name": f"https://{'a.' * 127}com/",
    "too long": f"https://hooks.example.com/{'a' * 2048}",
    "percent in the host": "https://127%2e0.0.1.example.com/",
    "brackets": "https://[hooks.example.com]/",
    "nothing": "",
}


@pytest.mark.parametrize("what", REFUSED)
def test_urls_that_are_refused(what: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_target(REFUSED[what], allow_private=False)
    assert caught.value.field == "url"


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://hooks.example.com", Target("https", "hooks.example.com", 443, "/"), "hooks.example.com"),
        ("https://hooks.example.com:443/a", Target("https", "hooks.example.com", 443, "/a"), "hooks.example.com"),
        ("https://Hooks.Example.com:8443/A?b=%2F&c", Target("https", "hooks.example.com", 8443, "/A?b=%2F&c"),
         "hooks.example.com:8443"),
        ("https://hooks.example.com.?x", Target("https", "hooks.example.com", 443, "/?x"), "hooks.example.com"),
        ("https://xn--hoks-5qa.example.com/", Target("https", "xn--hoks-5qa.example.com", 443, "/"),
         "xn--hoks-5qa.example.com"),
        ("https://8.8.8.8/x", Target("https", "8.8.8.8", 443, "/x"), "8.8.8.8"),
        ("https://[2606:4700:4700::1111]:8443/", Target("https", "2606:4700:4700::1111", 8443, "/"),
         "[2606:4700:4700::1111]:8443"),
    ],
)  # fmt: skip
def test_urls_that_are_taken(url: str, target: Target, authority: str) -> None:
    assert parse_target(url, allow_private=False) == target
    assert target.authority == authority


@pytest.mark.parametrize("url", ["http://127.0.0.1:4000/x", "http://localhost:80/", "https://10.0.0.1/"])
def test_a_local_cloud_takes_more(url: str) -> None:
    assert parse_target(url, allow_private=True).authority in url
    with pytest.raises(InvalidInput):
        parse_target(url, allow_private=False)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://user@127.0.0.1/", "http:///x", "http://a b/"])
def test_but_not_everything(url: str) -> None:
    with pytest.raises(InvalidInput):
        parse_target(url, allow_private=True)


@given(st.text(alphabet=string.printable + "é。１\\@", max_size=60))
def test_what_passes_leads_nowhere_by_itself(text: str) -> None:
    """Whatever is written: either it is refused, or the host is a name with a dot, or a public address."""
    try:
        target = parse_target(f"https://{text}", allow_private=False)
    except InvalidInput:
        return
    assert "@" not in target.host
    try:
        socket.inet_aton(target.host)  # which also reads the odd spellings, as resolvers do
    except OSError:
        assert "." in target.host or ":" in target.host
    else:
        assert refusal(target.host, allow_private=False) == ""
