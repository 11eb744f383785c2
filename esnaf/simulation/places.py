"""Places: countries with their cities, the names people have there, and telephone numbers kept for fiction.

Telephone numbers: Ofcom (GB), the 555-01xx range (US), Arcep decision 2018-0881 (FR), ACMA (AU) and Bundesnetzagentur
(DE) keep these ranges for films and books; nobody has them. The domains are those of RFC 2606.
"""
# names stand as people write them

from typing import NamedTuple


class Country(NamedTuple):
    """One country: `given` and `family` hold pairs `as written/in Latin letters`, or one word for both."""

    code: str
    share: float
    cities: tuple[str, ...]
    female: str
    male: str
    family: str
    prefix: str  # of the telephone, empty where no range is kept for fiction
    trunk: str  # before national numbers
    areas: str  # beginnings of the national number
    digits: int  # that follow them


_US_AREAS = (
    "20155501 20255501 20355501 20555501 20655501 20755501 20855501 20955501 21055501 21255501 21355501 21455501 "
    "21555501 21655501 21755501 21855501 21955501 22455501 22555501 22855501 22955501 23155501 23455501 23955501 "
    "24055501 24855501 25155501 25255501 25355501 25455501 25655501 26055501 26255501 26755501 26955501 27055501 "
    "27655501 28155501 30155501 30255501 30355501 30455501 30555501 30755501 30855501 30955501 31055501 31255501 "
    "31355501 31455501 31555501 31655501 31755501 31855501 31955501 32055501 32155501 32355501 32555501 33055501 "
    "33455501 33655501 33755501 33955501 34755501 35155501 35255501 36055501 36155501 38655501 40155501 40255501 "
    "40455501 40555501 40655501 40755501 40855501 40955501 41055501 41255501 41355501 41455501 41555501 41755501 "
    "41955501 "
)
COUNTRIES = (
    Country(
        "GB",
        0.3,
        ("London", "Leeds", "Bristol", "Glasgow", "Cardiff"),
        "Olivia Amelia Grace Emily Ruby Freya Alice Niamh Zara Harriet",
        "George Oliver Harry Arthur Callum Hamish Rhys Nathan Imran Edward",
        "Smith Jones Taylor Evans Khan O'Neill Walker Hughes Patel Campbell Wright Lloyd",
        "44",
        "0",
        "2079460 1134960 1144960 1154960 1164960 1174960 1184960 1214960 1314960 1414960 1514960 1614960 "
        "1914980 2896496 2920180 1632960 7700900",
        3,
    ),
    Country(
        "US",
        0.2,
        ("Chicago", "Austin", "Seattle", "Boston", "Denver"),
        "Emma Sophia Madison Abigail Chloe Maya Aaliyah Camila Hannah Leah",
        "Liam Noah Mason Ethan Jayden Mateo Caleb Owen Isaac Wyatt",
        "Johnson Williams Brown Garcia Miller Davis Rodriguez Nguyen Lee Jackson Cohen Baker",
        "1",
        "",
        _US_AREAS,
        2,
    ),
    Country(
        "FR",
        0.12,
        ("Paris", "Lyon", "Nantes", "Lille", "Marseille"),
        "Chloé Zoé Anaïs Léa Inès Manon Élodie Margaux Océane Camille",
        "Lucas Hugo Théo Mathéo Rémi Loïc Étienne Antoine Noël Gaël",
        "Martin Bernard Dubois Lefèvre Moreau Garnier Chevalier François Renaud Gauthier Hébert Noël",
        "33",
        "0",
        "19900 26191 35301 46571 53649 63998",
        4,
    ),
    Country(
        "DE",
        0.13,
        ("Berlin", "Hamburg", "Köln", "München", "Leipzig"),
        "Mia Hannah Lena Jürgena Käthe Sophie Frieda Annika Greta Lotte",
        "Jürgen Max Björn Jörg Lukas Felix Günther Anton Moritz Emil",
        "Müller Schmidt Schröder Weiß Köhler Jäger Fuchs Groß Böhm Krüger Vogel Lang",
        "49",
        "0",
        "3023125 6990009 4066969 2214710 8999998",
        3,
    ),
    Country(
        "AU",
        0.06,
        ("Sydney", "Melbourne", "Perth", "Hobart"),
        "Matilda Isla Charlotte Evie Willow Tahlia Sienna Poppy",
        "Jack Cooper Lachlan Angus Jarrah Flynn Darcy Archie",
        "Wilson Thompson White Anderson Ryan Kelly Murphy Robinson King Nguyen",
        "61",
        "0",
        "25550 27010 35550 37010 75550 77010 85550 87010",
        4,
    ),
    Country(
        "TR",
        0.07,
        ("İstanbul", "Ankara", "İzmir", "Bursa"),
        "Ayşe/Ayse Zeynep Elif Şule/Sule Çiğdem/Cigdem Gül/Gul Işıl/Isil Büşra/Busra",
        "Mehmet Mustafa Çağlar/Caglar Ömer/Omer Barış/Baris İlker/Ilker Uğur/Ugur Emre",
        "Yılmaz/Yilmaz Kaya Demir Şahin/Sahin Çelik/Celik Öztürk/Ozturk Aydın/Aydin Yıldız/Yildiz Güneş/Gunes Koç/Koc",
        "",
        "",
        "",
        0,
    ),
    Country(
        "GR",
        0.03,
        ("Athens", "Thessaloniki", "Patras"),
        "Μαρία/Maria Ελένη/Eleni Κατερίνα/Katerina Σοφία/Sofia Άννα/Anna",
        "Γιώργος/Giorgos Νίκος/Nikos Κώστας/Kostas Δημήτρης/Dimitris Γιάννης/Giannis",
        "Παπαδόπουλος/Papadopoulos Νικολάου/Nikolaou Γεωργίου/Georgiou Βασιλείου/Vasileiou Ιωάννου/Ioannou",
        "",
        "",
        "",
        0,
    ),
    Country(
        "UA",
        0.03,
        ("Kyiv", "Lviv", "Odesa"),
        "Оксана/Oksana Наталія/Nataliia Ірина/Iryna Олена/Olena Юлія/Yuliia",
        "Олександр/Oleksandr Андрій/Andrii Тарас/Taras Дмитро/Dmytro Іван/Ivan",
        "Шевченко/Shevchenko Коваленко/Kovalenko Бондаренко/Bondarenko Ткаченко/Tkachenko Мельник/Melnyk",
        "",
        "",
        "",
        0,
    ),
    Country(
        "JP",
        0.03,
        ("Tokyo", "Osaka", "Kyoto"),
        "美咲/Misaki さくら/Sakura 陽菜/Hina 結衣/Yui 花子/Hanako",
        "大輔/Daisuke 翔太/Shota 健一/Kenichi 太郎/Taro 蓮/Ren",
        "佐藤/Sato 鈴木/Suzuki 高橋/Takahashi 田中/Tanaka 渡辺/Watanabe 伊藤/Ito",
        "",
        "",
        "",
        0,
    ),
    Country(
        "EG",
        0.03,
        ("Cairo", "Alexandria", "Giza"),
        "فاطمة/Fatma مريم/Mariam نور/Nour سارة/Sara ليلى/Layla",
        "محمد/Mohamed أحمد/Ahmed عمر/Omar يوسف/Youssef خالد/Khaled",
        "حسن/Hassan علي/Ali إبراهيم/Ibrahim محمود/Mahmoud السيد/Elsayed",
        "",
        "",
        "",
        0,
    ),
)
MOST_NUMBERS = ("FR", "AU")
"""Where the numbers come from when those of the own country are used up, or there are none: the largest last."""
MAIL_DOMAINS = ("example.com", "example.org", "example.net", "mail.example")
