"""Other languages of Europe. What the parts mean: see `language`."""

from shared.domain.contacts.opt_out_words.language import Language

EUROPE: dict[str, Language] = {
    "pl": Language(
        no="""wypisz mnie | wypiszcie mnie | proszę mnie wypisać | wypisuję się | chcę się wypisać
        | rezygnuję z subskrypcji | anuluj subskrypcję | anulować subskrypcję | odsubskrybuj | usuń mnie
        | usuń mnie z listy | usuń mój numer | usunąć mnie z listy | nie wysyłać wiadomości
        | nie chcę wiadomości | nie chcę więcej wiadomości | nie chcę otrzymywać wiadomości
        | koniec wiadomości | stop reklamom | zatrzymaj promocje | wycofuję zgodę | cofam zgodę
        | wypisanie mnie | wypisanie z listy | wypisanie mnie z listy | usunięcie mnie z listy
        | usunięcie z listy | usunięcie mojego numeru | się wypisać | wypisać się""",
        written="""wypisz | wypisać | rezygnuję | rezygnacja | nie wysyłać | nie wysyłajcie | nie wysyłaj
        | nie wysyłajcie więcej | nie wysyłać więcej | nie piszcie | nie piszcie więcej | nie piszcie do mnie
        | wypisanie
        | usunięcie numeru | nie pisać | nie pisać więcej | nie przeszkadzać | zaprzestanie wysyłania""",
        also_answers="przestań | przestańcie | zatrzymaj",
        courtesy="""proszę | bardzo proszę | poproszę | dziękuję | dziękuje | dzięki | dziękuję bardzo
        | z góry dziękuję | dzień dobry | dobry wieczór | cześć | witam | teraz | natychmiast | pozdrawiam
        | uprzejmie | przepraszam""",
    ),
    "cs": Language(
        no="""odhlásit | odhlásit se | odhlášení | odhlaste mě | odhlas mě | chci se odhlásit
        | odhlásit odběr | zrušit odběr | nepište mi | neposílejte zprávy | už mi nepište""",
        written="neposílejte",
        courtesy="prosím | prosím vás | děkuji | děkuju | díky | dobrý den | ahoj",
    ),
    "sk": Language(
        no="odhlásiť | odhlásiť sa | odhláste ma | zrušiť odber | nepíšte mi | neposielajte správy",
        courtesy="prosím | ďakujem | vďaka | dobrý deň",
    ),
    "ru": Language(
        no="""стоп | отписаться | отписка | отпишите | отпишите меня | отпиши | отпиши меня | отпишись
        | отписать | отпишитесь | хочу отписаться | отпишите меня от рассылки | отписаться от рассылки
        | отменить подписку | отмена подписки | отказ от рассылки | отказаться от рассылки
        | отключить рассылку | остановить рассылку | остановите рассылку | остановить рекламу
        | отключить рекламу | прекратите рассылку | прекратить рассылку | стоп рассылка | стоп реклама
        | стоп смс | остановить промоакции | не пишите мне | больше не пишите мне | не пишите мне больше
        | прекратите мне писать | не беспокойте меня | не отправляйте сообщения | не хочу получать сообщения
        | не хочу рассылку | удалите меня | удалите мой номер | удалите меня из списка
        | уберите меня из рассылки""",
        written="""не пишите | не пишите больше | больше не пишите | прекратите писать | не беспокойте
        | не присылайте | не присылайте больше | не надо писать""",
        also_answers="хватит | прекратите | прекратить | отказ | отказаться | остановить | остановите",
        courtesy="""пожалуйста | пожалуйсто | плиз | плз | прошу | прошу вас | спасибо | большое спасибо
        | спасибо большое | заранее спасибо | благодарю | здравствуйте | здравствуй | привет | добрый день
        | добрый вечер | доброе утро | доброго дня | сейчас | срочно | я сказал | я сказала | сказал | сказала
        | немедленно | извините | уважаемые""",
    ),
    "uk": Language(
        no="""відписатися | відписатись | відписка | відпишіть | відпишіть мене | відпиши мене
        | хочу відписатися | скасувати підписку | не пишіть мені | не пишіть мені більше | припиніть розсилку
        | зупинити розсилку | видаліть мій номер""",
        written="не пишіть | не пишіть більше | більше не пишіть | не надсилайте | не турбуйте",
        also_answers="досить | припиніть | відмова | зупинити",
        courtesy="""будь ласка | прошу | дякую | щиро дякую | дуже дякую | добрий день | доброго дня
        | добрий вечір | вітаю | привіт | негайно""",
    ),
    "hu": Language(
        no="leiratkozás | leiratkozom | leiratkozni | le szeretnék iratkozni | iratkozzon le | stop üzenetek",
        courtesy="kérem | kérlek | legyen szíves | köszönöm | köszi | jó napot | üdvözlöm | szia",
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
        no="""abonelikten çık | abonelikten çıkmak istiyorum | beni rahatsız etmeyin | listeden çık
        | listeden çıkar | listeden çıkarın | beni listeden çıkar | beni listeden çıkarın | beni çıkarın
        | mesaj istemiyorum | mesaj almak istemiyorum | mesaj göndermeyin | mesaj atmayın
        | bana mesaj atmayın | bana mesaj göndermeyin | artık mesaj göndermeyin | reklam istemiyorum
        | sms istemiyorum | promosyonları durdur | kampanyaları durdur | mesajları durdur
        | mesajları durdurun | listeden çıkmak istiyorum | mesaj almak istemiyoruz""",
        written="rahatsız etmeyin | gruptan çıkmak istiyorum",
        also_answers="""dur | durdur | durdurun | iptal | iptal et | iptal edin | ret | çıkmak istiyorum
        | abonelik iptal | abonelik iptali | aboneliği iptal et | aboneliğimi iptal et
        | aboneliğimi iptal edin | aboneliği iptal etmek istiyorum | aboneliğimi iptal etmek istiyorum""",
        courtesy="""lütfen | lutfen | teşekkürler | teşekkür ederim | teşekkür ederiz | çok teşekkürler | sağol
        | sağ ol | sağ olun | sağolun | merhaba | merhabalar | selam | iyi günler | iyi akşamlar | günaydın
        | rica ederim | hemen | şimdi | artık | kolay gelsin""",
    ),
}
