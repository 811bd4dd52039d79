"""The library's admin pages. They read querysets and call the domain packages, and hold no rules of
their own.

There is one module per model. base.py holds what they share, confirmation.py the page between
choosing an action and running it, and dashboard.py the numbers on the start page.
"""

from gallery.admin import collections, encoders, images, jobs, people, uploads

__all__ = ["collections", "encoders", "images", "jobs", "people", "uploads"]
