"""Word lists from which the demo's people are made: names by region, places, departments with their jobs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Where a person comes from. A name that has no ASCII form of its own stands as `native/roman`."""

    country: str
    code: str
    city: str
    state: str
    street: str
    postal_code: str
    phone: str
    mobile: str
    language: str
    given: tuple[str, ...]
    surnames: tuple[str, ...]
    family_name_first: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


REGIONS = (
    Region("United States", "US", "Seattle", "WA", "205 108th Ave NE", "98004", "+1 425 555 0",
           "+1 206 555 0", "en-US",
           _words("James Olivia Noah Emma Ethan Grace Lucas Hannah Mason Abigail Logan Zoe Caleb Harper Jack Ruby"),
           _words("Walker Bennett Carter O'Brien Hayes Brooks Foster Mitchell Reed "
                  "Sullivan Cooper Ward Price Turner")),
    Region("United Kingdom", "GB", "London", "England", "2 Kingdom Street", "W2 6BD", "+44 20 7946 0",
           "+44 7700 900", "en-GB",
           _words("Oliver Amelia George Isla Harry Freya Alfie Poppy Rhys Niamh Callum Siobhán Priya Imran"),
           _words("Smith Jones Taylor Davies Evans O'Connor MacLeod Hughes Fletcher "
                  "Whitaker Patel Khan D'Arcy Begum")),
    Region("Germany", "DE", "München", "Bayern", "Walter-Gropius-Straße 5", "80807", "+49 89 5550 ",
           "+49 151 5550 ", "de-DE",
           _words("Lukas Anna Jürgen Sophie Björn Käthe Felix Marie-Luise Götz Heike Stefan Ulrike Jörg Mia"),
           _words("Müller Schäfer Weiß Krüger Schröder Hofmann Jäger Böhm "
                  "von_der_Heide Großmann Lange Köhler Vogel")),
    Region("France", "FR", "Issy-les-Moulineaux", "Île-de-France", "39 quai du Président Roosevelt", "92130",
           "+33 1 55 55 0", "+33 6 39 98 0", "fr-FR",
           _words("Chloé Jean-Baptiste Hélène François Élodie Loïc Zoé Gaël Inès Rémi Anaïs Océane Théo Maëlle"),
           _words("Lefèvre Dubois Garçon D'Aubigné Bérenger Moreau Château Noël de_La_Tour Girard Faÿ Lemaître")),
    Region("Spain", "ES", "Madrid", "Madrid", "Paseo del Club Deportivo 1", "28223", "+34 91 555 0",
           "+34 600 555 0", "es-ES",
           _words("José Lucía Iñaki María Sofía Álvaro Begoña Íñigo Nuria Raúl Ángela Pablo Inés Xoán"),
           _words("García Núñez Ibáñez Peña Muñoz Castaño Ordóñez Fernández_López "
                  "Vázquez Ruiz Gómez_de_la_Serna Mena")),
    Region("Poland", "PL", "Warszawa", "Mazowieckie", "Al. Jerozolimskie 195A", "02-222",
           "+48 22 555 0", "+48 500 555 0", "pl-PL",
           _words("Łukasz Małgorzata Paweł Żaneta Michał Agnieszka Wojciech Świętosława Stanisław Zofia Grażyna Jakub"),
           _words("Wójcik Żak Kowalczyk Świątek Łęcki Dąbrowska Zieliński Gołąb Kaźmierczak Pająk Król Wiśniewska")),
    Region("Denmark", "DK", "Kongens Lyngby", "Hovedstaden", "Kanalvej 7", "2800", "+45 55 55 0",
           "+45 20 55 0", "da-DK",
           _words("Søren Freja Mikkel Åse Jørgen Sigrid Bjørn Astrid Frederik Ærø Karen Magnus"),
           _words("Sørensen Møller Ødegård Nørgaard Østergaard Kjær Holm Åkesson Lindqvist Bach Skov Bjerregård")),
    Region("Japan", "JP", "東京", "東京都", "港南 2-16-3", "108-0075", "+81 3 5550 ", "+81 90 5550 ", "ja-JP",
           _words("陽子/Yoko 健太/Kenta 美咲/Misaki 大輔/Daisuke 葵/Aoi 翔/Sho 結衣/Yui 拓海/Takumi さくら/Sakura"),
           _words("佐藤/Sato 鈴木/Suzuki 高橋/Takahashi 渡辺/Watanabe 伊藤/Ito 小林/Kobayashi "
                  "𠮷田/Yoshida 齋藤/Saito"), True),
    Region("China", "CN", "上海", "上海市", "紫竹科学园区紫星路 999 号", "200241", "+86 21 5555 ",
           "+86 138 5550 ", "zh-CN",
           _words("伟/Wei 芳/Fang 秀英/Xiuying 娜/Na 敏/Min 静/Jing 强/Qiang 磊/Lei 洋/Yang 艳/Yan"),
           _words("王/Wang 李/Li 张/Zhang 刘/Liu 陈/Chen 杨/Yang 黄/Huang 赵/Zhao 欧阳/Ouyang"), True),
    Region("Korea", "KR", "서울", "서울특별시", "종로1길 50", "03142", "+82 2 5550 ", "+82 10 5550 ", "ko-KR",
           _words("민준/Minjun 서연/Seoyeon 지훈/Jihoon 수빈/Subin 하은/Haeun 도윤/Doyoon 예진/Yejin 현우/Hyunwoo"),
           _words("김/Kim 이/Lee 박/Park 최/Choi 정/Jung 강/Kang 조/Cho 윤/Yoon"), True),
    Region("India", "IN", "Hyderabad", "Telangana", "Gachibowli 1", "500032", "+91 40 5550 ",
           "+91 98 4955 0", "en-IN",
           _words("Aarav Diya Vihaan Ananya Arjun Ishita Rohan Kavya "
                  "Venkatanarasimharajuvaripeta Meera Sanjay Lakshmi"),
           _words("Sharma Iyer Reddy Krishnamurthy Chatterjee Nair Gupta Subramaniam Banerjee Kulkarni Mehta Bose")),
    Region("Brazil", "BR", "São Paulo", "SP", "Av. Pres. Juscelino Kubitschek 1909", "04543-907",
           "+55 11 5550 ", "+55 11 9 5550 ", "pt-BR",
           _words("João Conceição Thiago Letícia Antônio Patrícia Luís Márcia César Débora Natália Vinícius"),
           _words("da_Silva Gonçalves Araújo Conceição Magalhães dos_Santos Assunção Falcão Simões Leão Brandão")),
    Region("Egypt", "EG", "القاهرة", "القاهرة", "القرية الذكية", "12577", "+20 2 5550 ", "+20 100 555 0", "ar-EG",
           _words("أحمد/Ahmed فاطمة/Fatima محمود/Mahmoud نور/Nour يوسف/Youssef ليلى/Layla عمر/Omar"),
           _words("حسن/Hassan السيد/Elsayed منصور/Mansour عبدالله/Abdullah فاروق/Farouk سليمان/Soliman")),
    Region("Vietnam", "VN", "Hà Nội", "Hà Nội", "Tràng Tiền 1", "100000", "+84 24 5550 ", "+84 90 555 0", "vi-VN",
           _words("Hương Đức Thảo Quân Mỹ Phượng Tuấn Hồng Dũng Ngọc"),
           _words("Nguyễn Trần Đặng Phạm Võ Hồ Lê Bùi"), True),
)  # fmt: skip

