"""The migrations of a commune's schema, in the order in which every commune gets them.

A new migration of such an app is written at the end here, once, and never moved: its place is
the version that the registry keeps of each commune. A test compares the list with the files.
"""

from tenants.communes.versions import SchemaStep

COMMUNE_MIGRATIONS: tuple[SchemaStep, ...] = (
    SchemaStep("history", "0001_initial"),
    SchemaStep("organisation", "0001_initial"),
    SchemaStep("files", "0001_initial"),
    SchemaStep("registers", "0001_series_and_documents"),
    SchemaStep("cases", "0001_initial"),
    SchemaStep("organisation", "0002_invitations_and_delegations"),
    SchemaStep("files", "0002_quarantine"),
    SchemaStep("cases", "0002_the_desk_in_full"),
    SchemaStep("registers", "0002_kinds_of_slips"),
    SchemaStep("reception", "0001_initial"),
    SchemaStep("payments", "0001_charges_and_payments"),
    SchemaStep("feedback", "0001_ratings_and_petitions"),
)
