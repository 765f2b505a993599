"""Rules and the vectors of stories: what is one item, and which items are one event."""
