"""The error page of last resort: it needs no template and escapes all markup."""

from http import HTTPStatus

import pytest
from django.template import loader
from django.test import RequestFactory

from gallery.http.plain_page import plain_page


@pytest.fixture
def page(monkeypatch, settings):
    """Return a function that renders the page while every template is broken."""
    settings.SITE_NAME = "Cats & <Dogs>"

    def broken(*_args, **_kwargs):
        raise AssertionError("a template was asked for")

    monkeypatch.setattr(loader, "get_template", broken)
    monkeypatch.setattr(loader, "select_template", broken)

    def render(**fields):
        given = {
            "status": HTTPStatus.INTERNAL_SERVER_ERROR,
            "heading": "Something broke",
            "sentence": "Try again in a moment.",
            **fields,
        }
        return plain_page(RequestFactory().get("/"), **given)

    return render


def test_it_says_what_happened_with_the_right_status_and_no_template(page):
    answer = page()
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "<h1>Something broke</h1>" in text
    assert "Try again in a moment." in text
    assert ">500<" in text


def test_names_and_sentences_are_escaped(page):
    text = page(sentence="<script>alert(1)</script>").content.decode()
    assert "<script" not in text
    assert "Cats &amp; &lt;Dogs&gt;" in text


def test_it_is_a_page_of_its_language_that_links_the_plain_stylesheet(page, settings):
    text = page(status=HTTPStatus.NOT_FOUND).content.decode()
    assert f'<html lang="{settings.LANGUAGE_CODE}"' in text
    assert f'href="{settings.STATIC_URL}css/site.css"' in text
    assert 'href="/"' in text
