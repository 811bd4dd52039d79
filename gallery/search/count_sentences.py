"""The sentence that says how many pictures a search found."""

from __future__ import annotations

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.search.results import SearchPage


def count_sentence(page: SearchPage) -> str:
    """Return “35 good matches, 265 less likely.”, or the number of pictures for filters alone."""
    if page.good is None:
        return _pictures(page)
    if page.more_good:
        return _("%(count)s+ good matches.") % {"count": intcomma(page.good)}
    good = _("No good matches")
    if page.good:
        good = ngettext("%(count)s good match", "%(count)s good matches", page.good)
    good %= {"count": intcomma(page.good)}
    if page.less_likely is None:
        return _("%(good)s, and many less likely.") % {"good": good}
    if not page.less_likely:
        return _("%(good)s.") % {"good": good}
    return _("%(good)s, %(count)s less likely.") % {
        "good": good,
        "count": intcomma(page.less_likely),
    }


def _pictures(page: SearchPage) -> str:
    if page.total is None:
        return ""
    text = ngettext("%(count)s picture.", "%(count)s pictures.", page.total)
    return text % {"count": intcomma(page.total)}
