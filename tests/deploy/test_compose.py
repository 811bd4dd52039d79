"""docker-compose.yml without a container engine: valid, without secrets and without root."""

import subprocess
import sys

import pytest

from searchsite import env, lanes
from searchsite.embedded import programs
from tests.deploy import compose

SECRETS = {"SECRET_KEY": "k" * 40, "POSTGRES_PASSWORD": "p" * 40}
OURS = {"migrate", "web", "worker", "worker-gpu", "housekeeping", "beat"}
LANE_OF = {
    "worker": lanes.EMBEDDING,
    "worker-gpu": lanes.EMBEDDING,
    "housekeeping": lanes.HOUSEKEEPING,
}


@pytest.fixture(scope="module")
def services():
    return compose.load(SECRETS)["services"]


def test_the_file_follows_the_compose_specification():
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"),
            str(compose.FILE),
        ],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_stops_everything(name):
    with pytest.raises(compose.Missing, match=name):
        compose.load({**SECRETS, name: ""})


def test_nothing_runs_as_root_or_gains_privileges(services):
    for name, service in services.items():
        user = str(service["user"])
        assert user.split(":")[0] not in {"", "0", "root"}, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_every_long_running_service_has_a_health_check_and_bounded_logs(services):
    for name, service in services.items():
        assert service["logging"]["options"]["max-size"], name
        if name != "migrate":
            assert service["healthcheck"]["test"], name


def test_our_services_wait_for_the_migrations(services):
    for name in OURS - {"migrate"}:
        wait = services[name]["depends_on"]
        assert wait["migrate"] == {"condition": "service_completed_successfully"}, name
        assert wait["db"] == {"condition": "service_healthy"}, name


def test_every_variable_is_a_setting_that_exists(services):
    known = {setting.name for setting in env.SETTINGS}
    for name in OURS:
        assert set(services[name]["environment"]) <= known, name


def test_only_the_web_server_is_published_and_only_to_this_machine(services):
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_gpu_worker_requests_a_gpu_and_is_off_by_default(services):
    gpu = services["worker-gpu"]
    assert gpu["profiles"] == ["gpu"]
    assert gpu["environment"]["EMBEDDING_DEVICE"] == "cuda"
    (device,) = gpu["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}


@pytest.mark.parametrize("name", LANE_OF)
def test_workers_run_the_same_command_as_make_run_and_the_tests(services, name):
    _, _, _, *ours = programs.worker(LANE_OF[name], log_level="INFO")
    assert " ".join(services[name]["command"]).replace("=", " ") == " ".join(ours)
    destination = f"{LANE_OF[name].queue}@$(hostname)"
    assert destination in services[name]["healthcheck"]["test"][1]


def test_every_lane_has_a_worker():
    assert set(LANE_OF.values()) == set(lanes.LANES)


def test_named_volumes_are_declared(services):
    declared = set(compose.load(SECRETS)["volumes"])
    used = {v.split(":")[0] for service in services.values() for v in service.get("volumes", [])}
    assert used == declared


def test_the_example_lists_every_secret():
    example = (compose.ROOT / ".env.example").read_text()
    for name in SECRETS:
        assert f"\n{name}=\n" in example
