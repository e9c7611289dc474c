"""Till rolls, invoices and insurance papers of many shops, as text: what is taken for what."""

import re

import numpy as np
import pytest

from kyc.ocr import decide, fields, kinds, pages, values
from kyc.ocr.lines import Char, Line
from kyc.ocr.sheet import Sheet

WIDTH, HEIGHT, STEP = 14, 30, 42  # pixels of a letter, of a line, from line to line


def lines_of(text):
    """A printed text; where three blanks or more part a row a new line begins."""
    found = []
    for at, row in enumerate(text.strip("\n").split("\n")):
        for match in re.finditer(r"\S+(?:\s{1,2}\S+)*", row):
            said = re.sub(r"\s+", " ", match[0])
            x, y = 100 + WIDTH * match.start(), 100 + STEP * at
            end = x + WIDTH * len(match[0])
            signs = (Char(sign, 0.99, (n + 0.5) / len(said)) for n, sign in enumerate(said))
            quad = ((x, y), (end, y), (end, y + HEIGHT), (x, y + HEIGHT))
            found.append(Line(quad, tuple(signs)))
    return found


def read(kind, text):
    """The values and what is doubtful among them."""
    module = kinds.KINDS[kind]
    sheet = Sheet(lines_of(text), module.LABELS)
    placed = fields._placed(sheet, module)
    told = {name: module.REPAIRS[name](value.span.chars) for name, value in placed.items()}
    found = {name: decide.Found(told[name], placed[name], ()) for name in told if told[name]}
    if hasattr(module, "derive"):
        module.derive(found, sheet)
    return {name: each.value for name, each in found.items()}, module.doubts(sheet, found)


