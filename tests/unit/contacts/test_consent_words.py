"""The words by which a person says no, or yes again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.contacts import consent_phrases
from shared.domain.contacts.consent_words import LONGEST_TEXT, button_word, consent_word
from shared.domain.contacts.opt_out_words import sentences, standings
from shared.domain.contacts.opt_out_words.languages import LANGUAGES, YES, YES_ON_BUTTONS
from shared.domain.text_fold import fold_words


def phrases(listed: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in listed.split("|") if phrase.strip()]


STOPS = [
    *("stop", "STOP", "Stop.", "stop!!!", " stop ", "*STOP*", "«stop»", "STOP 🛑", "🛑🛑 Stop 🙏", "s\u200btop"),
    *("stop\ufe0f", "ＳＴＯＰ", "stop\n", "unsubscribe", "opt-out", "Opt out", "STOPALL", "remove me", "Quit", "END"),
    *("parar", "PARE", "sair", "Sair!", "cancelar", "Descadastrar"),
    *("baja", "¡BAJA!", "Darme de baja", "no más", "NO MAS"),
    *("arrêt", "ARRÊTER", "désabonner", "stopp", "Abmelden", "abbestellen", "disiscrivimi", "basta"),
    *("berhenti", "henti", "iptal", "İPTAL", "İptal", "dur"),
    *("𝐒𝐓𝐎𝐏", "Ⓢⓣⓞⓟ", "DUR", "الغـاء", "اِلغاء", "बंद।"),
    *("стоп", "СТОП!", "отписаться", "إلغاء", "الغاء", "توقف", "הסר", "退订", "取消", "停止", "बंद", "रोकें"),
]


@pytest.mark.parametrize("text", STOPS)
def test_a_word_that_says_no_is_understood(text: str) -> None:
    assert consent_word(text) == "stop"


@pytest.mark.parametrize("text", ["start", "START!", "unstop", "Subscribe", "opt-in", "voltar", "alta", "старт"])
def test_a_word_that_says_yes_again_is_understood(text: str) -> None:
    assert consent_word(text) == "start"


@pytest.mark.parametrize(
    "text",
    [
        *("don't stop", "Please don't stop sending these!", "stop by the shop tomorrow?", "when does the sale stop"),
        *(
            "non-stop",
            "bus stop",
            "no quiero cancelar mi pedido",
            "não pare",
            "start-up",
            "cancel my order 123",
            "stop 2",
        ),
        *(
            "",
            " ",
            "🛑 ahead",
            "no 🛑",
            "start 🛑",
            "!!!",
            "?",
            "ok",
            "yes",
            "no",
            "stopp it",
            "¿baja el precio?",
            "👍",
            "बद",
        ),
    ],
)
def test_a_sentence_that_holds_the_word_opts_nobody_out_or_in(text: str) -> None:
    assert consent_word(text) is None


# Each of these was heard as nothing, or would be by a list of bare words.
ALSO_NO = """
REVOKE | UNSUB | STOP SMS | Stop. Thank you | Please stop. | Stop, please! | stop,please | Hi, stop | ok stop
| Stop now please, thanks a lot | STOP STOP STOP | Stop! Unsubscribe! | s.t.o.p | stop_promotions
| Remove me from your list | Please stop sending me messages | Do not contact me | Don't text me
| I withdraw my consent. | SALIR | dar de baja | Hola, quiero darme de baja por favor | Cancelar suscripción
| no me escriban más | Ya basta | Baja, gracias | DESINSCREVER | Por favor, me descadastre | Sair, obrigada
| não quero mais receber mensagens | Désinscription | Désabonnez-moi s'il vous plaît | STOP PUB | stop svp
| Abmeldung | Bitte abmelden | Melden Sie mich ab. Mit freundlichen Grüßen | Keine Nachrichten mehr! | Afmelden
| Meld me af, alstublieft | Cancellatemi dalla lista, grazie | per favore basta | Wypisz mnie, proszę
| proszę wypisac | Odhlásit prosím | Leiratkozom | afmeld | avmeld | Dezabonare | ABONELİKTEN ÇIK
| abonelikten cik lütfen | Lütfen iptal | стоп, пожалуйста | Отпишите меня от рассылки | відписатися, дякую
| tolong berhenti | Berhenti ya kak, terima kasih | UNREG | Stop ya | Mohon berhenti | berhenti berlangganan
| sila henti | Berhenti melanggan | Hủy đăng ký | huy dang ky | vui lòng dừng lại | 수신거부 | 수신 거부 부탁드립니다
| 구독 취소해 주세요 | 광고 그만 | ยกเลิก | ขอยกเลิกครับ | กรุณาหยุดส่งข้อความค่ะ | 请退订，谢谢 | 取消訂閱
| 請停止發送 | 不要再发了 | 配信停止お願いします | 配信を停止してください。 | 退会希望 | إلغاء الاشتراك من فضلك
| لو سمحت أوقفوا الرسائل | شكرا، توقف | הסר בבקשה | הסירו אותי מהרשימה, תודה | कृपया बंद करें | मैसेज बंद करो भाई
| message band karo please | বন্ধ করুন প্লিজ | நிறுத்தவும் நன்றி | ఆపండి దయచేసి | لطفا لغو | براہ کرم بند کریں
| لغو۱۱ | لغو 11 | STOP ALL MESSAGES | stop msg | Unsuscribe | unsubcribe please | Un-subscribe | Unsubscribed
| stop it | Please take me off | Don't text me again! | No thanks. Stop. | Stop, no thanks | No me escriban
| No molesten | No gracias, baja | ya no me escriban por favor | no me contacten más | Não envie mais
| Não quero receber, obrigado | pare de me mandar mensagem | Não perturbe
| не пишите мне больше | не беспокойте меня | не пишіть мені більше
| Disiscriviti | meld av | itigil na po | Tafadhali nitoe | Διαγραφή παρακαλώ
"""


@pytest.mark.parametrize("text", phrases(ALSO_NO))
def test_a_no_is_heard_in_every_language_and_with_every_courtesy(text: str) -> None:
    assert consent_word(text) == "stop"
    assert consent_word(text.upper()) == "stop"


OPPOSITES = """
don't stop | Do not stop! | never stop | please don't unsubscribe me | don't opt me out | Not stop | no pares
| por favor no pares | no me des de baja | no quiero darme de baja | no cancelar | cancelar baja | não pare
| não quero sair | por favor não cancelar | ne m'arrêtez pas | ne pas désabonner | nicht abmelden
| bitte nicht abmelden | nicht stoppen | niet afmelden | niet stoppen aub | non disiscrivermi | non basta
| nie wypisuj mnie | durma | iptal etme | iptal etmeyin lütfen | не отписывайте меня | не стоп | не отписаться
| jangan berhenti | tolong jangan berhenti | tak berhenti | đừng dừng | không hủy | 수신거부 하지 마세요
| 수신거부 취소 | 수신거부 안 합니다 | ไม่ยกเลิก | อย่าหยุด | ค่ายกเลิก | 不要停止 | 请不要退订 | 别取消
| 停止しないでください | 解除しない | لا تتوقف | عدم الغاء | אל תסירו אותי | बंद मत करो | बंद न करें
| band mat karo | cancel stop | undo unsubscribe | stop the car please | please cancel my order
| I want to unsubscribe my brother | stop thanks to you it works | thanks | por favor | gracias | terima kasih
| no thanks | no gracias | stop it later | delete me from nothing else than this order | don't take me off
| por favor no me borren | 감사합니다 | 谢谢 | ok thanks | đúng | đừng | Dung | Huy | đừng dừng lại | acha | red
"""
"""The last ones are a word of no but for an accent, or one in another language: Vietnamese for "correct" and a name."""


@pytest.mark.parametrize("text", phrases(OPPOSITES))
def test_the_opposite_of_a_no_and_a_longer_sentence_opt_nobody_out(text: str) -> None:
    assert consent_word(text) is None


NEGATIONS = """
no | not | never | don't | dont | nunca | jamás | ni | sin | não | nem | sem | ne | pas | jamais | non | sans
| nicht | nie | kein | keine | mai | niet | nooit | geen | nu | není | inte | ej | ikke | ei | älä | μη | δεν
| değil | hayır | yok | tidak | jangan | bukan | tak | tiada | usah | nak | hindi | huwag | si | usi | hapana
| không | đừng | не | нет | ни | ні | אל | לא | لا | ليس | لم | لن | ما | عدم | نه | نہ | نہیں | مت | नहीं | मत
| न | না | নয় | 不 | 别 | 別 | 勿 | 没 | 沒 | 无 | 無 | ない | ぬ | 안 | 못 | 말 | ไม่ | อย่า
"""


def test_no_word_of_negation_counts_as_courtesy() -> None:
    negations = {fold_words(word) for word in phrases(NEGATIONS)}
    courtesies = [fold_words(phrase) for language in LANGUAGES.values() for phrase in phrases(language.courtesy)]
    assert not negations & {word for courtesy in courtesies for word in courtesy.split()}


def test_courtesy_alone_and_a_yes_with_courtesy_say_nothing() -> None:
    assert consent_word("please") is None
    assert consent_word("ok start") is None


def test_no_phrase_holds_a_lone_0_for_that_stands_between_them_while_they_are_read() -> None:
    lists = [text for one in LANGUAGES.values() for text in (one.no, one.written, one.also_answers, one.courtesy)]
    for phrase in phrases("|".join([*lists, YES, YES_ON_BUTTONS])):
        assert "0" not in re.findall("[0-9]+", fold_words(phrase)), phrase


def test_no_list_says_a_phrase_twice() -> None:
    lists = {name: text for name, text in vars(sentences).items() if name.isupper()}
    for code, one in LANGUAGES.items():
        lists[code] = "|".join((one.no, one.written, one.also_answers))
        lists[f"{code}, courtesy"] = one.courtesy
    lists |= {f"{code}, in a list": text for code, text in standings.NOES.items()}
    lists |= {f"{code}, a standing": text for code, text in standings.STANDING_NOES.items()}
    for name, text in lists.items():
        listed = phrases(text)
        assert [phrase for phrase in set(listed) if listed.count(phrase) > 1] == [], name
    assert not set(phrases(sentences.REPLIES)) & set(phrases(sentences.SENDS))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_phrase_of_a_language_is_heard_and_short_enough(code: str) -> None:
    language = LANGUAGES[code]
    for phrase in phrases(language.no):
        assert button_word(phrase) == "stop", phrase
    for phrase in phrases(language.written):
        assert button_word(phrase) is None, phrase
    for phrase in phrases(f"{language.no}|{language.written}|{language.also_answers}"):
        assert consent_word(phrase) == "stop", phrase
        assert len(phrase) <= 60, phrase
    for phrase in phrases(language.courtesy):
        assert consent_word(phrase) is None, phrase
        assert consent_word(f"{phrase}, stop") == consent_word(f"Stop. {phrase}!") == "stop", phrase


REPEATED = [
    *(
        "STOP " * 25,
        "stop " * 200,
        "STOP" + "!" * 200,
        "STOP" + "\u200b" * 300,
        "\u200bS\u200bT\u200bO\u200bP" + "\u200d" * 300,
    ),
    *(
        "STOP\n" * 3_000,
        "Stop!" + "?!" * 50,
        "stop" + "\u3164" * 9,
        "dar de baja, " * 40,
        "退订" * 90,
        "STOP" + "🛑" * 5_000,
    ),
    *(
        "STOOOP",
        "stoppppp",
        "SSSTTTOOOPPP",
        "baaaaja",
        "BASTAAAA",
        "parem" + "m" * 90,
        "стоооп",
        "arrrêteeez",
        "取消消消消",
    ),
    *(
        "STOPSTOP",
        "stopstopstop",
        "bajabaja",
        "pleaseeee stop",
        "no no no más",
        "🛑",
        "🛑🛑 🛑!",
        "🛑\ufe0f",
        " 🛑" * 200,
    ),
    *("I said STOP!", "STOP, I told you!", "Ya dije BAJA", "Eu já disse: parar", "J'ai dit stop", "Ho detto basta"),
]


@pytest.mark.parametrize("text", REPEATED)
def test_a_no_is_heard_however_often_and_long_it_is_said(text: str) -> None:
    assert consent_word(text) == "stop"


FOOTERS = """
Reply STOP to unsubscribe | Reply STOP | STOP to opt out | Text STOP to end. | Reply with "STOP" to opt-out
| Txt STOP 2 end
| Reply CANCEL to stop | STOP to cancel | To unsubscribe, reply STOP | Reply STOP to stop receiving messages
| Responde BAJA | Responde BAJA para darte de baja | Envía STOP para cancelar
| Escribe SALIR para no recibir más mensajes
| Responder SAIR | Responda SAIR para cancelar | Envie PARAR para não receber mais mensagens | Répondez STOP
| Répondez STOP pour vous désabonner | STOP pour ne plus recevoir de messages | Antworten Sie mit STOPP
| Antworte mit STOP, um dich abzumelden | STOP zum Abmelden | Rispondi STOP per annullare l'iscrizione
| Antwoord STOP om je af te melden | Odpisz STOP aby się wypisać | Răspunde STOP pentru dezabonare
| Ответьте СТОП, чтобы отписаться | Balas STOP untuk berhenti berlangganan | Ketik UNREG | İptal için RET yazın
| Trả lời STOP để hủy đăng ký | أرسل إيقاف لإلغاء الاشتراك | השב הסר להסרה | 回复TD退订 | 回复退订 | 配信停止と返信
"""
NEIGHBOURS = """
Quisiera darme de baja | Deseo dar de baja | me quiero dar de baja | Me gustaría darme de baja, gracias
| Hola, deseo cancelar la suscripción | no escribir mas | No enviar | Borrarme | quitarme de la lista por favor
| Gostaria de cancelar minha inscrição | desejo sair da lista | Je voudrais me désabonner | je désire me désinscrire
| Ne plus me contacter | Ne plus contacter | Ich würde gerne abbestellen | Bitte um Abmeldung | Bitte löschen
| Nicht mehr kontaktieren
| vorrei disiscrivermi | Niet meer sturen | stuur niets meer aub | ik wens me uit te schrijven | Proszę o wypisanie
| Proszę o usunięcie mnie z listy | chciałbym się wypisać | стоп спам | Стоп рассылке! | я хотел бы отписаться
| хотіла б відписатися | çıkmak istiyorum | Aboneliğimi iptal etmek istiyorum | saya ingin unreg | tôi muốn hủy đăng ký
| אני רוצה להסיר | أود إلغاء الاشتراك | توقف عن الإرسال | 我想退订 | 停止配信 | ต้องการยกเลิกรับข่าวสาร | DND
| do not disturb | I'd like to opt out | Leave me alone; stop | Stop your spam | stop the ads | stop aux pubs
| stop mensajes | Stopp Nachrichten | stop met reclame | stop con los mensajes
| aboneliğimi iptal et | proszę o usunięcie numeru | Stop. Do not disturb. | baja, no contactar | text QUIT to stop
| envía cancelar para no recibir más mensajes | 🛑? | 🛑 please | 🛑 gracias | por favor 🛑 | hello 🛑 | 🛑 spam
| stop 🛑 sms | sair 🛑 | 🛑, sair
"""


@pytest.mark.parametrize("text", [*phrases(FOOTERS), *phrases(NEIGHBOURS)])
def test_a_copied_footer_and_a_polite_wish_are_a_no(text: str) -> None:
    assert consent_word(text) == "stop"
    assert consent_word(text.upper()) == "stop"


ON_BUTTONS_SOMETHING_ELSE = """
No enviar | no enviar gracias | no enviar más | no contactar | no escribir | no molestar | non inviare più
| non disturbare
| niet meer sturen | niet storen | nichts mehr senden | Nicht stören | Do not disturb | DND | don't disturb | 送信停止
| 停止发送 | 勿扰 | 请勿打扰 | 拒收 | Nummer löschen | usunięcie numeru | ลบเบอร์ | Wypisanie | rezygnuję
| não quero receber | não envie mais | não perturbe | plus de messages | ne plus contacter | nie wysyłać
| nie przeszkadzać | nu mai trimite | neposílejte | rahatsız etmeyin | не беспокойте | не пишите | не турбуйте
| jangan kirim lagi | عدم الإزعاج | لا ترسل | 退会 | 보내지 마세요 | aboneliğimi iptal etmek istiyorum
"""


@pytest.mark.parametrize("text", phrases(ON_BUTTONS_SOMETHING_ELSE))
def test_what_names_neither_messages_nor_a_list_nor_me_is_a_no_in_writing_and_none_on_a_button(text: str) -> None:
    assert consent_word(text) == "stop"
    assert button_word(text) is None


@pytest.mark.parametrize(
    "label",
    [
        *("Do not disturb me", "No enviar más mensajes", "no me molesten", "Keine Nachrichten mehr", "Usuń mój numer"),
        *(
            "Non inviare più messaggi",
            "Stuur geen berichten meer",
            "メッセージ停止",
            "不要再发信息",
            "Meine Nummer löschen",
        ),
        *("wypisanie z listy", "не пишите мне", "Abonelikten çık"),
    ],
)
def test_what_names_messages_or_a_list_or_me_is_a_no_on_a_button_too(label: str) -> None:
    assert button_word(label) == consent_word(label) == "stop"


ORDINARY = """
can you stop by tomorrow? | I will stop at the shop | don't stop sending | don't stop sending me offers, please
| where is the bus stop | the bus stops here | which stop do I get off at? | I want to stop smoking | stop by
| Reply to my question | Text me | send the invoice | Reply START to subscribe | does STOP unsubscribe me from all?
| don't reply STOP | never reply STOP to unsubscribe | I want to cancel my order | I want to cancel | I want to quit
| stop over in Paris | one stop shop | full stop | non stop | the end | I said yes | I said don't stop | I told you
| what does reply stop to unsubscribe mean | I do not want to unsubscribe | I didn't say stop | stop the delivery
| stop the order | to unsubscribe | to opt out | quiero cancelar | quiero salir mañana | quiero cancelar mi pedido
| quisiera una cita | deseo más información | me quiero comprar dos | no deseo darme de baja | no me quiero dar de baja
| responde por favor | responde a mi pregunta | ¿dónde está la parada? | baja el volumen | la temporada baja
| ¿puedes parar en la tienda? | no escribí más | enviar más mensajes | dame más | quero sair amanhã | quero cancelar
| quero cancelar o pedido | não quero me descadastrar | vou parar na loja | onde fica a parada | responda por favor
| je veux plus de messages | je voudrais plus de promos | je ne veux pas me désabonner | répondez moi | où est l'arrêt
| je m'arrête au magasin | ich möchte mich nicht abmelden | ich will bestellen | bitte antworten
| wo ist die haltestelle
| bitte nicht löschen | ich möchte meine bestellung löschen | non voglio disiscrivermi | vorrei ordinare | rispondi
| ik wil me niet afmelden | ik wil bestellen | antwoord graag | nie chcę się wypisać | proszę o kontakt
| proszę o fakturę | хочу заказать | не хочу отписаться | ответьте пожалуйста | стоп не надо | где остановка
| çıkmak istemiyorum | sipariş istiyorum | saya mau pesan | saya tidak mau berhenti | balas dong | tôi muốn mua
| tôi không muốn hủy đăng ký | أريد طلب | لا أريد إلغاء الاشتراك | 我想买 | 我不想退订 | 我要 | 不要停止配信
| ต้องการสั่งซื้อ | ไม่ต้องการยกเลิกรับข่าวสาร | sooo good | noooo | looool | hahaha | donnn't stop | nonstop nonstop
| iptal etmek istiyorum | Üyeliğimi iptal etmek istiyorum | üyelikten çıkmak istiyorum | üyelik iptal | üyelikten çık
| write end | sms cancel | SMS, cancel | enviar cancelar | send cancel | text quit | escribir salir | type end
| 发送 取消 | end to end | End-to-end | quit to cancel my order | ich will nicht stören | ich möchte nicht stören, danke
| ik wil niet storen | quisiera no molestar | vorrei non disturbare | stop emails to my boss | stop the pub crawl
"""


@pytest.mark.parametrize("text", [*phrases(ORDINARY), "don't stop " * 40, "no stop " * 600, "ok " * 200, "see you 🛑"])
def test_what_people_write_every_day_opts_nobody_out(text: str) -> None:
    assert consent_word(text) is None


def test_a_question_is_a_no_but_not_a_yes() -> None:
    for text in ("stop?", "STOP??", "¿baja?", "unsubscribe？", "توقف؟"):
        assert consent_word(text) == "stop", text
    for text in ("Start?", "Subscribe?", "start ?!", "¿alta", "старт？", "start؟", "start ❓"):
        assert consent_word(text) is None, text
    assert button_word("Opt in?") is None


@pytest.mark.parametrize(
    "unit", ["stop ", "please ", "ab", "quiero ", "реклама ", "停", "🛑", "don t ", "stop to ", "الغاء "]
)
def test_no_length_of_message_is_looked_at_word_by_word(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its length, no more than the longest text is folded."""
    folded: list[int] = []

    def watched(text: str) -> str:
        folded.append(len(text))
        return fold_words(text)

    monkeypatch.setattr(consent_phrases, "fold_words", watched)
    heard = consent_word(unit * 400_000)
    consent_word("".join(f"{n} {unit}" for n in range(100_000)))
    assert heard == consent_word(unit)
    assert folded or heard is None
    assert all(length <= LONGEST_TEXT for length in folded)


