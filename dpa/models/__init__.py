"""The models of dpa, one file a concept."""

from dpa.models.acceptance import Acceptance
from dpa.models.document import Document, DocumentKind, DocumentVersion, digest_of

__all__ = ["Acceptance", "Document", "DocumentKind", "DocumentVersion", "digest_of"]
