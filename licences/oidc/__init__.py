"""The identity provider: django-allauth's, made as strict as SR-F01 to F10 ask, and bound to the one decision."""
