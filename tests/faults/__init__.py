"""Tests of failures: a worker dies, the broker is unavailable, a picture crashes the encoder."""
