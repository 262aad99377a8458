"""`/account/`: for everybody."""

from __future__ import annotations

from django.urls import path

from apps.people.account import views

app_name = "account"

urlpatterns = [
    path("", views.account, name="home"),
    path("second-step/", views.second_step, name="second_step"),
    path("second-step/off", views.switch_off, name="second_step_off"),
    path("second-step/codes", views.new_codes, name="recovery_codes"),
    path("signature", views.signature, name="signature"),
    path("sessions/end", views.end_other_sessions, name="end_sessions"),
]
