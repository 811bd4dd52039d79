"""The cache is shared by processes, and pages neither fail nor wait when its server is
unavailable."""

import subprocess
import sys
import time

import pytest
from django.core.cache import caches
from kombu import Connection

from searchsite import cache as module
from searchsite import settings as site_settings
from searchsite.cache import JsonSerializer, SharedCache
from searchsite.embedded import paths, valkey


def make_cache(var_dir):
    """Return the cache as the site's settings configure it, on the Valkey of a folder."""
    described = dict(site_settings.CACHES["default"])
    del described["BACKEND"], described["LOCATION"]
    return SharedCache([paths.redis_client_url(paths.redis_url(var_dir))], described)


@pytest.fixture
def shared(var_dir):
    valkey.ensure_running(var_dir)
    return make_cache(var_dir)


OTHER_PROCESS = """
import sys
from redis import Redis
print(Redis.from_url(sys.argv[1]).get("semblance:1:asked").decode())
"""


def test_another_process_sees_the_count(shared, var_dir):
    shared.add("asked", 1, 60)
    shared.incr("asked")
    url = paths.redis_client_url(paths.redis_url(var_dir))
    seen = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, url], capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() == "2"
    assert make_cache(var_dir).get("asked") == 2


@pytest.mark.parametrize("value", [0, 7, True, None, "words", [1, 2.5], {"a": [1]}])
def test_values_survive_a_round_trip(shared, value):
    shared.set("key", value, 60)
    assert shared.get("key", "missing") == value
    assert type(shared.get("key")) is type(value)


def test_values_that_json_cannot_represent_are_refused():
    with pytest.raises(TypeError):
        JsonSerializer().dumps(object())


def test_incrementing_a_missing_key_is_an_error_as_in_django(shared):
    with pytest.raises(ValueError):
        shared.incr("nothing")


def test_clearing_leaves_the_messages_of_celery(shared, var_dir):
    with Connection(paths.redis_url(var_dir)) as broker:
        queue = broker.SimpleQueue("hints")
        queue.put({"id": 7})
        shared.set("key", 1)
        shared.clear()
        assert shared.get("key") is None
        assert queue.get(timeout=5).payload == {"id": 7}
        queue.close()


def test_memory_is_used_immediately_without_a_server(var_dir, caplog):
    away = make_cache(var_dir)
    began = time.monotonic()
    assert away.add("asked", 1, 60) is True
    assert away.add("asked", 1, 60) is False
    assert away.incr("asked") == 2
    away.set_many({"a": 1, "b": 2})
    assert away.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    away.clear()
    assert away.get("asked") is None
    assert time.monotonic() - began < 2
    assert caplog.text.count("The shared cache is unavailable") == 1


def test_threads_share_the_memory_and_the_wait(var_dir, caplog):
    one, other = make_cache(var_dir), make_cache(var_dir)
    assert one.add("asked", 1, 60) is True
    assert other.add("asked", 1, 60) is False
    assert other.incr("asked") == 2
    assert caplog.text.count("The shared cache is unavailable") == 1


def test_memory_replaces_a_stopped_server_until_it_returns(var_dir, monkeypatch):
    valkey.ensure_running(var_dir)
    shared = make_cache(var_dir)
    shared.set("key", "on the server", 60)
    valkey.stop(var_dir)
    assert shared.get("key") is None
    shared.set("key", "in memory", 60)
    assert shared.get("key") == "in memory"
    valkey.ensure_running(var_dir)
    later = time.monotonic() + module.RETRY_AFTER_S
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    shared.set("key", "on the server again", 60)
    assert make_cache(var_dir).get("key") == "on the server again"


def test_a_server_that_does_not_answer_costs_one_short_wait(tmp_path):
    import socket

    silent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    silent.bind(str(tmp_path / "s"))
    silent.listen(8)
    described = dict(site_settings.CACHES["default"])
    del described["BACKEND"], described["LOCATION"]
    hung = SharedCache([f"unix://{tmp_path}/s"], described)
    began = time.monotonic()
    for _ in range(20):
        assert hung.get("key") is None
    assert time.monotonic() - began < 4 * site_settings.CACHE_TIMEOUT_S + 1
    silent.close()


def test_pages_respond_while_the_server_is_unavailable(client, db, settings, var_dir):
    described = dict(site_settings.CACHES["default"])
    described["LOCATION"] = [paths.redis_client_url(paths.redis_url(var_dir))]
    settings.CACHES = {"default": described}
    settings.RATE_LIMIT_PER_MINUTE = 2
    assert isinstance(caches["default"], SharedCache)
    assert [client.get("/search/").status_code for _ in range(3)] == [200, 200, 429]
    form = {"username": "nobody", "password": "wrong"}
    assert client.post("/accounts/login/", form).status_code == 200


@pytest.mark.parametrize(
    ("broker", "client_url"),
    [
        ("redis://valkey:6379/0", "redis://valkey:6379/0"),
        ("redis+socket:///a%20b/v.sock?virtual_host=3", "unix:///a%20b/v.sock?db=3"),
    ],
)
def test_celery_and_the_cache_use_the_same_server(broker, client_url):
    assert paths.redis_client_url(broker) == client_url
