"""Password guessing is slowed down everywhere, and no one else is locked out."""

import base64
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from gallery.http.attempts import sentence
from gallery.library import guesses
from gallery.library.guesses import ACCOUNT, ADDRESS, PAIR
from gallery.models import GuessCount
from gallery.tasks import purge_expired
from tests.factories import PASSWORD

SIGN_IN = "/accounts/login/"
SLOWED = "Too many attempts. Try again in 5 minutes."
CHANGE = "/accounts/password_change/"


@pytest.fixture
def clock(monkeypatch):
    """Control the time by which guesses are counted."""
    moved = timedelta()
    true_now = timezone.now

    def advance(**by):
        nonlocal moved
        moved += timedelta(**by)

    monkeypatch.setattr(guesses.timezone, "now", lambda: true_now() + moved)
    return advance


def sign_in(client, password, *, name="admin", address="10.0.0.1"):
    return client.post(SIGN_IN, {"username": name, "password": password}, REMOTE_ADDR=address)


def is_slowed(response):
    return "Too many attempts" in response.content.decode()


def guess(client, times, **options):
    """Enter this many wrong passwords, none of which is delayed."""
    for _ in range(times):
        assert not is_slowed(sign_in(client, "wrong", **options))


def basic(name, password):
    words = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"headers": {"Authorization": f"Basic {words}"}, "REMOTE_ADDR": "10.0.0.1"}


def test_the_right_password_does_not_help_after_too_many_wrong_ones(client, administrator):
    guess(client, PAIR.free)
    assert SLOWED in sign_in(client, PASSWORD).content.decode()
    assert "_auth_user_id" not in client.session


def test_the_wait_ends_and_grows(client, administrator, clock):
    guess(client, PAIR.free)
    clock(seconds=PAIR.first_wait_s + 1)
    guess(client, 1)
    clock(seconds=PAIR.first_wait_s + 1)
    assert "Try again in 5 minutes" in sign_in(client, PASSWORD).content.decode()
    clock(seconds=PAIR.first_wait_s)
    assert sign_in(client, PASSWORD).status_code == 302


def test_attempts_during_a_wait_do_not_extend_it(client, administrator, clock):
    guess(client, PAIR.free)
    for _ in range(10):
        assert is_slowed(sign_in(client, "wrong"))
    clock(seconds=PAIR.first_wait_s + 1)
    assert sign_in(client, PASSWORD).status_code == 302


def test_guessing_from_another_address_locks_no_one_out(client, administrator):
    guess(client, PAIR.free, address="10.9.8.7")
    assert is_slowed(sign_in(client, PASSWORD, address="10.9.8.7"))
    assert sign_in(client, PASSWORD).status_code == 302


def test_signing_in_to_another_account_resets_nothing(client, administrator, stranger):
    guess(client, PAIR.free - 1)
    assert sign_in(client, PASSWORD, name="stranger").status_code == 302
    client.logout()
    guess(client, 1)
    assert is_slowed(sign_in(client, PASSWORD))


def test_signing_in_resets_the_accounts_failures_at_that_address(client, administrator):
    for _ in range(3):
        guess(client, PAIR.free - 1)
        assert sign_in(client, PASSWORD).status_code == 302
        client.logout()


def test_one_address_cannot_try_many_accounts(client, administrator):
    for number in range(ADDRESS.free):
        guess(client, 1, name=f"person{number}")
    assert is_slowed(sign_in(client, PASSWORD))
    assert sign_in(client, PASSWORD, address="10.0.0.2").status_code == 302


def test_a_user_who_signed_in_here_before_does_not_wait_for_others_at_the_address(
    client, administrator
):
    assert sign_in(client, PASSWORD).status_code == 302
    client.logout()
    for number in range(ADDRESS.free):
        guess(client, 1, name=f"person{number}")
    assert sign_in(client, PASSWORD).status_code == 302


def test_one_account_is_slowed_for_many_addresses_but_not_for_its_owner(
    client, administrator, clock
):
    assert sign_in(client, PASSWORD, address="10.1.1.1").status_code == 302
    client.logout()
    for number in range(ACCOUNT.free + 8):
        clock(seconds=ACCOUNT.longest_wait_s + 1)
        guess(client, 1, address=f"10.2.2.{number}")
    assert is_slowed(sign_in(client, PASSWORD, address="10.3.3.3"))
    assert sign_in(client, PASSWORD, address="10.1.1.1").status_code == 302
    client.logout()
    clock(seconds=ACCOUNT.longest_wait_s + 1)
    assert sign_in(client, PASSWORD, address="10.3.3.3").status_code == 302


