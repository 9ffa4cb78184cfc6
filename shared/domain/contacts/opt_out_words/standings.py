"""What a list of contacts writes of those who said no, by language (ISO 639). Data only; phrases are separated by `|`.

Sources: the exports named in `shared.domain.contacts.consent_names`; the rest says the same in the other languages.
"""

NOES: dict[str, str] = {
    "en": """unsubscribed | unsub | opted out | opt out | optout | do not contact | do not message | do not disturb
    | dnc | blacklisted | suppressed""",
    "es": """dado de baja | dada de baja | desuscrito | desuscrita | desuscripto | desuscripta | no contactar
    | no molestar""",
    "pt": "descadastrado | descadastrada | desinscrito | desinscrita | não contatar | não perturbe",
    "fr": "désabonné | désabonnée | désinscrit | désinscrite | ne pas contacter",
    "de": "abgemeldet | nicht kontaktieren",
    "nl": "afgemeld | uitgeschreven",
    "it": "disiscritto | disiscritta | non contattare",
    "pl": "wypisany | wypisana",
    "ru": "отписан | отписана | отписался | отписалась",
    "uk": "відписаний | відписана",
    "ar": "الغى الاشتراك",
    "zh": "退订 | 已退订 | 退訂 | 已退訂",
    "ja": "配信停止",
    "ko": "수신거부 | 수신 거부",
}
"""In any column; not "baja" or "stop", a priority or a bus."""

PERSON_NOES: dict[str, str] = {
    "en": "blocked | blacklist | black list | dnd",
    "es": "bloqueado | bloqueada | lista negra",
    "fr": "bloqué | bloquée | liste noire",
    "de": "gesperrt",
    "nl": "geblokkeerd",
    "it": "bloccato | bloccata | lista nera",
    "pl": "zablokowany | zablokowana",
    "tr": "engellendi",
    "id": "diblokir",
    "ru": "заблокирован | заблокирована | черный список",
    "uk": "заблокований | заблокована",
    "ar": "محظور",
    "he": "חסום",
    "zh": "黑名单 | 黑名單 | 拉黑 | 已拉黑",
    "ja": "ブロック",
    "ko": "차단",
}
"""Where it is the standing of a person, or a tag of theirs; in a note it may be of a road."""

STANDING_NOES: dict[str, str] = {
    "en": """stop | stopped | block | unsubscribe | removed | opposed | refused | revoked | withdrawn | not subscribed
    | non subscribed | nonsubscribed | never subscribed | non marketing contact | non marketing""",
    "es": "baja | de baja | excluido | excluida | rechazado | rechazada | no suscrito | no suscrita",
    "pt": "sair | excluído | excluída | não inscrito | não inscrita",
    "fr": "opposition | opposé | opposée | refus | non abonné | non abonnée | non inscrit | non inscrite",
    "de": "widerspruch | widersprochen | sperre | nicht angemeldet",
    "it": "non iscritto | non iscritta",
    "tr": "engelli | iptal | izinsiz | izin yok | izin vermedi | izni yok",
    "id": "berhenti",
    "ru": "стоп",
}
"""Where it is the standing of a person, and may be anything elsewhere: a bus, a block of flats, a handicap."""

DENIALS = """no | false | 0 | n | out | nein | non | não | nee | nie | hayır | нет | ні | tidak | không | 否 | 不
| いいえ | 아니오 | لا | לא"""
"""In a column that asks whether somebody may be written to, and may ask it of something else."""

REGIONS = "baja"
"""Of these, what the English "State" may hold as the place where somebody lives."""

FURTHER: dict[str, str] = {
    "en": """all | from | by | via | on | at | in | since | again | anymore | any more | me | ever | please | email
    | emails | e mail | sms | whatsapp | marketing | user | customer | contact | requested | list""",
    "es": "desde | el | en | por | de | solicitada | pedida | definitiva | voluntaria | comercial | cliente | más",
    "pt": "em | pelo | pela | a pedido | mais",
    "fr": "depuis | le | par | définitivement",
    "de": "seit | am | durch | per | mehr",
    "nl": "sinds | op | door",
    "it": "dal | da | il | più",
    "pl": "od | dnia | przez",
    "ru": "с | по | от",
}
"""With what a no goes on and stays one: since when, by whom, of what."""

OTHER_WAYS: dict[str, str] = {
    "en": """phone | telephone | phone call | call | calls | voice | mail | post | postal mail | letter | fax | landline
    | phone or mail | phone or post | phone or fax""",
    "es": "teléfono | llamada | llamadas | correo | correo postal | carta | fax",
    "pt": "telefone | ligação | correio | carta | fax",
    "fr": "téléphone | appel | courrier | poste | fax",
    "de": "telefon | anruf | post | brief | fax",
    "nl": "telefoon | post | brief | fax",
    "it": "telefono | chiamata | posta | lettera | fax",
}
TIMES: dict[str, str] = {
    "en": """weekends | weekend | weekdays | monday | mondays | tuesday | tuesdays | wednesday | wednesdays | thursday
    | thursdays | friday | fridays | saturday | saturdays | sunday | sundays | holidays | mornings | afternoons
    | evenings | morning | afternoon | evening | night | work | home | the office""",
    "es": """fines de semana | fin de semana | lunes | martes | miércoles | jueves | viernes | sábado | sábados
    | domingo | domingos | mañana | mañanas | tarde | tardes | noche | noches | festivos""",
    "pt": "fins de semana | fim de semana | sábado | sábados | domingo | domingos | manhã | tarde | noite",
    "fr": "week end | weekend | lundi | samedi | dimanche | matin | soir | nuit",
    "de": "wochenende | wochenenden | montags | samstag | samstags | sonntag | sonntags | abend | abends | morgen",
    "nl": "weekend | zaterdag | zondag | avond",
    "it": "weekend | fine settimana | sabato | domenica | mattina | sera | notte",
}
"""Who does not want to be disturbed by these ways, or at these times, said nothing of messages at others."""
