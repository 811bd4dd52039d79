"""Wrong passwords: who has to wait, and for how long. Every form and the API share the counts.
Knows names and networks, but no requests.

A wrong password counts three times: for the account at that network address, for the address, and
for the account. docs/decisions/sign-in-throttling.md says why there are three, and why not fewer.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery.models import GuessCount

# Failures longer ago than this no longer count.
FORGOTTEN_AFTER = timedelta(hours=24)
# Somebody who signed in from an address this recently waits for their own mistakes there only.
KNOWN_FOR = timedelta(days=90)
# A success is written down once in this time, not with every request of a program.
SUCCESS_NOTED_EVERY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How many wrong passwords are free, and the waits after the next ones: each twice the last."""

    free: int
    first_wait_s: int
    longest_wait_s: int

    def wait_s(self, failures: int) -> int:
        """Seconds to wait after this many wrong passwords."""
        if failures < self.free:
            return 0
        doublings = min(failures - self.free, 30)
        return min(self.first_wait_s << doublings, self.longest_wait_s)


# One account from one address: a person who mistypes needs a few, and nobody else is kept waiting.
PAIR = Policy(free=5, first_wait_s=300, longest_wait_s=3600)
# One address, any accounts: people who share it mistype too; a dictionary needs thousands.
ADDRESS = Policy(free=20, first_wait_s=300, longest_wait_s=3600)
# One account from anywhere: only guessing from many addresses gets here, and the account's owner
# must get in all the same, so that the wait grows to a minute and no further.
ACCOUNT = Policy(free=30, first_wait_s=1, longest_wait_s=60)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One password about to be tried, and the keys of the three counts that it concerns."""

    pair: str
    address: str
    account: str

    @property
    def policies(self) -> dict[str, Policy]:
        """The policy of each key."""
        return {self.pair: PAIR, self.address: ADDRESS, self.account: ACCOUNT}


def attempt_at(account: str, *, network: str) -> Attempt:
    """Return the counts that a password for this name, from this network, belongs to."""
    name = unicodedata.normalize("NFKC", account).strip().casefold()
    return Attempt(
        pair=_key("pair", name, network),
        address=_key("address", network),
        account=_key("account", name),
    )


def seconds_to_wait(tried: Attempt) -> int:
    """How long this password may not be looked at yet; 0 when it may be tried now."""
    now = timezone.now()
    counts = {count.key: count for count in GuessCount.objects.filter(key__in=tried.policies)}
    counted = [tried.pair] if _is_known(counts.get(tried.pair), now) else tried.policies
    until = [counts[key].blocked_until for key in counted if key in counts]
    return max([0, *(math.ceil((moment - now).total_seconds()) for moment in until if moment)])


def record_wrong_password(tried: Attempt) -> None:
    """Count one wrong password."""
    now = timezone.now()
    with transaction.atomic():
        for count in _locked(tried.policies, now):
            recent = count.failed_at is not None and now - count.failed_at < FORGOTTEN_AFTER
            count.failures = (count.failures if recent else 0) + 1
            wait_s = tried.policies[count.key].wait_s(count.failures)
            count.failed_at = count.touched_at = now
            count.blocked_until = now + timedelta(seconds=wait_s) if wait_s else None
            count.save()


def record_success(tried: Attempt) -> None:
    """Forget this account's failures at this address, and nothing else: whoever has one account
    must not clear the way for guessing at another."""
    now = timezone.now()
    count = GuessCount.objects.filter(key=tried.pair).first()
    noted = count.succeeded_at if count and not count.failures else None
    if noted and now - noted < SUCCESS_NOTED_EVERY:
        return
    fresh = {
        "failures": 0, "failed_at": None, "blocked_until": None, "succeeded_at": now,
        "touched_at": now,
    }  # fmt: skip
    GuessCount.objects.update_or_create(key=tried.pair, defaults=fresh)


def forget_old_guesses() -> int:
    """Delete counts that no longer matter. Return how many."""
    deleted, _ = GuessCount.objects.untouched_since(timezone.now() - KNOWN_FOR).delete()
    return deleted


def _key(*parts: str) -> str:
    """Return a digest that nobody without SECRET_KEY can turn back into a name or an address."""
    text = "\x00".join(parts)
    return salted_hmac("gallery.guesses", text, algorithm="sha256").hexdigest()


def _is_known(pair: GuessCount | None, now: datetime) -> bool:
    return bool(pair and pair.succeeded_at and now - pair.succeeded_at < KNOWN_FOR)


def _locked(keys: Iterable[str], now: datetime) -> Sequence[GuessCount]:
    """Return the counts of the keys, made where missing, locked in the one order that everybody
    uses."""
    ordered = sorted(keys)
    missing = [GuessCount(key=key, touched_at=now) for key in ordered]
    GuessCount.objects.bulk_create(missing, ignore_conflicts=True)
    return list(GuessCount.objects.select_for_update().filter(key__in=ordered).order_by("key"))
