"""`/api/v1/`, its description at `/api/schema/` and its pages at `/api/docs/`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from apps.accountsets.middleware import without_account_set
from apps.core.api.views.batches import BatchViews
from apps.core.api.views.definitions import DefinitionViews
from apps.core.api.views.files import FileViews
from apps.core.api.views.instances import InstanceViews
from apps.core.api.views.tasks import TaskViews
from apps.core.api.views.work import IncidentViews, MessageViews, RequestViews
from apps.core.attachments.api import AttachmentViews

app_name = "api"

router = SimpleRouter()
router.register("definitions", DefinitionViews, basename="definition")
router.register("files", FileViews, basename="file")
router.register("instances", InstanceViews, basename="instance")
router.register("tasks", TaskViews, basename="task")
router.register("batches", BatchViews, basename="batch")
router.register("incidents", IncidentViews, basename="incident")
router.register("messages", MessageViews, basename="message")
router.register("requests", RequestViews, basename="request")
router.register("attachments", AttachmentViews, basename="attachment")

schema = SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[])
docs = SpectacularSwaggerSplitView.as_view(
    url_name="api:schema", permission_classes=[], authentication_classes=[]
)

urlpatterns = [
    path("v1/", include(router.urls)),
    path("v1/", include("apps.core.kinds.api.urls")),
    path("schema/", without_account_set(login_not_required(schema)), name="schema"),
    path("docs/", without_account_set(login_not_required(docs)), name="docs"),
]
