"""parts: the real things that stories are told with (an SMTP sink, a site with its daemon, a throw-away PostgreSQL)."""
