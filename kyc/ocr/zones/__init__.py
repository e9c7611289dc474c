"""The zone for machines of passports and cards: found, read twice, checked by its digits."""
