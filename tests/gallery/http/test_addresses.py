"""The network address of a request, as far as it can be trusted."""

import pytest

from gallery.http.addresses import address_of, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_the_network_of_one_customer(rf, address, network):
    assert network_of(rf.get("/", REMOTE_ADDR=address)) == network


def test_a_forwarded_address_counts_only_behind_a_proxy(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "1.2.3.4, 5.6.7.8"})
    settings.SECURE_PROXY_SSL_HEADER = None
    assert address_of(request) == "10.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert address_of(request) == "5.6.7.8"


def test_a_long_address_is_cut(rf):
    assert address_of(rf.get("/", REMOTE_ADDR="a" * 100)) == "a" * 60


def test_one_forwarded_address_is_taken_without_its_spaces(rf, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "  5.6.7.8"})
    assert address_of(request) == "5.6.7.8"
    assert network_of(request) == "5.6.7.8"
    spaces = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "5.6.7.8,  "})
    assert address_of(spaces) == "10.0.0.1"
