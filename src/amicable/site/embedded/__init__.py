"""An embedded PostgreSQL of our own: its programs, its files, its server. Only `postgres.running` is for others."""
