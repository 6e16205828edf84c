"""How much is owed, to whom, for which month, and why. Pure: no Django, no database, no clock."""
