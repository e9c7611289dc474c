"""The 114 districts: where a dossier's address lies, and what a CIN's first three digits say.

Codes are those of the ministry of the interior and INSTAT, which CIN numbers begin with. New
districts may be missing: a code that is not here is no error.
"""

from typing import NamedTuple

from kyc.regions import Region


class District(NamedTuple):
    code: str
    name: str
    region: Region


_BY_REGION = {
    Region.ANALAMANGA: {
        "101": "Antananarivo-Renivohitra",
        "102": "Antananarivo-Avaradrano",
        "103": "Ambohidratrimo",
        "104": "Ankazobe",
        "106": "Manjakandriana",
        "107": "Anjozorobe",
        "115": "Andramasina",
        "117": "Antananarivo-Atsimondrano",
    },
    Region.ITASY: {"105": "Arivonimamo", "112": "Miarinarivo", "113": "Soavinandriana"},
    Region.BONGOLAVA: {"111": "Tsiroanomandidy", "119": "Fenoarivobe"},
    Region.VAKINANKARATRA: {
        "108": "Antsirabe I",
        "109": "Betafo",
        "110": "Ambatolampy",
        "114": "Antanifotsy",
        "116": "Faratsiho",
        "118": "Antsirabe II",
        "120": "Mandoto",
    },
    Region.HAUTE_MATSIATRA: {
        "201": "Fianarantsoa I",
        "205": "Ambalavao",
        "208": "Ambohimahasoa",
        "219": "Ikalamavony",
        "220": "Lalangina",
        "224": "Vohibato",
        "225": "Isandra",
    },
    Region.AMORON_I_MANIA: {
        "202": "Ambatofinandrahana",
        "203": "Ambositra",
        "204": "Fandriana",
        "223": "Manandriana",
    },
    Region.VATOVAVY: {"206": "Ifanadiana", "207": "Nosy-Varika", "209": "Mananjary"},
    Region.FITOVINANY: {"210": "Manakara", "211": "Ikongo", "212": "Vohipeno"},
    Region.ATSIMO_ATSINANANA: {
        "213": "Farafangana",
        "214": "Vangaindrano",
        "215": "Midongy-Atsimo",
        "217": "Vondrozo",
        "222": "Befotaka",
    },
    Region.IHOROMBE: {"216": "Ihosy", "218": "Ivohibe", "221": "Iakora"},
    Region.ATSINANANA: {
        "301": "Toamasina I",
        "306": "Brickaville",
        "307": "Vatomandry",
        "308": "Mahanoro",
        "309": "Marolambo",
        "310": "Toamasina II",
        "311": "Antanambao-Manampontsy",
    },
    Region.ANALANJIROFO: {
        "302": "Sainte-Marie",
        "305": "Fenerive-Est",
        "315": "Vavatenina",
        "318": "Soanierana-Ivongo",
    },
    Region.AMBATOSOA: {"303": "Maroantsetra", "304": "Mananara-Avaratra"},
    Region.ALAOTRA_MANGORO: {
        "312": "Amparafaravola",
        "313": "Ambatondrazaka",
        "314": "Moramanga",
        "316": "Andilamena",
        "317": "Anosibe-An'ala",
    },
    Region.BOENY: {
        "401": "Mahajanga I",
        "403": "Soalala",
        "405": "Ambato-Boeni",
        "406": "Marovoay",
        "407": "Mitsinjo",
        "415": "Mahajanga II",
    },
    Region.BETSIBOKA: {"404": "Maevatanana", "408": "Tsaratanana", "416": "Kandreho"},
    Region.MELAKY: {
        "402": "Besalampy",
        "417": "Ambatomainty",
        "420": "Antsalova",
        "421": "Maintirano",
        "422": "Morafenobe",
    },
    Region.SOFIA: {
        "409": "Port-Bergé",
        "410": "Mandritsara",
        "411": "Analalava",
        "412": "Befandriana-Nord",
        "413": "Antsohihy",
        "414": "Bealanana",
        "423": "Mampikony",
    },
    Region.MENABE: {
        "502": "Manja",
        "508": "Morondava",
        "509": "Mahabo",
        "510": "Belo/Tsiribihina",
        "511": "Miandrivazo",
    },
    Region.ATSIMO_ANDREFANA: {
        "501": "Toliary I",
        "503": "Beroroha",
        "504": "Morombe",
        "505": "Ankazoabo",
        "506": "Betioky",
        "507": "Ampanihy",
        "512": "Sakaraha",
        "520": "Toliary II",
        "521": "Benenitra",
    },
    Region.ANDROY: {
        "513": "Beloha",
        "514": "Tsihombe",
        "516": "Ambovombe",
        "518": "Bekily",
    },
    Region.ANOSY: {"515": "Taolagnaro", "517": "Betroka", "519": "Amboasary"},
    Region.SAVA: {"710": "Antalaha", "711": "Sambava", "712": "Andapa", "716": "Vohemar"},
    Region.DIANA: {
        "713": "Antsiranana II",
        "715": "Antsiranana I",
        "717": "Ambilobe",
        "718": "Nosy-Be",
        "719": "Ambanja",
    },
}

DISTRICTS = {
    code: District(code, name, region)
    for region, names in _BY_REGION.items()
    for code, name in names.items()
}


def name_of(code: str) -> str:
    """The name of a district, or its code where it is not known."""
    return DISTRICTS[code].name if code in DISTRICTS else code


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Districts by region, as a select shows them."""
    return [
        (str(region.label), sorted(names.items(), key=lambda pair: pair[1]))
        for region, names in _BY_REGION.items()
    ]
