"""The admin of the library. Reads querysets, calls the domain packages, holds no rule of its own.

One module a model; base.py is what they share, confirmation.py the page between an action and its
action, dashboard.py the numbers on the first page.
"""

from gallery.admin import collections, encoders, images, jobs, people, uploads

__all__ = ["collections", "encoders", "images", "jobs", "people", "uploads"]
