"""Take the screenshots of the README: `python -m tests.screenshots` (make screenshots).

Starts the site with its sample library in a temporary folder, or uses a running one: `python -m
tests.screenshots http://127.0.0.1:8000 --user NAME` (asks for the password). Writes
docs/screenshots/PAGE-SIZE-THEME.webp.
"""

import argparse
import contextlib
import getpass
import importlib.util
import io
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.site_process import ROOT, Site, running_site

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
THEMES = ("light", "dark")
QUALITY = 80
# Sharp enough to read on a page 800 pixels wide, and small.
MAX_BYTES = 300_000
# Milliseconds: the first search loads the model.
PATIENCE_MS = 60_000
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
]  # fmt: skip
# Photographs of the sample library, uploaded again into a separate collection.
UPLOADS = ("chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png")


@dataclass(frozen=True)
class Shot:
    """One page: the name of its files, its URL, and whether it requires signing in."""

    name: str
    address: str
    signed_in: bool = False


def main():
    """Parse the command line and take every screenshot."""
    options = _options()
    with contextlib.ExitStack() as stack:
        if options.address:
            site = Site(options.address.rstrip("/"), options.user, getpass.getpass())
        else:
            site = stack.enter_context(running_site(password=secrets.token_urlsafe(12)))
        playwright = stack.enter_context(sync_playwright())
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        if chromium is None:
            raise SystemExit("No Chromium on this machine: install Debian's package `chromium`.")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        state = _sign_in(browser, site)
        for shot in _shots(browser, site, state):
            _take(browser, site, shot, state)
        browser.close()


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", nargs="?", help="of a running site; one is started without it")
    parser.add_argument("--user", default="admin", help="an administrator of the running site")
    return parser.parse_args()


def _sign_in(browser, site):
    context = browser.new_context(base_url=site.address)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=username]", site.username)
    page.fill("input[name=password]", site.password)
    page.click("main button[type=submit], main input[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    state = context.storage_state()
    context.close()
    return state


def _shots(browser, site, state):
    """Return the pages, with URLs that are only known once the site is running."""
    context = browser.new_context(base_url=site.address, storage_state=state)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/search/?q=a+cat")
    picture = page.locator(".tile__link").first.get_attribute("href")
    batch = _upload(page)
    context.close()
    return [
        Shot("browse", "/"),
        Shot("search", "/search/?q=space"),
        Shot("image", picture),
        Shot("upload", batch, signed_in=True),
        Shot("collection", "/collections/sample-library/", signed_in=True),
        Shot("admin", "/admin/", signed_in=True),
    ]


def _upload(page):
    """Upload a few photographs as a person does. Return the URL of their batch."""
    page.goto("/upload/")
    page.get_by_label("Collection", exact=True).select_option(value="")
    page.get_by_label("Name of the new collection").fill("Favourites")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files([str(path) for path in _photographs()])
    page.locator("[data-rows] .fate--searchable").nth(len(UPLOADS) - 1).wait_for()
    page.goto("/upload/")
    return page.locator(".upload-recent a").first.get_attribute("href")


def _photographs():
    for name in UPLOADS:
        for package in ("skimage", "sklearn"):
            spec = importlib.util.find_spec(package)
            found = list(Path(spec.submodule_search_locations[0]).rglob(name)) if spec else []
            if found:
                yield found[0]
                break


def _take(browser, site, shot, state):
    for size, viewport in SIZES.items():
        for theme in THEMES:
            context = browser.new_context(
                base_url=site.address,
                viewport=viewport,
                color_scheme=theme,
                has_touch=size == "phone",
                storage_state=state if shot.signed_in else None,
            )
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.goto(shot.address, wait_until="networkidle")
            page.wait_for_timeout(600)
            _save(page.screenshot(), FOLDER / f"{shot.name}-{size}-{theme}.webp")
            context.close()


def _save(png, path):
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in (QUALITY, 65, 50, 35):
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= MAX_BYTES:
            break
    path.write_bytes(buffer.getvalue())
    print(f"{path.relative_to(ROOT)}  {len(buffer.getvalue()) // 1024} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
