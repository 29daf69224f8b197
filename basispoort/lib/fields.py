"""Model fields that keep their value encrypted in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from basispoort.lib import crypto

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from basispoort.lib.crypto import Ring

    AnyBinaryField = models.BinaryField[Any, Any]
    HashField = models.BinaryField[bytes | None, bytes | None]
else:
    AnyBinaryField = HashField = models.BinaryField


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as it stands in the database; opened only when somebody reads the attribute."""

    content: bytes


class SealedAttribute(DeferredAttribute):
    """Opens a sealed value at the first look, bound to the row it stands in."""

    field: EncryptedTextField

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:  # noqa: ANN401 - Django's own form
        """Give the text, or None; raises SealBroken for a value that was put here from elsewhere."""
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        content = crypto.open_seal(value.content, self.field.place(instance.pk), ring=self.field.ring)
        instance.__dict__[self.field.attname] = opened = self.field.decode(content)
        return opened

    def __set__(self, instance: models.Model, value: object) -> None:
        """Keep the value; that this method exists makes every look go through `__get__`."""
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(AnyBinaryField):
    """Text encrypted at rest, bound to its table, column and row (SR-I01).

    The row's primary key must be known before it is saved. It cannot be filtered on: pair it with a blind index.
    Only whole rows write it (`save`, `bulk_create`); `update()` is refused, because it has no row to bind to.
    """

    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, ring: Ring = "FIELD_KEYS", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        self.ring: Ring = ring
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Name the key ring in migrations when it is not the usual one."""
        name, path, args, kwargs = super().deconstruct()
        if self.ring != "FIELD_KEYS":
            kwargs["ring"] = self.ring
        return name, path, list(args), dict(kwargs)

    def place(self, pk: object) -> bytes:
        """Give the name of the place a value is bound to."""
        return f"{self.model._meta.db_table}|{self.column}|{pk}".encode()

    def encode(self, value: Any) -> bytes:  # noqa: ANN401 - text here, bytes in the field below
        """Give a value as bytes; raises TypeError for what this field does not hold."""
        if not isinstance(value, str):
            message = f"{self.name} holds text, not {type(value).__name__}."
            raise TypeError(message)
        return value.encode()

    def decode(self, content: bytes) -> Any:  # noqa: ANN401 - text here, bytes in the field below
        """Give back what `encode` was given."""
        return content.decode()

    def seal(self, pk: object, value: Any) -> bytes:  # noqa: ANN401 - text here, bytes in the field below
        """Encrypt a value for the row with this primary key."""
        return crypto.seal(self.encode(value), self.place(pk), ring=self.ring)

    def seal_all(self, rows: Iterable[tuple[object, Any]]) -> list[bytes | None]:
        """Encrypt values for the rows with these primary keys; an empty one stays without."""
        found = list(rows)
        table = f"{self.model._meta.db_table}|{self.column}|"
        places = [(self.encode(value), f"{table}{pk}".encode()) for pk, value in found if value]
        sealed = iter(crypto.seal_all(places, ring=self.ring))
        return [next(sealed) if value else None for _, value in found]

    def from_db_value(self, value: bytes | memoryview | None, *_args: object) -> Sealed | None:
        """Keep what the database gave, closed."""
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's own form
        """Leave texts and sealed values as they are."""
        return value

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:  # noqa: FBT001, ARG002 - Django's own form
        """Seal the text for its row; a value that nobody opened goes back as it came."""
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        if model_instance.pk is None:
            message = f"{self.name} can only be sealed for a row whose primary key is known."
            raise ValueError(message)
        return Sealed(self.seal(model_instance.pk, value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - Django's own form
        """Hand over ciphertext and nothing else."""
        if value is None:
            return None
        if isinstance(value, Sealed):
            return super().get_db_prep_value(value.content, connection, prepared)
        message = f"{self.name} is encrypted: it cannot be searched or updated with a plain value."
        raise TypeError(message)

    def value_to_string(self, obj: models.Model) -> str:  # noqa: ARG002 - Django's own form
        """Refuse to appear in fixtures."""
        message = f"{self.name} is encrypted and is not written to fixtures."
        raise TypeError(message)


class EncryptedBytesField(EncryptedTextField):
    """Bytes, such as a file, encrypted at rest like a text."""

    def encode(self, value: Any) -> bytes:  # noqa: ANN401 - the parent's form
        """Give the bytes; raises TypeError for anything else."""
        if not isinstance(value, bytes):
            message = f"{self.name} holds bytes, not {type(value).__name__}."
            raise TypeError(message)
        return value

    def decode(self, content: bytes) -> Any:  # noqa: ANN401 - the parent's form
        """Give the bytes back."""
        return content


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Give every encrypted field of every model."""
    from django.apps import apps  # noqa: PLC0415 - asked for after loading

    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


class BlindIndexField(HashField):
    """The keyed hash of an encrypted value beside it, for look-up and uniqueness."""

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        self.purpose = purpose
        kwargs.setdefault("editable", False)
        kwargs.setdefault("max_length", 32)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Name the purpose in migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {**kwargs, "purpose": self.purpose}

    def hash(self, value: str) -> bytes:
        """Give the hash of a value as it is to be stored."""
        return crypto.blind_index(self.purpose, value)

    def from_db_value(self, value: bytes | memoryview | None, *_args: object) -> bytes | None:
        """Give plain bytes, comparable."""
        return None if value is None else bytes(value)
