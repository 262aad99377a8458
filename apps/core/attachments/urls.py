"""Addresses of files."""

from django.urls import path

from apps.core.attachments import views

app_name = "attachments"

urlpatterns = [
    path("attachments/of/<str:business_key>/", views.add, name="add"),
    path("attachments/<int:pk>/", views.download, name="download"),
    path("attachments/<int:pk>/remove/", views.remove, name="remove"),
]
