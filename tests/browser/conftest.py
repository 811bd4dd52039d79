"""Chromium, a live site with a small library of colours, and people signed in to it.

Without Chromium these tests are skipped, with the reason; with REQUIRE_BROWSER=1 that is a failure.
"""

import hashlib
import io
import os
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from gallery.embedding.queue import embed_pending
from gallery.ingest.blobs import renditions_storage
from gallery.ingest.intake import Destination, Details
from gallery.models import Embedding, Image, Visibility
from gallery.models.image import RENDITION_WIDTHS
from tests.factories import make_active_encoder, make_collection, make_person
from tests.images import jpeg
from tests.ingesting import ingest_file
from tests.worker import worker, worker_process

__all__ = ["worker", "worker_process"]

# Playwright's loop runs in the thread of the tests; Django would refuse to be used there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# Milliseconds; a busy machine with two cores may need seconds for a page.
PATIENCE_MS = 20_000

COLOURS = ("red", "green", "blue", "yellow", "orange", "purple")


def pytest_collection_modifyitems(items):
    """All of these are browser tests."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium, or a skip, or with REQUIRE_BROWSER=1 a failure."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    reason = "No Chromium on this machine: install Debian's package `chromium` to run these tests."
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(chromium):
    """One Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        running.close()


@dataclass
class Trouble:
    """What went wrong on the pages of one test, beside what it looked at."""

    console: list = field(default_factory=list)
    elsewhere: list = field(default_factory=list)


WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.shifts.push(entry.value);
  }
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""


@pytest.fixture
def new_page(browser, live_server):
    """new_page(person=…, phone=…, dark=…, javascript=…): a page in a fresh browser profile.

    After the test no page may have had an error in its console, a violation of the
    content-security policy, or a request to another host; `expect` names parts of messages that
    a test causes on purpose.
    """
    contexts, trouble, expected = [], Trouble(), []

    def start(*, person=None, phone=False, dark=False, javascript=True, expect=()):
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
        )
        contexts.append(context)
        expected.extend(expect)
        context.set_default_timeout(PATIENCE_MS)
        if javascript:
            context.add_init_script(WATCH)
        if person is not None:
            context.add_cookies([_session(person, live_server.url)])
        page = context.new_page()
        page.on("console", lambda message: _note(trouble, message))
        page.on("pageerror", lambda error: trouble.console.append(f"{page.url}: {error}"))
        page.on("request", lambda request: _check_host(trouble, request, live_server.url))
        return page

    yield start
    for context in contexts:
        context.close()
    unexpected = [line for line in trouble.console if not any(part in line for part in expected)]
    assert not unexpected, "errors in the console:\n" + "\n".join(unexpected)
    assert not trouble.elsewhere, f"requests to other hosts: {trouble.elsewhere}"


def _note(trouble, message):
    if message.type == "error":
        trouble.console.append(f"{message.location.get('url')}: {message.text}")


def _check_host(trouble, request, site):
    if not request.url.startswith((site, "data:", "blob:", "about:")):
        trouble.elsewhere.append(request.url)


def _session(person, url):
    client = Client()
    client.force_login(person)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}


@pytest.fixture
def library(transactional_db):
    """Six pictures of one colour each in a public collection of olga's, searchable."""
    make_active_encoder()
    olga = make_person("olga", first_name="Olga")
    colours = make_collection(olga, "Colours", visibility=Visibility.PUBLIC)
    add_pictures(colours, *COLOURS)
    return colours


def add_pictures(collection, *colors, searchable=True, size=None):
    """Real files through ingest, of different shapes unless one size is given; embedded at once
    by default."""
    shapes = (size,) if size else ((640, 480), (480, 640), (900, 450), (600, 600))
    stored = []
    for number, color in enumerate(colors):
        result = ingest_file(
            io.BytesIO(jpeg(shapes[number % len(shapes)], color, seed=number)),
            to=Destination(collection=collection, owner=collection.owner),
            name=f"{color}.jpg",
            details=Details(title=f"A {color} picture", tags=("drawn", color)),
        )
        stored.append(result.image)
    if searchable:
        embed_pending()
    return stored


def add_copies(images, count):
    """Many pictures at the price of a few: rows with files and vectors of these in turn, each a
    second newer than the one before. Returns them, the oldest first."""
    storage, made, vectors = renditions_storage(), [], []
    start = timezone.now()
    for number in range(count):
        source = images[number % len(images)]
        copy = Image.objects.get(pk=source.pk)
        copy.pk = copy._state.adding = None
        copy.sha256 = hashlib.sha256(f"{source.pk} {number}".encode()).hexdigest()
        copy.created_at = start + timedelta(seconds=number)
        for width in RENDITION_WIDTHS:
            target = Path(storage.path(copy.rendition_name(width)))
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(storage.path(source.rendition_name(width)), target)
        made.append(copy)
    Image.objects.bulk_create(made)
    for number, copy in enumerate(made):
        for vector in images[number % len(images)].embeddings.all():
            vector.pk, vector.image = None, copy
            vectors.append(vector)
    Embedding.objects.bulk_create(vectors)
    return made


@pytest.fixture
def olga(library):
    """Who owns the library."""
    return library.owner


@pytest.fixture
def boss(library):
    """A superuser."""
    return make_person("boss", is_staff=True, is_superuser=True)


@pytest.fixture
def stranger(library):
    """Someone who owns nothing."""
    return make_person("stranger")
