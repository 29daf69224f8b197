"""What coordinators send in about rosters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.uploads import LIMIT_BYTES, MEBIBYTE

if TYPE_CHECKING:
    from typing import Any

    from django.core.files.uploadedfile import UploadedFile

# How a file of text in XML may begin: a mark of its encoding, white space or "<".
STARTS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"<", b" ", b"\t", b"\r", b"\n")
TOO_LARGE = _("The file is larger than %(limit)s MB. Export one school at a time, without photos or attachments.")


class UploadForm(forms.Form):
    """A roster file; only its size and its first bytes are looked at here, a worker reads it (SR-D01, SR-D03)."""

    file = forms.FileField(
        label=_("EDEXML file"),
        help_text=_("Export it from your pupil administration system. 20 MB at most, not zipped."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        super().__init__(*args, **kwargs)
        if too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE % {"limit": LIMIT_BYTES // MEBIBYTE}

    def clean_file(self) -> UploadedFile[Any]:
        """Give the file when it can be one."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > LIMIT_BYTES:
            raise forms.ValidationError(TOO_LARGE, params={"limit": LIMIT_BYTES // MEBIBYTE})
        start = file.read(4)
        file.seek(0)
        if start.startswith(b"PK"):
            raise forms.ValidationError(_("This is a zip file. Unpack it and upload the XML file that is in it."))
        if not start.startswith(STARTS):
            raise forms.ValidationError(
                _("This is not an XML file. Choose EDEXML in your pupil administration system.")
            )
        return file


class ApplyForm(forms.Form):
    """The word to apply what was shown; an alarm asks for one more."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label=_("Yes, this is right"),
        required=False,
        error_messages={"required": _("Look at the warnings, and tick that this is right.")},
    )

    def __init__(self, *args: Any, alarming: bool, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        super().__init__(*args, **kwargs)
        if alarming:
            self.fields["confirmed"].required = True
        else:
            del self.fields["confirmed"]
