"""One person, one account, for every commune; and the desk that an official has open."""
