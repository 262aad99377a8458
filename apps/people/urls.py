"""Login, logout, password, language."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from apps.accountsets.middleware import without_account_set
from apps.people import views

urlpatterns = [
    path("login/", without_account_set(views.LoginView.as_view()), name="login"),
    path("logout/", without_account_set(views.LogoutView.as_view()), name="logout"),
    path("password/", views.PasswordChangeView.as_view(), name="password_change"),
    path(
        "language/",
        without_account_set(login_not_required(views.choose_language)),
        name="set_language",
    ),
]