def test_names_that_differ_in_case_or_do_not_exist_count_alike(client, administrator):
    for name in ("admin", "Admin", "ADMIN", " admin", "admin"):
        guess(client, 1, name=name)
    assert is_slowed(sign_in(client, PASSWORD))
    guess(client, PAIR.free, name="nobody", address="10.0.0.5")
    assert SLOWED in sign_in(client, "x", name="nobody", address="10.0.0.5").content.decode()


def test_a_name_that_no_form_takes_clears_nothing(client, administrator):
    guess(client, PAIR.free - 1)
    sign_in(client, PASSWORD, name="admin" + "x" * 200)
    sign_in(client, "", name="admin")
    guess(client, 1)
    assert is_slowed(sign_in(client, PASSWORD))


def test_the_api_counts_with_the_pages(client, administrator):
    guess(client, PAIR.free)
    response = client.get("/api/v1/images", **basic("admin", PASSWORD))
    assert response.status_code == 429
    assert response.json()["sentence"] == SLOWED


def test_wrong_passwords_of_the_api_slow_the_pages(client, administrator):
    for _ in range(PAIR.free):
        assert client.get("/api/v1/images", **basic("admin", "wrong")).status_code == 401
    assert is_slowed(sign_in(client, PASSWORD))


def test_a_program_with_the_right_password_writes_once_a_day(client, administrator):
    assert client.get("/api/v1/images", **basic("admin", PASSWORD)).status_code == 200
    before = GuessCount.objects.get()
    assert client.get("/api/v1/images", **basic("admin", PASSWORD)).status_code == 200
    assert GuessCount.objects.get().touched_at == before.touched_at


def test_the_old_password_cannot_be_guessed_either(client, administrator):
    client.force_login(administrator)
    new = {"new_password1": "another long one 7", "new_password2": "another long one 7"}
    form = {**new, "old_password": "wrong"}
    for _ in range(PAIR.free):
        assert not is_slowed(client.post(CHANGE, form, REMOTE_ADDR="10.0.0.1"))
    form["old_password"] = PASSWORD
    assert is_slowed(client.post(CHANGE, form, REMOTE_ADDR="10.0.0.1"))
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)
    assert client.post(CHANGE, form, REMOTE_ADDR="10.0.0.2").status_code == 302


def test_the_admin_has_no_other_form_for_the_old_password(client, administrator):
    client.force_login(administrator)
    assert client.get("/admin/password_change/")["Location"] == CHANGE


def test_viewing_pages_or_emptying_the_cache_resets_nothing(client, administrator, settings):
    guess(client, PAIR.free)
    settings.RATE_LIMIT_PER_MINUTE = 1000
    for _ in range(5):
        client.get("/search/?q=cat", REMOTE_ADDR="10.0.0.1")
    cache.clear()
    assert is_slowed(sign_in(client, PASSWORD))


def test_an_ipv6_customer_is_one_address(client, administrator):
    for number in range(PAIR.free):
        guess(client, 1, address=f"2001:db8::{number + 1:x}")
    assert is_slowed(sign_in(client, PASSWORD, address="2001:db8::ffff"))
    assert sign_in(client, PASSWORD, address="2001:db8:0:1::1").status_code == 302


def test_failures_are_forgotten_after_a_day(client, administrator, clock):
    guess(client, PAIR.free - 1)
    clock(hours=25)
    guess(client, PAIR.free - 1)


def test_names_and_addresses_are_not_stored(client, administrator):
    guess(client, 1)
    assert GuessCount.objects.count() == 3
    for count in GuessCount.objects.all():
        assert "admin" not in count.key
        assert "10.0.0.1" not in count.key


def test_old_counts_are_purged(client, administrator, clock):
    guess(client, 1)
    purge_expired()
    assert GuessCount.objects.count() == 3
    clock(days=91)
    purge_expired()
    assert not GuessCount.objects.exists()


@pytest.mark.parametrize(
    ("wait_s", "expected"),
    [(1, "in 1 second."), (59, "in 59 seconds."), (60, "in 1 minute."), (300, "in 5 minutes."),
     (301, "in 6 minutes.")],
)  # fmt: skip
def test_the_sentence_is_plain(wait_s, expected):
    assert sentence(wait_s) == f"Too many attempts. Try again {expected}"


def test_signing_in_counts_no_failure(client, administrator):
    for _ in range(PAIR.free + 1):
        assert sign_in(client, PASSWORD).status_code == 302
        client.logout()
    assert [count.failures for count in GuessCount.objects.all()] == [0]
