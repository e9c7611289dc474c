"""Words that only one field of a carte grise can hold: makes, models, colours."""

from difflib import get_close_matches

from kyc.ocr import values
from kyc.ocr.lines import Chars, plain


def words_of(text: str) -> list[str]:
    """The words of a text, one blank or line apart."""
    return text.split()


REST = 3  # signs before a make that may belong to what stands before it
MAKES = words_of(
    """
TOYOTA NISSAN MITSUBISHI MAZDA HONDA SUZUKI ISUZU HINO DAIHATSU SUBARU LEXUS YAMAHA
KAWASAKI HYUNDAI KIA DAEWOO SSANGYONG RENAULT PEUGEOT CITROEN DACIA VOLKSWAGEN BMW
AUDI OPEL MERCEDES MERCEDES-BENZ PORSCHE FORD CHEVROLET JEEP DODGE FIAT IVECO SEAT
SKODA VOLVO SCANIA MAN DAF LADA ROVER LAND-ROVER LANDROVER MINI JAGUAR TATA MAHINDRA
BAJAJ TVS HERO CHERY GEELY JAC FOTON DONGFENG SINOTRUK HOWO GREATWALL HAVAL BYD MG
DFSK FAW SHACMAN LIFAN KINGLONG YUTONG JIALING HAOJUE KYMCO PIAGGIO VESPA TESLA
INFINITI CHANGAN JMC KTM DUCATI SYM LONCIN ZONGSHEN
"""
)

MODELS = words_of(
    """
HILUX COROLLA YARIS PRADO RAV4 STARLET HIACE LANDCRUISER CAMRY AVANZA FORTUNER DYNA
COASTER NAVARA PATROL MICRA ALMERA SUNNY XTRAIL QASHQAI URVAN HARDBODY TERRANO L200
PAJERO LANCER CANTER BT50 DEMIO CIVIC CRV JAZZ ACCORD SWIFT VITARA GRANDVITARA JIMNY
ALTO BALENO CELERIO DMAX NKR NPR ACCENT ELANTRA TUCSON SANTAFE H100 H1 I10 I20 ATOS
GETZ STAREX PICANTO RIO SPORTAGE SORENTO PREGIO K2700 MATIZ NEXIA REXTON KORANDO
CLIO MEGANE KANGOO DUSTER LOGAN SANDERO TWINGO EXPRESS MASTER TRAFIC R4 R19 BOXER
PARTNER EXPERT 206 207 208 306 307 308 404 405 406 504 505 2CV BERLINGO JUMPER SAXO
XSARA C3 C4 C5 POLO GOLF PASSAT TRANSPORTER TOURAN TIGUAN AMAROK CADDY FIESTA FOCUS
RANGER TRANSIT EVEREST SPRINTER VITO ACTROS PANDA PUNTO DUCATO DAILY DEFENDER
DISCOVERY TIGGO
"""
)

COLOURS = words_of(
    """
BLANC BLANCHE NOIR NOIRE GRIS GRISE BLEU BLEUE ROUGE VERT VERTE JAUNE ORANGE BEIGE
MARRON BORDEAUX VIOLET ARGENT ARGENTE DORE OR ROSE BRUN CREME IVOIRE TURQUOISE KAKI
FOTSY MAINTY MENA MANGA MAITSO MAVO
"""
)
SHADES = words_of(
    """
FONCE FONCEE CLAIR CLAIRE METALLISE METALLISEE NACRE METAL METALLIC MAT
"""
)


ALL = frozenset(plain(word) for word in (*MAKES, *MODELS, *COLOURS, *SHADES, *values.ENERGY))


def make(chars: Chars) -> str | None:
    """A make as printed; of one we know, figures taken for letters are letters."""
    found = _known_at_end(values.model(chars) or "")
    if not found or is_make(found):
        repaired = (found or "").translate(values.TO_LETTER)
        return repaired if plain(repaired) in map(plain, MAKES) else found
    return None if sum(sign.isdigit() for sign in found) > 1 else found


def _known_at_end(text: str) -> str:
    """A make we know without the rest of a code or a label that was read with it."""
    for start in range(1, min(REST, len(text)) + 1):
        if text[start:] in MAKES:
            return text[start:]
    return text


def is_make(text: str) -> bool:
    """Whether a text is a make we know, perhaps misread by a letter."""
    said = plain(text)
    names = [plain(make) for make in MAKES]
    return said in names or (len(said) > 4 and bool(get_close_matches(said, names, 1, 0.84)))


def is_model(text: str) -> bool:
    """Whether a text is a model we know."""
    return plain(text) in MODELS


def is_colour(text: str) -> bool:
    """Whether a text is a colour, with its shade perhaps."""
    words = [plain(word) for word in text.split()]
    return bool(words) and words[0] in COLOURS and all(w in COLOURS or w in SHADES for w in words)
