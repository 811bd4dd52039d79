"""Test the modules of static/js one by one in an empty page of Chromium, without server or
database."""

import mimetypes

import pytest

from tests.source_tree import ROOT

SITE = "http://scripts.example"
FOLDER = ROOT / "static" / "js"


@pytest.fixture
def script_page(browser):
    """Return script_page(body, lang=…, head=…), which opens a page that can import /js/….

    `page.run(code)` runs the body of an async function and returns its result. `page.answers` maps
    URLs to (status, JSON) for requests of the module, and `page.sent` lists the requests. An error
    in the page fails the test.
    """
    contexts, errors = [], []

    def start(body="", *, lang="en", head=""):
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.answers, page.sent = {}, []
        html = (
            f'<!doctype html><html lang="{lang}"><head><title>Page</title>{head}</head>'
            f"<body>{body}</body></html>"
        )
        page.route(f"{SITE}/**", lambda route: _answer(route, page, html))
        page.goto(f"{SITE}/")
        page.run = lambda code, value=None: page.evaluate(f"async (value) => {{ {code} }}", value)
        return page

    yield start
    for context in contexts:
        context.close()
    assert not errors, errors


def _answer(route, page, html):
    address = route.request.url.removeprefix(SITE)
    if address == "/":
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
        return
    file = FOLDER / address.removeprefix("/js/")
    if address.startswith("/js/") and file.is_file():
        kind = mimetypes.guess_type(file.name)[0]
        route.fulfill(body=file.read_text(), content_type=f"{kind}; charset=utf-8")
        return
    page.sent.append(route.request)
    status, content = page.answers.get(address, (404, {}))
    route.fulfill(status=status, json=content)


def hash_of(page):
    """Return the current fragment of the page's URL. Playwright's own copy of it lags behind."""
    return page.evaluate("location.hash")
