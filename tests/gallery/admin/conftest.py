"""People who use the admin, and the actions as its forms send them."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests.factories import PASSWORD, make_person


@pytest.fixture
def admin_page(client, administrator):
    """Return the test client, signed in as a superuser."""
    client.login(username=administrator.username, password=PASSWORD)
    return client


@pytest.fixture
def curator(db):
    """Create staff without superuser rights, with every permission on the library's models."""
    person = make_person("curator", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(content_type__app_label="gallery"))
    return person


@pytest.fixture
def run_action():
    """Return run_action(client, "image", "trash_selected", rows, **fields), which sends an action
    form."""

    def send(client, model, action, rows, *, query="", everything=False, **fields):
        data = {
            "action": action,
            "index": "0",
            "select_across": "1" if everything else "0",
            "_selected_action": [row.pk for row in rows],
            **fields,
        }
        if "confirmed" in fields:
            del data["index"]
        return client.post(reverse(f"admin:gallery_{model}_changelist") + query, data)

    return send


@pytest.fixture
def said():
    """Return a function that reads the messages a response left for the next page."""

    def read(response):
        return [str(message) for message in response.wsgi_request._messages]

    return read
