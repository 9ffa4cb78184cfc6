"""Where the invented people live: their share, what they are called, their cities, and how their numbers look.

The numbers are invented too: valid for their country, and easy to recognise by the zeros in the middle, or by 555-01
in the United States.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """`numbers` are national numbers, with `#` for each digit to be made up."""

    region: str
    share: int
    numbers: tuple[str, ...]
    cities: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


def _country(region: str, share: int, numbers: str, cities: str, first: str, last: str) -> Country:
    return Country(
        region, share, tuple(numbers.split()), tuple(cities.split("|")), tuple(first.split()), tuple(last.split())
    )


COUNTRIES: tuple[Country, ...] = (
    _country(
        "BR",
        300,
        "119000##### 219000##### 319000##### 419000##### 519000##### 719000##### 819000##### 859000#####",
        "São Paulo|Rio de Janeiro|Belo Horizonte|Curitiba|Porto Alegre|Salvador|Recife|Fortaleza|Florianópolis",
        "João Antônio Luíza Conceição Thaís Vinícius Letícia Gustavo Beatriz Márcio Ângela Caio Débora Inês Otávio",
        "Souza Araújo Gonçalves Magalhães Corrêa Nóbrega Assunção Teixeira d'Ávila Lima Peçanha Simões",
    ),
    _country(
        "MX",
        140,
        "55000##### 33000##### 81000##### 222000#### 664000####",
        "Ciudad de México|Guadalajara|Monterrey|Puebla|Tijuana|Mérida|Querétaro|León",
        "José María Ángel Ximena Nuria Ramón Citlali Martín Lucía Íñigo Guadalupe Raúl Sofía Xóchitl",
        "Hernández Núñez Muñoz Cárdenas Pérez Güemes Ibáñez Zúñiga Ortiz Peña Domínguez",
    ),
    _country(
        "IN",
        130,
        "90000##### 98000##### 70000#####",
        "Mumbai|Delhi|बेंगलुरु|पुणे|जयपुर|Chennai|Kochi|लखनऊ",
        "प्रिया राहुल अनीता विक्रम Kavya Arjun सुनीता Deepak नेहा Ananya रोहित Meera",
        "शर्मा पटेल गुप्ता Iyer Reddy वर्मा Nair सिंह Deshpande Chaudhary",
    ),
    _country(
        "ID",
        90,
        "811000##### 812000##### 857000#####",
        "Jakarta|Surabaya|Bandung|Yogyakarta|Medan|Denpasar|Makassar",
        "Budi Siti Agus Dewi Rizky Putri Wayan Ayu Joko Intan Made Ratna",
        "Santoso Wijaya Lestari Hidayat Pratama Nugroho Suryani Gunawan",
    ),
    _country(
        "MY",
        60,
        "12000#### 13000#### 17000#### 19000####",
        "Kuala Lumpur|George Town|Johor Bahru|Ipoh|Kuching|Melaka",
        "Aisyah Farid 美玲 志强 Nurul Hafiz 淑芬 家豪 Siew Amirah",
        "陈 林 Tan Abdullah 黄 Rahman Lim binti-Yusof",
    ),
    _country(
        "DE",
        60,
        "15550##### 15110##### 17600#####",
        "Köln|München|Düsseldorf|Berlin|Nürnberg|Würzburg|Hamburg",
        "Jörg Käthe Günther Sören Zoë Björn Änne Lukas Friederike Jürgen",
        "Müller Groß Schröder Bäcker Weiß Krüger Köhler Löwe Schäfer",
    ),
    _country(
        "ES",
        60,
        "6000##### 6110##### 7220#####",
        "Córdoba|Málaga|A Coruña|Madrid|Sevilla|Cádiz|València",
        "Íñigo Begoña Àlex Núria Jesús Leire Andrés Rocío Óscar Mónica",
        "Ibáñez Peña Rodríguez Etxeberria Güell Castaño Vázquez Núñez",
    ),
    _country(
        "NG",
        50,
        "80300##### 81300##### 70600#####",
        "Lagos|Abuja|Ìbàdàn|Kano|Enugu|Port Harcourt",
        "Chinọnso Adébáyọ̀ Ngọzi Ìyábọ̀ Emeka Amina Olúwaṣeun Tunde Zainab",
        "Okafor Adéyẹmí Nwankwọ Bello Ọlátúnjí Eze Danjuma",
    ),
    _country(
        "EG",
        30,
        "10000##### 11000##### 12000#####",
        "القاهرة|الإسكندرية|الجيزة|أسوان",
        "محمد فاطمة أحمد مريم يوسف نور خالد هبة",
        "حسن إبراهيم السيد منصور عبدالله النجار",
    ),
    _country(
        "AE",
        20,
        "5000##### 5500##### 5600#####",
        "دبي|أبوظبي|الشارقة",
        "عائشة سلطان مها راشد ليلى عمر",
        "المنصوري الكعبي Haddad الشامسي",
    ),
    _country(
        "GB",
        25,
        "74000##### 77000#####",
        "Leeds|Bristol|Caerdydd|Glasgow|Newcastle upon Tyne",
        "Siân Zoë Oliver Niamh Chloé Imogen",
        "O'Neill Smith-Jones Ó Fiaich Brontë Patel",
    ),
    _country(
        "UA",
        15,
        "50000#### 67000#### 93000####",
        "Київ|Львів|Одеса|Харків",
        "Оксана Андрій Юлія Тарас Ґалина",
        "Шевченко Їжакевич Коваль Лисенко",
    ),
    _country(
        "CN",
        10,
        "138000##### 139000#####",
        "上海|深圳|成都",
        "伟 秀英 娜 建国 雨桐",
        "王 李 张 欧阳 赵",
    ),
    _country(
        "US",
        10,
        "20255501## 21255501## 31055501## 41555501## 61755501## 71855501## 30555501## 51255501## 20655501## 40455501##",
        "San Antonio|Miami|Seattle",
        "Renée DeShawn Mary-Kate José",
        "O'Brien Nguyen García Smith",
    ),
)
