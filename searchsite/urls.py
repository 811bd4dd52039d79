"""All URLs of the site. Health checks are here; everything else belongs to the gallery app."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from gallery.api import api
from gallery.http import errors
from gallery.views import accounts, health

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Our own form, which counts wrong old passwords.
    path(
        "admin/password_change/",
        RedirectView.as_view(pattern_name="password_change"),
        name="admin-password-change",
    ),
    path("admin/", admin.site.urls),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/password_change/", accounts.ChangePassword.as_view(), name="password_change"),
    path("accounts/password_reset/", accounts.ResetPassword.as_view(), name="password_reset"),
    path("accounts/", include("django.contrib.auth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
    path("", include("gallery.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
