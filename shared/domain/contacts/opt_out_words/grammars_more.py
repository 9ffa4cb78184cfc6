"""The grammars of the other languages: German, Italian, Dutch, Turkish, Russian, Indonesian with Malay. Data only."""

from shared.domain.contacts.opt_out_words.language import Grammar

MORE_GRAMMARS: dict[str, Grammar] = {
    "de": Grammar(
        parts={
            "SEND": """schicken sie | schickt | schick | schicke | senden sie | sendet | sende | send
            | schreiben sie | schreibt
            | schreib | schreibe""",
            "CONTACT": """kontaktieren sie | kontaktiert | kontaktiere | belästigen sie | belästigt | belästige
            | stören sie
            | stört | störe | nerven sie | nervt""",
            "ME": "mir | uns",
            "MYSELF": "mich | uns",
            "NO": """keine | keinerlei | keine weiteren | keine weitere | nie wieder | nie mehr | keine solchen
            | nicht mehr"""
            " | keinen | kein",
            "NIMMER": "nicht mehr | nie wieder | nie mehr | nicht",
            "NOTHING": "nichts | nichts mehr | gar nichts mehr | nie wieder etwas | nie wieder was",
            "MESSAGES": """nachricht | whatsapp nachrichten | werbenachrichten | werbe nachrichten | mitteilungen
            | newsletter
            | spam | infos | angebote""",
            "WANT": "ich möchte | ich will | ich wünsche | möchte | will | wir möchten | wir wollen | wünsche",
            "GET": "erhalten | bekommen | empfangen | haben | kriegen | lesen",
            "FROM_YOU": "von ihnen | von euch | von dir | per whatsapp | auf whatsapp",
            "SENDING": "senden | schicken | schreiben | zusenden | zuschicken",
            "CONTACTED": "kontaktiert | angeschrieben | belästigt | benachrichtigt | gestört",
            "REMOVE": """löschen sie | löscht | lösch | lösche | entfernen sie | entfernt | entferne
            | streichen sie | streicht
            | nehmen sie | nehmt | nimm | tragen sie""",
            "WHO": "mich | meine nummer | meine handynummer | meine telefonnummer | meine daten | meinen kontakt | uns",
            "FROM": "aus | von",
            "YOUR": "der | dem | ihrer | ihrem | eurer | eurem | deiner | dieser | diesem | allen | ihren | euren",
            "LIST": """liste | listen | verteiler | verteilern | verteilerliste | datenbank | kontakten
            | kontaktliste | system
            | mailingliste | adressliste | gruppe""",
            "ERASING": "löschen | entfernen | austragen | streichen | nehmen | raus",
            "HALT": "hören sie auf | hört auf | hör auf | höre auf",
            "STOPPING": "zu schreiben | zu schicken | zu senden | zu nerven | zu belästigen",
            "REST": "lasst | lassen sie | lass",
        },
        no="""SEND ME bitte? NO MESSAGES mehr? | SEND bitte? NO MESSAGES mehr? | SEND ME bitte? NOTHING
        | SEND ME bitte? NIMMER | CONTACT MYSELF bitte? NIMMER | WANT bitte? NO MESSAGES mehr? FROM_YOU? GET?
        | WANT FROM_YOU NO MESSAGES mehr? GET? | WANT FROM_YOU? NOTHING FROM_YOU? GET
        | WANT nicht mehr? CONTACTED werden | NO MESSAGES mehr FROM_YOU? bitte? SENDING? | NO MESSAGES bitte? SENDING
        | mir NO MESSAGES mehr? SENDING | mir NOTHING SENDING | mir bitte? nicht mehr schreiben
        | HALT mir MESSAGES? STOPPING | HALT mit MESSAGES | HALT mich STOPPING | HALT STOPPING
        | REMOVE WHO bitte? FROM YOUR LIST raus? | REMOVE bitte WHO FROM YOUR LIST | REMOVE WHO
        | WHO bitte? FROM YOUR LIST ERASING | FROM YOUR LIST ERASING | WHO bitte? ERASING
        | REST mich in ruhe | REST mich endlich in ruhe | kein spam mehr""",
        written="hören sie auf | hört auf | hör auf | NIMMER schreiben",
    ),
    "it": Grammar(
        parts={
            "ME": "mi | ci",
            "SEND_ME": """inviatemi | mandatemi | inviarmi | mandarmi | invia temi | inviateci | mandateci
            | speditemi | inviarci""",
            "SEND": "inviate | mandate | inviare | mandare | inviarmi | invii | mandi",
            "WRITE_ME": """scrivetemi | contattatemi | scrivermi | contattarmi | disturbatemi | disturbarmi | scriveteci
            | contattateci | importunatemi | scocciatemi""",
            "WRITE": """scrivete | contattate | disturbate | scrivere | contattare | disturbare | scriva | contatti
            | disturbi""",
            "MORE": "più | mai più | mai | nuovamente",
            "MANY": """i | le | gli | altri | altre | i vostri | vostri | vostre | le vostre | questi | queste | nessun
            | nessuna | ulteriori | alcun | alcuna | dei | di | tuoi | i tuoi | i suoi""",
            "MESSAGES": "messaggio | sms | offerte | newsletter | comunicazioni | spam | notifica | messaggini",
            "NOTHING": "nulla | niente",
            "WANT": "voglio | desidero | vorrei | vogliamo | desideriamo | intendo | mi interessa",
            "CONTACTED": "contattato | contattata | disturbato | disturbata | importunato | importunata",
            "STOP": "smettete di | smettetela di | smettila di | smetti di | smetta di | la smetta di | basta",
            "SENDING": "mandarmi | inviarmi | mandare | inviare | mandarci | inviarci | con",
            "WRITING": "scrivermi | contattarmi | disturbarmi | importunarmi | scriverci | disturbare",
            "REMOVE": """toglietemi | cancellatemi | rimuovetemi | eliminatemi | toglimi | cancellami | rimuovimi
            | eliminami
            | escludetemi | depennatemi | mi tolga | mi cancelli | mi rimuova | togliermi | cancellarmi | disiscrivetemi
            | disiscrivimi""",
            "FROM": "da | dalla | dalle | dal | dai | da questa | da queste | dalla vostra | dalle vostre | dal vostro"
            " | da questo | dalla tua | da tutte le",
            "LIST": """lista | liste | mailing list | rubrica | database | elenco | contatti | lista contatti
            | gruppo | sistema
            | newsletter | lista di distribuzione""",
            "ERASE": """togliete | cancellate | rimuovete | eliminate | cancella | elimina | togli | rimuovi
            | cancellare
            | eliminare | rimuovere""",
            "NUMBER": "il mio numero | il mio contatto | il mio numero di telefono | il mio nominativo | questo numero",
        },
        no="""non SEND_ME MORE? MANY? MESSAGES MORE? | non SEND_ME MORE NOTHING? | non SEND_ME NOTHING
        | non ME SEND MORE? MANY? MESSAGES MORE? | non ME SEND MORE? NOTHING | non ME SEND MORE | non WRITE_ME MORE?
        | non ME WRITE MORE? | non SEND MORE? MANY? MESSAGES MORE? | non WANT MORE? ricevere MORE? MANY? MESSAGES MORE?
        | non WANT MORE? ricevere MORE? NOTHING | non WANT MORE ricevere | non WANT ricevere MORE
        | non WANT MORE? MANY? MESSAGES MORE? | non WANT MORE? essere MORE? CONTACTED | non ricevere MORE MESSAGES
        | WANT non ricevere MORE MANY? MESSAGES | STOP SENDING MANY? MESSAGES | STOP WRITING | basta MANY? MESSAGES
        | WANT smettere di ricevere MANY? MESSAGES | REMOVE FROM LIST | ERASE NUMBER FROM LIST | ERASE NUMBER
        | toglietemi | eliminatemi | disiscrivi | lasciatemi in pace | lasciami in pace | niente più MESSAGES""",
        written="non SEND MORE | non WRITE MORE | non SEND MORE NOTHING",
    ),
    "nl": Grammar(
        parts={
            "SEND": "stuur | sturen jullie | zend | stuurt u | app",
            "ME": "mij | me | ons",
            "NO": "geen | nooit meer | geen enkele | niet meer zulke",
            "NOTHING": "niets | niks | niets meer | niks meer | nooit meer iets",
            "NEVER": "niet | niet meer | nooit meer",
            "CONTACT": "app | bericht | contacteer | schrijf | benader | stoor | spam | sms",
            "MESSAGES": "bericht | berichtjes | appjes | whatsapp berichten | spam | reclameberichten | sms berichten",
            "WANT": "ik wil | ik wens | wij willen | we willen | wil | ik hoef | ik zou graag",
            "GET": "ontvangen | krijgen | meer ontvangen | meer krijgen | hebben",
            "CONTACTED": "gecontacteerd | benaderd | lastiggevallen | geappt | gestoord | gemaild",
            "SENDING": "sturen | te sturen | zenden | versturen",
            "WRITING": "appen | berichten | lastigvallen | benaderen | contacteren | spammen | schrijven | storen",
            "REMOVE": "verwijder | haal | schrap | wis | schrijf | verwijderen",
            "WHO": """mij | me | ons | mijn nummer | mijn telefoonnummer | mijn gegevens | mijn contact | dit nummer""",
            "FROM": "uit | van",
            "YOUR": "de | jullie | uw | deze | je | het | dit | alle",
            "LIST": """lijst | lijsten | database | bestand | mailinglijst | verzendlijst | systeem | contacten
            | contactenlijst
            | groep | adressenlijst""",
        },
        no="""SEND ME? NO MESSAGES meer? | SEND ME NOTHING | CONTACT ME NEVER | WANT NO MESSAGES meer? GET?
        | WANT NOTHING GET | WANT niet meer? CONTACTED worden | NO MESSAGES meer SENDING? | NO MESSAGES SENDING
        | stop met ME? MESSAGES SENDING | stop met het sturen van MESSAGES | stop met ME WRITING | hou op met WRITING
        | hou op met MESSAGES SENDING? | REMOVE WHO FROM YOUR? LIST | REMOVE mijn nummer | wis mijn gegevens
        | laat me met rust | laat mij met rust""",
        written="CONTACT niet meer",
    ),
    "tr": Grammar(
        parts={
            "ME": "bana | bize | bu numaraya | numarama",
            "AGAIN": "artık | bir daha | daha | daha fazla | lütfen | bundan sonra",
            "MESSAGES": "mesaj | mesajlar | sms | reklam | reklam mesajı | kampanya | kampanya mesajı | whatsapp mesajı"
            " | spam | hiçbir şey | promosyon | bildirim",
            "NOT_SEND": """atmayın | atma | atmayınız | göndermeyin | göndermeyiniz | gönderme | yollamayın | yollama
            | yollamayınız | iletmeyin""",
            "NOT_WRITE": "yazmayın | yazma | yazmayınız | ulaşmayın | mesajlaşmayın | mesaj yazmayın | mesaj yazma",
            "GET": "almak | görmek",
            "DONT_WANT": "istemiyorum | istemiyoruz | istemem",
            "SENDING": "atmayı | göndermeyi | yollamayı",
            "STOP": "bırakın | kesin | durdurun | bırak | kes | kesiniz | durdur",
            "WHO": "beni | numaramı | telefonumu | telefon numaramı | bu numarayı | bizi",
            "FROM": "listeden | listenizden | listelerinizden | sisteminizden | sistemden | rehberinizden | gruptan"
            " | kayıtlarınızdan | mesaj listesinden",
            "REMOVE": """çıkarın | çıkar | silin | sil | çıkarınız | siliniz | çıkarır mısınız | siler misiniz
            | kaldırın""",
        },
        no="""AGAIN? ME? AGAIN? MESSAGES NOT_SEND AGAIN? | MESSAGES ME? NOT_SEND AGAIN?
        | AGAIN? ME AGAIN? NOT_WRITE AGAIN?
        | AGAIN? ME AGAIN NOT_SEND | AGAIN? MESSAGES AGAIN? GET? DONT_WANT AGAIN?
        | AGAIN? ME AGAIN? MESSAGES SENDING STOP
        | AGAIN? MESSAGES SENDING STOP | AGAIN? ME AGAIN? MESSAGES gelmesini DONT_WANT | FROM REMOVE | WHO FROM? REMOVE
        | AGAIN? beni AGAIN? rahatsız etmeyin | beni rahatsız etme | beni rahat bırakın
        | numaramı listenizden REMOVE""",
        written="AGAIN NOT_WRITE | AGAIN rahatsız etmeyin",
    ),
    "ru": Grammar(
        parts={
            "NOT": "не | не надо | не нужно",
            "SEND": """присылайте | присылай | шлите | шли | отправляйте | отправляй | высылайте | посылайте
            | присылать | слать
            | отправлять | пришлите""",
            "WRITE": "пишите | пиши | писать | звоните и не пишите",
            "ME": "мне | нам | на этот номер | на мой номер | сюда",
            "AGAIN": "больше | никогда | больше никогда | пожалуйста | впредь",
            "MANY": """этот | ваш | ваши | такие | эти | никаких | никакие | всякий | свои | свою | вашу | ваших
            | эту | никакую
            | от вас | подобные""",
            "MESSAGES": """сообщений | сообщение | рассылок | реклама | рекламы | уведомлений | смски
            | сообщения рекламного
            характера | рекламные сообщения | рекламных сообщений | предложения | акции | ничего""",
            "WANT": "хочу | желаю | хотим | хотел бы | хотела бы",
            "STOP": "прекратите | хватит | перестаньте | прекращайте | перестань | прекрати | завязывайте",
            "SENDING": "присылать | слать | отправлять | рассылать | посылать | писать",
            "WRITING": "писать | спамить | беспокоить | надоедать",
            "REMOVE": """уберите | удалите | исключите | вычеркните | отпишите | сотрите | убери | удали
            | уберите пожалуйста
            | удалить | убрать""",
            "WHO": """меня | мой номер | мой телефон | мой контакт | мои данные | наш номер | этот номер
            | мой номер телефона""",
            "FROM": """из | от | с | из вашей | из вашего | из этой | из ваших | от вашей | из этого | из своей
            | от этой""",
            "LIST": """рассылки | рассылок | базы | списка | базы данных | списков | контактов | списка рассылки | баз
            | списка контактов | группы""",
            "OFF": "отключите | остановите | отмените | отключить | отменить | выключите | уберите",
        },
        no="""AGAIN? NOT AGAIN? ME AGAIN? SEND AGAIN? MANY? MESSAGES? AGAIN?
        | AGAIN? NOT AGAIN? SEND ME AGAIN? MANY? MESSAGES? AGAIN?
        | AGAIN? ME AGAIN? NOT AGAIN? SEND AGAIN? MANY? MESSAGES? | AGAIN? NOT SEND AGAIN? MANY? MESSAGES AGAIN?
        | AGAIN? ME AGAIN? NOT WRITE AGAIN? | AGAIN? NOT AGAIN? WRITE AGAIN? ME AGAIN?
        | AGAIN? NOT ME AGAIN? WRITE AGAIN?
        | AGAIN? меня AGAIN? не беспокойте | AGAIN? не беспокойте AGAIN? меня AGAIN? | не спамьте
        | я? не WANT AGAIN? получать AGAIN? MANY? MESSAGES MANY? AGAIN? | я? AGAIN не WANT получать MANY? MESSAGES MANY?
        | STOP ME? SENDING ME? MANY? MESSAGES | STOP ME WRITING | STOP WRITING ME | STOP меня WRITING
        | STOP ME SENDING | STOP SENDING ME | REMOVE WHO FROM LIST | REMOVE WHO | OFF MANY? MESSAGES
        | WHO FROM LIST REMOVE | оставьте меня в покое | ME? не нужны MANY? MESSAGES | ME? не нужна MANY? MESSAGES""",
        written="STOP WRITING | AGAIN NOT SEND | NOT SEND AGAIN | AGAIN не беспокойте",
    ),
    "id": Grammar(
        parts={
            "NOT": "jangan | jgn | tolong jangan | mohon jangan",
            "ME": "saya | aku | kami | sy | gue | gw | nomor ini | nomor saya",
            "TO": "ke saya | ke aku | ke nomor ini | ke nomor saya | kepada saya | ke sini | ke wa saya",
            "AGAIN": "lagi | lg | terus | lagi ya",
            "SEND": """kirim | kirimi | kirimkan | mengirim | mengirimi | mengirimkan | kirimin | ngirim | hantar | krm
            | kirim kirim""",
            "CONTACT": "hubungi | menghubungi | wa | whatsapp | chat | sms | ganggu | mengganggu | spam | mesej",
            "MESSAGES": "wa | promosi | broadcast | chat | notifikasi | penawaran | pesan pesan | pesan promosi | mesej"
            " | pesan promo | apa apa | apapun | pesan apapun",
            "WANT_NOT": """tidak mau | tidak ingin | tdk mau | tdk ingin | gak mau | ga mau | nggak mau | ngga mau
            | enggak mau
            | tak nak | tidak mahu | tak mau | tidak perlu | gk mau | gamau""",
            "GET": "terima | menerima | nerima | dapat | mendapat | mendapatkan | dikirimi | dapet",
            "CONTACTED": "dihubungi | diganggu | dikirimi | dichat | di chat | diwa | di wa",
            "STOP": "berhenti | stop | setop | henti | hentikan | tolong berhenti",
            "ERASE": "hapus | hapuskan | keluarkan | hilangkan | delete | buang | padam | hapuslah",
            "WHO": """saya | nomor saya | no saya | nomer saya | nomor wa saya | no wa saya | kontak saya
            | nomor ini | data saya
            | nombor saya | aku | nomor aku""",
            "FROM": "dari | daripada | dr",
            "LIST": """daftar | list | kontak | database | broadcast | grup | daftar kontak | senarai | list broadcast
            | daftar broadcast | daftar penerima | kontak anda | daftar anda | sistem""",
        },
        no="""NOT SEND ME? AGAIN? MESSAGES AGAIN? TO? AGAIN? | NOT SEND ME AGAIN | NOT SEND AGAIN? TO AGAIN?
        | NOT CONTACT ME AGAIN? | NOT CONTACT AGAIN | ME? WANT_NOT AGAIN? GET AGAIN? MESSAGES AGAIN?
        | ME? WANT_NOT CONTACTED AGAIN? | STOP SEND ME? MESSAGES AGAIN? TO? | STOP SEND TO | STOP CONTACT ME
        | ERASE WHO FROM LIST | ERASE WHO""",
        written="NOT ganggu | NOT spam",
    ),
}
