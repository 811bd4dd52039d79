"""Chromium, a live site with a small library of colours, and people signed in to it.

Without Chromium these tests are skipped with a reason; with REQUIRE_BROWSER=1 they fail instead.
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

# Playwright runs an event loop in the thread of the tests, where Django would refuse database
# calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# Milliseconds. A busy machine with two cores may need seconds to load a page.
PATIENCE_MS = 20_000

COLOURS = ("red", "green", "blue", "yellow", "orange", "purple")


def pytest_collection_modifyitems(items):
    """Mark all tests in this folder as browser tests."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """Return the path of Chromium. Without it, skip the test, or fail with REQUIRE_BROWSER=1."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    reason = "No Chromium on this machine: install Debian's package `chromium` to run these tests."
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def playwright(chromium):
    """Start Playwright, which can run only once at a time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright, chromium):
    """Start one Chromium for all tests."""
    running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield running
    running.close()


@dataclass
class PageErrors:
    """Errors that the pages of one test caused, apart from its own assertions."""

    console: list = field(default_factory=list)
    foreign_requests: list = field(default_factory=list)


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
    """Return new_page(person=…, phone=…, dark=…, javascript=…), which opens a page in a new
    profile.

    The test fails if a page logged an error in its console, violated the content security policy or
    sent a request to another host. `expect` lists parts of messages that a test causes on purpose.
    """
    contexts, errors, expected = [], PageErrors(), []

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
            context.add_cookies([session_of(person, live_server.url)])
        page = context.new_page()
        page.on("console", lambda message: _note(errors, message))
        page.on("pageerror", lambda error: errors.console.append(f"{page.url}: {error}"))
        page.on("request", lambda request: _check_host(errors, request, live_server.url))
        return page

    yield start
    for context in contexts:
        context.close()
    unexpected = [line for line in errors.console if not any(part in line for part in expected)]
    assert not unexpected, "errors in the console:\n" + "\n".join(unexpected)
    assert not errors.foreign_requests, f"requests to other hosts: {errors.foreign_requests}"


def _note(errors, message):
    if message.type == "error":
        errors.console.append(f"{message.location.get('url')}: {message.text}")


def _check_host(errors, request, site):
    if not request.url.startswith((site, "data:", "blob:", "about:")):
        errors.foreign_requests.append(request.url)


def session_of(person, url):
    """Return the cookie of someone who is signed in."""
    client = Client()
    client.force_login(person)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}


@pytest.fixture
def library(transactional_db):
    """Create six searchable pictures of one colour each in a public collection of olga's."""
    make_active_encoder()
    olga = make_person("olga", first_name="Olga")
    colours = make_collection(olga, "Colours", visibility=Visibility.PUBLIC)
    add_pictures(colours, *COLOURS)
    return colours


def add_pictures(collection, *colors, searchable=True, size=None):
    """Ingest real files, of different shapes unless a size is given, embedded immediately by
    default."""
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
    """Make many pictures cheaply: rows that reuse the files and vectors of these pictures in turn,
    each a second newer than the one before. Return them, oldest first."""
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
    """Return the owner of the library."""
    return library.owner


@pytest.fixture
def boss(library):
    """Create a superuser."""
    return make_person("boss", is_staff=True, is_superuser=True)


@pytest.fixture
def stranger(library):
    """Create a person who owns nothing."""
    return make_person("stranger")
