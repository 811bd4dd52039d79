"""Read docker-compose.yml as docker compose does, with the features that this file uses."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}")


class Missing(Exception):
    """A required variable is not set."""


def load(variables):
    """Return the file's content with its variables filled in. Raise Missing."""

    def fill(match):
        if match[0] == "$$":
            return "$"
        value = variables.get(match["name"], "")
        if value:
            return value
        if match["kind"] == ":?":
            raise Missing(f"{match['name']}: {match['rest']}")
        return match["rest"] or ""

    def walk(node):
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        return VARIABLE.sub(fill, node) if isinstance(node, str) else node

    return walk(yaml.safe_load(FILE.read_text()))
