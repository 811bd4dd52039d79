"""The supervisor: what starts after what, what is started again, and what ends with it.

Its servers and children are recorded here instead of run; tests/gallery/management/test_run_site.py
runs the real ones.
"""

import http.server
import os
import signal
import socket
import threading
from types import SimpleNamespace

import pytest

from searchsite.embedded import supervisor
from searchsite.embedded.errors import LocalServiceError
from searchsite.embedded.supervisor import Site, Supervisor, answers_http
from searchsite.lanes import LANES
from tests.searchsite.embedded.waiting import wait_until

LANE_NAMES = [lane.queue for lane in LANES]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def own_signal_handlers():
    """The handlers of the test run come back."""
    before = {signum: signal.getsignal(signum) for signum in SIGNALS}
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


@pytest.fixture
def events(monkeypatch):
    """Everything that the supervisor does to servers and children, in order."""
    done = []

    class RecordedChild:
        def __init__(self, program):
            self.program = program

        def __getattr__(self, action):
            if action not in ("start", "tend", "ask_to_stop", "wait_stopped", "kill"):
                raise AttributeError(action)
            return lambda *_arguments: done.append((action, self.program.name))

    def service(name):
        return SimpleNamespace(
            ensure_running=lambda _folder: done.append(("ensure", name)),
            is_alive=lambda _folder: True,
            stop=lambda _folder: done.append(("stop", name)),
        )

    monkeypatch.setattr(supervisor, "Child", RecordedChild)
    monkeypatch.setattr(supervisor, "postgres", service("postgres"))
    monkeypatch.setattr(supervisor, "valkey", service("valkey"))
    monkeypatch.setattr(supervisor, "TICK_S", 0.001)
    monkeypatch.setattr(supervisor, "SERVICE_CHECK_S", 0.0)
    monkeypatch.setattr(supervisor, "answers_http", lambda _address: True)
    return done


@pytest.fixture
def make(events, tmp_path):
    """A supervisor of a site in a folder of its own; it stops after its first look around."""

    def supervise(*, prepare=None, should_stop=lambda: True, local=True, port=None):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            free = probe.getsockname()[1]
        site = Site(
            var_dir=tmp_path / "var", base_dir=tmp_path, host="127.0.0.1", port=port or free,
            web_threads=2, log_level="INFO", local_postgres=local, local_valkey=local,
        )  # fmt: skip
        return Supervisor(
            site,
            prepare=prepare or (lambda: events.append(("prepare", "site"))),
            should_stop=should_stop,
        )

    return supervise


def after(count, action=lambda: None):
    """A reason to stop from the count-th time it is asked; until then it does the action."""
    asked = []

    def should_stop():
        asked.append(1)
        if len(asked) >= count:
            return True
        action()
        return False

    return should_stop


def places_of(events, action):
    return [place for place, event in enumerate(events) if event[0] == action]


def test_everything_starts_in_order(make, events, capsys):
    make().run()
    assert set(events[:2]) == {("ensure", "postgres"), ("ensure", "valkey")}
    assert events[2] == ("prepare", "site")
    started = [name for action, name in events if action == "start"]
    assert started == ["web", *LANE_NAMES, "beat"]
    output = capsys.readouterr().out
    assert output.index("postgres") < output.index("The site is ready") < output.index("Stopped.")


def test_everything_is_asked_to_stop_before_any_is_waited_for(make, events):
    make().run()
    assert max(places_of(events, "ask_to_stop")) < min(places_of(events, "wait_stopped"))
    assert len(places_of(events, "wait_stopped")) == len(LANES) + 2
    # Children first: a worker writes its last vectors.
    assert events[-2:] == [("stop", "valkey"), ("stop", "postgres")]


def test_servers_elsewhere_are_left_alone(make, events):
    make(local=False).run()
    assert not [name for action, name in events if action in ("ensure", "stop")]


def test_children_and_servers_are_looked_after_until_the_end(make, events):
    make(should_stop=after(4)).run()
    tended = [name for action, name in events if action == "tend"]
    assert tended == ["web", *LANE_NAMES, "beat"] * 3


def test_a_server_that_ended_is_started_again(make, events, monkeypatch, capsys):
    alive = iter([True, False, True, True])
    monkeypatch.setattr(supervisor.valkey, "is_alive", lambda _folder: next(alive))
    make(should_stop=after(4)).run()
    assert events.count(("ensure", "valkey")) == 2
    assert events.count(("ensure", "postgres")) == 1
    assert "ended; restarting" in capsys.readouterr().out


