"""Wrong passwords: who has to wait, and for how long. All forms and the API share the counts. Works
with user names and networks, not with requests.

A wrong password is counted three times: for the account at that network address, for the address,
and for the account. docs/decisions/sign-in-throttling.md explains why.
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

# Older failures no longer count.
FORGOTTEN_AFTER = timedelta(hours=24)
# Someone who signed in from an address this recently waits there for their own mistakes only.
KNOWN_FOR = timedelta(days=90)
# A success is recorded once in this time, not with every API request.
RECORD_SUCCESS_EVERY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How many wrong passwords are free, and how long to wait after that: each wait is twice the
    last."""

    free: int
    first_wait_s: int
    longest_wait_s: int

    def wait_s(self, failures: int) -> int:
        """Return the seconds to wait after this many wrong passwords."""
        if failures < self.free:
            return 0
        doublings = min(failures - self.free, 30)
        return min(self.first_wait_s << doublings, self.longest_wait_s)


# One account at one address: people mistype a few times, and no one else has to wait because of it.
PAIR = Policy(free=5, first_wait_s=300, longest_wait_s=3600)
# One address, any account: several people may share it, but a dictionary attack needs thousands.
ADDRESS = Policy(free=20, first_wait_s=300, longest_wait_s=3600)
# One account, any address: only guessing from many addresses gets this far. The owner must still be
# able to sign in, so the wait never exceeds a minute.
ACCOUNT = Policy(free=30, first_wait_s=1, longest_wait_s=60)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A password about to be tried, identified by the keys of its three counts."""

    pair: str
    address: str
    account: str

    @property
    def policies(self) -> dict[str, Policy]:
        """The policy of each key."""
        return {self.pair: PAIR, self.address: ADDRESS, self.account: ACCOUNT}


def attempt_at(account: str, *, network: str) -> Attempt:
    """Return the attempt for a password for this name from this network."""
    name = unicodedata.normalize("NFKC", account).strip().casefold()
    return Attempt(
        pair=_key("pair", name, network),
        address=_key("address", network),
        account=_key("account", name),
    )


def seconds_to_wait(tried: Attempt) -> int:
    """Return the seconds until this password may be checked; 0 if it may be checked now."""
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
    """Reset this account's failures at this address, and nothing else: signing in to one account
    must not reset the limits of another."""
    now = timezone.now()
    count = GuessCount.objects.filter(key=tried.pair).first()
    recorded_at = count.succeeded_at if count and not count.failures else None
    if recorded_at and now - recorded_at < RECORD_SUCCESS_EVERY:
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
    """Return a digest that can't be turned back into a name or an address without SECRET_KEY."""
    text = "\x00".join(parts)
    return salted_hmac("gallery.guesses", text, algorithm="sha256").hexdigest()


def _is_known(pair: GuessCount | None, now: datetime) -> bool:
    return bool(pair and pair.succeeded_at and now - pair.succeeded_at < KNOWN_FOR)


def _locked(keys: Iterable[str], now: datetime) -> Sequence[GuessCount]:
    """Return the counts of the keys, creating missing ones, locked in a consistent order."""
    ordered = sorted(keys)
    missing = [GuessCount(key=key, touched_at=now) for key in ordered]
    GuessCount.objects.bulk_create(missing, ignore_conflicts=True)
    return list(GuessCount.objects.select_for_update().filter(key__in=ordered).order_by("key"))