ROLLS = {
    "the tax is listed once more below": (
        """
             KEDAI BUKU MAJU JAYA
             (MUAR) SDN. BHD.
             798211-W
        NO 12, JALAN ARAB, 84000 MUAR
        TEL: 06-9521234   GST ID: 000846360576
             SIMPLIFIED TAX INVOICE
        RECEIPT #: CSP0393921    DATE: 18/01/2018
        CASHIER: USER            TIME: 16:52:00
        ITEM      QTY   U/P     AMOUNT
        CLAY      3     6.00    18.00
        TOTAL QTY    3
        TOTAL (EXCLUDING GST)    18.00
        ROUNDING                 -0.02
        TOTAL                    19.06
        CASH                     50.00
        CHANGE                   30.94
        GST SUMMARY     AMT (RM)   TAX (RM)
        SR   6          18.00      1.08
        TOTAL:          18.00      1.08
        """,
        ("KEDAI BUKU MAJU JAYA (MUAR) SDN. BHD.", "CSP0393921", "2018-01-18", "19.06"),
    ),
    "the total is rounded": (
        """
        99 PASAR MINI S/B (519537-X)
        INVOICE NO : 18400/102/T0260
        02:08PM    569466    23-01-19
        TOTAL INCLUDES 6% GST    1.50
        TOTAL                    26.62
        ROUNDING ADJUSTMENT     -0.02
        TOTAL ROUNDED            26.60
        CASH                     50.00
        CHANGE                   23.40
        """,
        ("99 PASAR MINI S/B (519537-X)", "18400/102/T0260", "2019-01-23", "26.60"),
    ),
    "thousands have commas": (
        """
        WARUNG NASI SUDI
        No. Nota : 221045
        Tgl : 17-09-2019 12:11
        Ayam   2 x 18,000    36,000
        Total Belanja : Rp 52,000
        Bayar : Rp 100,000
        Kembali : Rp 48,000
        """,
        ("WARUNG NASI SUDI", "221045", "2019-09-17", "52000.00"),
    ),
    "the number stands at the foot": (
        """
        EPICERIE DU MARCHE
        12 RUE DE LA PAIX
        75002 PARIS   Tel 01 42 60 11 22
        LAIT 1L                  0,99
        TOTAL (4 ARTICLES)       5,09
        CARTE BANCAIRE           5,09
        TVA 5,5%   HT 4,82   TVA 0,27
        12/03/2023 18:42   MAG 0123 CAISSE 4 TICKET 8841
        MERCI DE VOTRE VISITE
        """,
        ("EPICERIE DU MARCHE", "8841", "2023-03-12", "5.09"),
    ),
    "the month stands first": (
        """
        CORNER CAFE Store #10208
        11302 Euclid Avenue
        Cleveland, OH 44106 (216) 229-0749
        CHK 664290
        12/07/2014 06:43 PM
        Subtotal             $4.50
        Sales tax            $0.45
        Total                $4.95
        """,
        ("CORNER CAFE Store #10208", "664290", "2014-12-07", "4.95"),
    ),
    "something was paid before": (
        """
        S.A.R.L. FROID DU LAC
        FACTURE
        Numéro : FL/2024/089        Date : 03/09/2024
        Client : SOCIETE MAHAVELO
        Total HT                  3 097 000
        TVA 20%                     619 400
        Montant TTC               3 716 400
        Avance reçue              1 000 000
        Reste à payer             2 716 400
        """,
        ("S.A.R.L. FROID DU LAC", "FL/2024/089", "2024-09-03", "2716400.00"),
    ),
    "the seller signs at the foot": (
        """
        REÇU
        N° 000782
        Reçu de : M. RAKOTO Jean
        Montant : 150 000 Ar
        Fait à Toamasina, le 02 mars 2024
        AGENCE IMMOBILIERE SOA
        """,
        ("AGENCE IMMOBILIERE SOA", "000782", "2024-03-02", "150000.00"),
    ),
    "the net comes before the tax and money is handed over": (
        """
        CAFE DU MARCHE
        No facturette      00062087
        du 19/11/21 09:40
        Net                5764.50
        Sales tax 10%       576.45
        TOTAL              6340.95
        Recu               7000
        A rendre            659.05
        """,
        ("CAFE DU MARCHE", "00062087", "2021-11-19", "6340.95"),
    ),
    "its number stands below what was handed over": (
        """
        JUMBO VATO
        HUILE 5W40 1L      115 000
        A PAYER            115 000 Ar
        Espèces            120 000
        Monnaie              5 000
        Reçu 41538
        Le 14/11/2019 11:25
        """,
        ("JUMBO VATO", "41538", "2019-11-14", "115000.00"),
    ),
    "days stand under their names beside the number": (
        """
        CORAL BAY AUTO REPAIR
        FACTURE
        Numéro           Date d'émission       À régler avant
        2107-0059        17 août 2021          16 octobre 2021
        Client : RABESOLONINA Justin Éric
        Description      Nb        Prix unitaire      Total
        Kit embrayage    3         69000              207000
        Total T.T.C.                                  207000 Ar
        """,
        ("CORAL BAY AUTO REPAIR", "2107-0059", "2021-08-17", "207000.00"),
    ),
    "a label nobody could read stands over the day it is due": (
        """
        CORAL BAY AUTO REPAIR
        FACTURE DOIT
        Facture n°       Le               Qcheauxe
        05576            30.11.2019       15.12.2019
        NET À PAYER TTC                   876600
        """,
        ("CORAL BAY AUTO REPAIR", "05576", "2019-11-30", "876600.00"),
    ),
    "it is due at a later day": (
        """
        GREEN RIVER CONSULTING Inc.
        Invoice #         INV-00312
        Invoice Date      March 7, 2024
        Due Date          April 6, 2024
        Subtotal          $1,260.00
        Total             $1,363.95
        Amount Paid         $363.95
        Balance Due       $1,000.00
        """,
        ("GREEN RIVER CONSULTING Inc.", "INV-00312", "2024-03-07", "1000.00"),
    ),
}


