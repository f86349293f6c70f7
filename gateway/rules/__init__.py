"""Law as pure functions over dated values: who may enrol, where, for how much, until when.

Nothing here reads a file, a clock or a network, and nothing legal is a constant: every figure comes from
`Rulebook.find` with its instrument, its grade and its validity. The values are made by `gateway.mapping.rulebook`.
"""
