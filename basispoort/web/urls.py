"""Pages that belong to no app."""

from django.urls import path

from basispoort.web import health

app_name = "web"
urlpatterns = [
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
]
