"""SOAP for provinces: our published contract, in both versions of the protocol."""
