"""The doorways over HTTP: REST, SOAP, pushes of parties, and what machines ask. The only package that knows Flask."""
