"""A no of several words, as a language builds it, beside what people write with the same words."""

import pytest

from shared.domain.contacts import consent_sentences
from shared.domain.contacts.consent_phrases import tokens_of
from shared.domain.contacts.consent_sentences import Parts, Sentences, sentences_of
from shared.domain.contacts.consent_words import button_word, consent_word
from shared.domain.contacts.opt_out_words.grammars import GRAMMARS
from shared.domain.contacts.opt_out_words.language import Grammar


def phrases(listed: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in listed.split("|") if phrase.strip()]


BUILT = """
do not message me anymore | don't text me anymore | dont contact me any more | Never contact me again
| don't send me anything | don't send me anything anymore | Please don't send me any more of your promotions
| do not send messages to this number | don't message me on WhatsApp ever again | don't write to us anymore
| I don't want to receive messages | I do not want to receive any messages | I don't want messages
| I no longer wish to receive messages from you | i no longer want your ads | we don't want any more promotions
| I don't want to be contacted anymore | I want to stop receiving messages | I don't want to be on your list
| stop msg me | stop sending me msgs | stop sending these | stop sending me these messages | stop sending anything
| stop bothering me | stop harassing me | quit texting me | Can you stop messaging me? | could you please unsubscribe me
| could you please stop sending me promotions | Pls unsubscribe me from this list | unsubscribe us please
| pls remove my number from your list | remove me from your database | delete me from your list
| take us off all your mailing lists | exclude me from your broadcast | remove my phone number | opt me out of your list
| no more msgs | no spam please | block me | I'm opting out | Lose my number! | leave us alone
| No thanks, unsubscribe | not interested, stop | not interested please remove me
| No thank you. Please stop messaging me
| I'm not interested, stop texting me | stop, not interested
| no me manden nada | no me envíen nada más | no me envien mas | no envíen más | no manden más
| ya no me manden mensajes
| no me mandes esos mensajes por favor | no nos escriban más | nunca más me manden publicidad, gracias
| dejen de enviar mensajes | dejen de mandar mensajes | dejen de molestar | deja de mandarme publicidad
| paren de enviarme promociones | dar de baja mi número | dar de baja mi numero por favor | denme de baja de su lista
| quiero que me den de baja | quiero que me saquen de la lista | sáquenme de esta lista | elimínenme de la lista
| quítenme | borren mi número de su base de datos | eliminen mi contacto | cancelen mi suscripción
| no deseo recibir más publicidad | ya no me interesa recibir sus promociones | quiero dejar de recibir mensajes
| quiero no recibir más mensajes | no quiero que me escriban | no me interesa, baja | no gracias, no me manden nada
| me tira dessa lista | me tire dessa lista por favor | me exclua da lista | me excluir da lista | me exclua
| excluir meu número | exclua meu numero | remover meu contato | remova meu contato da sua lista | me descadastra
| não me mande mais mensagem | não me mande mais nada | não mande mais mensagens para este número
| não quero receber mensagem | não quero mais receber nada | não desejo receber suas promoções
| para de mandar mensagem | para de me mandar mensagem | parem de me mandar essas mensagens | pare de me incomodar
| não me chame mais | cancelar mensagens | quero sair | quero que me tirem da lista | não tenho interesse, parar
| je ne veux plus recevoir vos messages | je ne souhaite plus recevoir de messages | je veux pas recevoir de pub
| je souhaite ne plus recevoir de messages | ne m'envoyez plus rien | ne m'envoyez plus de message
| ne m'écrivez plus s'il vous plaît | ne nous contactez plus | arrêtez de m'envoyer vos messages
| arrêtez de me harceler | arrêtez vos messages | supprimez-moi de votre liste | retirez moi de vos listes
| enlevez moi de la liste | effacez mon numéro | je ne veux pas être contacté | non merci, désabonnez-moi
| Schicken Sie mir keine Nachrichten mehr | schickt mir bitte keine Werbung mehr | schreibt mir bitte nicht mehr
| kontaktieren Sie mich nicht mehr | Ich möchte keine Nachrichten von Ihnen erhalten | ich will keine Werbung bekommen
| ich möchte nicht mehr kontaktiert werden | keine Nachrichten mehr senden | hören Sie auf | hört auf mir zu schreiben
| löschen Sie meine Nummer aus Ihrer Datenbank | meine Nummer bitte löschen | nehmt mich aus dem Verteiler
| lasst mich in Ruhe | Nein danke, abmelden | kein Interesse, abmelden | Kein Bedarf. Keine Nachrichten mehr.
| non voglio ricevere più messaggi | non voglio più ricevere le vostre offerte | non mandatemi più pubblicità
| non mi mandate più messaggi | non mi scrivete più | non desidero essere contattata | smettetela di scrivermi
| smettete di mandare messaggi | toglietemi dalla lista | rimuovetemi dal vostro database | cancellate il mio numero
| disiscrivi | lasciatemi in pace | no grazie, cancellami
| stuur mij geen berichten meer | stuur me niets meer | ik wil geen reclame meer ontvangen | app me niet meer
| ik wil niet meer benaderd worden | stop met het sturen van berichten | verwijder mij uit jullie lijst
| haal me van de lijst | laat me met rust | geen interesse, afmelden
| bana bir daha mesaj atmayın | artık bana reklam göndermeyin | lütfen bana sms göndermeyin | bana artık yazmayın
| artık mesaj almak istemiyorum | reklam mesajı istemiyorum | mesaj göndermeyi bırakın | numaramı silin
| beni listenizden çıkarır mısınız | numaramı listenizden silin | beni rahat bırakın
| не присылайте сообщения | не присылайте мне | больше не присылайте мне рекламу | не шлите мне больше ничего
| пожалуйста, не пишите мне больше | мне больше не пишите | не хочу больше получать ваши сообщения
| я не хочу получать рекламу | перестаньте присылать сообщения | хватит мне писать | прекратите спамить
| уберите мой номер | удалите мой номер из базы | исключите меня из рассылки | отключите рекламу
| нет, спасибо, отпишите меня | не интересно, стоп
| jangan kirimi saya promo lagi | jangan kirim pesan ke saya lagi | jangan chat saya lagi | tolong jangan ganggu saya
| saya tidak mau terima pesan lagi | gak mau dihubungi lagi | berhenti kirim promo ke saya | hapus nomor wa saya
| keluarkan saya dari grup | tidak tertarik, unreg | nie piszcie do mnie | 別再傳了 | 不要再傳 | mujhe message mat bhejo
"""


