"""Names of columns, and remarks beside numbers, that say who may be written to: an import does not read them, and must
not pass over a no in silence.

The names are what exports of the usual systems call it (Shopify "Accepts Marketing", Mailchimp "UNSUB_TIME", HubSpot
"Unsubscribed from all email", Klaviyo "SMS Consent", Brevo "SMS_BLACKLISTED", Salesforce "HasOptedOutOfEmail",
"DoNotCall"; seen 2026-11), and the same in the languages that people who opt out are heard in.
"""

import re
from collections.abc import Iterable

from shared.domain.contacts.consent_words import consent_word, title_says_no
from shared.domain.text_fold import fold_words

STATUS_WORD = (
    r"(?:status|state|estado|estatus|situacion|situacao|statut|etat|stato|stan|stare|stav|durum|durumu|статус|состояние"
    r"|الحاله|حاله|סטטוס|状态|狀態|ステータス|상태|สถานะ|trang thai)"
)
_SUBJECT = (
    r"(?:whatsapp|marketing|sms|newsletter|boletin|mailing|publicidad|publicidade|consent|consentimiento|consentimento"
    r"|consentement|consenso|su[bs]?scripcion|su[bs]?scriptor|subscricao|subscription|subscriber|assinatura|abonnement"
    r"|abonelik|subskrypcji|subskrypcja|подписки|рассылки|підписки|розсилки|الاشتراك"
    r"|opt ?(?:in|out)|pazarlama)"
)
"""What such a status is of; not an enrolment, which may be in a course."""
_SAID_NO = "|".join(
    [
        r"opt(?:ed|ing|s)? ?outs?|unsub(?:s|scri\w*)?|(?:not|non|never) ?subscribed|non marketing(?: contacts?)?",
        # Not "do not call", "mail" or "email": who says so may be written to.
        r"(?:do ?not|don ?t|never) ?(?:contact|text|message|disturb|send|whatsapp|write|market)"
        r"(?: (?:to )?(?:me|them))?",
        r"dnc|dnd|dncr|suppress|suppressed|suppression|black ?listed|block ?listed",
        r"lista (?:negra|nera|de exclusi[ao]n?|de bloqueio|de exclusao)|liste (?:noire|rouge d opposition)",
        r"schwarze liste|zwarte lijst|czarna lista|kara liste|daftar hitam|senarai hitam|lista neagra",
        r"de(?:suscrit|suscript)[oa]s?|no (?:su[bs]?scrit|suscript)[oa]s?",
        r"no (?:contactar|molestar|escribir|enviar|mandar)(?: (?:mas|mensajes|whatsapp|publicidad|nada))*",
        r"no (?:quiere|desea|acepta|autoriza) (?:contacto|publicidad|mensajes|recibir|whatsapp|ser)",
        r"nao (?:quer|deseja|aceita|autoriza) (?:contato|publicidade|mensagens|receber|whatsapp|ser)",
        r"nao (?:perturbe|perturbar|contatar|contactar|enviar|mandar)(?: (?:mais|mensagens|mensagem|whatsapp))*",
        r"descadastrad[oa]s?|desinscrit[oae]?s?|desabonnee?s?",
        r"ne (?:pas|plus) (?:contacter|deranger|ecrire|envoyer|solliciter|demarcher|relancer)",
        r"disiscritt[oai]|non (?:contattare|disturbare|inviare|scrivere)(?: (?:piu|messaggi))*",
        r"abgemeldet|werbewiderspruch|keine werbung|widersprochen|sperrvermerk|sperrliste",
        r"nicht (?:mehr )?(?:kontaktieren|anschreiben|schreiben|bewerben)",
        r"(?:kontakt|werbe|versand|sms|whatsapp|nachrichten|mailing)sperre",
        r"afgemeld|uitgeschreven|niet (?:meer )?(?:contacteren|benaderen)|wypisan[ya]|wypisany|nie kontaktowac",
        r"jangan hubungi|berhenti (?:ber)?langganan",
    ]
)
"""Of a person that they said no: in the name of a column, or as what stands in one, in the fold of `fold_words`."""
_SAID_NO_ALONE = (
    r"no (?:whatsapp|sms|texts?|marketing|messages|promos?|promotions|contact|spam|publicidad|mensajes|mensagens)"
    r"|blocked|refused?|refusal|declined|revoked|rejected|bloquead[oa]|rechazad[oa]|refus|gesperrt|sperre"
)
"""The same, where no other word stands beside it."""
_SAID_NO_WITHIN = (
    r"отписан|отписал|відписан|відписав|не беспокоить|черный список|в черном списке|الغاء الاشتراك|لا تتصل"
    r"|退订|退訂|取消订阅|取消訂閱|拒收|勿扰|勿擾|黑名单|黑名單|配信停止|配信解除|受信拒否"
    r"|수신 ?거부|구독 ?취소|블랙 ?리스트"
)
"""The same in scripts that set no space before what belongs to it."""
_NO = re.compile(
    rf"(?:is |has |please )?(?:{_SAID_NO}|{_SAID_NO_ALONE}|[已请請]?(?:{_SAID_NO_WITHIN}))(?:а|о|ся|ась|ий|了)?"
)
_NAMES = re.compile(
    "|".join(
        [
            # Not a figure of a campaign, nor the link in a mail.
            rf"\b(?:{_SAID_NO}|opt(?:ed|ing|s)? ?ins?|(?:re)?subscribed)\b"
            r"(?! (?:rates?|url|urls|links?|counts?|page|plan|price|product)\b)",
            r"^(?:subscribe|subscriber|newsletter|marketing)$",
            rf"\b{_SUBJECT} (?:email |contact )?{STATUS_WORD}\b"
            rf"|\b{STATUS_WORD} (?:of (?:the )?|del? |da |do |della |der )?"
            rf"(?:la |l |el |al? )?{_SUBJECT}$",
            r"(?:订阅|訂閱|配信|購読)(?:状态|狀態|状況|ステータス)|(?:구독|수신) ?상태",
            r"\b(?:abo|abonnement|newsletter|whatsapp|marketing|sms|werbe)status\b|\bstatus (?:ber)?langganan\b",
            # The law that asks for it, alone or with a yes: GDPR, RGPD and LGPD, Turkey's KVKK and register İYS.
            r"^(?:gdpr|rgpd|dsgvo|lgpd|lopd|kvkk|iys)$",
            # Not when or how they gave it: "consent date" says nothing of a no.
            r"\bconsent(?:s|ed|given|ement|imiento|imento)?"
            r"(?: given| whatsapp| marketing| sms| email| gdpr| rgpd| lopd)?$",
            r"\baccepts? (?:\w+ )?(?:marketing|messages|whatsapp|sms|promotions)\b",
            r"\b(?:marketing|whatsapp|sms|messaging|messages|contact|contacting) "
            r"(?:allowed|permission|permitted|accepted|agreed|opt|ok|okay|eligible|eligibility|consented)\b",
            r"^(?:ok|okay|eligible|permission|allowed) (?:for |to )?(?:whatsapp|marketing|sms|messages|messaging)$",
            r"\b(?:subscription|suscripcion|inscripcion|inscricao|abonnement|iscrizione) (?:al? |de |a la |a |au )?"
            r"(?:whatsapp|marketing|sms|newsletter|boletin|publicidad)$|^(?:whatsapp|marketing|sms) subscription$",
            r"^(?:de|un)su[bs]?scripcion$|^(?:exclusion|exclusao|esclusione|esclus[oa])$",
            r"^exclu(?:ir|id[oa]s?|de|ded|re|e|s)?$",
            r"^exclu(?:ir|ido|ida|de|ded|re) (?:de |do |da |del |from )?(?:campanhas?|campanas?|campaigns?|marketing"
            r"|envios?|mailing|messages|whatsapp)$",
            r"\b(?:allow|allows|allowed) (?:\w+ )?(?:marketing|messages|whatsapp|sms|promotions|broadcasts?)\b",
            # "May messages" are those of a month.
            r"^(?:can|may) (?:be )?(?:contact|contacted|message|messaged|text|texted|whatsapp)$",
            r"^(?:ok|okay|allowed|permission|agreed?|agrees|wants|wishes) to (?:be )?"
            r"(?:contact|contacted|message|messages|messaged|text|texted|texts|whatsapp|sms|call|email|market)$",
            r"^(?:se )?(?:puede|podemos|pode|peut on|peut|puo|darf|mag) (?:ser |etre |essere )?"
            r"(?:contactar|contactarse|contactad[oa]|contatar|contatad[oa]|contacter|contactee?|contattare|contattat[oa]"
            r"|kontaktiert werden|kontaktieren|contacteren|escribir|enviar)$",
            r"\b(?:contacto|contato|contatto|whatsapp|sms|marketing|publicidad|publicidade|mensajes|mensagens|messaggi"
            r"|comunicaciones|comunicacoes|comunicazioni|promociones|promocoes|newsletter|boletin|messages) "
            r"(?:(?:permitid|autorizad|aceptad|aceit|rechazad|recusad|permess|accettat|autorizzat|consentit)[oaei]s?"
            r"|autorisee?s?|accepte?e?s?|refuse?e?s?)$",
            r"\b(?:quiere|desea|acepta|quer|deseja|aceita|veut|souhaite|accepte de|vuole|desidera|accetta di"
            r"|(?:wants|wishes|agrees|agreed) to) (?:recibir|receber|recevoir|ricevere|receive)"
            r"(?: (?:messages|offers|promotions|news|messaggi|offerte|promozioni|ofertas))?$",
            rf"^(?:(?:is|was|has|contact|customer|user|wa|whatsapp) )?(?:{_SAID_NO_ALONE})(?: (?:at|on|date|time))?$",
            _SAID_NO_WITHIN,
            r"\bdo ?not ?(?:call|mail|email)\b|\bno llamar\b|\bne (?:pas|plus) appeler\b|\bnicht (?:mehr )?anrufen\b",
            r"\b(?:su[bs]?scrit|suscript)[oa]s?\b|\b\w*einwilligung\b|\b(?:mail|anruf)sperre\b|\bzgoda\b",
            r"согласие|згода|同意|配信許可|수신 ?동의|마케팅 ?동의",
            r"^(?:receives?|wants?) (?:\w+ )?"
            r"(?:marketing|messages|whatsapp|sms|promos?|promotions|offers|newsletters?)$",
            r"^werbe(?:erlaubnis|zustimmung|genehmigung|freigabe|verbot|stopp)$",
            r"^contactable$",
            r"\b(?:black|block) ?list(?: (?:reason|date|status|at|since|by|entry))?$",
            # Spanish, Portuguese, French, Italian.
            r"^(?:(?:fecha )?(?:de )?bajas?|baja (?:marketing|whatsapp|sms|comercial))$|\b(?:dad[oa]s? de baja)\b",
            r"^(?:(?:lista|liste|listado|exclusion|inscrit[oa]) )?robinson(?: ?list[ae]?)?$",
            r"\b(?:acepta|permite|autoriza|rechaza|quiere(?: recibir)?|desea(?: recibir)?|recibe|recibir) (?:\w+ )?"
            r"(?:publicidad|marketing|promociones|mensajes|whatsapp|sms|comunicacion|comunicaciones|newsletter)\b",
            # A permission, before or behind what it is for; alone it may be a user's or a building's.
            r"\b(?:permisos?|permissao|permission|autorizacion|autorizacao|autorisation|autorizzazione|permesso|erlaubnis"
            r"|izin|izni|zgoda|soglasie) (?:de |do |da |del |para |pour |per |fur |for |til )?(?:el |la |o |a |le )?"
            r"(?:whatsapp|marketing|sms|publicidad|publicidade|pub|publicite|mensajes|mensagens|messages|contacto|contato"
            r"|comunicacion|comunicaciones|comunicacoes|comunicazioni|messaggi|pubblicita|nachrichten|werbung)$",
            r"\b(?:whatsapp|marketing|sms) (?:permiso|permissao|autorizacion|autorizacao|izin|izni|erlaubnis|ok)$",
            r"\b(?:aceita|autoriza|permite|recusa|quer|deseja) (?:\w+ )?"
            r"(?:marketing|mensagens|promocoes|whatsapp|receber|comunicacoes|comunicacao|contato|publicidade)\b",
            r"\b(?:accepte|refuse) (?:(?:les?|la|de recevoir) )?"
            r"(?:messages|pubs?|promotions|communications?|publicites?|sollicitations|demarchage|whatsapp|sms|marketing)\b",
            r"^(?:opposition|oposicao|opposizione|oppose|opposee)$",
            r"^opposition (?:a la |au |aux |du |de )?"
            r"(?:prospection|demarchage|marketing|pubs?|publicite|sms|commerciale)\b",
            r"\b(?:consenso|consensi)\b",
            r"\baccetta (?:\w+ )?(?:marketing|messaggi|comunicazioni|promozioni|pubblicita|whatsapp)\b",
            # German, Dutch, Polish, Turkish.
            r"^widerspruch(?: (?:gegen )?(?:werbung|marketing|whatsapp|kontakt))?$",
            r"\b(?:werbung|marketing|whatsapp|sms|kontakt|newsletter|nachrichten|kontaktaufnahme|kontaktieren) "
            r"(?:nicht )?(?:erlaubt|gestattet|zugelassen|erwunscht|unerwunscht|verboten)\b",
            r"\btoestemming\b",
            r"\b(?:onay durumu|izin durumu|iys durumu|abonelikten cikti)\b|^izin(?: var| verdi| verildi|li|siz)$",
            r"\b(?:pazarlama|ileti|mesaj|iletisim|ticari ileti|reklam|kampanya) (?:izni|onayi)\b|^aranmasin$",
            # Indonesian, Malay, Vietnamese, Russian, Ukrainian.
            r"\b(?:persetujuan|kebenaran pemasaran)\b|\bdong y nhan tin\b",
            # Arabic, Hebrew, Hindi, Thai, Chinese, Japanese, Korean.
            r"موافقه|הסרה|הוסר|הסכמה|אישור דיוור|सहमति|सदस्यता समाप्त|ยกเลิกรับ|ยกเลิกการรับ|ยินยอม",
        ]
    )
)


_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def says_consent(title: str) -> bool:
    """Whether a column of this name tells whose consent there is or is not: as it stands, or taken for words that are
    written together (`DoNotCall`, `isUnsubscribed`)."""
    return any(_says_consent(text) for text in spelled(title))


def spelled(text: str) -> Iterable[str]:
    """The text as it stands, and taken for words that are written together."""
    return dict.fromkeys((text, _CAMEL_CASE.sub(" ", text)))


def said_no(words: str) -> bool:
    """Whether these words, folded, are from end to end what says in the name of a column that a person said no."""
    return _NO.fullmatch(words) is not None


def _says_consent(title: str) -> bool:
    words = fold_words(title)
    # A bare "Stop" may be of a bus; in capitals it is what people are told to write.
    return title.strip() == "STOP" or _NAMES.search(words) is not None or (words != "stop" and title_says_no(title))


def remark_says_consent(remark: str) -> bool:
    """Whether what stands beside a number tells of a no, or of a consent, such as "BAJA" and "do not contact"."""
    return says_consent(remark) or consent_word(remark) == "stop"
