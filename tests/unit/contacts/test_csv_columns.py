import pytest

from functions.api.contacts.imports.logic.csv_columns import Layout, lay_out, slug
from functions.api.contacts.imports.logic.csv_source import BadFile
from shared.domain.contacts.contact import MOST_FIELDS, ContactField

CITY = ContactField("city", "Cidade")
SCORE = ContactField("score", "Score", "number")


@pytest.mark.parametrize(
    "title", ["phone", "Phone Number", "TELEFONE", "Teléfono", "WhatsApp", "Phone 1 - Value", "celular", "mobile"]
)
def test_phone_columns_go_by_many_names(title: str) -> None:
    assert lay_out([title], [], {}, create_fields=False).targets == ("phone",)


def test_fields_are_found_by_key_and_by_label_and_the_rest_is_listed() -> None:
    layout = lay_out(["Nome", "Telefone", "CIDADE", "score", "Extra", ""], [CITY, SCORE], {}, create_fields=False)
    assert layout == Layout(
        ("name", "phone", "field:city", "field:score", "ignore", "ignore"),
        ("Extra", "(column 6)"),
        unasked=(2, 3, 4, 5),
    )


def test_unknown_columns_become_text_fields_on_request() -> None:
    layout = lay_out(["phone", "Último pedido"], [], {}, create_fields=True)
    assert layout.targets == ("phone", "field:ultimo_pedido")
    assert layout.new_fields == (ContactField("ultimo_pedido", "Último pedido"),)


@pytest.mark.parametrize(
    ("title", "key"),
    [("Łódź", "lodz"), ("KAYIT No", "kayit_no"), ("Größe", "grosse"), ("Đường", "duong"), ("城市", "")],
)
def test_a_key_keeps_the_letters_that_a_title_has(title: str, key: str) -> None:
    assert slug(title) == key


def test_what_the_caller_maps_wins() -> None:
    layout = lay_out(["phone", "other", "City"], [CITY], {"Other": "phone", "city": "ignore"}, create_fields=False)
    assert layout.targets == ("ignore", "phone", "ignore")
    assert layout.ignored == ("phone",)


@pytest.mark.parametrize(
    ("title", "target"),
    [
        *(
            ("Email", "email"),
            ("E-Mail-Adresse", "email"),
            ("Correo electrónico", "email"),
            ("E-mail 1 - Value", "email"),
        ),
        *(("Language", "language"), ("Idioma", "language"), ("Locale", "language"), ("Sprache", "language")),
        *(("Timezone", "time_zone"), ("Zona horaria", "time_zone"), ("Fuso horário", "time_zone")),
    ],
)
def test_columns_of_attributes_are_known_by_their_usual_names(title: str, target: str) -> None:
    assert lay_out(["phone", title], [], {}, create_fields=True).targets == ("phone", target)


def test_a_field_that_is_called_like_an_attribute_goes_on_being_filled() -> None:
    own = ContactField("email", "E-mail")
    for mapping in ({}, {"E-mail": "email"}):
        assert lay_out(["phone", "E-mail"], [own], mapping, create_fields=False).targets == ("phone", "field:email")
    labelled = ContactField("mail_2", "Correo")
    layout = lay_out(["phone", "correo", "email"], [labelled], {}, create_fields=False)
    assert layout.targets == ("phone", "field:mail_2", "email")


