"""Production settings leave nothing exposed, and only health checks are served over http."""

import json
import os
import subprocess
import sys

import pytest

from searchsite import env
from tests.deploy import compose

ROOT = compose.ROOT
# .env.example as an administrator fills it in.
PRODUCTION = {
    "SECRET_KEY": "0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b",
    "POSTGRES_PASSWORD": "p" * 40,
}


def example():
    """Return the variables of .env.example."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: value for name, value in pairs if value}


def web_environment():
    """Return the web server's environment from docker-compose with a filled-in .env.example."""
    return compose.load({**example(), **PRODUCTION})["services"]["web"]["environment"]


def run(code_or_command, environment, tmp_path):
    return subprocess.run(
        [sys.executable, *code_or_command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
    )


def test_the_deployment_check_finds_nothing_in_production(tmp_path):
    checked = run(
        ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], web_environment(), tmp_path
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_the_deployment_check_still_reports_insecure_settings(tmp_path):
    checked = run(["manage.py", "check", "--deploy"], {"ALLOWED_HOSTS": "example.org"}, tmp_path)
    assert {"security.W004", "security.W008", "security.W012"} <= {
        word.strip("()") for word in checked.stderr.replace("?:", "").split()
    }


ASK = """
import django, json
django.setup()
from django.test import Client
client = Client(headers={"host": "pictures.example.org"})
answers = {
    "plain page": client.get("/accounts/login/"),
    "health": client.get("/healthz"),
    "secure": client.get("/healthz", headers={"x-forwarded-proto": "https"}),
}
print(json.dumps({name: [a.status_code, a.headers.get("Location", ""),
    a.headers.get("Strict-Transport-Security", "")] for name, a in answers.items()}))
"""


def test_pages_redirect_to_https_and_health_checks_do_not(tmp_path):
    settings = {**web_environment(), "DJANGO_SETTINGS_MODULE": "searchsite.settings"}
    answered = run(["-c", ASK], settings, tmp_path)
    assert answered.returncode == 0, answered.stderr
    answers = json.loads(answered.stdout.splitlines()[-1])
    assert answers["plain page"][:2] == [301, "https://pictures.example.org/accounts/login/"]
    assert answers["health"][:2] == [200, ""]
    assert answers["secure"][2] == "max-age=3600; includeSubDomains"


@pytest.mark.parametrize("name", ["HTTPS_REDIRECT", "HSTS_SECONDS", "HSTS_SUBDOMAINS"])
def test_compose_passes_the_settings_to_the_containers(name):
    assert name in {setting.name for setting in env.SETTINGS}
    given = {**example(), **PRODUCTION, name: "7"}
    assert compose.load(given)["services"]["web"]["environment"][name] == "7"
