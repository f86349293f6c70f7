"""Who is calling, what may be read, what stays hidden: tokens, assertions, XML parsing, sealing, masking, webhooks."""
