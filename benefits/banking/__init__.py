"""Files for banks: how a template writes one and how it reads the answer. Pure: no Django, no database."""