def test_a_server_that_does_not_come_back_is_tried_again(make, events, monkeypatch, capsys):
    monkeypatch.setattr(supervisor.postgres, "is_alive", lambda _folder: False)
    tries = []

    def ensure(_folder):
        tries.append(1)
        if len(tries) in (2, 3):
            raise LocalServiceError("The disk is full.")

    monkeypatch.setattr(supervisor.postgres, "ensure_running", ensure)
    make(should_stop=after(4)).run()
    assert len(tries) == 4
    assert capsys.readouterr().out.count("The disk is full.") == 2


def test_servers_are_not_asked_on_every_tick(make, events, monkeypatch):
    monkeypatch.setattr(supervisor, "SERVICE_CHECK_S", 60.0)
    asked = []
    monkeypatch.setattr(supervisor.postgres, "is_alive", lambda _folder: asked.append(1) or True)
    make(should_stop=after(5)).run()
    assert len(asked) == 1


def test_a_failed_start_stops_what_was_started(make, events):
    def fail():
        raise LocalServiceError("The site couldn’t start.")

    with pytest.raises(LocalServiceError, match="couldn’t start"):
        make(prepare=fail).run()
    assert not places_of(events, "start")
    assert events[-2:] == [("stop", "valkey"), ("stop", "postgres")]


def test_a_web_server_that_never_answers_ends_the_run(make, events, monkeypatch):
    monkeypatch.setattr(supervisor, "answers_http", lambda _address: False)
    monkeypatch.setattr(supervisor, "WEB_READY_TIMEOUT_S", 0.05)
    with pytest.raises(LocalServiceError, match=r"did not answer\. See .*web\.log"):
        make().run()
    assert ("tend", "web") in events  # it is started again while there is time
    assert ("start", "beat") not in events
    assert ("wait_stopped", "web") in events


@pytest.mark.parametrize("signum", SIGNALS)
def test_a_signal_stops_the_site(make, events, capsys, signum):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    make(should_stop=after(100, lambda: os.kill(os.getpid(), signum))).run()
    assert not places_of(events, "tend")
    assert len(places_of(events, "wait_stopped")) == len(LANES) + 2
    assert capsys.readouterr().out.endswith("Stopped.\n")


def test_a_terminal_that_closes_is_ignored_under_nohup(make, events):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    make(should_stop=after(3, lambda: os.kill(os.getpid(), signal.SIGHUP))).run()
    assert len(places_of(events, "tend")) == 2 * (len(LANES) + 2)


def test_a_second_signal_ends_the_wait(make, events, monkeypatch):
    def stop(_folder):
        os.kill(os.getpid(), signal.SIGINT)
        wait_until(lambda: len(places_of(events, "kill")) == len(LANES) + 2, what="the kills")

    monkeypatch.setattr(supervisor.valkey, "stop", stop)
    make().run()
    assert {name for action, name in events if action == "kill"} == {"web", *LANE_NAMES, "beat"}


def test_a_taken_port_changes_nothing(make, events):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site = make(port=taken.getsockname()[1])
        with pytest.raises(LocalServiceError, match="is taken"):
            site.run()
    assert events == []


def test_a_second_run_with_the_same_data_is_refused(make, events):
    second = make()

    def start_second():
        with pytest.raises(LocalServiceError, match="already running"):
            second.run()
        events.append(("refused", "second"))

    make(prepare=start_second).run()
    assert events.count(("refused", "second")) == 1
    assert events.count(("ensure", "postgres")) == 1


def test_programs_log_under_the_data_folder(make, tmp_path):
    program = make().site.program("web", ["true"])
    assert program.log == tmp_path / "var" / "log" / "web.log"
    assert program.cwd == tmp_path


@pytest.mark.parametrize(("status", "answers"), [(200, True), (404, True), (500, False)])
def test_a_web_server_answers_without_an_error_of_its_own(status, answers):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert answers_http(f"http://127.0.0.1:{server.server_port}/") is answers
        thread.join()
    assert asked == ["/healthz"]


def test_nobody_there_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert not answers_http(f"http://127.0.0.1:{port}/")


def test_what_is_not_http_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk():
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"-ERR unknown command\r\n\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        assert not answers_http(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()
