"""What `make run` checks first, and the messages that people get."""

import socket

import pytest

from searchsite.embedded import guards
from searchsite.embedded.errors import LocalServiceError


def test_a_second_run_names_the_process_of_the_first(tmp_path):
    lock = tmp_path / "site.lock"
    with (
        guards.only_one(lock, address="http://127.0.0.1:8000/"),
        pytest.raises(LocalServiceError) as refused,
        guards.only_one(lock, address="x"),
    ):
        pass
    assert "already running" in str(refused.value)
    assert "http://127.0.0.1:8000/" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_lock_is_free_again_afterwards(tmp_path):
    lock = tmp_path / "site.lock"
    for address in ("http://first/", "http://second/"):
        with guards.only_one(lock, address=address):
            assert address in lock.read_text()


def test_a_taken_port_is_reported_with_a_solution():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalServiceError, match=rf"Port {port} is taken .* PORT=\d+ make run"):
            guards.check_port("127.0.0.1", port)
    guards.check_port("127.0.0.1", port)


def test_an_address_that_cannot_be_listened_on_names_the_settings():
    with pytest.raises(LocalServiceError, match="HOST and PORT"):
        guards.check_port("no such host", 8000)


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_an_invalid_port_is_refused(port):
    with pytest.raises(LocalServiceError, match="from 1 to 65535"):
        guards.check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("pictures.local", "http://pictures.local:8000/"),
    ],
)
def test_the_address_can_be_opened_in_a_browser(host, address):
    assert guards.address(host, 8000) == address
