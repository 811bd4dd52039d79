"""How long each wrong password keeps its sender waiting. The doors: tests/gallery/http."""

from django.db import transaction

from gallery.library.guesses import (
    ACCOUNT,
    ADDRESS,
    PAIR,
    Policy,
    attempt_at,
    record_success,
    record_wrong_password,
    seconds_to_wait,
)
from gallery.models import GuessCount
from tests.races import threads, wait_until_blocked


def test_waits_double_up_to_the_longest():
    policy = Policy(free=3, first_wait_s=10, longest_wait_s=60)
    assert [policy.wait_s(n) for n in range(1, 9)] == [0, 0, 10, 20, 40, 60, 60, 60]
    assert policy.wait_s(10_000) == 60


def test_the_limits_that_the_documents_name():
    limits = [(one.free, one.first_wait_s, one.longest_wait_s) for one in (PAIR, ADDRESS, ACCOUNT)]
    assert limits == [(5, 300, 3600), (20, 300, 3600), (30, 1, 60)]


def test_a_failure_counts_for_the_pair_the_address_and_the_account(db):
    record_wrong_password(attempt_at("olga", network="10.0.0.1"))
    record_wrong_password(attempt_at("olga", network="10.0.0.2"))
    record_wrong_password(attempt_at("bob", network="10.0.0.1"))
    tried = attempt_at("Olga ", network="10.0.0.1")
    failures = {count.key: count.failures for count in GuessCount.objects.all()}
    assert (failures[tried.pair], failures[tried.address], failures[tried.account]) == (1, 2, 2)


def test_a_success_clears_the_pair_alone(db):
    tried = attempt_at("olga", network="10.0.0.1")
    for _ in range(PAIR.free):
        record_wrong_password(tried)
    assert 0 < seconds_to_wait(tried) <= PAIR.first_wait_s
    record_success(tried)
    assert seconds_to_wait(tried) == 0
    failures = {count.key: count.failures for count in GuessCount.objects.all()}
    assert (failures[tried.pair], failures[tried.address], failures[tried.account]) == (0, 5, 5)


def test_asking_costs_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert seconds_to_wait(attempt_at("olga", network="10.0.0.1")) == 0


def test_each_account_and_address_notes_its_own_success(db):
    for name, network in [("olga", "10.0.0.1"), ("bob", "10.0.0.1"), ("olga", "10.0.0.2")]:
        record_success(attempt_at(name, network=network))
    assert GuessCount.objects.filter(succeeded_at__isnull=False).count() == 3


def test_the_wait_is_read_from_three_rows_however_many_there_are(db, django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        seconds_to_wait(attempt_at("olga", network="10.0.0.1"))
    assert '"key" IN (' in captured[0]["sql"]


def test_failures_at_the_same_moment_all_count(transactional_db):
    tried = attempt_at("olga", network="10.0.0.1")
    with threads() as run, transaction.atomic():
        record_wrong_password(tried)
        others = [run(lambda: record_wrong_password(tried)) for _ in range(2)]
        wait_until_blocked(2)
    for other in others:
        other.result(timeout=30)
    assert {count.failures for count in GuessCount.objects.all()} == {3}