@pytest.mark.parametrize(("text", "told"), ROLLS.values(), ids=ROLLS)
def test_a_sale_is_read_however_the_shop_prints_it(text, told):
    found, _ = read("invoice", text)
    assert tuple(found.get(name) for name in ("seller", "number", "date", "total")) == told
    assert kinds.ranked(lines_of(text), list(kinds.KINDS))[0].name == "invoice"


def test_who_sells_may_stand_at_the_foot_above_the_telephone_and_who_buys_at_the_head():
    lines = lines_of(
        """
        FACTURE                                        Facturé à
        Facture n° : FAC-2021-1618                     RAKOTO FITIA-PAUL
        Le : 02/05/2021                                Lot IV S 140 Ambatomena
        Désignation         Quantité       P.U. HT     Montant HT
        Géométrie           1              33 500      33 500
        NET À PAYER TTC                                33 500 Ar
        RIVERSIDE MOTORS
        Lot A S 44/7 Ambodivona
        Tél : 033 86 492 21
        """
    )
    small = [_lower(line) if line.text.startswith(("Lot A", "Tél")) else line for line in lines]
    sheet = Sheet(small, kinds.KINDS["invoice"].LABELS)
    assert fields._placed(sheet, kinds.KINDS["invoice"])["seller"].span.text == "RIVERSIDE MOTORS"


def _lower(line):
    """The same line in smaller print."""
    (x, y), (end, _), *_ = line.quad
    low = y + HEIGHT // 2
    return Line(((x, y), (end, y), (end, low), (x, low)), line.chars)


def test_a_total_of_which_the_rest_alone_was_taken_is_doubtful():
    found, doubtful = read(
        "invoice",
        "GARAGE SOA\nFACTURE N° 12/2024\nTotal T.T.C.   384 000\nAcompte versé   192 000\n"
        "Reste dû   192 000",
    )
    assert found["total"] in ("384000.00", "192000.00")
    assert "total" in doubtful


def test_a_year_that_nothing_bears_out_is_a_doubtful_total():
    found, doubtful = read("invoice", "GARAGE SOA\nFACTURE N° 12/2024\nNET A PAYER   2020")
    assert found.get("total") in (None, "2020.00")
    assert "total" in doubtful or "total" not in found


def test_what_was_handed_over_less_the_change_tells_which_sum_was_owed():
    found, doubtful = read(
        "invoice", "SHOP\nTotal Amount   4.72\nAdd tax   0.28\nTotal  5.00\nCash 10.00\nChange 5.00"
    )
    assert found["total"] == "5.00"
    assert "total" not in doubtful


def test_a_total_of_which_a_part_was_paid_before_is_doubtful():
    found, doubtful = read("invoice", "GARAGE\nTotal TTC   1 236,00\nPayé   400,00\nXxxxx   836,00")
    assert found["total"] == "1236.00"
    assert "total" in doubtful


def test_a_total_that_is_less_than_what_it_is_made_of_is_doubtful():
    found, doubtful = read("invoice", "SHOP\nSOUS-TOTAL   3 169 500\nTOTAL   803 400\nMerci")
    assert found["total"] == "803400.00"
    assert "total" in doubtful


