"""Challenges before a password is checked: Google reCAPTCHA, and our own that need no third party (SR-K05)."""
