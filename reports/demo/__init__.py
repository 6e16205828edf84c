"""The demo district: invented offices, invented people, loaded through the portal's own verbs."""