@pytest.mark.parametrize("text", phrases(BUILT))
def test_a_no_of_several_words_is_heard_however_it_is_built(text: str) -> None:
    assert consent_word(text) == "stop"
    assert consent_word(f"{text.upper()}!!") == "stop"


ORDINARY = """
please don't message me the wrong address again, send it by mail | don't message me at night | don't text me the code
| don't send me the invoice | don't send me anything spicy | don't send it | don't send this | don't send these yet
| don't stop sending me messages | please don't stop messaging me | never stop sending me offers
| I don't want to stop receiving messages | don't remove me from your list | do not unsubscribe me from this list
| I don't want to miss your messages | I don't want onions | I don't want it anymore | I don't want to receive this
| I want to receive messages | I want more messages | send me messages | Why don't you send me messages anymore?
| can you stop by | can you remove the onions | can you send me more promotions? | remove the item from my list
| take my phone number | take me to your shop | delete my order | unsubscribe my brother | no thanks | not interested
| not interested in the blue one | no thanks, I'll stop by later | no thanks, don't stop | Unsubscribe? No thanks, never
| I'm not interested in stopping | stop sending me the wrong order | stop bothering my dog | never mind
| did you not send me messages? | I did not receive any messages | I don't receive messages | no messages yet
| no me manden el pedido hoy | no me envíen la factura | no me envían mensajes | no me llegan mensajes
| ya no me mandan nada | no me mandas mensajes | no dejen de enviar mensajes | no dejes de escribirme
| no quiero dejar de recibir mensajes | no quiero más cebolla | no quiero más | no quiero que me den de baja
| no me den de baja | no me quiten de la lista | quiero recibir mensajes | quiero más mensajes
| envíenme más promociones
| no me interesa | no gracias, otro día | elimina el artículo de mi lista | baja el precio de mi número
| para de rir | para mandar mensagem | para receber mensagens | não me mande o boleto ainda | não quero cebola
| não parem de mandar mensagens | não quero sair | não me tire da lista | me tira uma dúvida | me manda mensagem
| não recebi mensagem | não me mandaram mais nada | quero receber mensagens | quero sair às oito | tira a cebola
| je veux recevoir plus de messages | envoyez moi plus de messages | je veux plus de promos
| je ne reçois plus vos messages
| ne m'envoyez pas la facture | ne m'envoyez pas | n'arrêtez pas de m'envoyer des messages | je n'ai plus rien reçu
| ne me retirez pas de la liste | non merci | schicken Sie mir bitte mehr Werbung | ich möchte Nachrichten erhalten
| ich habe keine Nachrichten erhalten | schicken Sie mir keine Rechnung mehr | hören Sie nicht auf mir zu schreiben
| nein danke | löschen Sie mich nicht | schreiben Sie mir bitte morgen | non ho ricevuto più messaggi
| non ricevo più messaggi | vorrei ricevere messaggi | non cancellatemi dalla lista | non smettete di scrivermi
| no grazie | non mandatemi il pacco | ik krijg geen berichten meer | ik heb geen berichten meer ontvangen
| verwijder mij niet | stuur me meer berichten | nee bedankt | mesaj atın | bana mesaj gönderin | mesaj gelmedi
| mesaj almak istiyorum | beni listeden çıkarmayın | bana fatura göndermeyin | не присылайте курьера
| мне не присылали сообщения | не получаю сообщения | хочу получать сообщения | не удаляйте мой номер | напишите мне
| не надо отписывать | нет, спасибо | jangan kirim barang dulu | jangan kirim | saya tidak mau pesan
| saya mau pesan lagi
| tidak mau terima barang | jangan berhenti kirim pesan | jangan hapus nomor saya | tidak tertarik | kirim pesan lagi
| stop me if you know this one | block my seat | the messages stop | no spam in my can please | my number is 5551234
"""