@pytest.mark.parametrize(
    ("words", "total"),
    [
        ("T0TAI   12.50", "12.50"),
        ("TOTAL FOR 2 ITEMS   R 48.98", "48.98"),
        ("8alance Due   $1,000.00", "1000.00"),
        ("A PAYER   808500 AR1ARY", "808500.00"),
        ("TOTAL   1942 000 Ar", "1942000.00"),
        ("Total Rp 45.500,-", "45500.00"),
        ("TOTAL RM 3 .90", "3.90"),
        ("TOTAL SALES (INCLUSIVE OF GST) : 8O.9O", "80.90"),
        ("SUMME EUR   3,48", "3.48"),
    ],
)
def test_a_total_is_known_though_badly_read(words, total):
    found, _ = read("invoice", f"SHOP\nDate 12/03/2023\n{words}\nThank you")
    assert found["total"] == total


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("25/12/2018 8:13:39 PM", "2018-12-25"),
        ("12/03/202318:42", "2023-03-12"),
        ("17-09-1912:11", "2019-09-17"),
        ("06-28-2014 12:34PM", "2014-06-28"),
        ("25 DEC 2018", "2018-12-25"),
        ("DEC 25, 2018", "2018-12-25"),
        ("Mar 14 '18 04:55PM", "2018-03-14"),
        ("12 5eptambra 2025", "2025-09-12"),
        ("2018-12-25", "2018-12-25"),
        ("14-Mar-2018", "2018-03-14"),
        ("09-Ju1-2016", "2016-07-09"),
        ("09-Jui-2016", None),
        ("2018-07~04 19:45", "2018-07-04"),
        ("Tel 01 42 60 11 22", None),
        ("034 12 03 24", None),
    ],
)
def test_a_day_is_read_as_shops_print_it(printed, day):
    assert values.any_day([Char(sign) for sign in printed]) == day


CERTIFICATES = {
    "with numbers of other things": (
        """
             ATTESTATION D'ASSURANCE
        Compagnie : RAVIN'ALA ASSURANCES S.A.
        N° Attestation : 0045678
        Police N° 4501/2024/00123
        Immatriculation : 1234 TBH
        Effet : 01/03/2024   Expiration : 28/02/2025
        Fait à Antananarivo le 27/02/2024
        """,
        ("RAVIN'ALA ASSURANCES S.A.", "4501/2024/00123", "2025-02-28"),
    ),
    "a period in one line": (
        """
        NY TOKY
        Société d'assurances - Capital 7 704 000 000 Ar
        CARTE D'ASSURANCE AUTOMOBILE
        N° de contrat        Période de validité
        78001234             du 15 juin 2025 au 14 juin 2026
        """,
        ("NY TOKY", "78001234", "2026-06-14"),
    ),
    "years of two figures": (
        """
        MUTUELLE D'ASSURANCES MALAGASY
        ATTESTATION D'ASSURANCE
        Valable du 01.01.25 au 31.12.25
        Police : 556677
        """,
        ("MUTUELLE D'ASSURANCES MALAGASY", "556677", "2025-12-31"),
    ),
    "in English": (
        """
        BLUE BAY INSURANCE LTD.
        CERTIFICATE OF MOTOR INSURANCE
        Certificate No.  C-88213
        Policy No.       MG/AUTO/2023/4471
        Insured          RAZAFY Paul
        Period of insurance : from 10 Jan 2024 to 9 Jan 2025 (both inclusive)
        Date of issue    08 Jan 2024
        """,
        ("BLUE BAY INSURANCE LTD.", "MG/AUTO/2023/4471", "2025-01-09"),
    ),
    "a letter whose next sentence sticks to the number": (
        """
        COMPAGNIE LAKANA
        ATTESTATION - ASSURANCE DES VÉHICULES
        La compagnie certifie que le véhicule ISUZU D-MAX portant le numéro 1589 FUV est
        couvert par le contrat n° RC38386947.La garantie prend effet le 03-08-2023
        et expire le 01-08-2024.
        """,
        ("COMPAGNIE LAKANA", "RC38386947", "2024-08-01"),
    ),
    "a title in Malagasy, and who is insured called much like who insures": (
        """
        ANTOKA FIAROVANA
        FANAMARINANA FIANTOHANA
        Numéro du contrat      6058.26.41382
        Preneur d'assurances   RAVELO LOVA DÉSIRÉ
        Véhicule n°            3864 TVW
        Garantie acquise du 29/09/2022 au 28/10/2022
        """,
        ("ANTOKA FIAROVANA", "6058.26.41382", "2022-10-28"),
    ),
    "the only day stands in the middle under its name": (
        """
        SOCIÉTÉ DU RISQUE ROUTIER
        ASSURANCE RESPONSABILITÉ CIVILE AUTOMOBILE
        POLICE
        05203-841194
                         JUSQU'AU
              08 septembre 2022 à minuit
        """,
        ("SOCIÉTÉ DU RISQUE ROUTIER", "05203-841194", "2022-09-08"),
    ),
    "labels that nobody could read": (
        """
        MUTUELLE VOARA
        ATTESTATION D'ASSURANCE AUTOMOBILE
        197 856 322
        Lrtgh
        1675 AXS
        Qsdf
        25 MAI 2021
        21 NOVEMBRE 2021
        """,
        ("MUTUELLE VOARA", "197 856 322", "2021-11-21"),
    ),
}


