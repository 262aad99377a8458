"""Login, logout, password, language; one's own account; people in the settings."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from apps.accountsets.middleware import without_account_set
from apps.people import views

urlpatterns = [
    path("login/", without_account_set(views.LoginView.as_view()), name="login"),
    path("login/code/", without_account_set(views.login_code), name="login_code"),
    path("logout/", without_account_set(views.LogoutView.as_view()), name="logout"),
    path("password/", views.PasswordChangeView.as_view(), name="password_change"),
    path(
        "language/",
        without_account_set(login_not_required(views.choose_language)),
        name="set_language",
    ),
    path("account/", include("apps.people.account.urls")),
    path("settings/", include("apps.people.pages.urls")),
]
