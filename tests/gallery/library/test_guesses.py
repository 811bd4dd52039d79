"""How long each wrong password keeps its sender waiting. The doors: tests/gallery/http."""

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