DEPARTMENTS = (
    (
        "Retail",
        _words("Store_Associate Shift_Lead Store_Manager Visual_Merchandiser Regional_Retail_Manager"),
    ),
    (
        "Sales",
        _words("Account_Executive Sales_Engineer Inside_Sales_Representative Sales_Operations_Analyst"),
    ),
    ("Marketing", _words("Marketing_Specialist Content_Editor Brand_Manager Event_Coordinator")),
    ("Finance", _words("Accountant Financial_Analyst Payroll_Clerk Controller Treasury_Analyst")),
    (
        "IT",
        _words("Service_Desk_Agent Systems_Engineer Network_Engineer Database_Administrator Security_Analyst"),
    ),
    ("Human Resources", _words("HR_Business_Partner Recruiter Learning_Specialist Benefits_Coordinator")),
    ("Research & Development", _words("Scientist Laboratory_Technician Principal_Engineer UX_Researcher")),
    (
        "Operations",
        _words("Warehouse_Operative Logistics_Planner Forklift_Driver Dispatcher Facilities_Manager"),
    ),
    ("Legal", _words("Counsel Paralegal Contracts_Manager Privacy_Officer")),
    ("Customer Service", _words("Support_Agent Support_Team_Lead Customer_Success_Manager Quality_Coach")),
)
COST_CENTERS = _words("1000-HQ 2100-RTL 2200-SAL 3100-FIN 4200-IT 5100-RND 6100-OPS")
EMPLOYEE_TYPES = ("Employee", "Employee", "Employee", "Contractor", "Intern")
GUEST_COMPANIES = (
    ("Fabrikam", "fabrikam.example"), ("Northwind Traders", "northwind.example"),
    ("Adventure Works", "adventure-works.example"), ("Tailspin Toys", "tailspin.example"),
)  # fmt: skip
