"""How bytes travel: HTTP, SOAP's additions to it, and the journal that sees every byte on its way."""
