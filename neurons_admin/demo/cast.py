"""The people whom every demo has, whatever the seed: the well-known ones, the protected, the odd and the hostile."""

from dataclasses import dataclass, field
from typing import Any

from neurons_admin.demo import licences, roles

DOMAIN = "contoso.example"


@dataclass(frozen=True)
class Part:
    """One hand-made person. `key` is how tests and tenant.json call them; a property of None is cleared.

    `licences` are those held directly; None leaves them to the dice.
    """

    key: str
    alias: str
    given: str | None
    surname: str | None
    job: str | None = None
    department: str | None = None
    office: str | None = None
    display: str | None = None
    kind: str = "cloud"
    enabled: bool = True
    roles: tuple[str, ...] = ()
    role_group: bool = False
    manager: str | None = "president"
    licences: tuple[str, ...] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def display_name(self) -> str:
        """The given display name, or given name and surname."""
        return self.display or f"{self.given} {self.surname}"


_LONG_GIVEN = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenh"
_LONG_DISPLAY = ("Hubert Blaine Wolfeschlegelsteinhausenbergerdorff " * 6)[:256].strip()

PARTS = (
    Part("president", "PattiF", "Patti", "Fernandez", "President", "Executive Management", "15/1102", manager=None),
    Part("adele", "AdeleV", "Adele", "Vance", "Retail Manager", "Retail", "18/2111",
         licences=(licences.E3, licences.FLOW_FREE),
         extra={"mobilePhone": "+1 425 555 0164", "city": "Bellevue", "country": "United States",
                "state": "WA", "postalCode": "98004", "streetAddress": "205 108th Ave. NE, Suite 400"}),
    Part("megan", "MeganB", "Megan", "Bowen", "Marketing Manager", "Marketing", "12/1110",
         licences=(licences.E3, licences.POWER_BI_PRO),
         extra={"mobilePhone": "+1 412 555 0109", "city": "Pittsburgh", "country": "United States", "state": "PA"}),
    Part("global_admin", "NestorW", "Nestor", "Wilke", "Director of IT", "IT", "36/2121",
         roles=(roles.GLOBAL_ADMIN,)),
    Part("break_glass", "breakglass01", None, None, display="Break glass 01",
         roles=(roles.GLOBAL_ADMIN,), manager=None),
    Part("helpdesk_admin", "PradeepG", "Pradeep", "Gupta", "Service Desk Lead", "IT", "98/2202",
         roles=(roles.HELPDESK_ADMIN,), manager="global_admin"),
    Part("user_admin", "LynneR", "Lynne", "Robbins", "Identity Engineer", "IT", "20/1104",
         roles=(roles.USER_ADMIN,), manager="global_admin"),
    Part("authentication_admin", "IrvinS", "Irvin", "Sayers", "Security Analyst", "IT", "23/3101",
         roles=(roles.AUTHENTICATION_ADMIN,), manager="global_admin"),
    Part("reports_reader", "JoniS", "Joni", "Sherman", "Paralegal", "Legal", "20/1109",
         roles=(roles.REPORTS_READER,)),
    Part("password_admin", "AllanD", "Allan", "Deyoung", "Service Desk Agent", "IT", "18/1106",
         roles=(roles.PASSWORD_ADMIN,), manager="helpdesk_admin"),
    Part("other_admin", "EmilyB", "Emily", "Braun", "Messaging Engineer", "IT", "97/2302",
         roles=(roles.EXCHANGE_ADMIN,), manager="global_admin"),
    Part("role_group_member", "GradyA", "Grady", "Archie", "Cloud Engineer", "IT", "19/2109",
         role_group=True, manager="global_admin"),
    Part("restricted", "HenriettaM", "Henrietta", "Mueller", "Chief Financial Officer", "Finance", "18/1102",
         extra={"isManagementRestricted": True}),
    Part("synced", "DiegoS", "Diego", "Siciliani", "HR Manager", "Human Resources", "14/1108", kind="synced"),
    Part("once_synced", "LeeG", "Lee", "Gu", "Director of Operations", "Operations", "23/3101", kind="once_synced"),
    Part("guest", "debra.berger", "Debra", "Berger", "Partner Manager", None, None, kind="guest", manager=None),
    Part("disabled", "JohannaL", "Johanna", "Lorenz", "CVP Engineering", "Research & Development",
         "23/2102", enabled=False),
    Part("bare", "scanner-hq", None, None, display="Scanner HQ", manager=None),
    Part("cleared", "MiriamG", "Miriam", "Graham", "VP Marketing", "Marketing", None, licences=(licences.E3,),
         extra={"officeLocation": None, "mobilePhone": None, "employeeId": None}),
    Part("namesake_1", "AlexW", "Alex", "Wilber", "Marketing Assistant", "Marketing", "131/1104", manager="megan",
         licences=(licences.E3,)),
    Part("namesake_2", "AlexW2", "Alex", "Wilber", "Driver", "Operations", "24/1106", manager="once_synced",
         licences=()),
    Part("apostrophe", "siobhan.o'donoghue", "Siobhán", "O'Donoghue", "Store Manager", "Retail",
         "Dublin 2", manager="adele"),
    Part("cjk", "yoko.sato", "陽子", "佐藤", "Regional Retail Manager", "Retail", "東京 12F",
         display="佐藤 陽子", manager="adele"),
    Part("long", "h.wolfeschlegelsteinhausenbergerdorff", _LONG_GIVEN, "Wolfeschlegelsteinhausenbergerdorff",
         "Senior Executive Vice President of Interdepartmental Coordination and Continuous Improvement Programmes",
         "Research & Development", "Building 3, floor 12, room 4711 (behind the cafeteria)", display=_LONG_DISPLAY),
    Part("mononym", "sukarno", None, "Sukarno", "Forklift Driver", "Operations", "Dock 4", display="Sukarno"),
    Part("hostile_markup", "img.onerror", "<img src=x onerror=alert(1)>", "<b>Bold</b>", "<script>alert(2)</script>",
         "\"><svg onload=alert(3)>", "' onmouseover='alert(4)"),
    Part("hostile_template", "seven.times.seven", "{{7*7}}", "{% debug %}", "${7*7}", "#{7*7}", "<%= 7*7 %>"),
    Part("hostile_rtl", "robert.rtl", "Robert", "\u202egnp.exe", "Quality\u200bCoach",
         "Customer Service", "\u2066R\u2069 12"),
    Part("hostile_sql", "bobby.tables", "Robert'); DROP TABLE people_person;--", "O\\'Tables",
         "1' OR '1'='1", "Legal", "%_"),
    Part("hostile_csv", "formula", "=HYPERLINK(\"https://evil.example\";\"click\")", "+1-1",
         "@SUM(A1:A9)", "-2+3", "Finance"),
    Part("hostile_zalgo", "zalgo", "Z\u0351\u034c\u0310a\u0325\u0347l\u0300\u0489g\u0334o\u035e",
         "👩🏽‍💻 Ünïcödé", "🦄", "🏴‍☠️", "∞/0"),
    Part("hostile_words", "null", "null", "undefined", "None", "NaN", "true"),
)  # fmt: skip

BY_KEY = {part.key: part for part in PARTS}
NUMBER = {part.key: number for number, part in enumerate(PARTS)}
LEADERS = tuple(NUMBER[key] for key in ("president", "adele", "megan", "global_admin", "synced", "once_synced", "cjk"))
"""Those of the cast to whom other people report."""
