"""Romance languages of Europe, which are those of the Americas as well. What the parts mean: see `language`."""

from shared.domain.contacts.opt_out_words.language import Language

ROMANCE: dict[str, Language] = {
    "pt": Language(
        no="""parar | descadastrar | descadastre | descadastro | me descadastre | me descadastrar
        | descadastre me | descadastrar se | quero me descadastrar | desinscrever | desinscreva
        | desinscrever me | desinscrever se | me desinscrever | me desinscreva | desinscreva me
        | desinscrição | quero me desinscrever | cancelar inscrição | cancelar a inscrição
        | cancelar minha inscrição | cancelar cadastro | cancelar subscrição | anular subscrição
        | remover inscrição | cancelar recebimento | parar promoções | parar promoção | parar mensagens
        | parar de receber | parar de receber mensagens | deixar de receber | deixar de receber mensagens
        | parar envio | parar de enviar | interromper promoções | interromper mensagens | pare de enviar
        | pare de enviar mensagens | pare de me enviar mensagens | pare de mandar mensagem
        | pare de mandar mensagens | parem de enviar mensagens | parem de mandar mensagem
        | parem de mandar mensagens | sair da lista | quero sair da lista | me tire da lista
        | me tira da lista | me remova da lista | me remova | me remover | remover meu número
        | remova meu número | não quero mais receber | não quero mais receber mensagens
        | não quero receber mensagens | não quero mais mensagens | não quero receber mais mensagens
        | não me envie mais mensagens | não envie mais mensagens | não enviar mais mensagens
        | não mande mais mensagem | não mande mais mensagens | não me mande mais mensagens
        | não me mandem mais mensagens | não quero mais receber nada | não me mande mensagem
        | não me mande mensagens | não me envie mensagens | pare de me mandar mensagem
        | pare de me mandar mensagens | parem de me mandar mensagem | parem de me mandar mensagens
        | me tirem da lista | apague meu número | chega de mensagens | sem mais mensagens
        | cancelar promoções""",
        written="não quero receber | não envie mais | não enviem mais | não mande mais | não perturbe",
        also_answers="""pare | parem | sair | quero sair | eu quero sair | cancelar | cancela | remover
        | cancelar assinatura""",
        courtesy="""por favor | porfavor | pfv | pfvr | pf | favor | por gentileza | gentileza | fazendo favor
        | eu disse | já disse | eu já disse | obrigado | obrigada | obg | obgd | muito obrigado | muito obrigada
        | desde já agradeço | agradeço
        | grato | grata | valeu | vlw | oi | olá | bom dia | boa tarde | boa noite | agora | já | senhor | senhora
        | pessoal | gente | tchau | desculpe | atenciosamente""",
    ),
    "es": Language(
        no="""baja | de baja | dar de baja | dar baja | darme de baja | darse de baja | dame de baja
        | deme de baja | denme de baja | dadme de baja | me doy de baja | quiero darme de baja
        | quiero la baja | quiero baja | solicito la baja | solicito baja | pido la baja
        | cancelar suscripción | cancelar la suscripción | cancelar mi suscripción | cancela mi suscripción
        | anular suscripción | anular la suscripción | anular mi suscripción | cancelar subscripción
        | desuscribir | desuscribirme | desuscribirse | desuscríbeme | desuscribanme | desuscripción
        | quiero desuscribirme | desubscribir | desubscribirme | desinscribir | desinscribirme
        | desinscribirse | eliminarme | elimíneme | eliminarme de la lista | quítame de la lista
        | quítenme de la lista | sácame de la lista | sáquenme de la lista | bórrame | bórrenme
        | bórrame de la lista | salir de la lista | detener promociones | parar promociones
        | cancelar promociones | no más promociones | no más mensajes | no más publicidad | no más spam
        | no más sms | no más whatsapp | basta de mensajes | ya no más mensajes | no quiero más mensajes
        | no quiero mensajes | no quiero recibir más mensajes | no quiero recibir mensajes
        | ya no quiero recibir mensajes | no deseo recibir mensajes | no deseo recibir más mensajes
        | no quiero publicidad | no quiero más publicidad | no enviar más mensajes
        | no me envíen más mensajes | no me envíes más mensajes | no me manden más mensajes
        | no me mandes más mensajes | no me escriban más | no me escribas más | no me escriban
        | no me escribas | ya no me escriban | ya no me escriban más | ya no me escribas | no me contacten
        | no me contacten más | no me molesten | no me molesten más | no me envíen mensajes
        | no me manden mensajes | no gracias baja | eliminar mi número | eliminen mi número
        | borren mi número | borra mi número | no mandar más mensajes | borrarme | borrarme de la lista
        | quitarme de la lista | sacarme de la lista | removerme | remuévanme | no recibir más mensajes
        | deseo no recibir más mensajes | dejen de escribirme | dejen de enviarme mensajes
        | dejen de mandarme mensajes | deja de escribirme | dejar de recibir | dejar de recibir mensajes
        | parar mensajes | detener mensajes""",
        written="""no enviar | no enviar más | no escribir | no escribir más | no contactar
        | no contactar más | no molestar | no molestar más | no molesten | no mandar más | no llamar más""",
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
        | arrêtez les messages | arrêtez de m écrire | arrêtez de m envoyer des messages | ne plus recevoir
        | ne plus recevoir de messages | ne m écrivez pas | ne me dérangez plus
        | je ne veux plus recevoir de messages | je ne veux plus de messages | ne m écrivez plus
        | ne m envoyez plus de messages | ne me contactez plus | retirez moi de la liste
        | retirez moi de votre liste | supprimez moi de la liste | supprimez moi | supprimez mon numéro
        | ne plus m écrire | ne plus me contacter | ne plus me déranger | ne plus envoyer de messages""",
        written="plus de messages | plus de message | plus de pub | plus de publicité | ne plus contacter",
        also_answers="arrêt | arrêter | arrête | arrêtez | résilier | annuler l inscription",
        courtesy="""s il vous plaît | s il te plaît | s il vous plait | svp | stp | silvousplait | merci
        | merci beaucoup | merci bien | merci d avance | merci à vous | bonjour | bonsoir | bonne journée
        | bonne soirée | salut | maintenant | tout de suite | immédiatement | cordialement | madame | monsieur
        | madame monsieur | j ai dit | j ai déjà dit | désolé | désolée | je vous prie | veuillez""",
    ),
    "it": Language(
        no="""disiscrivimi | disiscriviti | disiscrivetemi | disiscrivere | disiscrivermi | disiscriversi
        | disiscrizione | voglio disiscrivermi | cancellami | cancellatemi | cancellami dalla lista
        | cancellatemi dalla lista | cancella iscrizione | cancellare iscrizione | cancella l iscrizione
        | cancellazione iscrizione | annulla iscrizione | annullare iscrizione | annulla l iscrizione
        | rimuovimi | rimuovetemi | rimuovetemi dalla lista | rimuovimi dalla lista | basta messaggi
        | basta promozioni | basta pubblicità | basta spam | interrompi promozioni | interrompere promozioni
        | stop promozioni | stop messaggi | stop pubblicità | niente pubblicità | niente messaggi
        | niente più messaggi | non voglio più messaggi | non voglio messaggi
        | non voglio più ricevere messaggi | non voglio ricevere messaggi
        | non desidero più ricevere messaggi | non inviatemi più messaggi | non mandatemi più messaggi
        | non scrivetemi più | non scrivermi più | smettete di scrivermi | smettila di scrivermi
        | non inviare più messaggi""",
        written="non scrivere più | non inviare più | non disturbare | non contattare più",
        also_answers="basta | fermare | fermati | smettila | smettetela | annulla",
        courtesy="""per favore | perfavore | per piacere | per cortesia | cortesemente | gentilmente | grazie
        | grazie mille | molte grazie | tante grazie | ti ringrazio | vi ringrazio | ciao | buongiorno
        | buon giorno | buonasera | buona sera | buona giornata | salve | subito | adesso | ora | cordiali saluti
        | ho detto | ho già detto | saluti | scusate | prego""",
    ),
    "ro": Language(
        no="""dezabonare | dezabonez | mă dezabonez | dezabonați mă | dezaboneaza ma | vreau să mă dezabonez
        | dezînscriere | anulează abonarea | dezabonați | nu mai vreau mesaje | nu mai trimiteți mesaje
        | fără mesaje | stop mesaje""",
        written="nu mai trimite",
        also_answers="oprește | opriți | renunț",
        courtesy="""vă rog | te rog | rog | mulțumesc | mersi | mulțumesc frumos | bună ziua | bună seara | salut
        | bună""",
    ),
}
