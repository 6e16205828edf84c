"""What the law says of petitions, in pure functions: no Django, no clock."""
