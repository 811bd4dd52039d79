"""The button that shows a typed password."""

import pytest

FORM = """
<form><div data-password><label for="word">Password</label>
<input type="password" id="word" name="word" value="secret" autofocus></div>
<input type="password" id="plain" value="other"></form>
"""


@pytest.fixture
def page(script_page):
    """Open a page with a password field."""
    opened = script_page(FORM)
    opened.run('await import("/js/password.js");')
    return opened


def test_it_shows_the_password_and_hides_it_again(page):
    button = page.get_by_role("button", name="Show password", exact=True)
    field = page.locator("#word")
    assert button.get_attribute("aria-pressed") == "false"
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    assert (field.get_attribute("type"), field.input_value()) == ("text", "secret")
    button.press(" ")
    assert button.get_attribute("aria-pressed") == "false"
    assert field.get_attribute("type") == "password"


def test_the_field_keeps_its_focus(page):
    assert page.evaluate("document.activeElement.id") == "word"


def test_other_fields_have_no_button(page):
    assert page.get_by_role("button").count() == 1


def test_the_password_is_hidden_again_when_the_form_is_sent(page):
    page.get_by_role("button").click()
    page.evaluate("document.forms[0].addEventListener('submit', (e) => e.preventDefault())")
    page.evaluate("document.forms[0].requestSubmit()")
    assert page.locator("#word").get_attribute("type") == "password"
