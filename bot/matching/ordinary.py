"""placeholder"""
ORDINARY: frozenset[str] = frozenset()
