"""Pages that belong to no app."""

from django.urls import path

from basispoort.web import gallery, health

app_name = "web"
urlpatterns = [
    path("ontwerp/", gallery.gallery, name="gallery"),
    path("ontwerp/indeling/<str:name>/", gallery.layout, name="layout"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
]
