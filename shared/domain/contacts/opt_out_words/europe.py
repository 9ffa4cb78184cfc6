"""Languages of Europe, which are those of the Americas as well. What the parts mean: see `language`."""

from shared.domain.contacts.opt_out_words.language import Language

EUROPE: dict[str, Language] = {
    "en": Language(
        no="""stop | stopall | stop all | s t o p | unsubscribe | unsubscribe me | unsubscribe all | unsub
        | unsub me | i want to unsubscribe | i would like to unsubscribe | i d like to unsubscribe
        | want to unsubscribe | opt out | optout | opt me out | opting out | i want to opt out
        | i would like to opt out | i opt out | remove me | remove my number | delete my number
        | remove me from the list | remove me from your list | remove me from this list | take me off the list
        | take me off your list | take me off this list | stop sms | stop text | stop texts | stop texting
        | stop texting me | stop whatsapp | stop this | stop message | stop messages | stop messaging
        | stop messaging me | stop sending | stop sending messages | stop sending me messages
        | stop sending me this | stop sending this | stop the messages | stop these messages | stop writing
        | stop writing me | stop writing to me | stop contacting me | stop spam | stop spamming | stop spamming me
        | stop ads | stop advertising | stop notifications | stop marketing | stop promo | stop promos
        | stop promotion | stop promotions | stop promotional messages | stop offers | stop newsletter
        | stop it all | no more messages
        | stop all messages | stop msg | stop msgs | stop mms | stop all texts | unsuscribe | unsubcribe
        | unsubsribe | unsubscibe | unsubscribed | un subscribe | unsubscribe from promotions
        | unsubscribe from marketing | take me off
        | don t text me again | dont text me again | do not text me again | don t message me again
        | dont message me again | do not message me again | don t contact me again | dont contact me again
        | do not contact me again | stop no thanks | no thanks stop | no thank you stop | no more texts
        | no more ads | no more promotions | no more marketing
        | no more spam | do not contact me | don t contact me | dont contact me | do not message me
        | don t message me | dont message me | do not text me | don t text me | dont text me | do not write to me
        | don t write to me | do not send me messages | don t send me messages | do not send me any more messages
        | don t send me any more messages | i do not want any more messages | i don t want any more messages
        | i revoke my consent | i withdraw my consent | revoke consent | revoke my consent | withdraw consent
        | withdraw my consent | leave me alone | dnd | do not disturb | do not disturb me | don t disturb
        | don t disturb me
        | dont disturb me""",
        also_answers="""cancel | end | quit | revoke | remove | cancel subscription | cancel my subscription
        | stop it | delete me""",
        courtesy="""please | pls | plz | plse | pleas | kindly | thanks | thank you | thank u | thankyou | thx
        | thnx | ty | tks | tnx | many thanks | thanks a lot | thank you very much | thank you so much
        | much appreciated | cheers | regards | best regards | kind regards | hi | hello | hey | dear | sir
        | madam | sir madam | team | guys | ok | okay | now | right now | immediately | at once | asap | sorry
        | good morning | good afternoon | good evening | good day | have a nice day | have a good day | i said
        | i already said | i told you | i have said""",
    ),
    "pt": Language(
        no="""parar | descadastrar | descadastre | descadastro | me descadastre | me descadastrar | descadastre me
        | descadastrar se | quero me descadastrar | desinscrever | desinscreva | desinscrever me | desinscrever se
        | me desinscrever | me desinscreva | desinscreva me | desinscrição | quero me desinscrever
        | cancelar inscrição | cancelar a inscrição | cancelar minha inscrição | cancelar cadastro
        | cancelar subscrição | anular subscrição | remover inscrição | cancelar recebimento | parar promoções
        | parar promoção | parar mensagens | parar de receber | parar de receber mensagens | deixar de receber
        | deixar de receber mensagens | parar envio
        | parar de enviar | interromper promoções | interromper mensagens | pare de enviar
        | pare de enviar mensagens | pare de me enviar mensagens | pare de mandar mensagem
        | pare de mandar mensagens | parem de enviar mensagens | parem de mandar mensagem
        | parem de mandar mensagens | sair da lista | quero sair da lista | me tire da lista | me tira da lista
        | me remova da lista | me remova | me remover | remover meu número | remova meu número
        | não quero mais receber | não quero mais receber mensagens | não quero receber mensagens
        | não quero mais mensagens | não quero receber mais mensagens | não me envie mais mensagens
        | não envie mais mensagens | não enviar mais mensagens | não mande mais mensagem
        | não mande mais mensagens | não me mande mais mensagens | não me mandem mais mensagens
        | não quero receber | não quero mais receber nada | não envie mais | não enviem mais | não mande mais
        | não me mande mensagem | não me mande mensagens | não me envie mensagens | pare de me mandar mensagem
        | pare de me mandar mensagens | parem de me mandar mensagem | parem de me mandar mensagens | não perturbe
        | me tirem da lista | apague meu número
        | chega de mensagens | sem mais mensagens | cancelar promoções""",
        also_answers="pare | parem | sair | cancelar | cancela | remover | cancelar assinatura",
        courtesy="""por favor | porfavor | pfv | pfvr | pf | favor | por gentileza | gentileza | fazendo favor
        | eu disse | já disse | eu já disse | obrigado | obrigada | obg | obgd | muito obrigado | muito obrigada
        | desde já agradeço | agradeço
        | grato | grata | valeu | vlw | oi | olá | bom dia | boa tarde | boa noite | agora | já | senhor | senhora
        | pessoal | gente | tchau | desculpe | atenciosamente""",
    ),
    "es": Language(
        no="""baja | de baja | dar de baja | dar baja | darme de baja | darse de baja | dame de baja
        | deme de baja | denme de baja | dadme de baja | me doy de baja | quiero darme de baja | quiero la baja
        | quiero baja | solicito la baja | solicito baja | pido la baja | cancelar suscripción
        | cancelar la suscripción | cancelar mi suscripción | cancela mi suscripción | anular suscripción
        | anular la suscripción | anular mi suscripción | cancelar subscripción | desuscribir | desuscribirme
        | desuscribirse | desuscríbeme | desuscribanme | desuscripción | quiero desuscribirme | desubscribir
        | desubscribirme | desinscribir | desinscribirme | desinscribirse | eliminarme | elimíneme
        | eliminarme de la lista | quítame de la lista | quítenme de la lista | sácame de la lista
        | sáquenme de la lista | bórrame | bórrenme | bórrame de la lista | salir de la lista
        | detener promociones | parar promociones | cancelar promociones | no más promociones | no más mensajes
        | no más publicidad | no más spam | no más sms | no más whatsapp | basta de mensajes | ya no más mensajes
        | no quiero más mensajes | no quiero mensajes | no quiero recibir más mensajes
        | no quiero recibir mensajes | ya no quiero recibir mensajes | no deseo recibir mensajes
        | no deseo recibir más mensajes | no quiero publicidad | no quiero más publicidad | no enviar más
        | no enviar más mensajes | no me envíen más mensajes | no me envíes más mensajes
        | no me manden más mensajes | no me mandes más mensajes | no me escriban más | no me escribas más
        | no me escriban | no me escribas | ya no me escriban | ya no me escriban más | ya no me escribas
        | no me contacten | no me contacten más | no me molesten | no me molesten más | no molestar | no molesten
        | no me envíen mensajes | no me manden mensajes | no gracias baja | eliminar mi número | eliminen mi número
        | borren mi número | borra mi número | no escribir | no escribir más | no enviar | no contactar
        | no contactar más | no molestar más | no mandar más | no mandar más mensajes | no llamar más | borrarme
        | borrarme de la lista | quitarme de la lista | sacarme de la lista | removerme | remuévanme
        | no recibir más mensajes | deseo no recibir más mensajes
        | dejen de escribirme | dejen de enviarme mensajes | dejen de mandarme mensajes | deja de escribirme
        | dejar de recibir | dejar de recibir mensajes | parar mensajes | detener mensajes""",
        also_answers="""alto | parar | pare | paren | para ya | no más | basta | ya basta | cancelar | salir
        | detener""",
        courtesy="""por favor | porfavor | porfa | porfis | xfa | xfavor | x favor | favor | gracias
        | muchas gracias | mil gracias | de antemano gracias | hola | buenas | buenos días | buen día
        | buenas tardes | buenas noches | saludos | un saludo | cordial saludo | ya | ahora | ahora mismo
        | inmediatamente | señor | señora | señores | disculpe | disculpa | perdón | ya dije | he dicho | dije
        | ya lo dije | te lo ruego | se lo ruego""",
    ),
    "fr": Language(
        no="""désabonner | me désabonner | se désabonner | désabonnement | désabonnez moi | désabonne moi
        | je veux me désabonner | je souhaite me désabonner | je me désabonne | désinscription | désinscrire
        | me désinscrire | se désinscrire | désinscrivez moi | désinscris moi | je veux me désinscrire
        | je souhaite me désinscrire | annuler abonnement | annuler l abonnement | annuler mon abonnement
        | annuler mon inscription | arrêter les promotions | arrêtez les promotions | arrêter promotions
        | stop pub | stop publicité | stop promo | stop promos | stop message | arrêter les messages
        | arrêtez les messages | arrêtez de m écrire | arrêtez de m envoyer des messages | plus de messages
        | plus de message | plus de pub | plus de publicité | ne plus recevoir | ne plus recevoir de messages
        | ne m écrivez pas | ne me dérangez plus
        | je ne veux plus recevoir de messages | je ne veux plus de messages | ne m écrivez plus
        | ne m envoyez plus de messages | ne me contactez plus | retirez moi de la liste
        | retirez moi de votre liste | supprimez moi de la liste | supprimez moi | supprimez mon numéro
        | ne plus m écrire | ne plus me contacter | ne plus contacter | ne plus me déranger
        | ne plus envoyer de messages""",
        also_answers="arrêt | arrêter | arrête | arrêtez | résilier | annuler l inscription",
        courtesy="""s il vous plaît | s il te plaît | s il vous plait | svp | stp | silvousplait | merci
        | merci beaucoup | merci bien | merci d avance | merci à vous | bonjour | bonsoir | bonne journée
        | bonne soirée | salut | maintenant | tout de suite | immédiatement | cordialement | madame | monsieur
        | madame monsieur | j ai dit | j ai déjà dit | désolé | désolée | je vous prie | veuillez""",
    ),
    "de": Language(
        no="""abmelden | abmeldung | mich abmelden | abmelden von | ich möchte mich abmelden
        | ich will mich abmelden | ich melde mich ab | melde mich ab | melden sie mich ab | abbestellen
        | abbestellung | ich bestelle ab | newsletter abbestellen | newsletter abmelden | austragen
        | mich austragen | austragung | tragen sie mich aus | trag mich aus | abo abbestellen | keine werbung
        | keine werbung mehr | keine weitere werbung | keine nachrichten | keine nachrichten mehr
        | keine weiteren nachrichten | keine sms mehr | keine whatsapp mehr | keine angebote mehr
        | werbung stoppen | werbung abbestellen | nachrichten stoppen | nachrichten abbestellen | aktionen stoppen
        | angebote stoppen | stopp werbung | stop werbung | schreiben sie mir nicht mehr | schreibt mir nicht mehr
        | schreib mir nicht mehr | nicht mehr schreiben | ich möchte keine nachrichten mehr
        | ich will keine nachrichten mehr | ich möchte keine nachrichten mehr erhalten | aus der liste entfernen
        | aus dem verteiler nehmen | einwilligung widerrufen | ich widerrufe meine einwilligung | ich widerrufe
        | aus dem verteiler löschen | löschen sie meine nummer | mich löschen | löschen sie mich | lösch mich
        | meine nummer löschen | nummer löschen | nicht stören | nicht mehr stören | nicht mehr kontaktieren
        | nichts mehr schicken | nichts mehr senden""",
        also_answers="""stopp | stoppen | beenden | widerruf | widerrufen | widerspruch | aufhören | aufhoeren
        | schluss | löschen""",
        courtesy="""bitte | bitte schön | danke | dankeschön | danke schön | danke sehr | vielen dank
        | besten dank | herzlichen dank | danke im voraus | hallo | guten tag | guten morgen | guten abend | moin
        | servus | grüezi | sofort | jetzt | umgehend | mfg | lg | viele grüße | mit freundlichen grüßen
        | schönen tag | ich sagte | ich habe gesagt | ich sage""",
    ),
    "it": Language(
        no="""disiscrivimi | disiscriviti | disiscrivetemi | disiscrivere | disiscrivermi | disiscriversi
        | disiscrizione
        | voglio disiscrivermi | cancellami | cancellatemi | cancellami dalla lista | cancellatemi dalla lista
        | cancella iscrizione | cancellare iscrizione | cancella l iscrizione | cancellazione iscrizione
        | annulla iscrizione | annullare iscrizione | annulla l iscrizione | rimuovimi | rimuovetemi
        | rimuovetemi dalla lista | rimuovimi dalla lista | basta messaggi | basta promozioni | basta pubblicità
        | basta spam | interrompi promozioni | interrompere promozioni | stop promozioni | stop messaggi
        | stop pubblicità | niente pubblicità | niente messaggi | niente più messaggi | non voglio più messaggi
        | non voglio messaggi | non voglio più ricevere messaggi | non voglio ricevere messaggi
        | non desidero più ricevere messaggi | non inviatemi più messaggi | non mandatemi più messaggi
        | non scrivetemi più | non scrivermi più | smettete di scrivermi | smettila di scrivermi | non scrivere più
        | non inviare più
        | non inviare più messaggi | non disturbare | non contattare più""",
        also_answers="basta | fermare | fermati | smettila | smettetela | annulla",
        courtesy="""per favore | perfavore | per piacere | per cortesia | cortesemente | gentilmente | grazie
        | grazie mille | molte grazie | tante grazie | ti ringrazio | vi ringrazio | ciao | buongiorno
        | buon giorno | buonasera | buona sera | buona giornata | salve | subito | adesso | ora | cordiali saluti
        | ho detto | ho già detto | saluti | scusate | prego""",
    ),
    "nl": Language(
        no="""afmelden | afmelding | mij afmelden | me afmelden | meld mij af | meld me af | ik wil me afmelden
        | ik wil mij afmelden | ik meld me af | uitschrijven | uitschrijving | mij uitschrijven | me uitschrijven
        | schrijf mij uit | schrijf me uit | ik wil me uitschrijven | geen berichten | geen berichten meer
        | geen reclame | geen reclame meer | geen sms meer | geen whatsapp meer | geen aanbiedingen meer
        | stop reclame | stop berichten | stop met sturen | stop met berichten | stop met berichten sturen
        | stop aanbiedingen | verwijder mij | verwijder me | verwijder mij van de lijst | verwijder mijn nummer
        | ik wil geen berichten meer | ik wil geen berichten meer ontvangen | niet meer sturen | niets meer sturen
        | niks meer sturen | niet meer appen | niet meer schrijven | niet meer contacteren | niet storen
        | me uit te schrijven
        | mij uit te schrijven | me af te melden | mij af te melden
        | stuur niets meer | stuur niks meer | stuur geen berichten meer | stuur me geen berichten meer""",
        also_answers="stoppen | annuleren",
        courtesy="""alstublieft | alsjeblieft | aub | a u b | ajb | graag | dank | dank je | dank je wel | dank u
        | dank u wel | dankjewel | dankuwel | bedankt | alvast bedankt | hoi | goedendag | goedemorgen
        | goedemiddag | goedenavond | ik zei | ik heb gezegd | groet | groeten | met vriendelijke groet | mvg
        | direct | meteen""",
    ),
    "pl": Language(
        no="""wypisz | wypisz mnie | wypiszcie mnie | proszę mnie wypisać | wypisać | wypisuję się
        | chcę się wypisać | rezygnuję | rezygnacja | rezygnuję z subskrypcji | anuluj subskrypcję
        | anulować subskrypcję | odsubskrybuj | usuń mnie | usuń mnie z listy | usuń mój numer
        | usunąć mnie z listy | nie wysyłać | nie wysyłajcie | nie wysyłaj | nie wysyłajcie więcej
        | nie wysyłać więcej | nie wysyłać wiadomości | nie chcę wiadomości | nie chcę więcej wiadomości
        | nie chcę otrzymywać wiadomości | nie piszcie | nie piszcie więcej | koniec wiadomości | stop reklamom
        | zatrzymaj promocje | wycofuję zgodę | cofam zgodę | wypisanie | wypisanie mnie | wypisanie z listy
        | wypisanie mnie z listy
        | usunięcie mnie z listy | usunięcie z listy | usunięcie mojego numeru | usunięcie numeru | nie pisać
        | się wypisać | wypisać się
        | nie pisać więcej | nie przeszkadzać | zaprzestanie wysyłania""",
        also_answers="przestań | przestańcie | zatrzymaj",
        courtesy="""proszę | bardzo proszę | poproszę | dziękuję | dziękuje | dzięki | dziękuję bardzo
        | z góry dziękuję | dzień dobry | dobry wieczór | cześć | witam | teraz | natychmiast | pozdrawiam
        | uprzejmie | przepraszam""",
    ),
    "ro": Language(
        no="""dezabonare | dezabonez | mă dezabonez | dezabonați mă | dezaboneaza ma | vreau să mă dezabonez
        | dezînscriere | anulează abonarea | dezabonați | nu mai trimite | nu mai vreau mesaje
        | nu mai trimiteți mesaje | fără mesaje
        | stop mesaje""",
        also_answers="oprește | opriți | renunț",
        courtesy="""vă rog | te rog | rog | mulțumesc | mersi | mulțumesc frumos | bună ziua | bună seara | salut
        | bună""",
    ),
    "cs": Language(
        no="""odhlásit | odhlásit se | odhlášení | odhlaste mě | odhlas mě | chci se odhlásit | odhlásit odběr
        | zrušit odběr | nepište mi | neposílejte | neposílejte zprávy | už mi nepište""",
        courtesy="prosím | prosím vás | děkuji | děkuju | díky | dobrý den | ahoj",
    ),
    "sk": Language(
        no="odhlásiť | odhlásiť sa | odhláste ma | zrušiť odber | nepíšte mi | neposielajte správy",
        courtesy="prosím | ďakujem | vďaka | dobrý deň",
    ),
    "hu": Language(
        no="leiratkozás | leiratkozom | leiratkozni | le szeretnék iratkozni | iratkozzon le | stop üzenetek",
        courtesy="kérem | kérlek | legyen szíves | köszönöm | köszi | jó napot | üdvözlöm | szia",
    ),
    "sv": Language(
        no="""avregistrera | avregistrera mig | avanmäl | avanmäl mig | avprenumerera | avsluta prenumeration
        | sluta skicka meddelanden | inga fler meddelanden""",
        also_answers="stoppa | sluta",
        courtesy="tack | snälla | tack så mycket | vänligen | hej",
    ),
    "da": Language(
        no="afmeld | afmeld mig | afmelding | frameld | frameld mig | stop beskeder | ingen flere beskeder",
        courtesy="venligst | hej | goddag",
    ),
    "no": Language(
        no="avmeld | avmeld meg | meld av | meld meg av | avmelding | stopp meldinger | ingen flere meldinger",
        also_answers="stans",
        courtesy="vennligst | takk | tusen takk | vær så snill | hei",
    ),
    "fi": Language(
        no="""peru tilaus | peruuta tilaus | peruuttaa tilaus | poista minut | poista numeroni | lopeta viestit
        | stop viestit""",
        also_answers="lopeta | lopettakaa",
        courtesy="kiitos | kiitos paljon | kiitti | ole hyvä | olkaa hyvä | moi | terve | hyvää päivää",
    ),
    "el": Language(
        no="""διαγραφή | διαγραφή από τη λίστα | κατάργηση εγγραφής | απεγγραφή | στοπ | όχι άλλα μηνύματα
        | διαγράψτε με | σταματήστε τα μηνύματα""",
        also_answers="σταμάτα | σταματήστε | ακύρωση",
        courtesy="παρακαλώ | σας παρακαλώ | ευχαριστώ | ευχαριστώ πολύ | γεια | γεια σας | καλημέρα | καλησπέρα",
    ),
    "tr": Language(
        no="""abonelikten çık | abonelikten çıkmak istiyorum | abonelik iptal | abonelik iptali
        | aboneliği iptal et | aboneliğimi iptal et | aboneliğimi iptal edin | beni rahatsız etmeyin
        | üyelik iptal | üyelikten çık
        | üyeliğimi iptal edin | listeden çık | listeden çıkar | listeden çıkarın | beni listeden çıkar
        | beni listeden çıkarın | beni çıkarın | mesaj istemiyorum | mesaj almak istemiyorum | mesaj göndermeyin
        | mesaj atmayın | bana mesaj atmayın | bana mesaj göndermeyin | artık mesaj göndermeyin
        | reklam istemiyorum | sms istemiyorum | promosyonları durdur | kampanyaları durdur | mesajları durdur
        | mesajları durdurun | iptal etmek istiyorum | aboneliği iptal etmek istiyorum
        | aboneliğimi iptal etmek istiyorum | listeden çıkmak istiyorum | üyelikten çıkmak istiyorum
        | üyeliğimi iptal etmek istiyorum | gruptan çıkmak istiyorum | rahatsız etmeyin | mesaj almak istemiyoruz""",
        also_answers="dur | durdur | durdurun | iptal | iptal et | iptal edin | ret | çıkmak istiyorum",
        courtesy="""lütfen | lutfen | teşekkürler | teşekkür ederim | teşekkür ederiz | çok teşekkürler | sağol
        | sağ ol | sağ olun | sağolun | merhaba | merhabalar | selam | iyi günler | iyi akşamlar | günaydın
        | rica ederim | hemen | şimdi | artık | kolay gelsin""",
    ),
    "ru": Language(
        no="""стоп | отписаться | отписка | отпишите | отпишите меня | отпиши | отпиши меня | отпишись | отписать
        | отпишитесь | хочу отписаться | отпишите меня от рассылки | отписаться от рассылки | отменить подписку
        | отмена подписки | отказ от рассылки | отказаться от рассылки | отключить рассылку | остановить рассылку
        | остановите рассылку | остановить рекламу | отключить рекламу | прекратите рассылку
        | прекратить рассылку | стоп рассылка | стоп реклама
        | стоп смс | остановить промоакции | не пишите | не пишите мне | не пишите больше | больше не пишите
        | больше не пишите мне | не пишите мне больше | прекратите писать
        | прекратите мне писать | не беспокойте | не беспокойте меня | не присылайте | не присылайте больше
        | не отправляйте сообщения | не надо писать
        | не хочу получать сообщения | не хочу рассылку | удалите меня | удалите мой номер
        | удалите меня из списка | уберите меня из рассылки""",
        also_answers="хватит | прекратите | прекратить | отказ | отказаться | остановить | остановите",
        courtesy="""пожалуйста | пожалуйсто | плиз | плз | прошу | прошу вас | спасибо | большое спасибо
        | спасибо большое | заранее спасибо | благодарю | здравствуйте | здравствуй | привет | добрый день
        | добрый вечер | доброе утро | доброго дня | сейчас | срочно | я сказал | я сказала | сказал | сказала
        | немедленно | извините | уважаемые""",
    ),
    "uk": Language(
        no="""відписатися | відписатись | відписка | відпишіть | відпишіть мене | відпиши мене | хочу відписатися
        | скасувати підписку | не пишіть | не пишіть мені | не пишіть більше | більше не пишіть | не надсилайте
        | не пишіть мені більше | не турбуйте
        | припиніть розсилку | зупинити розсилку | видаліть мій номер""",
        also_answers="досить | припиніть | відмова | зупинити",
        courtesy="""будь ласка | прошу | дякую | щиро дякую | дуже дякую | добрий день | доброго дня
        | добрий вечір | вітаю | привіт | негайно""",
    ),
}
