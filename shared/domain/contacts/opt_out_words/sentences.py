"""What people build of a no with the words around it: a wish before it, an instruction that was copied from a footer,
the thing that is to stop. Data only, all languages together, and phrases separated by `|` as in `language`.

Sources: CTIA, "Messaging Principles and Best Practices" (2023), and Meta's and Twilio's samples, for the footers that
people copy ("Reply STOP to unsubscribe"); the rest says the same in the other languages.
"""

REQUESTS = """i want to | i would like to | i d like to | id like to | i wish to | i want you to | i ask you to
| quiero | yo quiero | me quiero | deseo | me deseo | quisiera | me quisiera | querría | me gustaría | solicito
| pido | quiero que me | deseo que me | quero | eu quero | gostaria de | eu gostaria de | desejo | queria | peço
| je veux | je voudrais | je souhaite | je désire | j aimerais | je demande | je demande la | je demande ma
| ich möchte | ich will | ich würde gerne | ich möchte gerne | ich wünsche | ich bitte um | bitte um | voglio
| vorrei | desidero | chiedo la | chiedo di | richiedo la | ik wil | ik wens | ik zou graag | ik wil graag
| chcę | chciałbym | chciałabym | proszę o | wnoszę o | żądam | vreau să | aș vrea să | doresc să | chci
| chtěl bych se | chtěla bych se | chtěl bych | chtěla bych | přeji si | žádám o | chcem | chcel by som
| žiadam o | szeretném a | kérem a | jag vill | jag vill gärna | jeg vil | jeg vil gerne | jeg ønsker å
| jeg ønsker at | haluan | haluaisin | θέλω | θα ήθελα | θέλω να | хочу | я хочу | хотел бы | хотела бы
| я хотел бы | я хотела бы | желаю | требую | хотів би | хотіла б | бажаю | saya mau | saya ingin | mau | ingin
| pengen | aku mau | aku ingin | saya nak | saya mahu | hendak | gusto ko nang | nataka | ninataka | tôi muốn
| muốn | mình muốn | em muốn | אני רוצה | רוצה | אני מבקש | אני מבקשת | אבקש | أريد | أود | أرغب في | أرغب ب
| أطلب | نريد | میخواهم | می خواهم | 我要 | 我想 | 我想要 | 我希望 | 要 | ฉันต้องการ | ผมต้องการ | ต้องการ | อยาก
| ดิฉันต้องการ"""
"""Before what means nothing else: who wants to "cancel" may mean an order, who wants "baja" does not."""

REPLIES = """reply | reply with | respond | respond with | answer | responde | responda | responder
| responde con | responda con | responder con | contesta | contesta con | conteste | conteste con | responda com
| responde com | responder com | digite | répondez | répondre | réponds | répondez par | répondez avec
| répondre par | tapez | antworten sie mit | antworte mit | antworten mit | antwort mit | antworten | antworte
| antworten sie | rispondi | rispondi con | rispondete | rispondete con | rispondere | antwoord | antwoord met
| beantwoord met | odpisz | odpowiedz | răspunde | răspunde cu | răspundeți cu | răspundeți | odpovězte
| odpovedzte | válaszoljon | svara | svara med | svar | svar med | vastaa | απαντήστε | απάντησε | ответьте
| ответь | відповідайте | balas | balas dengan | balas dgn | ketik | jawab | taip | i reply ang | mag reply ng
| jibu | trả lời | soạn | השב | השיבו | رد ب | للإلغاء أرسل | لإلغاء الاشتراك أرسل | जवाब दें | 回复 | 回覆 | 回
| 请回复 | 請回覆 | 輸入 | 输入 | ตอบ | ตอบกลับ | พิมพ์ | iptal için | çıkmak için | abonelikten çıkmak için
| listeden çıkmak için | mesaj almamak için | to unsubscribe reply | to unsubscribe reply with
| to opt out reply | to opt out reply with | to stop reply | to unsubscribe text | to opt out text
| to unsubscribe send | para darte de baja responde | para cancelar responde | para sair responda
| para sair envie | para cancelar responda"""
"""Before any no, as a footer tells people what to answer."""

SENDS = """text | txt | send | type | write | envía | envíe | enviar | escribe | escriba | escribir | manda
| mande | envie | escreva | envoyez | envoyer | senden sie | sende | schreiben sie | schreibe | invia | inviare
| scrivi | stuur | sms | wyślij | napisz | trimite | trimiteți | napište | pošlete | küldje | írja | skicka
| skriv | lähetä | kirjoita | στείλτε | отправьте | отправь | напишите | пришлите | надішліть | напишіть | kirim
| hantar | tuma | nhắn | nhắn tin | gửi | שלחו | כתבו | أرسل | ارسل | أرسلوا | اكتب | ارسال | भेजें | 发送
| 發送 | ส่ง"""
"""The same, but also what people do with other things ("SMS, cancel"): a no that may be an answer needs its purpose."""

PURPOSES = """to | 2 | para | pour | per | om | zum | zur | um | aby | żeby | pentru | pentru a | för att | for at
| for å
| για | για να | чтобы | для | щоб | untuk | utk | để | kwa | ili | כדי | pro"""
"""Between two noes, the second of which says what the first is for: "STOP to cancel"."""

