"""The policy, tried: every address, method and role, and everybody's rows asked for by others."""
