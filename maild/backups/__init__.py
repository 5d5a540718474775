"""backups: a site copied while it lives, the copy proven, and the site put back.

manifest    what a backup says of itself, and the sums that tell a damaged byte
taking      take(config, target) -> a folder beside others, whole or not there
proving     prove(folder) -> Manifest, or Damaged with what is wrong
returning   put_back(folder, config, ...) -> a site whose letters wait for an admin
"""
