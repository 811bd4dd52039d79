"""Wait for something that another process does."""

import time

PATIENCE_S = 30.0


def wait_until(condition, *, what, timeout_s=PATIENCE_S):
    """Return the condition's first true value. Fail with `what` if it stays false."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {timeout_s:g} s")
