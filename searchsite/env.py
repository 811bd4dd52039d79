"""Every setting the site reads from its environment: one table of name, default and help.

Only this module and settings.py read os.environ. docs/settings.md is generated from the table
(`python -m searchsite.env`), and a test fails when the two differ.
"""

from __future__ import annotations

import os
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

_PACKAGE_DIR = Path(__file__).resolve().parent
# Installed by pip, templates, static files and translations lie in this package; in a checkout they
# lie beside it.
IS_INSTALLED = (_PACKAGE_DIR / "templates").is_dir()
RESOURCES_DIR = _PACKAGE_DIR if IS_INSTALLED else _PACKAGE_DIR.parent
# Where relative paths of settings begin, and where everything that `make run` starts runs: the
# checkout, or for an installed site the folder that it is started in.
BASE_DIR = Path.cwd() if IS_INSTALLED else _PACKAGE_DIR.parent
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One environment variable: its name, its default as a person would type it, a line of help."""

    name: str
    default: str
    help: str
    group: str


def _group(group: str, *rows: tuple[str, str, str]) -> tuple[Setting, ...]:
    return tuple(Setting(name=n, default=d, help=h, group=group) for n, d, h in rows)


SETTINGS: tuple[Setting, ...] = (
    *_group(
        "Site",
        ("DEBUG", "false", "Show error details in the browser. Never on a public site."),
        (
            "SECRET_KEY",
            "",
            "Signs sessions and picture links. Empty: a random one is kept in VAR_DIR.",
        ),
        ("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Host names the site answers to, by comma."),
        ("CSRF_TRUSTED_ORIGINS", "", "Origins such as https://pictures.example.org, by comma."),
        (
            "BEHIND_HTTPS_PROXY",
            "false",
            "Trust X-Forwarded-Proto and send cookies over HTTPS only.",
        ),
        (
            "HTTPS_REDIRECT",
            "false",
            "Send visitors from http to https. Needs a proxy that sets X-Forwarded-Proto.",
        ),
        (
            "HSTS_SECONDS",
            "0",
            "How long browsers refuse plain http after a visit. 31536000 is a year; 0: never.",
        ),
        ("HSTS_SUBDOMAINS", "false", "Apply HSTS_SECONDS to all subdomains too."),
        ("HSTS_PRELOAD", "false", "Allow the domain to be put into browsers’ own HTTPS lists."),
        ("SITE_NAME", "Semblance", "The name shown in the header and in page titles."),
        ("TIME_ZONE", "UTC", "Time zone for the dates that people see."),
        ("HOST", "127.0.0.1", "Address that `make run` listens on."),
        ("PORT", "8000", "Port that `make run` listens on."),
        ("WEB_THREADS", "4", "Threads of the web server of `make run`."),
        ("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    ),
    *_group(
        "Mail",
        (
            "EMAIL_HOST",
            "",
            "Mail server for forgotten passwords. Empty: the message is printed on the terminal.",
        ),
        ("EMAIL_PORT", "587", "Port of the mail server."),
        ("EMAIL_USER", "", "Account on the mail server. Empty: none is needed."),
        ("EMAIL_PASSWORD", "", "Password of that account."),
        ("EMAIL_TLS", "true", "Encrypt the connection to the mail server (STARTTLS)."),
        ("EMAIL_FROM", "semblance@localhost", "Sender of the site's messages."),
    ),
    *_group(
        "Data",
        ("VAR_DIR", "var", "Folder of everything the site keeps on this machine."),
        (
            "DATABASE_URL",
            "",
            "postgres://user:password@host/name. Empty: the PostgreSQL from pip, in VAR_DIR.",
        ),
        ("REDIS_URL", "", "redis://host:6379/0. Empty: the Valkey from pip, in VAR_DIR."),
        ("MEDIA_ROOT", "", "Folder of pictures. Empty: VAR_DIR/media."),
        ("STATIC_ROOT", "", "Folder of collected static files. Empty: VAR_DIR/static."),
        ("S3_BUCKET", "", "Keep pictures in this S3 bucket instead of MEDIA_ROOT."),
        ("S3_ENDPOINT_URL", "", "Address of an S3-compatible store. Empty: Amazon's."),
        ("S3_REGION", "", "Region of the bucket."),
        ("S3_ACCESS_KEY_ID", "", "Access key of the bucket. Empty: the machine's own role."),
        ("S3_SECRET_ACCESS_KEY", "", "Secret key of the bucket."),
    ),
    *_group(
        "Encoder",
        (
            "ENCODER",
            "auto",
            "auto, starter, openclip:MODEL/TAG or openclip:MODEL//path/to/checkpoint. "
            "Read on the first start only.",
        ),
        ("MODEL_DIR", "", "Folder of downloaded model weights. Empty: the hub's own cache."),
        ("EMBEDDING_DEVICE", "auto", "auto, cpu, cuda, cuda:1 or mps."),
        (
            "EMBEDDING_PRECISION",
            "auto",
            "auto, fp32 or bf16. auto times both and keeps the faster that agrees.",
        ),
        ("EMBEDDING_BATCH_SIZE", "0", "Pictures embedded at a time. 0: chosen for the device."),
        ("EMBEDDING_THREADS", "0", "Processor threads of the model. 0: all cores."),
    ),
    *_group(
        "Uploads",
        ("MAX_UPLOAD_BYTES", str(100 * MEBIBYTE), "Largest picture accepted, in bytes."),
        ("MAX_ARCHIVE_BYTES", str(4096 * MEBIBYTE), "Largest zip accepted, in bytes."),
        (
            "MAX_ARCHIVE_UNPACKED_BYTES",
            str(16384 * MEBIBYTE),
            "Most bytes that one zip may unpack to.",
        ),
        ("MAX_ARCHIVE_MEMBERS", "20000", "Most files in one zip."),
        (
            "MAX_ARCHIVE_RATIO",
            "200",
            "Largest ratio of unpacked to packed bytes of one file in a zip.",
        ),
        ("MAX_IMAGE_PIXELS", "150000000", "Largest picture accepted, in pixels (width x height)."),
        ("MAX_IMAGE_SIDE", "40000", "Longest side accepted, in pixels."),
        ("DECODE_TIMEOUT_S", "30", "Seconds that one picture may take to be read."),
        (
            "DECODE_MEMORY_BYTES",
            str(2048 * MEBIBYTE),
            "Memory of the process that reads one picture.",
        ),
        ("TRASH_DAYS", "30", "Days that a deleted picture stays in the trash."),
        ("QUERY_IMAGE_HOURS", "24", "Hours that a picture shown as a query is kept."),
    ),
    *_group(
        "Search",
        ("SEARCH_PAGE_SIZE", "60", "Results on one page."),
        (
            "SEARCH_EXACT_BELOW",
            "10000",
            "Scan exactly when filters leave fewer pictures than this.",
        ),
        (
            "HNSW_EF_SEARCH",
            "100",
            "Candidates kept by the vector index: more is slower and finds more.",
        ),
        (
            "RATE_LIMIT_PER_MINUTE",
            "240",
            "Searches and uploads a minute for one visitor. 0: no limit.",
        ),
    ),
)

_TABLE = {setting.name: setting for setting in SETTINGS}
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


class SettingError(Exception):
    """An environment variable holds something that cannot be used; the message says what to do."""


def text(name: str) -> str:
    """Return the value of a setting as text: the environment's, else the table's default."""
    value = os.environ.get(name, "")
    return value if value else _TABLE[name].default


def boolean(name: str) -> bool:
    """Return a yes-or-no setting. Raise SettingError for anything else."""
    value = text(name).strip().lower()
    if value not in _TRUE | _FALSE:
        raise SettingError(f"{name} is “{value}”: write true or false.")
    return value in _TRUE


def integer(name: str, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """Return a whole number within the limits, if given. Raise SettingError for anything else."""
    value = text(name).strip()
    try:
        number = int(value)
    except ValueError as error:
        raise SettingError(f"{name} is “{value}”: write a whole number.") from error
    if minimum is not None and number < minimum:
        raise SettingError(f"{name} is {number}: write {minimum} or more.")
    if maximum is not None and number > maximum:
        raise SettingError(f"{name} is {number}: write {maximum} or less.")
    return number


def one_of(name: str, *choices: str) -> str:
    """One of a few words, however they are capitalised. Raises SettingError for another."""
    value = text(name).strip()
    for choice in choices:
        if value.lower() == choice.lower():
            return choice
    raise SettingError(f"{name} is “{value}”: write one of {', '.join(choices)}.")


def time_zone(name: str) -> str:
    """Return a time zone's name. Raise SettingError for one that this machine does not know."""
    value = text(name).strip()
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(
            f"{name} is “{value}”, no time zone known here: write one like Europe/Paris."
        ) from error
    return value


def words(name: str) -> list[str]:
    """Return a list, separated by commas; empty parts are dropped."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def path(name: str, *, default: Path | None = None) -> Path:
    """Return a folder or file; a relative one begins at BASE_DIR."""
    value = text(name)
    if not value and default is not None:
        return default
    return (BASE_DIR / value).resolve()


def as_markdown() -> str:
    """Return the whole table as docs/settings.md shows it."""
    lines = [
        "# Settings",
        "",
        "All settings are environment variables. This page is made from the table in",
        "`searchsite/env.py` with `python -m searchsite.env > docs/settings.md`.",
    ]
    group = ""
    for setting in SETTINGS:
        if setting.group != group:
            group = setting.group
            lines += ["", f"## {group}", "", "| name | default | what it does |", "|---|---|---|"]
        default = f"`{setting.default}`" if setting.default else "empty"
        lines.append(f"| `{setting.name}` | {default} | {setting.help} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
