"""What kazwatch shows over HTTP: /healthz now, the operator's routes and pages later."""
