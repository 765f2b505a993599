"""Which items a query means: words, their forms, the query language, the pack, the matcher."""