def test_first_and_last_name_are_kept_beside_the_whole() -> None:
    layout = lay_out(["first name", "last name", "name", "phone"], [], {}, create_fields=False)
    assert (layout.targets, layout.ignored) == (("first_name", "last_name", "name", "phone"), ())
    assert lay_out(["first name", "phone"], [], {}, create_fields=False).targets == ("first_name", "phone")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"nope": "phone"}, "no column 'nope'"),
        ({"a": "unknown"}, "no custom field"),
        ({"a": "phone", "b": "phone"}, "same place"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(wanted: dict[str, str], words: str) -> None:
    with pytest.raises(BadFile, match=words):
        lay_out(["a", "b"], [], wanted, create_fields=False)


def test_columns_that_would_make_too_many_fields_are_refused_as_such() -> None:
    known = [ContactField(f"f{i}", "x") for i in range(MOST_FIELDS - 1)]
    assert len(lay_out(["phone", "one"], known, {}, create_fields=True).new_fields) == 1
    with pytest.raises(BadFile) as refused:
        lay_out(["phone", "one", "two"], known, {}, create_fields=True)
    assert refused.value.code == "too_many_fields"


def test_a_file_without_a_phone_column_is_refused_and_its_columns_named() -> None:
    with pytest.raises(BadFile, match="The columns are: name, city"):
        lay_out(["name", "city"], [], {}, create_fields=False)


def test_keys_are_plain() -> None:
    assert slug(" Órdem nº 2! ") == "ordem_no_2"
    assert slug("2nd phone") == "f_2nd_phone"
    assert slug("李") == ""


@pytest.mark.parametrize(
    "title",
    [
        *(
            "opted_out",
            "Opted Out",
            "opt-out",
            "optout",
            "OptedOut",
            "opted_in",
            "Opt In",
            "unsubscribed",
            "UNSUB_TIME",
        ),
        *(
            "Unsubscribed from all email",
            "Subscribed",
            "Subscription Status",
            "consent",
            "Marketing Consent",
            "consent_given",
        ),
        *("Accepts Marketing", "Accepts SMS Marketing", "Do Not Contact", "do_not_call", "DND", "SMS_BLACKLISTED"),
        *("suppressed", "Baja", "Dado de baja", "Suscrito", "Consentimiento", "Acepta publicidad", "Descadastrado"),
        *("Consentimento", "Não perturbe", "Désabonné", "Désinscrit", "Consentement", "Disiscritto", "Consenso"),
        *("Abgemeldet", "Einwilligung", "Werbeeinwilligung", "Keine Werbung", "Afgemeld", "Toestemming", "Wypisany"),
        *(
            "Zgoda",
            "Onay Durumu",
            "Berhenti berlangganan",
            "Отписан",
            "Согласие",
            "Відписаний",
            "إلغاء الاشتراك",
            "הסכמה",
        ),
        *(
            "HasOptedOutOfEmail",
            "isUnsubscribed",
            "DoNotCall",
            "AcceptsMarketing",
            "optedOut",
            "Newsletter",
            "Marketing",
        ),
        *(
            "GDPR",
            "LGPD",
            "KVKK",
            "No WhatsApp",
            "no_marketing",
            "allow_marketing",
            "can_contact",
            "Blocked",
            "refused",
        ),
        *("Fecha de baja", "baja_marketing", "Suscripto", "Desuscripto", "Lista Robinson", "Permite publicidad"),
        *(
            "Permiso WhatsApp",
            "Permiso de marketing",
            "Acepta comunicaciones",
            "Desuscripción",
            "Ne plus contacter",
            "STOP",
        ),
        *(
            "Werbung erlaubt",
            "WhatsApp erlaubt",
            "Kontaktsperre",
            "Widerspruch",
            "Opposition",
            "Lista negra",
            "İzin verildi",
        ),
        *(
            "Marketing eligible",
            "WhatsApp OK",
            "Excluir",
            "Excluido",
            "Exclude",
            "exclude_from_campaigns",
            "Black list",
        ),
        *(
            "Aceita comunicações",
            "Não quer receber",
            "No quiere publicidad",
            "Accepte les communications",
            "Liste noire",
        ),
        *(
            "Accetta comunicazioni",
            "Nicht mehr anschreiben",
            "Pazarlama izni",
            "Ticari ileti onayı",
            "permissao_whatsapp",
        ),
        *("Autorisation SMS", "Suscripción WhatsApp", "Opposition au démarchage", "Lista nera", "whatsapp_ok"),
        *("Rechaza publicidad", "Quiere recibir promociones", "Consentimiento RGPD", "Bloqueado", "Subscriber"),
        *("Estado suscripción", "Estado de la suscripción", "Estado WhatsApp", "Estado marketing", "Status WhatsApp"),
        *("Status newsletter", "Subscription state", "WhatsApp-Status", "Newsletterstatus", "Statut de l'abonnement"),
        *("Stan subskrypcji", "Статус подписки", "Abonelik durumu", "订阅状态", "구독 상태", "Situação da assinatura"),
        *("Contacto permitido", "WhatsApp autorizado", "Permission to text", "Permission to contact", "may_contact"),
        *("Permesso messaggi", "quiere recibir", "Quer receber", "vuole ricevere", "Wants to receive offers"),
        *("Exclusión", "Exclusão", "refuse", "Refusé", "Puede contactar", "Nicht stören", "No molestar", "勿扰"),
        *("Robinson", "Lista Robinson", "Blocklist", "Block list", "blacklist_reason", "Unsubscribe", "opt-out date"),
        *("donotcontact", "DONOTTEXT", "is_blocked", "isBlocked", "blocked_at", "has opted out", "Sperre", "Refus"),
        *("marketing_contact_status", "receive_messages", "Receives WhatsApp", "wants_promos", "Allow Broadcast"),
        *("allowBroadcast", "Werbeerlaubnis", "Not subscribed", "do not email", "no llamar", "Zgoda", "Suscrita"),
        *("सहमति", "ยกเลิกรับข่าวสาร", "已退订", "退訂", "配信停止", "同意", "수신거부", "수신 동의", "마케팅 동의 여부"),
    ],
)
def test_a_column_that_says_who_opted_out_is_refused_with_its_remedy(title: str) -> None:
    known = [CITY, ContactField("opted_out", "Opted out")]
    for create_fields in (False, True):
        with pytest.raises(BadFile, match=r"opt-out.*ignore") as refused:
            lay_out(["phone", title, "city"], known, {}, create_fields=create_fields)
        assert (refused.value.code, refused.value.field) == ("consent_column", "columns")
        assert title in refused.value.message


def test_who_says_what_the_column_is_has_their_way() -> None:
    known = [ContactField("opted_out", "Opted out")]
    for target, laid in (("ignore", "ignore"), ("opted_out", "field:opted_out")):
        layout = lay_out(["phone", "Opted out"], known, {"opted out": target}, create_fields=False)
        assert layout.targets == ("phone", laid)


@pytest.mark.parametrize(
    "title",
    [
        *(
            "city",
            "Stop",
            "Is blocked by",
            "Received at",
            "Wants delivery",
            "Blocked seats",
            "Iscritto",
            "Opt",
            "Bus stop",
            "End date",
            "Cancelled orders",
            "options",
            "opting_price",
            "Stopover",
            "consent_date",
        ),
        *(
            "Rebaja",
            "Precio de baja temporada",
            "Subscription plan",
            "Permission level",
            "Status",
            "Suboption",
            "Onay",
            "Salida",
            "Marketing channel",
            "Subscriber since",
            "Blocked until",
            "No of messages",
            "MarketingOwner",
        ),
        *(
            "Stop number",
            "Stop name",
            "stop_id",
            "Next stop",
            "Stops",
            "Text",
            "Reply",
            "Send date",
            "Sms",
            "WhatsApp 2",
        ),
        *(
            "Order status",
            "Estado del pedido",
            "Estado",
            "Estado civil",
            "Payment status",
            "Permiso",
            "Permiso de conducir",
        ),
        *("Work permit", "Permission", "Plan de suscripción", "Fecha de suscripción", "Subscription", "Abonnement"),
        *("Excluded items", "Exclusiones", "Opposition party", "Lista de precios", "Lista", "Liste", "Black friday"),
        *(
            "Werbung",
            "Werbekanal",
            "Kontakt",
            "Sperrzeit",
            "Widerspruchsfrist",
            "İzin günü",
            "Izin usaha",
            "Erlaubte Menge",
        ),
        *("Oposición", "Suscripción", "Izin", "İzin", "Inscripción", "Estado inscripción", "Robinson Crusoe"),
        *("Block list price", "Unsubscribe rate", "Unsubscribe URL", "Opt-out rate", "Subscribed plan", "State"),
        *(
            "May messages",
            "Envíos rechazados",
            "Exclusive",
            "Permission level",
            "State tax",
            "WhatsApp number state code",
            "Contacto de emergencia",
        ),
        *("Marketing budget", "Eligible", "Eligibility", "OK", "Acepta tarjeta", "Acepta mascotas", "Comunicaciones"),
        *(
            "Accepte la carte",
            "Aceita cartão",
            "Quiere café",
            "Autoriza médico",
            "name",
            "email",
            "Stopped at",
            "Bloque",
        ),
    ],
)
def test_other_columns_are_not_taken_for_one(title: str) -> None:
    assert lay_out(["phone", title], [], {}, create_fields=True).targets[0] == "phone"
