"""Which key a run works with: the one its register, or its fixed frame, was made with."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.errors import SecretError
from qa_sampling.records import keys
from qa_sampling.records.key_files import KeyRing, find_key, find_keys
from qa_sampling.records.register import Register
from qa_sampling.settings.common import Settings, home


def load_keys(settings: Settings) -> KeyRing:
    """Give the key that the references are made with, and the earlier ones that are kept.

    Parameters
    ----------
    settings : Settings
        Say where the key and the register are. Where the frame of their period and design is
        fixed, the key it was fixed with is given, also when it was rotated since.

    Raises
    ------
    SecretError
        When it is missing, damaged, open to others, or inside the project or the outputs.
    """
    if settings.is_invented:
        return KeyRing(keys.INVENTED_KEY)
    path, outside = key_place(settings), never_inside(settings)
    known, wanted = _key_ids(settings)
    key = find_key(path, wanted, never_inside=outside) if wanted else None
    if key is None:
        return KeyRing(keys.load_key(path, never_inside=outside))
    return KeyRing(key, find_keys(path, known[: known.index(wanted)], never_inside=outside))


def load_key(settings: Settings, key_id: str = "") -> bytes:
    """Give the key of the references: the invented authority's own, or the one of this user.

    Parameters
    ----------
    settings : Settings
        Say where the key and the register are.
    key_id : str
        Id of the key that is wanted, which may be an earlier one that is kept. When it is not
        there, or by default, the key that :func:`load_keys` gives.

    Raises
    ------
    SecretError
        As :func:`load_keys`.
    """
    if key_id and not settings.is_invented:
        found = find_key(key_place(settings), key_id, never_inside=never_inside(settings))
        if found is not None:
            return found.secret
    return load_keys(settings).key.secret


def key_of_draw(settings: Settings, register: Register, draw_id: str) -> bytes:
    """Give the key under which a draw was made: with it its forms are recognised.

    Parameters
    ----------
    settings : Settings
        Say where the keys are.
    register : Register
        Holds the draw.
    draw_id : str
        Name of the draw.

    Raises
    ------
    RegisterError
        When the register holds no such draw.
    SecretError
        When its key is not kept any more.
    """
    key_id = register.key_id_of(draw_id)
    secret = load_key(settings, key_id)
    if key_id and keys.Key(secret).key_id != key_id:
        raise SecretError(
            f"{draw_id} was made with key {key_id}, which is not at {key_place(settings)} or kept "
            "beside it. Restore it from the backup."
        )
    return secret


def require_first_key(settings: Settings) -> None:
    """Refuse to make a key for a register whose references are made with one already.

    Raises
    ------
    SecretError
        When the register knows a key and its file is not there; a second one beside it is
        refused by :func:`~qa_sampling.records.keys.create_key`.
    """
    known, _ = _key_ids(settings)
    if not settings.is_invented and known and not key_place(settings).exists():
        raise SecretError(
            f"The register's references are made with key {known[-1]}, which is not at "
            f"{key_place(settings)}. Restore it from the backup; only if there is none, give it "
            "up (`qa-sampling key rotate --lost`)."
        )


def key_place(settings: Settings) -> Path:
    """Give the file of the key: the one that is named, or the usual one of this user."""
    named = settings.place(settings.key_file) if settings.key_file else keys.key_path()
    return named.expanduser().resolve()


def never_inside(settings: Settings) -> tuple[Path, ...]:
    """Give the folders that no key may live in: the project's and the outputs."""
    return home(), settings.outputs_folder


def _key_ids(settings: Settings) -> tuple[list[str], str]:
    """Give the ids of the register's keys, oldest first, and the one these settings ask for."""
    place = settings.register_location
    if isinstance(place, Path) and not place.exists():
        return [], ""
    with Register.open(place, create=not isinstance(place, Path)) as held:
        known = held.key_ids_in_order()
        design = getattr(settings, "design", None)
        fixed = held.find_frame(settings.period, design) if design else None
    wanted = fixed.parameters.get("key_id", "") if fixed else ""
    return known, wanted or (known[-1] if known else "")
