"""REST for platforms and operators: one module per resource."""
