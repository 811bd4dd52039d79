"""Tests of the admin, page by page, through its URLs."""