@pytest.mark.parametrize(
    ("label", "word"),
    [
        *((label, "stop") for label in ("Stop promotions", "Unsubscribe", "STOP", "Darme de baja", "Stop, please")),
        *((label, "stop") for label in ("Cancelar suscripción", "Parar promoções", "退订", "수신거부", "OPT_OUT")),
        *((label, None) for label in ("Cancel", "End", "Quit", "Remove", "Cancelar", "Salir", "Sair", "Basta", "取消")),
        *((label, None) for label in ("停止", "ยกเลิก", "İptal", "Annulla", "Отказаться", "إلغاء", "बंद करें", "Hủy")),
        *((label, None) for label in ("Start", "Alta", "Iniciar", "Commencer", "Subscribe", "Mula", "Cancel, please")),
        *((label, "start") for label in ("Resume promotions", "Opt in")),
    ],
)
def test_on_a_button_of_ours_only_what_has_no_other_meaning_counts(label: str, word: str | None) -> None:
    assert button_word(label) == word


@given(st.sampled_from(["stop", "sair", "baja", "стоп"]), st.text(alphabet="!?.,;:*_~-\"'()[] \n\t😀🛑👍❤", max_size=8))
def test_punctuation_and_emoji_around_the_word_do_not_matter(word: str, around: str) -> None:
    assert consent_word(around + word.upper() + around) == "stop"


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert consent_word(text) in ("stop", "start", None)
