"""What the columns of an imported file mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from functions.api.contacts.imports.logic.consent_cells import asks_permission, is_standing, may_be_region
from functions.api.contacts.imports.logic.csv_source import BadFile
from shared.domain.contacts.consent_names import says_consent
from shared.domain.contacts.contact import MOST_FIELDS, ContactField
from shared.domain.text_fold import fold

PHONE, NAME, FIRST_NAME, LAST_NAME, TAGS, IGNORE = "phone", "name", "first_name", "last_name", "tags", "ignore"
LANGUAGE, TIME_ZONE, EMAIL = "language", "time_zone", "email"
_ATTRIBUTES = (LANGUAGE, TIME_ZONE, EMAIL)
RESERVED = frozenset({PHONE, NAME, FIRST_NAME, LAST_NAME, TAGS, IGNORE, "bsuid", *_ATTRIBUTES})

_PHONE_NAMES = """phone phone_number phonenumber phone_no mobile mobile_phone mobile_number cell cellphone cell_phone
telephone tel whatsapp whatsapp_number telefone celular telefono movil numero_de_telefone numero_de_telefono telefon
handy handynummer portable telefone_celular numero number msisdn contact_number phone_1_value no_hp no_wa nomor_hp"""
_NAME_NAMES = "name full_name fullname contact_name nome nome_completo nombre nombre_completo nom nama"
_FIRST_NAMES = "first_name firstname given_name primeiro_nome prenom vorname"
_LAST_NAMES = "last_name lastname surname family_name sobrenome apellido apellidos nachname"
_TAG_NAMES = "tags tag labels etiquetas"
_LANGUAGE_NAMES = """language lang locale preferred_language language_code idioma lengua lingua langue sprache bahasa
dil"""
_TIME_ZONE_NAMES = "time_zone timezone tz zona_horaria fuso_horario fuseau_horaire zeitzone zona_waktu saat_dilimi"
_EMAIL_NAMES = """email e_mail email_address e_mail_address mail e_mail_adresse e_mail_1_value correo
correo_electronico correo_e endereco_de_email courriel adresse_email adresse_e_mail indirizzo_email emel eposta
e_posta"""
_ALIASES: dict[str, str] = {
    alias: target
    for target, aliases in (
        (PHONE, _PHONE_NAMES),
        (NAME, _NAME_NAMES),
        (FIRST_NAME, _FIRST_NAMES),
        (LAST_NAME, _LAST_NAMES),
        (TAGS, _TAG_NAMES),
        (LANGUAGE, _LANGUAGE_NAMES),
        (TIME_ZONE, _TIME_ZONE_NAMES),
        (EMAIL, _EMAIL_NAMES),
    )
    for alias in aliases.split()
}


@dataclass(frozen=True, slots=True)
class Layout:
    """`targets[i]` is what column i holds: one of the names above, or a custom field as `field:<key>`. `unasked` are
    the places of those which nobody mapped, and that hold nothing, or what nobody is known by; `standings` of those
    among them which say how things stand with the person, `regions` of those which may be where they live instead, and
    `permissions` of those which say yes or no."""

    targets: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    new_fields: tuple[ContactField, ...] = ()
    unasked: tuple[int, ...] = ()
    standings: frozenset[int] = frozenset()
    regions: frozenset[int] = frozenset()
    permissions: frozenset[int] = frozenset()


def slug(text: str) -> str:
    """A header as a field key: lower case, without accents, words joined by underscores."""
    key = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in fold(text)).split())[:40].strip("_")
    return f"f_{key}"[:40] if key and not key[0].isalpha() else key


def lay_out(
    header: Sequence[str], known: Sequence[ContactField], mapping: Mapping[str, str], *, create_fields: bool
) -> Layout:
    """Decide each column: what the caller asked for, then the usual names, then custom fields by key or label.

    Raises BadFile when no column holds phone numbers, when one says who opted out and the caller did not say what it
    is, or when `mapping` does not fit the file.
    """
    keys = {field.key for field in known}
    labels = {slug(field.label): field.key for field in known}
    asked = _asked(header, mapping, keys)
    _check_consent(title for i, title in enumerate(header) if i not in asked)
    taken = set(asked.values()) - {IGNORE}
    targets: list[str] = []
    ignored: list[str] = []
    new: dict[str, ContactField] = {}
    for i, title in enumerate(header):
        key = slug(title)
        target = asked.get(i) or _usual(key, keys, labels)
        if target is None and create_fields and key and key not in RESERVED:
            new.setdefault(key, ContactField(key, title[:100]))
            target = f"field:{key}"
        if i not in asked and target in taken:
            known_field = _field(key, keys, labels)
            target = known_field if known_field not in taken else None
        if target is None:
            ignored.append(title or f"(column {i + 1})")
        else:
            taken.add(target)
        targets.append(target or IGNORE)
    if PHONE not in targets:
        names = ", ".join(title for title in header if title)[:300]
        raise BadFile(f"no column holds phone numbers; name one `phone`, or map one. The columns are: {names}")
    if len(known) + len(new) > MOST_FIELDS:
        raise BadFile(
            f"the file would make more than {MOST_FIELDS} custom fields; leave columns out", code="too_many_fields"
        )
    looked_at = {IGNORE, TAGS, *_ATTRIBUTES} | ({LAST_NAME} if NAME in targets else set())
    unasked = [i for i, target in enumerate(targets) if i not in asked and (target in looked_at or ":" in target)]
    standings = frozenset(i for i in unasked if is_standing(header[i]))
    regions = frozenset(i for i in standings if may_be_region(header[i]))
    permissions = frozenset(i for i in standings if asks_permission(header[i]))
    return Layout(tuple(targets), tuple(ignored), tuple(new.values()), tuple(unasked), standings, regions, permissions)


def _check_consent(titles: Iterable[str]) -> None:
    """A no in a column that nobody reads would be written to."""
    found = [title for title in titles if says_consent(title)]
    if found:
        names = ", ".join(repr(title) for title in found)[:300]
        raise BadFile(
            f"an import does not read who opted out, which seems to stand in: {names}. Take the rows of those who did "
            "out of the file, record each no with POST /v1/contacts/{contact_id}/opt-out, and map the column to "
            "`ignore` (or to a custom field of yours) in `columns`",
            field="columns",
            code="consent_column",
        )


def _asked(header: Sequence[str], mapping: Mapping[str, str], keys: set[str]) -> dict[int, str]:
    places = {title.casefold(): i for i, title in reversed(list(enumerate(header)))}
    asked: dict[int, str] = {}
    for title, target in mapping.items():
        place = places.get(title.strip().casefold())
        if place is None:
            raise BadFile(f"the file has no column {title!r}, which `columns` names", field="columns")
        if target not in RESERVED and target not in keys:
            raise BadFile(f"`columns` maps to {target!r}, which is no custom field; create it first", field="columns")
        # A field that was made before contacts had the attribute goes on being filled.
        asked[place] = f"field:{target}" if target in keys else target
    meant = [target for target in asked.values() if target != IGNORE]
    if len(meant) != len(set(meant)):
        raise BadFile("`columns` maps two columns to the same place", field="columns")
    return asked


def _usual(key: str, keys: set[str], labels: Mapping[str, str]) -> str | None:
    """What a column of this name holds where nobody says. A custom field that was made before contacts had the
    attribute goes on being filled."""
    named, own = _ALIASES.get(key), _field(key, keys, labels)
    return own if own and named in _ATTRIBUTES else named or own


def _field(key: str, keys: set[str], labels: Mapping[str, str]) -> str | None:
    if key in keys:
        return f"field:{key}"
    return f"field:{labels[key]}" if key in labels else None