TAILS = """to stop receiving messages | to stop receiving these messages | to stop messages | to stop receiving
| to opt out of messages | to opt out of promotions | to opt out of future messages | to unsubscribe from messages
| to unsubscribe from this list | to unsubscribe from our messages | para darte de baja | para darle de baja
| para desuscribirte | para cancelar tu suscripción | para no recibir más | para no recibir más mensajes
| para dejar de recibir promociones | para não receber mais | para não receber mais mensagens | para se descadastrar
| para cancelar sua inscrição | para cancelar o recebimento | pour vous désabonner | pour te désabonner
| pour vous désinscrire | pour se désinscrire | pour ne plus recevoir de message | um sich abzumelden
| um dich abzumelden | um abzubestellen | um keine nachrichten mehr zu erhalten | um sich auszutragen
| um die nachrichten abzubestellen | per disiscriverti | per cancellarti | per annullare
| per non ricevere più messaggi
| per annullare l iscrizione | om je af te melden | om u af te melden | om je uit te schrijven | om u uit te schrijven
| om af te melden | om te stoppen | aby się wypisać | aby zrezygnować | żeby się wypisać | pentru dezabonare
| pentru a te dezabona | pentru a vă dezabona | pro odhlášení | pre odhlásenie | a leiratkozáshoz | leiratkozáshoz
| för att avsluta | för att avregistrera dig | for at afmelde | for å melde deg av | peruuttaaksesi
| чтобы отписаться от рассылки | для отписки | для відписки | untuk keluar | untuk berhenti menerima pesan
| untuk berhenti melanggan | para tumigil | kujiondoa | để hủy | để từ chối | להסרה | כדי להסיר | לביטול | للإلغاء
| لإلغاء الاشتراك | لالغاء الاشتراك | لإيقاف الرسائل | yaz | yazın | yazınız | yazıp gönderin | gönder | gönderin
| を返信 | と返信 | と返信してください | 회신 | 답장 | लिखें | भेजें | เพื่อยกเลิก
| 以退订 | 以退訂 | 以取消订阅 | 以取消訂閱"""
"""Behind any no, for the same: where the second is no phrase of its own, or its verb comes last."""

STOPS = """stop | stopp | стоп | στοπ | ستوب | סטופ | स्टॉप | stop with | stop met | stop mit | stop con | stop com
| stop aux"""

THINGS = """spam | ads | adverts | advertising | sms | texts | messages | msgs | notifications | promos
| promotions | marketing | newsletter | newsletters | text messages | sms messages | whatsapp messages
| marketing messages | promotional messages | whatsapp | whatsapps | mensajes | mensaje | publicidad
| promociones | notificaciones | propaganda | mensagens | mensagem | publicidade | promoções | notificações
| propagandas | pub | pubs | publicité | publicités | promo | spams | sollicitations | démarchage | werbung
| nachrichten | angebote | benachrichtigungen | messaggi | promozioni | pubblicità | notifiche | berichten
| reclame | aanbiedingen | wiadomości | reklamy | reklamom | spamowi | mesaje | mesajele | zprávy | reklama
| správy | üzenetek | reklám | meddelanden | reklam | beskeder | reklame | meldinger | viestit | mainokset
| mesaj | mesajlar | спам | спаму | спама | рассылка | рассылки | рассылку | рассылке | реклама | рекламу
| рекламе | сообщения | смс | уведомления | розсилка | розсилку | розсилці | реклами | повідомлення | pesan
| iklan | promosi | spam pesan | mesej | tin nhắn | quảng cáo | רשימה | פרסום | הודעות | رسائل | الرسائل
| اعلانات | الإعلانات | मैसेज | μηνύματα | διαφημίσεις"""
"""What a stop may be said of, whatever language either is in."""

ARTICLES = """the | these | those | your | all | all the | all your | sending | los | las | el | la | a los
| a las | tus | sus | os | as | suas | às | les | vos | aux | à la | die | der | diese | eure | ihre | i | le
| gli | alla | ai | de | deze | het"""

REFUSALS = """no thanks | no thank you | no thank u | not interested | i m not interested | im not interested
| i am not interested | we are not interested | no interest | no gracias | no muchas gracias | no me interesa
| no nos interesa | no estoy interesado | no estoy interesada | no tengo interés | não obrigado | não obrigada
| não tenho interesse | sem interesse | não me interessa | não estou interessado | não estou interessada
| non merci | pas intéressé | pas intéressée | je ne suis pas intéressé | je ne suis pas intéressée
| ça ne m intéresse pas | cela ne m intéresse pas | pas intéressant | nein danke | kein interesse | kein bedarf
| ich habe kein interesse | habe kein interesse | nicht interessiert | nee bedankt | nee dank je | nee dank u
| geen interesse | ik heb geen interesse | niet geïnteresseerd | no grazie | non mi interessa | non sono interessato
| non sono interessata | non interessato | nie dziękuję | nie jestem zainteresowany | nie jestem zainteresowana
| нет спасибо | не интересно | мне не интересно | неинтересно | не интересует | ні дякую | не цікаво
| hayır teşekkürler | hayır teşekkür ederim | ilgilenmiyorum | tidak terima kasih | tidak tertarik
| saya tidak tertarik | tidak berminat | tidak minat | gak minat | gak tertarik | ga tertarik | nggak minat"""
"""Before what means nothing else; alone they refuse an offer, and not the messages."""
