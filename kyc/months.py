"""The months as people write them, in French and in Malagasy."""

FRENCH = "JANVIER FEVRIER MARS AVRIL MAI JUIN JUILLET AOUT SEPTEMBRE OCTOBRE NOVEMBRE DECEMBRE"
MALAGASY = (
    "JANOARY FEBROARY MARTSA APRILY MEY JONA JOLAY AOGOSITRA SEPTAMBRA OKTOBRA NOVAMBRA DESAMBRA"
)
# By the name, in capitals without accents.
MONTHS = {
    word: number + 1 for names in (FRENCH, MALAGASY) for number, word in enumerate(names.split())
}
