"""Germanic languages of Europe, which are those of the Americas as well. What the parts mean: see `language`."""

from shared.domain.contacts.opt_out_words.language import Language

GERMANIC: dict[str, Language] = {
    "en": Language(
        no="""stop | stopall | stop all | s t o p | unsubscribe | unsubscribe me | unsubscribe all | unsub
        | unsub me | i want to unsubscribe | i would like to unsubscribe | i d like to unsubscribe
        | want to unsubscribe | opt out | optout | opt me out | opting out | i want to opt out
        | i would like to opt out | i opt out | remove me | remove my number | delete my number
        | remove me from the list | remove me from your list | remove me from this list
        | take me off the list | take me off your list | take me off this list | stop sms | stop text
        | stop texts | stop texting | stop texting me | stop whatsapp | stop this | stop message
        | stop messages | stop messaging | stop messaging me | stop sending | stop sending messages
        | stop sending me messages | stop sending me this | stop sending this | stop the messages
        | stop these messages | stop writing | stop writing me | stop writing to me | stop contacting me
        | stop spam | stop spamming | stop spamming me | stop ads | stop advertising | stop notifications
        | stop marketing | stop promo | stop promos | stop promotion | stop promotions
        | stop promotional messages | stop offers | stop newsletter | stop it all | no more messages
        | stop all messages | stop msg | stop msgs | stop mms | stop all texts | unsuscribe | unsubcribe
        | unsubsribe | unsubscibe | unsubscribed | un subscribe | unsubscribe from promotions
        | unsubscribe from marketing | take me off | don t text me again | dont text me again
        | do not text me again | don t message me again | dont message me again | do not message me again
        | don t contact me again | dont contact me again | do not contact me again | stop no thanks
        | no thanks stop | no thank you stop | no more texts | no more ads | no more promotions
        | no more marketing | no more spam | do not contact me | don t contact me | dont contact me
        | do not message me | don t message me | dont message me | do not text me | don t text me
        | dont text me | do not write to me | don t write to me | do not send me messages
        | don t send me messages | do not send me any more messages | don t send me any more messages
        | i do not want any more messages | i don t want any more messages | i revoke my consent
        | i withdraw my consent | revoke consent | revoke my consent | withdraw consent | withdraw my consent
        | leave me alone | do not disturb me | don t disturb me | dont disturb me""",
        written="dnd | do not disturb | don t disturb",
        also_answers="""cancel | end | quit | revoke | remove | cancel subscription | cancel my subscription
        | stop it | delete me""",
        courtesy="""please | pls | plz | plse | pleas | kindly | thanks | thank you | thank u | thankyou | thx
        | thnx | ty | tks | tnx | many thanks | thanks a lot | thank you very much | thank you so much
        | much appreciated | cheers | regards | best regards | kind regards | hi | hello | hey | dear | sir
        | madam | sir madam | team | guys | ok | okay | now | right now | immediately | at once | asap | sorry
        | good morning | good afternoon | good evening | good day | have a nice day | have a good day | i said
        | i already said | i told you | i have said""",
    ),
    "de": Language(
        no="""abmelden | abmeldung | mich abmelden | abmelden von | ich möchte mich abmelden
        | ich will mich abmelden | ich melde mich ab | melde mich ab | melden sie mich ab | abbestellen
        | abbestellung | ich bestelle ab | newsletter abbestellen | newsletter abmelden | austragen
        | mich austragen | austragung | tragen sie mich aus | trag mich aus | abo abbestellen | keine werbung
        | keine werbung mehr | keine weitere werbung | keine nachrichten | keine nachrichten mehr
        | keine weiteren nachrichten | keine sms mehr | keine whatsapp mehr | keine angebote mehr
        | werbung stoppen | werbung abbestellen | nachrichten stoppen | nachrichten abbestellen
        | aktionen stoppen | angebote stoppen | stopp werbung | stop werbung | schreiben sie mir nicht mehr
        | schreibt mir nicht mehr | schreib mir nicht mehr | ich möchte keine nachrichten mehr
        | ich will keine nachrichten mehr | ich möchte keine nachrichten mehr erhalten
        | aus der liste entfernen | aus dem verteiler nehmen | einwilligung widerrufen
        | ich widerrufe meine einwilligung | aus dem verteiler löschen | löschen sie meine nummer
        | mich löschen | löschen sie mich | lösch mich | meine nummer löschen""",
        written="""nicht mehr schreiben | nummer löschen | nicht stören | nicht mehr stören
        | nicht mehr kontaktieren | nichts mehr schicken | nichts mehr senden | ich widerrufe""",
        also_answers="""stopp | stoppen | beenden | widerruf | widerrufen | widerspruch | aufhören | aufhoeren
        | schluss | löschen""",
        courtesy="""bitte | bitte schön | danke | dankeschön | danke schön | danke sehr | vielen dank
        | besten dank | herzlichen dank | danke im voraus | hallo | guten tag | guten morgen | guten abend | moin
        | servus | grüezi | sofort | jetzt | umgehend | mfg | lg | viele grüße | mit freundlichen grüßen
        | schönen tag | ich sagte | ich habe gesagt | ich sage""",
    ),
    "nl": Language(
        no="""afmelden | afmelding | mij afmelden | me afmelden | meld mij af | meld me af
        | ik wil me afmelden | ik wil mij afmelden | ik meld me af | uitschrijven | uitschrijving
        | mij uitschrijven | me uitschrijven | schrijf mij uit | schrijf me uit | ik wil me uitschrijven
        | geen berichten | geen berichten meer | geen reclame | geen reclame meer | geen sms meer
        | geen whatsapp meer | geen aanbiedingen meer | stop reclame | stop berichten | stop met sturen
        | stop met berichten | stop met berichten sturen | stop aanbiedingen | verwijder mij | verwijder me
        | verwijder mij van de lijst | verwijder mijn nummer | ik wil geen berichten meer
        | ik wil geen berichten meer ontvangen | me uit te schrijven | mij uit te schrijven | me af te melden
        | mij af te melden | stuur geen berichten meer | stuur me geen berichten meer""",
        written="""niet meer sturen | niets meer sturen | niks meer sturen | niet meer appen
        | niet meer schrijven | niet meer contacteren | niet storen | stuur niets meer | stuur niks meer""",
        also_answers="stoppen | annuleren",
        courtesy="""alstublieft | alsjeblieft | aub | a u b | ajb | graag | dank | dank je | dank je wel | dank u
        | dank u wel | dankjewel | dankuwel | bedankt | alvast bedankt | hoi | goedendag | goedemorgen
        | goedemiddag | goedenavond | ik zei | ik heb gezegd | groet | groeten | met vriendelijke groet | mvg
        | direct | meteen""",
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
    "sv": Language(
        no="""avregistrera | avregistrera mig | avanmäl | avanmäl mig | avprenumerera | avsluta prenumeration
        | sluta skicka meddelanden | inga fler meddelanden""",
        also_answers="stoppa | sluta",
        courtesy="tack | snälla | tack så mycket | vänligen | hej",
    ),
}
