"""How people build a no of several words, by language (ISO 639). Data only; the notation is that of `language.Grammar`.

Only what is a demand as it stands: the imperative and the subjunctive, and not the indicative, which complains of what
does not arrive ("no me envían mensajes"). What is not to be sent is messages, advertising, or anything at all.
"""

from shared.domain.contacts.opt_out_words.grammars_more import MORE_GRAMMARS
from shared.domain.contacts.opt_out_words.language import Grammar

GRAMMARS: dict[str, Grammar] = {
    "en": Grammar(
        parts={
            "ASK": "can you | could you | would you | will you | can u | could u | you must | you need to",
            "NOT": "do not | don t | dont | never",
            "STOP": "stop | quit | cease | stop with",
            "WRITE": """message | text | contact | whatsapp | msg | sms | dm | spam | bother | disturb | ping | write
            | write to | reach out to""",
            "WRITING": """messaging | texting | contacting | msging | msg | whatsapping | spamming | bothering
            | harassing
            | disturbing | annoying | writing | writing to | pinging | dming | message | text""",
            "SEND": "send | forward",
            "SENDING": "sending | sending out | forwarding | send",
            "ME": "me | us | this number | my number",
            "TO": "to me | to us | to my number | to this number | to my phone | here",
            "ANY": """any | any more | anymore | any of | any of your | any of these | any more of your
            | more of your | more | further | these | those | the
            | your | ur | such | all | all these | all those | all the | all your | this kind of | unsolicited
            | unwanted""",
            "ANYTHING": "anything | anything else | anything more | anything at all | promotional stuff",
            "IT": """anything | anything else | anything more | anything at all | these | those | this | this stuff
            | stuff""",
            "END": """anymore | any more | again | ever | ever again | any longer | from you | from you guys | from u
            | from your company | on whatsapp | on this number | to this number | to my number | at all""",
            "WANT_NOT": """i do not want | i don t want | i dont want | do not want | don t want | dont want
            | i do not wish
            | i don t wish | i no longer want | i no longer wish | no longer want | no longer wish | i never want
            | i would like not | i would rather not | i d rather not | i don t wanna | i dont wanna | i do not need
            | i don t need | i dont need | we do not want | we don t want | we no longer want | we no longer wish
            | i am not interested in | i m not interested in | not interested in""",
            "RECEIVE": "to receive | receive | to get | get | receiving | getting | to keep receiving | to be sent",
            "RECEIVING": "receiving | getting",
            "CONTACTED": "contacted | messaged | texted | bothered | disturbed | spammed",
            "REMOVE": "remove | delete | take | drop | exclude | erase | unsubscribe | unsub",
            "ERASE": "remove | delete | erase",
            "WHO": """me | us | my number | my phone number | my contact | my contact number | my phone | my details
            | my info | my data | my name | this number""",
            "NUMBER": "my phone number | my contact | my contact number | my mobile number | this number",
            "FROM": "from | off | off of | out of",
            "YOUR": "the | your | ur | this | that | these | all | all your | any | our",
            "LIST": """list | lists | mailing list | mailing lists | contact list | contact lists | broadcast
            | broadcast list | marketing list | messaging list | distribution list | database | data base | db
            | contacts
            | system | records | subscription | subscriptions | group""",
        },
        no="""NOT WRITE ME END? END? | NOT SEND ME ANY? MESSAGES END? END? | NOT SEND ME ANYTHING END? END?
        | NOT SEND ME IT END END? | NOT SEND ANY? MESSAGES TO? END? | NOT SEND ANYTHING TO END?
        | ASK? please? STOP WRITING ME END? END? | ASK? please? STOP SENDING ME? ANY? MESSAGES TO? END?
        | ASK? please? STOP SENDING ME? IT TO? END? | ASK? please? STOP RECEIVING ANY? MESSAGES END?
        | STOP to RECEIVE ANY? MESSAGES END? | STOP RECEIVING IT | ASK please? STOP WRITING
        | ASK please? STOP ANY? MESSAGES
        | WANT_NOT RECEIVE ANY? MESSAGES END? END? | WANT_NOT RECEIVE ANYTHING END? END?
        | WANT_NOT RECEIVE IT END END? | WANT_NOT ANY? MESSAGES END? END?
        | WANT_NOT to be CONTACTED END? END? | WANT_NOT you? to WRITE ME END? | WANT_NOT to be on YOUR LIST END?
        | i want no more MESSAGES END?
        | ASK? please? REMOVE WHO FROM YOUR? LIST END? | ASK? please? REMOVE WHO FROM YOUR? MESSAGES
        | ASK? please? ERASE NUMBER | ASK please? unsubscribe WHO? | unsubscribe WHO END?
        | unsubscribe from? YOUR? LIST | unsubscribe from? ANY? MESSAGES | opt me? out of YOUR? LIST
        | opt me? out of ANY? MESSAGES | opt me out END? | no more MESSAGES END?
        | cancel YOUR? MESSAGES | cancel my MESSAGES | block me END? | leave us alone | lose my number
        | i m opting out | i am opting out | i m unsubscribing | i unsubscribe | unsubscription""",
        written="""NOT WRITE END END? | NOT SEND ANYTHING END | no spam | stop me | stop for me
        | stop i m not? interested | stop not interested | unsubscribe not interested""",
    ),
    "es": Grammar(
        parts={
            "NO": "no | ya no | nunca | nunca más | favor no | favor de no",
            "ME": "me | nos",
            "WRITE": """escriban | escribas | escriba | escribáis | contacten | contactes | contacte | contactéis
            | molesten
            | molestes | moleste | molestéis | textee | texteen | mensajeen""",
            "SEND": "envíen | envíes | envíe | enviéis | manden | mandes | mande | mandéis | remitan | hagan llegar",
            "SENDING": """enviar | mandar | enviarme | mandarme | enviarnos | mandarnos | remitirme | mandar me
            | enviar me""",
            "WRITING": """escribirme | escribirnos | escribir | contactarme | contactarnos | molestarme | molestarnos
            | molestar | spamearme""",
            "STOP": """dejen de | deja de | deje de | dejá de | dejad de | paren de | para de | pare de | parad de
            | basta de""",
            "MORE": "más | otra vez | nunca más | nunca",
            "MANY": """sus | tus | estos | estas | esos | esas | los | las | ningún | ninguna | ningún tipo de | de sus
            | ese tipo de | este tipo de | tantos | tantas | otro | de estos""",
            "MESSAGES": "ofertas | ningún mensaje | msj | msjs | mensajitos | promos",
            "WANT": "quiero | deseo | quisiera | queremos | deseamos | necesito | me interesa | me gustaría",
            "GET": "recibir | que me lleguen | que me envíen | que me manden | que me llegue",
            "REMOVE": """eliminar | eliminarme | elimínenme | elimíname | elimíneme | eliminen me | quitar
            | quitarme | quítenme
            | quítame | quíteme | sacar | sacarme | sáquenme | sácame | sáqueme | borrar | borrarme | bórrenme | bórrame
            | bórreme | remuévanme | remover | removerme | exclúyanme | excluirme | salir | salirme""",
            "DROP": """eliminar | eliminen | elimine | elimina | borrar | borren | borre | borra | quitar | quiten
            | quite
            | quita | sacar | saquen | saque | saca""",
            "MY": "mi | este | nuestro",
            "NUMBER": """número | numero de teléfono | número telefónico | número de celular | número de whatsapp
            | teléfono
            | celular | contacto | cel | móvil""",
            "OF": """de la | de su | de tu | de esta | de sus | de tus | de las | de estas | de vuestra | del
            | de este | de""",
            "LIST": """lista | listas | base de datos | bases de datos | base | lista de difusión | lista de contactos
            | lista de envío | lista de correo | listado | contactos | grupo | registro | registros""",
            "DEL": "dar | den | denme | dénme | dame | deme | dadme | darme | dar me",
            "SUB": "suscripción | subscripción | inscripción al boletín",
            "CANCEL": "cancelar | cancelen | cancele | cancela | anular | anulen | anule | anula",
        },
        no="""NO ME WRITE MORE? | NO ME WRITE MORE? por? whatsapp | NO ME SEND MORE? MANY? MESSAGES MORE?
        | NO ME SEND MORE MESSAGES? | NO ME SEND MORE? nada MORE? | NO SEND MORE? MANY? MESSAGES MORE?
        | NO WANT GET MORE? MANY? MESSAGES MORE? | NO WANT GET MORE | NO WANT GET MORE? nada MORE?
        | NO WANT MORE? MANY? MESSAGES MORE? | WANT no GET MORE? MANY? MESSAGES MORE?
        | NO WANT que ME WRITE MORE? | STOP SENDING ME? MORE? MANY? MESSAGES | STOP SENDING cosas | STOP WRITING
        | dejar de recibir MANY? MESSAGES | WANT dejar de recibir MANY? MESSAGES
        | DEL de baja MY NUMBER | DEL de baja OF LIST | DEL de baja MY SUB | DEL de baja a? MY NUMBER
        | WANT que me den de baja | WANT que me DROP OF LIST | REMOVE OF LIST | DROP MY NUMBER | DROP MY NUMBER OF LIST
        | CANCEL la? SUB | CANCEL mi SUB | CANCEL los MESSAGES | CANCEL MESSAGES | no más MESSAGES
        | basta de MANY? MESSAGES
        | ni un MESSAGES más | quítenme | sáquenme | elimínenme | favor dar de baja | favor darme de baja
        | déjenme en paz | déjame en paz | déjeme en paz""",
        written="NO SEND MORE MORE? | NO SEND MORE? nada MORE? | NO WRITE MORE? | NO mandar nada | NO enviar nada",
    ),
    "pt": Grammar(
        parts={
            "NO": "não | nunca | favor não | já não",
            "WRITE": """escreva | escrevam | escrevas | contate | contatem | contacte | contactem | contactes | perturbe
            | perturbem | incomode | incomodem | chame | chamem""",
            "SEND": "envie | enviem | envies | mande | mandem | mandes | encaminhe | encaminhem",
            "SENDING": "enviar | mandar | me enviar | me mandar | enviarem | mandarem | me enviarem | me mandarem",
            "WRITING": "me incomodar | me perturbar | me chamar | me escrever | me contatar | me encher | me contactar",
            "STOP": """pare de | para de | parem de | parar de | deixe de | deixem de | deixa de | chega de
            | favor parar de""",
            "MORE": "mais | nunca mais | de novo | novamente",
            "MANY": """essas | essa | esse tipo de | este tipo de | suas | sua | estas | esta | as | nenhuma
            | nenhum tipo de
            | qualquer | tantas | tanta | outras""",
            "MESSAGES": "ofertas | msg | msgs | promos",
            "TO": "para mim | pra mim | para este número | para esse número | pra esse número | para meu número | aqui",
            "WANT": "quero | queremos | desejo | desejamos | gostaria de | preciso | tenho interesse em",
            "REMOVE": """tira | tire | tirem | tirar | remova | remove | remover | removam | exclua | exclui
            | excluir | excluam
            | retire | retira | retirem | retirar | apague | apaga | apagar | delete | deleta | deletar | descadastre
            | descadastra | descadastrar""",
            "OF": """da | dessa | desta | de sua | da sua | das | dessas | de suas | desse | deste | do | de seu
            | do seu | de""",
            "LIST": """lista | listas | lista de transmissão | lista de contatos | lista de contactos
            | lista de envio | grupo
            | base | base de dados | banco de dados | cadastro | contatos | contactos | sistema | mailing | listagem""",
            "MY": "meu | o meu | este | esse | nosso",
            "NUMBER": "número | número de telefone | contato | contacto | telefone | celular | whatsapp",
            "SUB": "inscrição | subscrição",
            "CANCEL": "cancelar | cancele | cancela | cancelem | anular",
        },
        no="""NO me WRITE MORE? | NO me SEND MORE? MANY? MESSAGES MORE? | NO me SEND MORE | NO me SEND MORE? nada MORE?
        | NO SEND MORE? MANY? MESSAGES MORE? TO? | NO SEND MORE? nada MORE? TO
        | NO WANT MORE? receber MORE? MANY? MESSAGES MORE? | NO WANT MORE receber MORE? nada?
        | NO WANT receber MORE? nada MORE? | NO WANT MORE? MANY? MESSAGES MORE?
        | STOP SENDING MANY? MESSAGES TO? | STOP WRITING | deixar de receber MANY? MESSAGES
        | STOP receber MANY? MESSAGES
        | me REMOVE OF LIST | REMOVE me OF LIST | me exclua | me exclui | me excluam | me remove | me removam
        | REMOVE MY NUMBER | REMOVE MY NUMBER OF LIST | me descadastra | me descadastrem | me desinscreve
        | quero que me REMOVE OF LIST | quero sair OF LIST | sair OF LIST | CANCEL MESSAGES | CANCEL as MESSAGES
        | CANCEL minha SUB | CANCEL a? SUB | chega de MANY? MESSAGES | sem mais MESSAGES | me deixe em paz
        | me deixem em paz | me deixa em paz""",
        written="NO SEND MORE MORE? | NO SEND MORE? nada MORE? | NO WRITE MORE?",
    ),
    "fr": Grammar(
        parts={
            "NOT": "plus | pas | plus jamais | jamais",
            "NO_MORE": "plus | plus jamais | jamais",
            "SEND": "envoyez | envoie | envoyer | adressez | adresser | adresse | transmettez",
            "TO_ME": "m | nous",
            "ME": "me | nous",
            "WRITE": """contactez | contacte | dérangez | dérange | sollicitez | sollicite | relancez | textez | texte
            | harcelez | spammez | embêtez | contacter | déranger | solliciter | relancer | spammer | démarchez""",
            "WRITE_NOW": "contactez | dérangez | sollicitez | relancez | harcelez | spammez",
            "WRITE_M": "écrivez | écris | écrire | importunez | importuner | embêtez",
            "OF": """de | vos | ces | des | d autres | les | aucun | aucune | tes | ce genre de | ce type de | de tels
            | de vos | de ces | tous ces""",
            "MESSAGES": """message | messages | offres | texto | textos | newsletter | newsletters | notification
            | communications | spam""",
            "WANT": "veux | souhaite | désire | voudrais | voulons | souhaitons",
            "I": "je | nous | j",
            "STOP": "arrêtez de | arrête de | arrêter de | cessez de | cesse de | stop de",
            "SENDING": "m envoyer | envoyer | nous envoyer | me envoyer | m adresser",
            "WRITING": """me contacter | m écrire | me déranger | me spammer | me harceler | m embêter | me solliciter
            | me relancer | m importuner | nous contacter | nous écrire""",
            "HALT": "arrêtez | arrête | arrêter | cessez",
            "CONTACTED": """contacté | contactée | dérangé | dérangée | sollicité | sollicitée | démarché
            | démarchée | relancé
            | relancée""",
            "REMOVE": """retirez | supprimez | enlevez | rayez | effacez | désabonnez | désinscrivez | enlève
            | supprime | retire
            | retirer | supprimer | enlever | efface | effacer | sortez | radiez""",
            "WHO": "moi | nous | mon numéro | mes coordonnées | ce numéro | mon contact | mes données",
            "FROM": "de | de la | de votre | de vos | de cette | des | de ta | de tes | du | de ces",
            "LIST": """liste | listes | base | base de données | bases de données | fichier | fichiers | contacts
            | liste de diffusion | listes de diffusion | liste de contacts | newsletter | mailing | répertoire""",
            "NUMBER": "mon numéro | mon contact | mes coordonnées | mon numéro de téléphone",
        },
        no="""ne? TO_ME SEND NOT OF? MESSAGES | ne? TO_ME SEND NO_MORE rien?
        | ne ME WRITE NOT | ME WRITE_NOW NO_MORE | ne TO_ME WRITE_M NOT | ne NOT TO_ME SEND OF? MESSAGES
        | ne NOT TO_ME SEND | ne NOT ME WRITE
        | ne SEND NOT OF? MESSAGES | I ne? WANT NOT recevoir OF? MESSAGES | I WANT ne NOT recevoir OF? MESSAGES
        | I ne WANT NOT OF? MESSAGES | I ne? WANT NOT rien recevoir | I ne? WANT NOT être CONTACTED
        | I WANT ne NOT être CONTACTED | I WANT arrêter de recevoir OF? MESSAGES | ne NOT recevoir OF? MESSAGES
        | STOP SENDING OF? MESSAGES | STOP WRITING | HALT OF MESSAGES | HALT tous les MESSAGES | HALT avec OF? MESSAGES
        | REMOVE WHO FROM LIST | REMOVE NUMBER | laissez moi tranquille | laisse moi tranquille | fichez moi la paix
        | retirez moi | désinscrire moi""",
        written="plus aucun MESSAGES | plus jamais de MESSAGES | ne SEND plus rien",
    ),
} | MORE_GRAMMARS