@pytest.mark.parametrize(("text", "told"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_an_insurance_is_read_whoever_issued_it(text, told):
    found, _ = read("insurance", text)
    assert tuple(found.get(name) for name in ("company", "policy_number", "expiry")) == told


def test_a_plate_is_one_whatever_word_it_stands_behind():
    found, _ = read("insurance", "VOARA ASSURANCES\nPolice N° 4501/24\nVéhicule n°   3864 TVW")
    assert found["plate"] == "3864TVW"


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("RC38386947.La garantie", "RC38386947"),
        ("P24-99396-K. La garantie", "P24-99396-K"),
        ("4891.63.99555. A compter du", "4891.63.99555"),
        ("760/2026/063393, valable", "760/2026/063393"),
        ("322..893..617", "322 893 617"),
        ("1234.LA", "1234.LA"),
        ("FL/2024/089", "FL/2024/089"),
    ],
)
def test_the_end_of_a_sentence_ends_a_number(printed, number):
    assert values.policy([Char(sign) for sign in printed]) == number


def test_a_number_that_no_label_names_is_doubtful():
    _, doubtful = read("insurance", CERTIFICATES["labels that nobody could read"][0])
    assert "policy_number" in doubtful


def test_a_number_in_two_boxes_is_one_number_and_not_that_of_the_next_line():
    found, _ = read(
        "insurance", "MUTUELLE VOARA\nPolice N° :   737 419   425\nImmatriculation   1675 TJR"
    )
    assert found["policy_number"] == "737 419 425"
    found, _ = read("insurance", "VOARA\n            kena 7 Policy No.\n46778725\nAaa\n8969-DF")
    assert found["policy_number"] == "46778725"


def test_a_name_is_spelt_as_its_stamp_has_it_where_blanks_got_lost():
    found, _ = read(
        "insurance", "ASSURANCESVOARA\nPolice N° 46778725\nAu 12/03/2026\nASSURANCES VOARA"
    )
    assert found["company"] == "ASSURANCES VOARA"


def test_print_around_a_paper_is_not_its_head():
    found, _ = read(
        "invoice",
        "*the meeting and remercie the proposition ny tatitry of la session\n"
        "mpikambana ny session\nPARTS AND MORE\nRegu 349911\nLe 19/02/2020 20:06\n"
        "A PAYER   54500,00\nMisaotra tompoko !",
    )
    assert found == {
        "seller": "PARTS AND MORE",
        "number": "349911",
        "date": "2020-02-19",
        "total": "54500.00",
    }


def test_a_roll_that_does_not_say_what_it_is_is_a_sale_all_the_same():
    ranked = kinds.ranked(
        lines_of("ROTI SEDAP\nPROMO   17500\nTOTAL   91000\nCASH   91000"), list(kinds.KINDS)
    )
    assert ranked[0].name == "invoice"
    assert kinds.confidence(ranked) > 0


def test_of_a_long_roll_the_head_and_the_foot_are_read_first():
    rows = [
        np.array(((50, y), (450, y), (450, y + 20), (50, y + 20)), np.float32)
        for y in range(20, 2380, 24)
    ]
    kept = {float(quad[0, 1]) for quad in pages._affordable(rows, 500, 2400)}
    assert len(kept) < len(rows)
    assert {float(quad[0, 1]) for quad in (rows[:10] + rows[-10:])} <= kept
