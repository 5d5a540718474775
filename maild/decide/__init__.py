"""decide: judgement.  Pure: what happened, who is told; nothing here can send or save."""
