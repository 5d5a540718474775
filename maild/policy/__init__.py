"""policy: YAML and templates to model.policy.Policy.  Pure but for reading files, once, at load."""
