"""All that outlives the process: one SQL text for SQLite and PostgreSQL, by SQLAlchemy Core.

``db`` opens a database and gives transactions; ``schema`` names the tables, ``migrations`` makes
them. Every other module holds the methods of one part of the house, each of them one transaction:

feeds    the catalogue, polls that are due, leases
items    identity, hits, what a poll brought          (lane 1)
stories  grouping, alerts, deliveries that they cause (lane 2)
outbox   deliveries: claim, attempt, settle           (lane 3)
updates  what people sent, and what became of it      (lane 0)
chats    what answers need to read
leases   what a process that died left behind
upkeep   heartbeat, retention

Times are parameters, aware and UTC. A lease that was lost is a value, never an exception.
"""
