"""What an operator works with: logs now; metrics, traces, backups and charts later."""
