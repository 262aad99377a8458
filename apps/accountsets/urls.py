"""``/server/``: the background server. No account set is needed here."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from apps.accountsets import views
from apps.accountsets.middleware import without_account_set

app_name = "server"

urlpatterns = [
    path("", without_account_set(login_not_required(views.server_home)), name="home"),
    path("login/", without_account_set(views.ServerLoginView.as_view()), name="login"),
    path("logout/", without_account_set(views.ServerLogoutView.as_view()), name="logout"),
]
