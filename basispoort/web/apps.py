"""What all pages share: layouts, components, error pages, health."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The look of the portal."""

    name = "basispoort.web"
    label = "web"
