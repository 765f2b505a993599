"""Rules of alerting: who is told what and when, how it reads, what an outcome means."""
