"""All settings that the site reads from its environment, in one table of name, default and
help.

Only this module and settings.py read os.environ. docs/settings.md is generated from the table
(`python -m searchsite.env`), and a test fails if they differ.
"""

from __future__ import annotations

import os
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

_PACKAGE_DIR = Path(__file__).resolve().parent
# Installed by pip, templates, static files and translations are in this package. In a checkout they
# are next to it.
IS_INSTALLED = (_PACKAGE_DIR / "templates").is_dir()
RESOURCES_DIR = _PACKAGE_DIR if IS_INSTALLED else _PACKAGE_DIR.parent
# The base of relative paths in settings, and the working folder of everything that `make run`
# starts: the checkout, or for an installed site the folder that it is started in.
BASE_DIR = Path.cwd() if IS_INSTALLED else _PACKAGE_DIR.parent
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One environment variable: its name, its default as a person would type it, and a line of
    help."""

    name: str
    default: str
    help: str
    group: str


def _group(group: str, *rows: tuple[str, str, str]) -> tuple[Setting, ...]:
    return tuple(Setting(name=n, default=d, help=h, group=group) for n, d, h in rows)


SETTINGS: tuple[Setting, ...] = (
    *_group(
        "Site",
        ("DEBUG", "false", "Show error details in the browser. Never use it on a public site."),
        (
            "SECRET_KEY",
            "",
            "Signs sessions and picture links. If empty, a random key is kept in VAR_DIR.",
        ),
        ("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Host names of the site, comma-separated."),
        (
            "CSRF_TRUSTED_ORIGINS",
            "",
            "Origins such as https://pictures.example.org, comma-separated.",
        ),
        (
            "BEHIND_HTTPS_PROXY",
            "false",
            "Trust X-Forwarded-Proto and send cookies over HTTPS only.",
        ),
        (
            "HTTPS_REDIRECT",
            "false",
            "Redirect http to https. Requires a proxy that sets X-Forwarded-Proto.",
        ),
        (
            "HSTS_SECONDS",
            "0",
            "Seconds that browsers refuse plain http after a visit. 31536000 is a year; 0 is off.",
        ),
        ("HSTS_SUBDOMAINS", "false", "Also apply HSTS_SECONDS to all subdomains."),
        (
            "HSTS_PRELOAD",
            "false",
            "Allow browsers to include the domain in their built-in HTTPS lists.",
        ),
        ("SITE_NAME", "Semblance", "The name shown in the header and in page titles."),
        ("TIME_ZONE", "UTC", "Time zone of displayed dates."),
        ("HOST", "127.0.0.1", "Address that `make run` listens on."),
        ("PORT", "8000", "Port that `make run` listens on."),
        ("WEB_THREADS", "4", "Threads of the web server under `make run`."),
        ("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    ),
    *_group(
        "Mail",
        (
            "EMAIL_HOST",
            "",
            "Mail server for password resets. If empty, messages are printed in the terminal.",
        ),
        ("EMAIL_PORT", "587", "Port of the mail server."),
        ("EMAIL_USER", "", "Account on the mail server. Leave empty if it needs none."),
        ("EMAIL_PASSWORD", "", "Password of that account."),
        ("EMAIL_TLS", "true", "Encrypt the connection to the mail server (STARTTLS)."),
        ("EMAIL_FROM", "semblance@localhost", "Sender of the site's e-mails."),
    ),
    *_group(
        "Data",
        ("VAR_DIR", "var", "Folder of all data that the site keeps on this machine."),
        (
            "DATABASE_URL",
            "",
            "postgres://user:password@host/name. If empty, the PostgreSQL from pip, in VAR_DIR.",
        ),
        ("REDIS_URL", "", "redis://host:6379/0. If empty, the Valkey from pip, in VAR_DIR."),
        ("MEDIA_ROOT", "", "Folder of pictures. If empty, VAR_DIR/media."),
        ("STATIC_ROOT", "", "Folder of collected static files. If empty, VAR_DIR/static."),
        ("S3_BUCKET", "", "Store pictures in this S3 bucket instead of MEDIA_ROOT."),
        ("S3_ENDPOINT_URL", "", "URL of an S3-compatible store. If empty, Amazon S3."),
        ("S3_REGION", "", "Region of the bucket."),
        ("S3_ACCESS_KEY_ID", "", "Access key of the bucket. If empty, the machine's own role."),
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
        (
            "MODEL_DIR",
            "",
            "Folder of downloaded model weights. If empty, the model hub's own cache.",
        ),
        ("EMBEDDING_DEVICE", "auto", "auto, cpu, cuda, cuda:1 or mps."),
        (
            "EMBEDDING_PRECISION",
            "auto",
            "auto, fp32 or bf16. auto times both and keeps the faster one if its vectors agree.",
        ),
        (
            "EMBEDDING_BATCH_SIZE",
            "0",
            "Pictures embedded at a time. 0 chooses a size for the device.",
        ),
        ("EMBEDDING_THREADS", "0", "CPU threads of the model. 0 uses all cores."),
    ),
    *_group(
        "Uploads",
        ("MAX_UPLOAD_BYTES", str(100 * MEBIBYTE), "Largest accepted picture, in bytes."),
        ("MAX_ARCHIVE_BYTES", str(4096 * MEBIBYTE), "Largest accepted zip, in bytes."),
        (
            "MAX_ARCHIVE_UNPACKED_BYTES",
            str(16384 * MEBIBYTE),
            "Maximum bytes that one zip may unpack to.",
        ),
        ("MAX_ARCHIVE_MEMBERS", "20000", "Maximum number of files in one zip."),
        ("MAX_DOWNLOAD_PICTURES", "1000", "Maximum number of pictures in one downloaded zip."),
        (
            "MAX_DOWNLOAD_BYTES",
            str(2048 * MEBIBYTE),
            "Maximum bytes of the pictures in one downloaded zip.",
        ),
        (
            "MAX_ARCHIVE_RATIO",
            "200",
            "Maximum ratio of unpacked to packed bytes of one file in a zip.",
        ),
        ("MAX_IMAGE_PIXELS", "150000000", "Largest accepted picture, in pixels (width × height)."),
        ("MAX_IMAGE_SIDE", "40000", "Longest accepted side of a picture, in pixels."),
        ("DECODE_TIMEOUT_S", "30", "Seconds that reading one picture may take."),
        (
            "DECODE_MEMORY_BYTES",
            str(2048 * MEBIBYTE),
            "Memory limit of the process that reads one picture, in bytes.",
        ),
        ("TRASH_DAYS", "30", "Days that deleted pictures stay in the trash."),
        ("QUERY_IMAGE_HOURS", "24", "Hours that query pictures are kept."),
    ),
    *_group(
        "Search",
        ("SEARCH_PAGE_SIZE", "60", "Results per page."),
        (
            "SEARCH_EXACT_BELOW",
            "10000",
            "Compare all pictures instead of using the index if fewer than this match the filters.",
        ),
        (
            "HNSW_EF_SEARCH",
            "100",
            "Candidates that the vector index keeps. Higher values are slower and more accurate.",
        ),
        (
            "RATE_LIMIT_PER_MINUTE",
            "240",
            "Searches, picture pages and new uploads per minute for one visitor. 0 is no limit.",
        ),
    ),
)

_TABLE = {setting.name: setting for setting in SETTINGS}
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


class SettingError(Exception):
    """An environment variable has an invalid value. The message says what to do."""


def text(name: str) -> str:
    """Return the value of a setting as text: the environment's, else the table's default."""
    value = os.environ.get(name, "")
    return value if value else _TABLE[name].default


def boolean(name: str) -> bool:
    """Return a boolean setting. Raise SettingError for anything else."""
    value = text(name).strip().lower()
    if value not in _TRUE | _FALSE:
        raise SettingError(f"{name} is “{value}”: use true or false.")
    return value in _TRUE


def integer(name: str, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """Return a whole number within the limits, if given. Raise SettingError for anything else."""
    value = text(name).strip()
    try:
        number = int(value)
    except ValueError as error:
        raise SettingError(f"{name} is “{value}”: use a whole number.") from error
    if minimum is not None and number < minimum:
        raise SettingError(f"{name} is {number}: use {minimum} or more.")
    if maximum is not None and number > maximum:
        raise SettingError(f"{name} is {number}: use {maximum} or less.")
    return number


def one_of(name: str, *choices: str) -> str:
    """Return one of a few words, in any case. Raise SettingError for others."""
    value = text(name).strip()
    for choice in choices:
        if value.lower() == choice.lower():
            return choice
    raise SettingError(f"{name} is “{value}”: use one of {', '.join(choices)}.")


def time_zone(name: str) -> str:
    """Return a time zone's name. Raise SettingError for one that this machine does not know."""
    value = text(name).strip()
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(
            f"{name} is “{value}”, which is not a known time zone: use one like Europe/Paris."
        ) from error
    return value


def words(name: str) -> list[str]:
    """Return a comma-separated list without its empty parts."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def path(name: str, *, default: Path | None = None) -> Path:
    """Return a folder or file. Relative paths start at BASE_DIR."""
    value = text(name)
    if not value and default is not None:
        return default
    return (BASE_DIR / value).resolve()


def as_markdown() -> str:
    """Return the table as it appears in docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "All settings are environment variables. This page is generated from the table in",
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
