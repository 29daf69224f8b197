"""How forms are rendered: by our own templates, in one place."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Renders forms and fields by `templates/django/forms`."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
