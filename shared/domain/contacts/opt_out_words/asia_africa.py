"""Languages of Asia and Africa. What the parts mean: see `language`."""

from shared.domain.contacts.opt_out_words.language import Language

ASIA_AFRICA: dict[str, Language] = {
    "id": Language(
        no="""berhenti berlangganan | berhenti langganan | mau berhenti berlangganan
        | saya mau berhenti berlangganan | saya ingin berhenti berlangganan | berhenti kirim pesan
        | berhenti mengirim pesan | stop promosi | stop iklan | stop pesan | stop kirim | stop kirim pesan
        | stop berlangganan | stop langganan | hentikan promosi | hentikan pesan | hentikan iklan
        | hentikan langganan | unreg | unreg all | batal langganan | batal berlangganan | batalkan langganan
        | batalkan berlangganan | keluar dari daftar | hapus nomor saya | hapus saya dari daftar
        | jangan kirim pesan | jangan kirim pesan lagi | jangan kirimi saya pesan lagi | jangan hubungi saya
        | jangan hubungi saya lagi | jangan wa lagi | tidak mau menerima pesan | tidak mau terima pesan
        | tidak ingin menerima pesan | saya tidak mau menerima pesan lagi""",
        written="jangan kirim lagi",
        also_answers="berhenti | saya berhenti | saya mau berhenti | mau berhenti | hentikan | setop | keluar",
        courtesy="""tolong | mohon | minta tolong | terima kasih | terimakasih | terima kasih banyak | makasih
        | makasi | trims | tq | tks | thx | ya | yaa | yah | dong | deh | aja | saja | kak | kakak | mas | mbak
        | mba | pak | bapak | bu | ibu | bang | abang | gan | min | mimin | admin | sis | bro | silakan | silahkan
        | sila | halo | hallo | hai | selamat pagi | selamat siang | selamat sore | selamat malam | pagi | siang
        | sore | malam | assalamualaikum | permisi | maaf | sekarang | segera | bantuannya | mohon bantuannya""",
    ),
    "ms": Language(
        no="""berhenti melanggan | henti melanggan | batal melanggan | batalkan langganan | nyahlanggan
        | hentikan mesej | henti mesej | henti promosi | berhenti promosi | stop mesej | berhenti hantar mesej
        | jangan hantar mesej | jangan hantar mesej lagi | jangan mesej saya lagi | jangan whatsapp saya lagi
        | tak nak terima mesej | tidak mahu terima mesej | saya tak nak mesej lagi | buang nombor saya
        | buang saya dari senarai""",
        also_answers="henti | sila henti",
        courtesy="""tolonglah | minta maaf | tqvm | terima kasih banyak banyak | cik | encik | puan | tuan | boss
        | bos | lah | salam | selamat petang | selamat tengah hari | serta merta""",
    ),
    "fil": Language(
        no="""huwag na mag text | huwag na mag message | huwag na kayong mag message | tanggalin ako sa listahan
        | ayaw ko na ng mensahe | itigil ang mensahe | itigil ang mga mensahe | tigilan ang mensahe""",
        also_answers="itigil | itigil na | tigil | tigil na | ihinto",
        courtesy="""paki | pakiusap | po | salamat | salamat po | maraming salamat | maraming salamat po | kuya
        | ate""",
    ),
    "sw": Language(
        no="""jiondoe | jiondoa | niondoe | nitoe | nitoe kwenye orodha | acha kutuma ujumbe
        | acha kunitumia ujumbe | acheni kutuma ujumbe | sitaki ujumbe | sitaki ujumbe tena | msinitumie ujumbe""",
        also_answers="acheni | simamisha | sitisha",
        courtesy="tafadhali | asante | asante sana | ahsante | habari | jambo | hujambo | samahani",
    ),
    "vi": Language(
        no="""hủy đăng ký | huỷ đăng ký | huy dang ky | hủy nhận tin | huỷ nhận tin | hủy theo dõi
        | ngừng nhận tin | ngừng gửi tin | ngừng gửi tin nhắn | dừng gửi tin | dừng gửi tin nhắn | dừng nhận tin
        | đừng gửi tin nhắn nữa | đừng nhắn tin nữa | không nhận tin | không nhận tin nữa | không nhận tin nhắn
        | không muốn nhận tin nhắn | tôi không muốn nhận tin nhắn | từ chối nhận tin | từ chối nhận quảng cáo""",
        also_answers="ngừng | ngừng lại | dừng lại | hủy bỏ | từ chối",
        courtesy="""vui lòng | xin vui lòng | làm ơn | xin | xin hãy | hãy | cảm ơn | cám ơn | xin cảm ơn
        | cảm ơn nhiều | xin chào | chào | chào bạn | chào shop | shop | ạ | nhé | giúp | giúp tôi | giùm
        | giùm tôi | ngay""",
    ),
    "he": Language(
        no="""הסר | הסירו | הסירו אותי | הסר אותי | תסירו אותי | תסיר אותי | להסיר | להסיר אותי | הסרה
        | הסרה מרשימה | הסר מרשימה | הסר מרשימת תפוצה | הסרה מרשימת תפוצה | הסירו אותי מהרשימה | תפסיקו לשלוח
        | תפסיקו לשלוח הודעות | להפסיק לשלוח הודעות | סטופ | ביטול הרשמה | בטלו הרשמה""",
        also_answers="עצור | הפסק | הפסיקו | תפסיקו | די",
        courtesy="""בבקשה | נא | אנא | תודה | תודה רבה | תודה מראש | שלום | היי | בוקר טוב | ערב טוב | מיד | עכשיו
        | סליחה""",
    ),
    "ar": Language(
        no="""إلغاء الاشتراك | الغاء الاشتراك | إلغاء اشتراك | إلغاء اشتراكي | الغي الاشتراك | الغ الاشتراك
        | الغوا اشتراكي | أريد إلغاء الاشتراك | إيقاف الرسائل | إيقاف الإعلانات | إيقاف العروض
        | إيقاف العروض الترويجية | إيقاف الاشتراك | أوقف الرسائل | أوقفوا الرسائل | وقف الرسائل | ستوب
        | لا ترسل رسائل | لا ترسلوا رسائل | لا ترسلوا لي | لا تراسلني | لا تراسلوني | لا أريد رسائل
        | لا أريد استلام رسائل | لا أريد استقبال رسائل | احذفني | احذفوني | احذف رقمي | احذفوا رقمي
        | إزالة رقمي | أزيلوا رقمي | توقف عن إرسال الرسائل | توقفوا عن إرسال الرسائل | توقف عن مراسلتي
        | توقفوا عن مراسلتي | لا تزعجوني""",
        written="""إيقاف الإرسال | اوقفوا الارسال | لا ترسل | لا ترسلوا | توقف عن الإرسال | توقفوا عن الإرسال
        | كفوا عن الإرسال | عدم الإزعاج | عدم الارسال""",
        also_answers="إلغاء | الغاء | توقف | توقفوا | ايقاف | إيقاف | أوقف | قف | كفى | وقف",
        courtesy="""من فضلك | من فضلكم | لو سمحت | لو سمحتم | لو سمحتوا | رجاء | الرجاء | رجاءا | أرجو | أرجوكم
        | ارجوك | يرجى | شكرا | شكرا لك | شكرا لكم | شكرا جزيلا | مشكور | مشكورين | مرحبا | السلام عليكم | سلام
        | أهلا | هلا | صباح الخير | مساء الخير | الان | حالا | فورا | وشكرا | تحياتي | عذرا""",
    ),
    "fa": Language(
        no="لغو اشتراک | لغو ۱۱ | لغو۱۱ | پیام نفرستید | دیگر پیام نفرستید | توقف پیام",
        written="لغو عضویت | ارسال نکنید",
        also_answers="لغو | بس است",
        courtesy="لطفا | لطفاً | خواهشا | خواهش میکنم | ممنون | متشکرم | مرسی | سپاس | سلام | با تشکر",
    ),
    "ur": Language(
        no="ان سبسکرائب | پیغامات بند کریں | میسج بند کریں | میسج نہ بھیجیں | پیغام نہ بھیجیں | سبسکرپشن ختم کریں",
        also_answers="بند | بند کریں | بند کرو | روکیں",
        courtesy="براہ کرم | برائے مہربانی | پلیز | شکریہ | بہت شکریہ | السلام علیکم | جی | ابھی",
    ),
    "hi": Language(
        no="""अनसब्सक्राइब | अनसब्सक्राइब करें | स्टॉप | सदस्यता समाप्त करें | सदस्यता रद्द करें | सदस्यता समाप्त
        | संदेश बंद करें | संदेश बंद करो | मैसेज बंद करें | मैसेज बंद करो | मैसेज रोकें | प्रचार बंद करें
        | प्रमोशन बंद करें | प्रमोशन रोकें | विज्ञापन बंद करें | मैसेज मत भेजो | मैसेज मत भेजें | मैसेज मत करो
        | संदेश न भेजें | message band karo | message band karen | messages band karo | msg band karo
        | msg band kro | sms band karo | message mat bhejo
        | mujhe message mat bhejo | msg mat bhejo | message mat karo | msg mat karo
        | unsubscribe karo | unsubscribe karen | unsubscribe kar do | stop karo | stop kar do""",
        also_answers="""बंद | बंद करें | बंद करो | बंद कर दो | रोकें | रोको | रोक दो | band karo | band kro
        | band karen | rok do""",
        courtesy="""कृपया | कृपया करके | प्लीज | प्लीज़ | धन्यवाद | शुक्रिया | बहुत धन्यवाद | नमस्ते | नमस्कार
        | जी | अभी | भाई | सर | kripya | kripaya | dhanyavad | dhanyawad | shukriya | namaste | ji | bhai | abhi
        | yaar""",
    ),
    "mr": Language(
        no="मेसेज बंद करा | संदेश बंद करा | सदस्यता रद्द करा | मेसेज पाठवू नका",
        also_answers="बंद करा | थांबवा | थांबा",
        courtesy="कृपा करून | आभारी आहे | नमस्कार",
    ),
    "bn": Language(
        no="""আনসাবস্ক্রাইব | মেসেজ বন্ধ করুন | বার্তা বন্ধ করুন | মেসেজ বন্ধ করো | সাবস্ক্রিপশন বাতিল
        | মেসেজ পাঠাবেন না | স্টপ""",
        also_answers="বন্ধ | বন্ধ করুন | বন্ধ করো | থামুন",
        courtesy="দয়া করে | অনুগ্রহ করে | প্লিজ | ধন্যবাদ | নমস্কার | এখনই",
    ),
    "ta": Language(
        no="செய்திகளை நிறுத்து | செய்திகளை நிறுத்தவும் | குழுவிலகு | மெசேஜ் அனுப்ப வேண்டாம்",
        also_answers="நிறுத்து | நிறுத்துங்கள் | நிறுத்தவும்",
        courtesy="தயவு செய்து | தயவுசெய்து | நன்றி | வணக்கம்",
    ),
    "te": Language(
        no="సందేశాలు ఆపండి | మెసేజ్ ఆపండి | అన్‌సబ్‌స్క్రైబ్ | మెసేజ్ పంపవద్దు",
        also_answers="ఆపు | ఆపండి",
        courtesy="దయచేసి | ధన్యవాదాలు | నమస్తే",
    ),
    "gu": Language(
        no="મેસેજ બંધ કરો | અનસબ્સ્ક્રાઇબ | મેસેજ ન મોકલો",
        also_answers="બંધ | બંધ કરો | રોકો",
        courtesy="કૃપા કરીને | મહેરબાની કરીને | આભાર | નમસ્તે",
    ),
    "zh": Language(
        no="""退订 | 退訂 | 我要退订 | 我要退訂 | 取消订阅 | 取消訂閱 | 我要取消订阅 | 我要取消訂閱
        | 停止订阅 | 停止訂閱 | 停止推送 | 停止促销 | 停止促銷 | 停止推广 | 停止推廣 | 停止发信息
        | 別再傳訊息 | 不要再傳訊息 | td退订
        | 停止發訊息 | 不要再发信息 | 不要再發訊息 | 拒收短信 | 不想再收到信息 | 不想再收到訊息 | 取消推送
        | 移除我 | 刪除我的號碼 | 删除我的号码 | 停止配信 | 停止发消息 | 停止發訊 | 回复td退订 | 回td退订
        | 回复t退订 | 回t退订 | 拒收请回复r | 拒收回复r | 退订回t | 退订回td | 退订回复td | 退订请回复td
        | 退订回复t""",
        written="""不要再傳 | 不要再傳了 | 別再傳 | 別再傳了
        | 停止发送 | 停止發送 | 不要再发 | 不要再发了 | 不要再發 | 不要再發了 | 别再发了 | 別再發了
        | 别发了 | 別發了 | 不要发了 | 不要發了 | 拒收 | 拒绝接收 | 拒絕接收 | 停止接收 | 取消接收 | 不再接收
        | 不想收到 | 不想再收到 | 勿扰 | 勿擾 | 请勿打扰 | 請勿打擾""",
        also_answers="取消 | 停止 | 停止吧",
        courtesy="""请 | 請 | 请你 | 請你 | 请帮我 | 請幫我 | 帮我 | 幫我 | 麻烦 | 麻煩 | 麻烦你 | 麻煩你 | 麻烦您
        | 麻煩您 | 谢谢 | 謝謝 | 谢谢你 | 謝謝你 | 谢谢您 | 謝謝您 | 多谢 | 多謝 | 唔該 | 唔该 | 感谢 | 感謝
        | 你好 | 您好 | 马上 | 馬上 | 立即 | 现在 | 現在 | 抱歉 | 不好意思""",
    ),
    "ja": Language(
        no="""配信停止 | 配信停止希望 | 配信を停止 | 配信を止めて | 配信解除 | 配信を解除 | 配信不要
        | 登録解除 | 登録を解除 | 購読解除 | 購読停止 | 購読を解除 | 受信拒否 | オプトアウト | ストップ
        | メッセージ不要 | メッセージを停止 | メッセージを止めて | メッセージ停止 | 広告停止 | 広告不要
        | 宣伝不要 | プロモーションを停止 | 停止配信 | 配信を中止 | 配信中止 | 配信をやめて""",
        written="""退会 | 退会希望 | 退会したい | もう送らないで | 送らないで | もう送ってこないで | 送信停止
        | 送信を停止 | もう送るな | 停止希望 | 連絡しないで | もう連絡しないで""",
        also_answers="停止 | 解除 | 中止 | やめて | 止めて | とめて",
        courtesy="""お願いします | お願い致します | お願いいたします | おねがいします | お願い | 願います
        | ください | 下さい | くださいませ | して | してください | して下さい | します | を | どうぞ | どうか
        | ありがとう | ありがとうございます | ありがとうございました | こんにちは | こんばんは
        | おはようございます | すみません | 申し訳ありません | すぐに | 至急 | ね | よ""",
    ),
    "ko": Language(
        no="""수신거부 | 수신 거절 | 수신 차단 | 수신 중단 | 수신 동의 철회 | 동의 철회 | 구독 취소
        | 구독 해지 | 구독 중단 | 구독 해제 | 광고 거부 | 광고 수신거부 | 광고 그만 | 광고 중단 | 문자 거부
        | 문자 그만 | 문자 중단 | 문자 보내지 마세요 | 메시지 거부 | 메시지 그만 | 메시지 중단 | 메시지 중지
        | 메시지 보내지 마세요 | 메세지 그만 | 카톡 그만 | 홍보 중단 | 프로모션 중지 | 프로모션 중단 | 스톱
        | 스탑""",
        written="""그만 보내세요 | 그만 보내 | 그만 보내주세요 | 보내지 마세요 | 보내지 마
        | 더 이상 보내지 마세요 | 발송 중지 | 발송 중단""",
        also_answers="거부 | 중지 | 중단 | 그만 | 해지 | 멈춰",
        courtesy="""부탁드립니다 | 부탁드려요 | 부탁합니다 | 부탁해요 | 부탁 | 감사합니다 | 감사해요 | 고맙습니다
        | 고마워요 | 해주세요 | 해 주십시오 | 해주시기 바랍니다 | 바랍니다 | 주세요 | 하세요 | 합니다 | 할게요
        | 할께요 | 하겠습니다 | 해요 | 해줘 | 해줘요 | 요 | 안녕하세요 | 안녕 | 제발 | 좀 | 지금 | 당장 | 즉시
        | 신청 | 신청합니다 | 요청 | 요청합니다 | 드립니다 | 희망 | 희망합니다 | 죄송합니다 | 수고하세요""",
    ),
    "th": Language(
        no="""ยกเลิกการรับข้อความ | ยกเลิกรับข้อความ | ยกเลิกการรับข่าวสาร | ยกเลิกรับข่าวสาร | ยกเลิกข่าวสาร
        | ยกเลิกข้อความ | ยกเลิกการสมัคร | ยกเลิกสมัคร | ยกเลิกสมาชิก | ยกเลิกการติดตาม | ยกเลิกติดตาม
        | ยกเลิกการสมัครรับข้อมูล | เลิกรับข่าวสาร | เลิกรับข้อความ | เลิกติดตาม | หยุดส่งข้อความ | หยุดส่งโปรโมชั่น
        | หยุดโปรโมชั่น | หยุดรับข้อความ | หยุดรับข่าวสาร | ไม่รับข้อความ | ไม่รับข่าวสาร | ไม่รับข้อความแล้ว
        | ไม่ต้องการรับข้อความ | ไม่ต้องการรับข่าวสาร | อย่าส่งข้อความมาอีก | ขอออกจากรายชื่อ""",
        written="เลิกส่ง | หยุดส่ง | ไม่ต้องส่งมา | ไม่ต้องส่งมาอีก | ไม่ต้องส่งแล้ว | อย่าส่งมาอีก | ลบเบอร์ | ลบเบอร์ออก",
        also_answers="ยกเลิก | หยุด | เลิก",
        courtesy="""กรุณา | โปรด | รบกวน | ขอ | ช่วย | ด้วย | ครับ | ครับผม | ค่ะ | คะ | คับ | นะ | นะคะ | นะครับ
        | จ้า | จ้ะ | ขอบคุณ | ขอบคุณมาก | ขอบคุณมากๆ | ขอบใจ | สวัสดี | หน่อย | ที | เลย | ทันที | เดี๋ยวนี้
        | ขอโทษ""",
    ),
}
