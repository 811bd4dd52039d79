"""The local Valkey as Celery's broker."""

import os
import signal

from kombu import Connection

from searchsite.embedded import paths, valkey
from tests.searchsite.embedded.waiting import wait_until


def test_kombu_puts_and_gets_a_message(var_dir):
    valkey.ensure_running(var_dir)
    with Connection(paths.redis_url(var_dir)) as broker:
        queue = broker.SimpleQueue("hints")
        queue.put({"id": 7})
        message = queue.get(timeout=5)
        message.ack()
        queue.close()
    assert message.payload == {"id": 7}


def test_a_folder_with_spaces_and_special_characters_works(var_dir):
    odd = var_dir / "My pictures, 50% done #1"
    try:
        valkey.ensure_running(odd)
        with Connection(paths.redis_url(odd)) as broker:
            assert broker.default_channel.client.ping()
    finally:
        valkey.stop(odd)


def test_only_its_owner_can_connect_and_only_by_the_socket(var_dir):
    valkey.ensure_running(var_dir)
    assert paths.valkey_socket(var_dir).parent.stat().st_mode & 0o077 == 0
    with Connection(paths.redis_url(var_dir)) as broker:
        assert broker.default_channel.client.config_get("port") == {"port": "0"}


def test_it_restarts_after_a_kill(var_dir):
    valkey.ensure_running(var_dir)
    os.kill(int((paths.run_dir(var_dir) / "valkey.pid").read_text()), signal.SIGKILL)
    wait_until(lambda: not valkey.is_alive(var_dir), what="the end of the server")
    valkey.ensure_running(var_dir)
    assert valkey.is_alive(var_dir)


def test_stopping_leaves_no_server(var_dir):
    valkey.ensure_running(var_dir)
    valkey.stop(var_dir)
    assert not valkey.is_alive(var_dir)
    assert not paths.valkey_socket(var_dir).exists()