@pytest.mark.parametrize("text", phrases(ORDINARY))
def test_what_people_write_with_the_same_words_opts_nobody_out(text: str) -> None:
    assert consent_word(text) is None


ON_BUTTONS_SOMETHING_ELSE = (
    "no envíen más | não mande mais nada | don't text again | stop me | no spam | hört auf | quero sair"
)


@pytest.mark.parametrize("text", phrases(ON_BUTTONS_SOMETHING_ELSE))
def test_what_names_neither_messages_nor_me_is_none_on_a_button(text: str) -> None:
    assert consent_word(text) == "stop"
    assert button_word(text) is None


def test_a_built_no_that_names_messages_is_one_on_a_button_too() -> None:
    for label in (
        "I don't want to receive messages",
        "No me manden más mensajes",
        "Je ne veux plus recevoir de messages",
    ):
        assert button_word(label) == "stop", label
    assert button_word("No thanks, cancel") is None
    assert button_word("No thanks") is None


@pytest.mark.parametrize("code", GRAMMARS)
def test_every_part_of_a_grammar_is_used_and_every_used_part_exists(code: str) -> None:
    grammar = GRAMMARS[code]
    assert list(sentences_of(grammar, f"{grammar.no}|{grammar.written}", Parts("messages")))
    used = {word.removesuffix("?") for word in f"{grammar.no} {grammar.written}".split() if word.isupper()}
    assert set(grammar.parts) - used == set()
    for name, listed in grammar.parts.items():
        found = phrases(listed)
        assert [phrase for phrase in set(found) if found.count(phrase) > 1] == [], (code, name)


def test_a_part_that_no_grammar_has_is_an_error_at_once() -> None:
    with pytest.raises(KeyError):
        list(sentences_of(Grammar(no="NOT me"), "NOT me", Parts("")))


def ends(sentences: Sentences, text: str) -> set[int]:
    return set(sentences.after(tokens_of(text), 0))


def test_a_sentence_ends_wherever_it_may() -> None:
    grammar = Grammar(parts={"NOT": "do not | don t", "ME": "me | me me", "END": "again"}, no="NOT write? ME END? END?")
    sentences = Sentences(sentences_of(grammar, grammar.no, Parts("")))
    assert ends(sentences, "do not write me me again again again") == {4, 5, 6, 7}
    assert ends(sentences, "don't me again") == {3, 4}
    assert ends(sentences, "do write me") == ends(sentences, "not") == ends(sentences, "do not") == set()
    assert set(sentences.words()) == {"do", "not", "don", "t", "write", "me", "again"}


def test_what_is_remembered_of_sentences_has_a_bound_and_forgetting_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consent_sentences, "_MOST_REMEMBERED", 3)
    parts = Parts("messages")
    sentences = Sentences(one for grammar in GRAMMARS.values() for one in sentences_of(grammar, grammar.no, parts))
    for _ in range(2):
        for text in ("don't text me anymore", "no me manden nada", "не пишите мне больше", "me tira dessa lista"):
            assert len(tokens_of(text)) in ends(sentences, text), text
            assert len(sentences._places) <= 3


@pytest.mark.parametrize(
    "unit", ["no me ", "don't send me any more ", "stop sending me ", "не пишите мне ", "não quero "]
)
def test_the_steps_grow_with_the_length_of_the_message_only(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [0]
    step = Sentences._next

    def counted(self: Sentences, place: consent_sentences._Place, word: str) -> consent_sentences._Place | None:
        steps[0] += 1
        return step(self, place, word)

    monkeypatch.setattr(Sentences, "_next", counted)
    taken = []
    for times in (50, 100):
        steps[0] = 0
        consent_word(f"{unit * times}ok")
        taken.append(steps[0])
    assert taken[0] > 0
    assert taken[1] <= 2 * taken[0] + 20
